/** The four calls of the Cloud Storage JSON API that steps need. Source: https://cloud.google.com/storage/docs/json_api/v1 */
import { z } from 'zod';
import { askAgain } from './again.ts';
import { StepError, type Context } from './step.ts';

interface StoredObject {
  readonly name: string;
  /** An int64, so a decimal string. */
  readonly generation: string;
}

const page = z.object({
  items: z.array(z.object({ name: z.string(), generation: z.string() })).default([]),
  nextPageToken: z.string().optional(),
});

/** Where the API is: the emulator named by `STORAGE_EMULATOR_HOST` (with or without `http://`), else Google's. */
export function storageBase(env: Context['env']): string {
  const host = env['STORAGE_EMULATOR_HOST'];
  if (host === undefined || host === '') return 'https://storage.googleapis.com';
  return host.includes('://') ? host.replace(/\/$/, '') : `http://${host}`;
}

/** `gs://bucket/path/to/object`. Throws `StepError`. */
export function parseGsUri(uri: string): { bucket: string; name: string } {
  const match = /^gs:\/\/([a-z0-9][-_.a-z0-9]+)\/(.+)$/.exec(uri);
  const [, bucket, name] = match ?? [];
  if (bucket === undefined || name === undefined)
    throw new StepError(`${uri} is not of the form gs://BUCKET/OBJECT`);
  return { bucket, name };
}

export interface Storage {
  /** All objects whose names begin with `prefix`. */
  list(bucket: string, prefix: string): Promise<StoredObject[]>;
  /** False: it has another generation by now, and was left alone. Gone already counts as deleted. */
  remove(bucket: string, object: StoredObject): Promise<boolean>;
  /** Creates or overwrites. */
  put(bucket: string, name: string, body: string, contentType: string): Promise<void>;
}

/** All methods throw `StepError`, which names the object and the status. */
export function openStorage(env: Context['env'], token: string): Storage {
  const base = storageBase(env);
  const headers = { authorization: `Bearer ${token}` };
  const objects = (bucket: string) => `${base}/storage/v1/b/${encodeURIComponent(bucket)}/o`;
  return {
    async list(bucket, prefix) {
      const found: StoredObject[] = [];
      for (let pageToken: string | undefined = ''; pageToken !== undefined;) {
        const query = new URLSearchParams({ prefix, ...(pageToken !== '' && { pageToken }) });
        const response = await askAgain(`${objects(bucket)}?${query.toString()}`, { headers });
        if (!response.ok) throw await refused(`gs://${bucket}/${prefix} cannot be listed`, response);
        const { items, nextPageToken } = page.parse(await response.json());
        found.push(...items);
        pageToken = nextPageToken;
      }
      return found;
    },
    async remove(bucket, { name, generation }) {
      const url = `${objects(bucket)}/${encodeURIComponent(name)}?ifGenerationMatch=${generation}`;
      const response = await askAgain(url, { method: 'DELETE', headers });
      if (response.ok || response.status === 404) return true;
      if (response.status === 412) return false;
      throw await refused(`gs://${bucket}/${name} cannot be deleted`, response);
    },
    async put(bucket, name, body, contentType) {
      const query = new URLSearchParams({ uploadType: 'media', name });
      const response = await askAgain(
        `${base}/upload/storage/v1/b/${encodeURIComponent(bucket)}/o?${query.toString()}`,
        {
          method: 'POST',
          headers: { ...headers, 'content-type': contentType },
          body,
        },
      );
      if (!response.ok) throw await refused(`gs://${bucket}/${name} cannot be written`, response);
      await response.body?.cancel();
    },
  };
}

const apiError = z.object({ error: z.object({ message: z.string() }) });

async function refused(what: string, response: Response): Promise<StepError> {
  const parsed = apiError.safeParse(await response.json().catch(() => null));
  const detail = parsed.success ? parsed.data.error.message : response.statusText;
  return new StepError(
    `${what}: ${response.status} ${detail}; check the build account's rights on the bucket`,
  );
}
