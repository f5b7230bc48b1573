/** Access tokens: application default credentials in Google Cloud, minted ones on the local cloud. */
import type { AuthClient } from 'google-auth-library';
import { CloudError } from '../ports.ts';
import type { Endpoints } from './endpoints.ts';

export interface TokenSource {
  /** A token that is good for at least another minute. */
  token(): Promise<string>;
  /** For clients that want google-auth-library's own object. */
  client(): Promise<AuthClient>;
}

const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';

const LIFETIME_SECONDS = 3600;

/**
 * The identity the process runs as (application default credentials), or `email` impersonated by it: that takes
 * `roles/iam.serviceAccountTokenCreator` on the account, and its tokens are short-lived.
 */
export function realTokens(endpoints: Pick<Endpoints, 'iamcredentials'>, email: string | null): TokenSource {
  let made: Promise<AuthClient> | undefined;
  const make = async (): Promise<AuthClient> => {
    const { GoogleAuth, Impersonated } = await import('google-auth-library');
    try {
      // Without this await a missing credential crashes the process outside any caller's reach.
      const own = await new GoogleAuth({ scopes: [SCOPE] }).getClient();
      return email === null
        ? own
        : new Impersonated({
            sourceClient: own,
            targetPrincipal: email,
            targetScopes: [SCOPE],
            lifetime: LIFETIME_SECONDS,
            endpoint: endpoints.iamcredentials,
          });
    } catch (cause) {
      throw new CloudError(
        'denied',
        'no Google Cloud credentials were found; run `gcloud auth application-default login`, or start the local cloud',
        { cause },
      );
    }
  };
  const client = () => (made ??= make());
  return { client, token: async () => tokenOf(await client(), email) };
}

async function tokenOf(client: AuthClient, email: string | null): Promise<string> {
  const who = email ?? 'the credentials';
  const { token } = await client.getAccessToken().catch((cause: unknown) => {
    throw new CloudError(
      'denied',
      `${who} gave no access token` +
        (email === null
          ? ''
          : '; whoever runs Plumbline needs roles/iam.serviceAccountTokenCreator on that account'),
      { cause },
    );
  });
  if (token == null) throw new CloudError('denied', `${who} gave no access token`);
  return token;
}

/** Tokens for `email` from the local cloud's IAM Credentials service: the same call a real impersonation makes. */
export function localTokens(endpoints: Endpoints, email: string): TokenSource {
  let current: { token: string; until: number } | undefined;
  const token = async (): Promise<string> => {
    if (current && current.until > Date.now() + 60_000) return current.token;
    const url = `${endpoints.iamcredentials}/v1/projects/-/serviceAccounts/${email}:generateAccessToken`;
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ scope: [SCOPE], lifetime: '3600s' }),
    }).catch((cause: unknown) => {
      throw new CloudError('unavailable', `the local cloud does not answer at ${endpoints.iamcredentials}`, {
        cause,
      });
    });
    if (!response.ok) {
      throw new CloudError('denied', `no token for ${email}: HTTP ${response.status}`, {
        httpStatus: response.status,
      });
    }
    const { accessToken } = (await response.json()) as { accessToken: string };
    current = { token: accessToken, until: Date.now() + 3_000_000 };
    return accessToken;
  };
  return {
    token,
    client: async () => {
      const { OAuth2Client } = await import('google-auth-library');
      const client = new OAuth2Client();
      client.setCredentials({ access_token: await token(), expiry_date: Date.now() + 3_000_000 });
      return client;
    },
  };
}
