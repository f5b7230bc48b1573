/** Puts into a fresh local cloud what a platform project has before the first pass: the bucket of Terraform's state. */
import { LOCAL_PLATFORM } from '../platform-settings.ts';
import { LocalError } from './failure.ts';

const CONFLICT = 409;

/** Safe to repeat. */
export async function preparePlatform(endpoints: Readonly<Record<string, string>>): Promise<void> {
  const { project, region, stateBucket } = LOCAL_PLATFORM;
  const response = await fetch(`${endpoints['storage'] ?? ''}/storage/v1/b?project=${project}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    // Terraform's state without versions cannot be brought back.
    body: JSON.stringify({ name: stateBucket, location: region, versioning: { enabled: true } }),
  });
  const text = await response.text();
  if (!response.ok && response.status !== CONFLICT) {
    throw new LocalError(
      `the state bucket ${stateBucket} could not be made: HTTP ${response.status} ${text}`,
    );
  }
}
