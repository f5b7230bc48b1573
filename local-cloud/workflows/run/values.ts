/**
 * The values of the language. They are never changed in place: an assignment into a map or list makes a new one along
 * the way, so that sharing one value between two variables is the copy the language promises.
 */
import type { Scalar } from '../lang/program.ts';

/** A library constant or subworkflow named without calling it, e.g. a retry predicate. */
export class FunctionValue {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

export type List = readonly Value[];
export type Dict = ReadonlyMap<string, Value>;
/** Integers are bigints, doubles numbers, bytes Uint8Arrays. */
export type Value = Scalar | Uint8Array | FunctionValue | List | Dict;

export type TypeName =
  'integer' | 'double' | 'string' | 'boolean' | 'bytes' | 'null' | 'list' | 'map' | 'function';

/** Code points: what the language counts as characters, an emoji once. */
export const characters = (text: string): string[] => Array.from(text);

export const isList = (value: Value): value is List => Array.isArray(value);
export const isMap = (value: Value): value is Dict => value instanceof Map;
export const isBytes = (value: Value): value is Uint8Array => value instanceof Uint8Array;

/** The name `get_type()` gives. Assumed: all but that it is text. */
export function typeOf(value: Value): TypeName {
  if (value === null) return 'null';
  if (typeof value === 'bigint') return 'integer';
  if (typeof value === 'number') return 'double';
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'boolean';
  if (isList(value)) return 'list';
  if (isMap(value)) return 'map';
  return isBytes(value) ? 'bytes' : 'function';
}

/** Deep equality. Assumed: integers and doubles compare as numbers, everything else across types is unequal. */
export function equal(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (typeof a === 'bigint' || typeof a === 'number') {
    // Loose equality compares a bigint and a number by their mathematical values, which is what is wanted.
    // eslint-disable-next-line eqeqeq -- see the line above
    return (typeof b === 'bigint' || typeof b === 'number') && a == b;
  }
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return false;
  if (isList(a)) {
    return isList(b) && a.length === b.length && a.every((item, i) => equal(item, b[i] ?? null));
  }
  if (isMap(a)) {
    if (!isMap(b) || a.size !== b.size) return false;
    return [...a].every(([key, value]) => b.has(key) && equal(value, b.get(key) ?? null));
  }
  if (isBytes(a)) return isBytes(b) && Buffer.compare(a, b) === 0;
  return b instanceof FunctionValue && a.name === b.name;
}

/** A map from entries that are known when the code is written. */
export const mapOf = (entries: Readonly<Record<string, Value>>): Dict => new Map(Object.entries(entries));
