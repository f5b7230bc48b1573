/** What changed between two values, as sets of field paths: the ground on which ownership moves. */
import type { Json } from '../../core/store.ts';
import { isObject, sameJson } from '../object.ts';
import type { ListOf, Schema } from '../schema/types.ts';
import { childSchema, fieldSetOf, isGranular, itemSegment, joinPath } from './field-set.ts';

export interface Comparison {
  readonly added: ReadonlySet<string>;
  readonly modified: ReadonlySet<string>;
  readonly removed: ReadonlySet<string>;
}

interface Collecting {
  readonly added: Set<string>;
  readonly modified: Set<string>;
  readonly removed: Set<string>;
}

export function compare(before: Json, after: Json, schema: Schema): Comparison {
  const out: Collecting = { added: new Set(), modified: new Set(), removed: new Set() };
  walk(before, after, schema, '', out);
  return out;
}

function walk(
  before: Json | undefined,
  after: Json | undefined,
  schema: Schema,
  path: string,
  out: Collecting,
): void {
  const had = before !== undefined && before !== null;
  const has = after !== undefined && after !== null;
  if (!had && !has) return;
  if (!had) {
    whole(after as Json, schema, path, out.added);
    return;
  }
  if (!has) {
    whole(before, schema, path, out.removed);
    return;
  }
  if (!isGranular(before, schema) || !isGranular(after, schema)) {
    if (!sameJson(before, after)) out.modified.add(path);
  } else if (Array.isArray(before) && Array.isArray(after) && schema.type === 'list') {
    walkList(before, after, schema, path, out);
  } else if (isObject(before) && isObject(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      const child = childSchema(schema, key);
      if (child) walk(before[key], after[key], child, joinPath(path, `f:${key}`), out);
    }
  }
}

function walkList(before: Json[], after: Json[], schema: ListOf, path: string, out: Collecting): void {
  const olds = new Map(before.map((item) => [itemSegment(item, schema), item]));
  const news = new Map(after.map((item) => [itemSegment(item, schema), item]));
  for (const segment of new Set([...olds.keys(), ...news.keys()])) {
    walk(olds.get(segment), news.get(segment), schema.items, joinPath(path, segment), out);
  }
}

/** A value that came or went counts with all its fields and itself. */
function whole(value: Json, schema: Schema, path: string, out: Set<string>): void {
  if (path !== '') out.add(path);
  fieldSetOf(value, schema, path, out);
}
