/** Reads a build's secrets from Secret Manager, as the build's own account, before any step runs. */
import type { Cloud } from '../core/cloud.ts';
import { mintToken } from '../core/identity.ts';
import { MAX_SECRET_BYTES } from './limits.ts';
import type { BuildRequest } from './model.ts';

/** Environment variable → secret value. Throws an Error naming the version that cannot be read. */
export async function readSecrets(
  cloud: Cloud,
  { availableSecrets: { secretManager } }: Pick<BuildRequest, 'availableSecrets'>,
  email: string,
): Promise<Record<string, string>> {
  const token = mintToken(email);
  const entries = secretManager.map(async ({ versionName, env }): Promise<[string, string]> => {
    const response = await fetch(`${cloud.endpoints['secretmanager'] ?? ''}/v1/${versionName}:access`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const body = (await response.json()) as { payload?: { data?: string }; error?: { message: string } };
    if (!response.ok) {
      const why = body.error?.message ?? `HTTP ${response.status}`;
      throw new Error(`failed to access secret version for secret ${versionName}: ${why}`);
    }
    const value = Buffer.from(body.payload?.data ?? '', 'base64');
    if (value.length > MAX_SECRET_BYTES) {
      throw new Error(`secret ${versionName} has ${value.length} bytes; a build takes ${MAX_SECRET_BYTES}`);
    }
    return [env, value.toString()];
  });
  return Object.fromEntries(await Promise.all(entries));
}
