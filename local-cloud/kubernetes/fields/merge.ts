/** Lays an applied configuration over a live object, and takes given paths out of one, by the rules of its schema. */
import type { Body, Json } from '../../core/store.ts';
import { isObject } from '../object.ts';
import type { ListOf, Schema } from '../schema/types.ts';
import { childSchema, isGranular, itemSegment, joinPath } from './field-set.ts';

/** `config` wins wherever it says something; what it does not mention stays. */
export function merge(live: Json | undefined, config: Json, schema: Schema): Json {
  if (live === undefined || !isGranular(live, schema) || !isGranular(config, schema)) {
    return structuredClone(config);
  }
  if (Array.isArray(live) && Array.isArray(config) && schema.type === 'list') {
    return mergeList(live, config, schema);
  }
  if (!isObject(live) || !isObject(config)) return structuredClone(config);
  const merged: Body = structuredClone(live);
  for (const [key, value] of Object.entries(config)) {
    const child = childSchema(schema, key);
    merged[key] = child ? merge(live[key], value, child) : structuredClone(value);
  }
  return merged;
}

/** Items both sides name stand in the applied order; items of the live side alone keep their place before them. */
function mergeList(live: Json[], config: Json[], schema: ListOf): Json[] {
  const segments = live.map((item) => itemSegment(item, schema));
  const applied = new Set(config.map((item) => itemSegment(item, schema)));
  const merged: Json[] = [];
  let next = 0;
  const keepUntil = (end: number) => {
    for (; next < end; next += 1) {
      const item = live[next];
      if (item !== undefined && !applied.has(segments[next] ?? '')) merged.push(item);
    }
  };
  for (const item of config) {
    const at = segments.indexOf(itemSegment(item, schema));
    if (at >= 0) keepUntil(at);
    merged.push(merge(at >= 0 ? live[at] : undefined, item, schema.items));
  }
  keepUntil(live.length);
  return merged;
}

/** `value` without the given paths and everything below them. */
export function removePaths(value: Json, schema: Schema, paths: ReadonlySet<string>, path = ''): Json {
  if (!isGranular(value, schema)) return value;
  if (Array.isArray(value) && schema.type === 'list') {
    return value.flatMap((item) => {
      const at = joinPath(path, itemSegment(item, schema));
      return paths.has(at) ? [] : [removePaths(item, schema.items, paths, at)];
    });
  }
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => {
      const child = childSchema(schema, key);
      const at = joinPath(path, `f:${key}`);
      if (paths.has(at)) return [];
      return [[key, child ? removePaths(item, child, paths, at) : item]];
    }),
  );
}
