/** Who is calling: bearer tokens minted here carry the account's email, so a call can be told by its identity. */
import { randomBytes } from 'node:crypto';

const PREFIX = 'ya29.local.';

/** The caller when no Authorization header came: gcloud and Terraform with credentials switched off. */
export const ANONYMOUS = 'anonymous';

/**
 * An access token for `email`. Only the local cloud reads it; nothing is secret in it. `impersonator` is who asked for
 * it in another's name: audit logs tell both.
 */
export function mintToken(email: string, impersonator?: string): string {
  const parts = [
    encoded(email),
    randomBytes(6).toString('hex'),
    ...(impersonator ? [encoded(impersonator)] : []),
  ];
  return `${PREFIX}${parts.join('.')}`;
}

/** The email a token speaks for. A token we did not mint is a person's own: they are the developer. */
export function principalOf(authorization: string | undefined): string {
  const token = tokenIn(authorization);
  if (token === undefined) return ANONYMOUS;
  return partOf(token, 0) ?? 'developer';
}

/** Who asked for the token in the principal's name; undefined when it is the principal's own. */
export function impersonatorOf(authorization: string | undefined): string | undefined {
  const token = tokenIn(authorization);
  return token === undefined ? undefined : partOf(token, 2);
}

const tokenIn = (authorization: string | undefined): string | undefined =>
  /^Bearer\s+(\S+)$/i.exec(authorization ?? '')?.[1];

function partOf(token: string, index: number): string | undefined {
  if (!token.startsWith(PREFIX)) return undefined;
  const part = token.slice(PREFIX.length).split('.')[index];
  return part === undefined ? undefined : Buffer.from(part, 'base64url').toString();
}

const encoded = (text: string): string => Buffer.from(text).toString('base64url');
