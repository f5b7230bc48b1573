/** How an object is answered: its metadata as JSON, or its content with the headers clients check it by. */
import { ApiError } from '../core/errors.ts';
import { Reply, type Call } from '../core/service.ts';
import type { ObjectStore, StoredObject } from './object-store.ts';
import { isNotModified, preconditionsOf, requirePreconditions } from './preconditions.ts';

/** The object resource of the JSON API; 64-bit numbers are text. */
export function objectBody(object: StoredObject): object {
  const { bucket, name } = object;
  const path = `b/${bucket}/o/${encodeURIComponent(name)}`;
  // Milliseconds, unlike Google's newer APIs: gcloud warns about more digits.
  const time = new Date(object.timeCreated).toISOString();
  const updated = new Date(object.updated).toISOString();
  return {
    kind: 'storage#object',
    id: `${bucket}/${name}/${object.generation}`,
    selfLink: `https://www.googleapis.com/storage/v1/${path}`,
    mediaLink: `https://storage.googleapis.com/download/storage/v1/${path}?generation=${object.generation}&alt=media`,
    bucket,
    name,
    generation: String(object.generation),
    metageneration: String(object.metageneration),
    contentType: object.contentType,
    storageClass: 'STANDARD',
    size: String(object.data.length),
    md5Hash: object.md5Hash,
    crc32c: object.crc32c,
    etag: etagOf(object),
    timeCreated: time,
    updated,
    timeStorageClassUpdated: time,
    ...object.attributes,
  };
}

/** `objects.get`: metadata, or content with `alt=media`. 304 when the caller already has this generation. */
export function readObject(objects: ObjectStore, call: Call, bucket: string, name: string): unknown {
  const object = objects.get(bucket, name, call.query.get('generation'));
  const want = preconditionsOf(call.query);
  if (isNotModified(want, object)) return new Reply(304);
  requirePreconditions(want, object);
  return call.query.get('alt') === 'media' ? mediaReply(object, call) : objectBody(object);
}

/** The content, or the asked-for bytes of it. A wrong crc32c here is fatal to Go clients, hence both hashes are real. */
export function mediaReply(object: StoredObject, call: Call): Reply {
  const headers = {
    'content-type': object.contentType,
    'x-goog-generation': String(object.generation),
    'x-goog-metageneration': String(object.metageneration),
    'x-goog-storage-class': 'STANDARD',
    'x-goog-stored-content-length': String(object.data.length),
    'x-goog-stored-content-encoding': 'identity',
    'x-goog-hash': `crc32c=${object.crc32c},md5=${object.md5Hash}`,
    etag: `"${etagOf(object)}"`,
    'accept-ranges': 'bytes',
    'last-modified': new Date(object.timeCreated).toUTCString(),
  };
  const size = object.data.length;
  const range = rangeOf(call.headers['range'], size);
  if (!range) return new Reply(200, object.data, { ...headers, 'content-length': String(size) });
  const { from, to } = range;
  return new Reply(206, object.data.subarray(from, to + 1), {
    ...headers,
    'content-range': `bytes ${from}-${to}/${size}`,
    'content-length': String(to + 1 - from),
  });
}

/** First and last byte of `bytes=a-b`, `bytes=a-` or `bytes=-n`; undefined for none. Throws 416 beyond the end. */
function rangeOf(
  value: string | string[] | undefined,
  size: number,
): { from: number; to: number } | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(typeof value === 'string' ? value : '');
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  const [from, to] =
    match[1] === ''
      ? [Math.max(0, size - Number(match[2])), size - 1]
      : [Number(match[1]), match[2] === '' ? size - 1 : Math.min(Number(match[2]), size - 1)];
  if (from >= size || from > to) {
    throw new ApiError('OUT_OF_RANGE', 'The requested range cannot be satisfied.', {
      httpStatus: 416,
      reason: 'requestedRangeNotSatisfiable',
    });
  }
  return { from, to };
}

const etagOf = (object: StoredObject): string =>
  Buffer.from(`${object.generation}/${object.metageneration}`).toString('base64');
