/**
 * Sets of field paths: which fields a value holds, and their spelling in `managedFields` (FieldsV1). A path is a list of
 * segments `f:name` (field or map key), `k:{…}` (item of a keyed list) and `v:…` (member of a set).
 */
import type { Body, Json } from '../../core/store.ts';
import { isObject } from '../object.ts';
import { KEY_DEFAULTS, type ListOf, type Schema } from '../schema/types.ts';

/** Between segments; no field name or key value can hold it. */
const SEPARATOR = '\u0000';

/** Paths as joined segments. A member says that this very path is owned, not all below it. */
export type FieldSet = ReadonlySet<string>;

export const joinPath = (parent: string, segment: string): string =>
  parent === '' ? segment : `${parent}${SEPARATOR}${segment}`;

/** The schema of a child of an unchecked value: objects merge by key, everything else is a leaf. */
export const childSchema = (schema: Schema, key: string): Schema | undefined =>
  schema.type === 'struct' ? schema.fields[key] : schema.type === 'map' ? schema.values : schema;

/** Whether ownership goes below this value; a leaf is owned, compared and replaced as a whole. */
export function isGranular(value: Json, schema: Schema): boolean {
  if (schema.type === 'struct' || schema.type === 'map') return !schema.atomic && isObject(value);
  if (schema.type === 'list') return schema.merge !== 'atomic' && Array.isArray(value);
  return schema.type === 'any' && isObject(value);
}

/** The segment that names an item of a keyed list or a set. */
export function itemSegment(item: Json, schema: ListOf): string {
  if (schema.merge === 'set') return `v:${JSON.stringify(item)}`;
  const keys: Body = {};
  for (const key of [...schema.keys].sort()) {
    const value = isObject(item) ? (item[key] ?? KEY_DEFAULTS[key]) : undefined;
    if (value !== undefined) keys[key] = value;
  }
  return `k:${JSON.stringify(keys)}`;
}

/** Every path `value` holds. Containers count only when empty, list items always. */
export function fieldSetOf(value: Json, schema: Schema, path = '', out = new Set<string>()): Set<string> {
  if (!isGranular(value, schema)) {
    out.add(path);
  } else if (Array.isArray(value) && schema.type === 'list') {
    for (const item of value) {
      const at = joinPath(path, itemSegment(item, schema));
      out.add(at);
      if (schema.merge === 'keyed') fieldSetOf(item, schema.items, at, out);
    }
  } else if (isObject(value)) {
    const entries = Object.entries(value);
    if (entries.length === 0 && path !== '') out.add(path);
    for (const [key, item] of entries) {
      const child = childSchema(schema, key);
      if (child && item !== null) fieldSetOf(item, child, joinPath(path, `f:${key}`), out);
    }
  }
  return out;
}

/** The set and every path above its members. */
export function withParents(paths: Iterable<string>): Set<string> {
  const out = new Set<string>();
  for (const path of paths) {
    for (let at = path; at !== '' && !out.has(at); at = at.slice(0, Math.max(0, at.lastIndexOf(SEPARATOR)))) {
      out.add(at);
    }
  }
  return out;
}

export const without = (a: FieldSet, ...others: FieldSet[]): Set<string> =>
  new Set([...a].filter((path) => !others.some((other) => other.has(path))));

export const intersection = (a: FieldSet, b: FieldSet): Set<string> =>
  new Set([...a].filter((path) => b.has(path)));

export const union = (...sets: FieldSet[]): Set<string> => new Set(sets.flatMap((one) => [...one]));

export const sameSet = (a: FieldSet, b: FieldSet): boolean =>
  a.size === b.size && [...a].every((path) => b.has(path));

export function toFieldsV1(paths: FieldSet): Body {
  const root: Body = {};
  const all = withParents(paths);
  for (const path of [...all].sort()) {
    let node = root;
    for (const segment of path.split(SEPARATOR)) {
      const next = node[segment];
      node = isObject(next) ? next : ((node[segment] = {}), node[segment]);
    }
    // A member that also has members below it says so with a dot.
    if (paths.has(path)) node['.'] = {};
  }
  return dropLeafDots(root);
}

function dropLeafDots(node: Body): Body {
  const keys = Object.keys(node);
  if (keys.length === 1 && keys[0] === '.') return {};
  return Object.fromEntries(
    keys.map((key) => {
      const child = node[key];
      return [key, isObject(child) ? dropLeafDots(child) : {}];
    }),
  );
}

export function fromFieldsV1(fields: Body): Set<string> {
  const out = new Set<string>();
  const walk = (node: Body, path: string) => {
    const entries = Object.entries(node);
    if (entries.length === 0 && path !== '') out.add(path);
    for (const [segment, child] of entries) {
      if (segment === '.') out.add(path);
      else if (isObject(child)) walk(child, joinPath(path, segment));
    }
  };
  walk(fields, '');
  return out;
}

/** As conflicts name a path: `.spec.template.spec.containers[name="app"].image`. */
export function printPath(path: string): string {
  return path
    .split(SEPARATOR)
    .map((segment) => {
      const text = segment.slice(2);
      if (segment.startsWith('f:')) return `.${text}`;
      if (segment.startsWith('v:')) return `[=${text}]`;
      const keys = JSON.parse(text) as Body;
      return `[${Object.entries(keys)
        .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
        .join(',')}]`;
    })
    .join('');
}
