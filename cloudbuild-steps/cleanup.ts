/** Removes a tenant's folder of the state bucket, and nothing beside it. */
import { z } from 'zod';
import type { Json } from '../reconciler/model.ts';
import { parseInput } from './input.ts';
import { accessToken } from './metadata.ts';
import { StepError, type Context } from './step.ts';
import { openStorage } from './storage.ts';

/** At least two levels deep: an empty or short prefix would mean other tenants' objects too. */
const input = z.strictObject({
  bucket: z.string().min(3),
  prefix: z
    .string()
    .regex(
      /^[a-z0-9][-a-z0-9]*(\/[a-z0-9][-a-z0-9]*)+$/,
      'must be a folder below a folder, such as tenants/acme',
    ),
});

/** The rest is counted, so that the output stays small. */
const MAX_NAMED = 100;

/** Gives `{deleted, left}`: how many objects are gone, and the names of those still there. */
export async function cleanUp(raw: Json, context: Context): Promise<Json> {
  const { bucket, prefix } = parseInput(input, raw);
  const storage = openStorage(context.env, await accessToken(context));
  const folder = `${prefix}/`;
  const objects = await storage.list(bucket, folder);
  const lock = objects.find(({ name }) => name.endsWith('.tflock'));
  if (lock) {
    throw new StepError(
      `Terraform holds the lock gs://${bucket}/${lock.name} (lock id ${lock.generation}); wait until that run ends, or when it is dead remove the lock with terraform force-unlock ${lock.generation}, then ask again`,
    );
  }
  let deleted = 0;
  for (const object of objects) {
    // A server that ignores the prefix must not make us delete what is not the tenant's.
    if (!object.name.startsWith(folder)) continue;
    if (await storage.remove(bucket, object)) deleted++;
  }
  context.log(`deleted ${deleted} objects below gs://${bucket}/${folder}`);
  const left = (await storage.list(bucket, folder)).map(({ name }) => `gs://${bucket}/${name}`);
  return { deleted, left: left.slice(0, MAX_NAMED) };
}
