/** The access token of the account the build runs as, from the metadata server. */
import { z } from 'zod';
import { askAgain } from './again.ts';
import { StepError, type Context } from './step.ts';

const token = z.object({ access_token: z.string().min(1) });

/** Valid for some minutes to an hour. Throws `StepError`. */
export async function accessToken({ env }: Pick<Context, 'env'>): Promise<string> {
  const host = env['GCE_METADATA_HOST'] ?? 'metadata.google.internal';
  const url = `http://${host}/computeMetadata/v1/instance/service-accounts/default/token`;
  const response = await askAgain(url, { headers: { 'Metadata-Flavor': 'Google' } });
  const parsed = token.safeParse(response.ok ? await response.json().catch(() => null) : null);
  if (!parsed.success) {
    throw new StepError(
      `the metadata server at ${host} gave no access token (status ${response.status}); does the build run as a service account?`,
    );
  }
  return parsed.data.access_token;
}
