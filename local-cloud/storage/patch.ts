/** `objects.patch`: a change of an object's metadata, its content staying as it is. */
import { invalid, isObject, onlyKnown, stringField } from '../core/body.ts';
import { ApiError } from '../core/errors.ts';
import { mergePatch } from '../core/merge-patch.ts';
import type { Body } from '../core/store.ts';
import type { StoredObject } from './object-store.ts';

/** Writable fields of the Object resource: storage v1 JSON reference, `objects.patch`. */
const TEXTS = [
  'cacheControl',
  'contentDisposition',
  'contentEncoding',
  'contentLanguage',
  'contentType',
  'customTime',
];
/** Writable as well, but what they promise (nobody deletes it, nobody else reads it) is not kept here. */
const NOT_KEPT = ['acl', 'eventBasedHold', 'retention', 'temporaryHold'];
/** Sent back by clients that patch what they have read; they change nothing. The class changes by a rewrite only. */
const READ_ONLY = [
  ...['bucket', 'componentCount', 'crc32c', 'etag', 'generation', 'id', 'kind', 'kmsKeyName', 'md5Hash'],
  ...['mediaLink', 'metageneration', 'name', 'owner', 'selfLink', 'size', 'storageClass', 'timeCreated'],
  ...['timeStorageClassUpdated', 'updated'],
];
const DEFAULT_TYPE = 'application/octet-stream';

/** What `body` makes of the live object's metadata: fields are replaced, keys of `metadata` merged, `null` takes away. */
export function patchedObject(
  body: Record<string, unknown>,
): (live: StoredObject) => Pick<StoredObject, 'contentType' | 'attributes'> {
  onlyKnown(body, [...TEXTS, 'metadata', ...NOT_KEPT, ...READ_ONLY]);
  for (const field of TEXTS) stringField(body, field);
  checkMetadata(body['metadata']);
  const refused = NOT_KEPT.find((field) => body[field] !== undefined);
  if (refused !== undefined) {
    throw new ApiError('UNIMPLEMENTED', `objects.patch: ${refused} is not part of the local cloud.`);
  }
  const changes = Object.entries(body).filter(([field]) => TEXTS.includes(field) || field === 'metadata');
  return (live) => {
    checkCustomTime(live.attributes['customTime'], body['customTime']);
    const before = { ...live.attributes, contentType: live.contentType } as Body;
    const after = mergePatch(before, Object.fromEntries(changes) as Body) as Body;
    const { contentType, ...attributes } = after;
    return { contentType: typeof contentType === 'string' ? contentType : DEFAULT_TYPE, attributes };
  };
}

function checkMetadata(metadata: unknown): void {
  if (metadata === undefined || metadata === null) return;
  if (!isObject(metadata)) throw invalid("Invalid value at 'metadata': want an object.");
  const odd = Object.entries(metadata).find(([, value]) => value !== null && typeof value !== 'string');
  if (odd !== undefined) throw invalid(`Invalid value at 'metadata.${odd[0]}': want a string.`);
}

/** Once set it can neither be taken away nor be set to an earlier time (same reference). */
function checkCustomTime(before: unknown, wanted: unknown): void {
  if (wanted === undefined) return;
  const time = (value: unknown): number => Date.parse(typeof value === 'string' ? value : '');
  if (wanted !== null && Number.isNaN(time(wanted)))
    throw invalid("Invalid value at 'customTime': want a time.");
  if (before === undefined || before === null) return;
  if (wanted === null || time(wanted) < time(before)) {
    throw invalid('Custom time cannot be removed or set to an earlier time.');
  }
}
