/** Who the Google Cloud credentials belong to: the email that requests and revisions are recorded under. */
import { CloudError } from '../ports.ts';
import { realTokens } from './auth.ts';
import { REAL } from './endpoints.ts';

/** Answers `{email}` for any access token with the email scope; a plain public endpoint of Google's. */
const TOKEN_INFO = 'https://oauth2.googleapis.com/tokeninfo';

/** Throws CloudError when nobody is logged in or the credentials do not say whose they are. */
export async function ownerOfCredentials(): Promise<string> {
  const token = await realTokens(REAL, null).token();
  // In the body, so that the token stands in no proxy's log of addresses.
  const response = await fetch(TOKEN_INFO, {
    method: 'POST',
    body: new URLSearchParams({ access_token: token }),
  }).catch((cause: unknown) => {
    throw new CloudError('unavailable', `${TOKEN_INFO} does not answer, so it is unknown who asks`, {
      cause,
    });
  });
  const { email } = response.ok ? ((await response.json()) as { email?: string }) : {};
  if (email !== undefined) return email;
  throw new CloudError(
    'denied',
    'the credentials do not say whose they are; log in again with `gcloud auth application-default login`',
    { httpStatus: response.status },
  );
}
