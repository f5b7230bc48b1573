/** JSON text with sorted keys: what Spanner makes of a JSON value it stores, and our way to compare two values. */
import type { Json } from '../reconciler/model.ts';

/** Compact JSON, keys in code point order, as Spanner normalises JSON columns. */
export function canonicalJson(value: Json): string {
  return JSON.stringify(sorted(value));
}

/** Equal as JSON: the order of keys does not matter, the order of items does. */
export const sameJson = (one: Json, other: Json): boolean => canonicalJson(one) === canonicalJson(other);

/** Code point order, which is the order of UTF-8 bytes; `<` compares UTF-16 units and differs beyond the BMP. */
export const compareText = (one: string, other: string): number =>
  Buffer.compare(Buffer.from(one, 'utf8'), Buffer.from(other, 'utf8'));

function sorted(value: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => compareText(one, other))
      .map(([key, item]) => [key, sorted(item)]),
  );
}
