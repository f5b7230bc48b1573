/** Listing objects as if there were folders: prefix, delimiter and pages over the flat name space of a bucket. */
import { pageSize, pageToken, readPageToken } from '../core/paging.ts';
import type { StoredObject } from './object-store.ts';

/** cloud.google.com/storage/docs/json_api/v1/objects/list: items and prefixes together. */
const MAX_RESULTS = 1000;

export interface Listing {
  readonly items: StoredObject[];
  readonly prefixes: string[];
  readonly nextPageToken?: string;
}

interface Entry {
  /** Unique and in name order; a prefix stands where its first object would. */
  readonly key: string;
  readonly object?: StoredObject;
}

/** One page of `objects` (in name order), read from the query of an `objects.list` call. */
export function listObjects(objects: readonly StoredObject[], query: URLSearchParams): Listing {
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const from = query.get('startOffset') ?? '';
  const to = query.get('endOffset');
  const matching = objects.filter(
    ({ name }) => name.startsWith(prefix) && name >= from && (to === null || to === '' || name < to),
  );
  const entries = matching.flatMap((object, index): Entry[] => {
    const folder = folderOf(object.name, prefix, delimiter);
    if (folder === undefined) return [{ key: object.name, object }];
    const previous = matching[index - 1];
    // Objects of one folder are neighbours in name order: only the first one names it.
    const isFirst = previous === undefined || folderOf(previous.name, prefix, delimiter) !== folder;
    return isFirst ? [{ key: folder }] : [];
  });
  const size = pageSize(query.get('maxResults'), { standard: MAX_RESULTS, max: MAX_RESULTS });
  const token = query.get('pageToken');
  const start = token ? entries.findIndex((entry) => after(entry.key, readPageToken(token))) : 0;
  const rest = start < 0 ? [] : entries.slice(start);
  const page = rest.slice(0, size);
  const last = page.at(-1);
  return {
    items: page.flatMap(({ object }) => object ?? []),
    prefixes: page.flatMap(({ key, object }) => (object ? [] : [key])),
    ...(rest.length > size && last && { nextPageToken: pageToken(last.key) }),
  };
}

const after = (key: string, given: string): boolean =>
  Buffer.compare(Buffer.from(key), Buffer.from(given)) > 0;

function folderOf(name: string, prefix: string, delimiter: string): string | undefined {
  if (delimiter === '') return undefined;
  const end = name.indexOf(delimiter, prefix.length);
  return end < 0 ? undefined : name.slice(0, end + delimiter.length);
}
