/** Who is calling: bearer tokens minted here carry the account's email, so a call can be told by its identity. */
import { randomBytes } from 'node:crypto';

const PREFIX = 'ya29.local.';

/** The caller when no Authorization header came: gcloud and Terraform with credentials switched off. */
export const ANONYMOUS = 'anonymous';

/** An access token for `email`. Only the local cloud reads it; nothing is secret in it. */
export function mintToken(email: string): string {
  return `${PREFIX}${Buffer.from(email).toString('base64url')}.${randomBytes(6).toString('hex')}`;
}

/** The email a token speaks for. A token we did not mint is a person's own: they are the developer. */
export function principalOf(authorization: string | undefined): string {
  const token = /^Bearer\s+(\S+)$/i.exec(authorization ?? '')?.[1];
  if (token === undefined) return ANONYMOUS;
  if (!token.startsWith(PREFIX)) return 'developer';
  return Buffer.from(token.slice(PREFIX.length).split('.')[0] ?? '', 'base64url').toString();
}
