/** What differs between two records, path by path, as people name fields: list items by their name. Pure. */
import { equal, textAt } from '../json.ts';
import type { Json } from '../model.ts';

export interface RecordChange {
  readonly path: string;
  /** Undefined: the field is not there on this side. */
  readonly before: Json | undefined;
  readonly after: Json | undefined;
}

/** In the order of `after`, then what only `before` has. */
export function recordChanges(before: Json | undefined, after: Json): RecordChange[] {
  const old = new Map(before === undefined ? [] : leaves(before, ''));
  const fresh = new Map(leaves(after, ''));
  return [...new Set([...fresh.keys(), ...old.keys()])].flatMap((path) => {
    const [was, will] = [old.get(path), fresh.get(path)];
    const same = was !== undefined && will !== undefined && equal(was, will);
    return same ? [] : [{ path, before: was, after: will }];
  });
}

/** Empty objects and lists are leaves too: `{}` is not the same as nothing. */
function leaves(value: Json, path: string): [string, Json][] {
  if (typeof value !== 'object' || value === null) return [[path, value]];
  if (isList(value)) {
    const named = value.every((item) => nameOf(item) !== undefined);
    if (value.length === 0 || !named) return [[path, value]];
    return value.flatMap((item) => leaves(item, `${path}[${nameOf(item) ?? ''}]`));
  }
  const entries = Object.entries(value);
  if (entries.length === 0) return [[path, value]];
  return entries.flatMap(([key, item]) => leaves(item, path === '' ? key : `${path}.${key}`));
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);

function nameOf(item: Json): string | undefined {
  return textAt(item, 'name') ?? undefined;
}
