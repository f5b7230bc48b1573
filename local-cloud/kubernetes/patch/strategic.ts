/**
 * Strategic merge patch: like a JSON merge patch, but keyed lists merge item by item, and directives inside the patch
 * (`$patch`, `$deleteFromPrimitiveList/…`, `$setElementOrder/…`, `$retainKeys`) say what merging alone cannot.
 */
import type { Body, Json } from '../../core/store.ts';
import { isObject, sameJson } from '../object.ts';
import type { ListOf, Schema } from '../schema/types.ts';
import { childSchema } from '../fields/field-set.ts';
import { badRequest } from '../status.ts';

const DELETE_FROM = '$deleteFromPrimitiveList/';
const ORDER = '$setElementOrder/';

/** Throws 400 on a directive this form does not know or an item without its key. */
export function strategicPatch(target: Body, patch: Body, schema: Schema): Body {
  const directive = patch['$patch'];
  if (directive === 'replace') return stripDirectives(patch);
  if (directive === 'delete') return {};
  if (directive !== undefined && directive !== 'merge') {
    throw badRequest(`Unknown patch type: ${JSON.stringify(directive)}`);
  }
  const result: Body = retained(target, patch['$retainKeys']);
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith('$')) continue;
    const child = childSchema(schema, key) ?? { type: 'any' };
    if (value === null) Reflect.deleteProperty(result, key);
    else result[key] = patchValue(result[key], value, child);
  }
  for (const [key, value] of Object.entries(patch)) {
    if (!Array.isArray(value)) continue;
    if (key.startsWith(DELETE_FROM)) {
      const field = key.slice(DELETE_FROM.length);
      const have = result[field];
      if (Array.isArray(have))
        result[field] = have.filter((item) => !value.some((gone) => sameJson(gone, item)));
    } else if (key.startsWith(ORDER)) {
      const field = key.slice(ORDER.length);
      const have = result[field];
      const child = childSchema(schema, field);
      if (Array.isArray(have) && child?.type === 'list') result[field] = ordered(have, value, child);
    }
  }
  return result;
}

function patchValue(target: Json | undefined, patch: Json, schema: Schema): Json {
  if (isObject(patch)) return strategicPatch(isObject(target) ? target : {}, patch, schema);
  if (!Array.isArray(patch)) return patch;
  // A keyed list may itself be replaced by an item `{"$patch": "replace"}`.
  const replace = patch.some((item) => isObject(item) && item['$patch'] === 'replace');
  if (schema.type !== 'list' || schema.merge === 'atomic' || replace) {
    return patch
      .filter((item) => !(isObject(item) && item['$patch'] === 'replace'))
      .map((item) => structuredClone(item));
  }
  const have = Array.isArray(target) ? target : [];
  if (schema.merge === 'set') {
    return [...have, ...patch.filter((item) => !have.some((known) => sameJson(known, item)))];
  }
  return patchKeyed(have, patch, schema);
}

function patchKeyed(have: readonly Json[], patch: readonly Json[], schema: ListOf): Json[] {
  const key = schema.keys[0] ?? 'name';
  const result = [...have];
  for (const item of patch) {
    if (!isObject(item) || item[key] === undefined) {
      throw badRequest(`map: ${JSON.stringify(item)} does not contain declared merge key: ${key}`);
    }
    const at = result.findIndex((known) => isObject(known) && sameJson(known[key], item[key]));
    const known = result[at];
    if (item['$patch'] === 'delete') {
      if (at >= 0) result.splice(at, 1);
    } else if (isObject(known)) {
      result[at] = strategicPatch(known, item, schema.items);
    } else {
      result.push(stripDirectives(item));
    }
  }
  return result;
}

/** `order` names items by their key (or by value, in sets); items it does not name keep their place at the end. */
function ordered(items: readonly Json[], order: readonly Json[], schema: ListOf): Json[] {
  const key = schema.keys[0] ?? 'name';
  const idOf = (item: Json): Json | undefined =>
    schema.merge === 'keyed' ? (isObject(item) ? item[key] : undefined) : item;
  const rank = (item: Json): number => {
    const at = order.findIndex((wanted) => sameJson(idOf(wanted), idOf(item)));
    return at < 0 ? order.length : at;
  };
  return items
    .map((item, i) => ({ item, rank: rank(item), i }))
    .sort((a, b) => a.rank - b.rank || a.i - b.i)
    .map(({ item }) => item);
}

function retained(target: Body, keys: Json | undefined): Body {
  if (!Array.isArray(keys)) return { ...target };
  return Object.fromEntries(Object.entries(target).filter(([key]) => keys.includes(key)));
}

function stripDirectives(patch: Body): Body {
  return Object.fromEntries(
    Object.entries(patch)
      .filter(([key, value]) => !key.startsWith('$') && value !== null)
      .map(([key, value]) => [key, isObject(value) ? stripDirectives(value) : value]),
  );
}
