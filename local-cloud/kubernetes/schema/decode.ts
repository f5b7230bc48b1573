/**
 * Reads JSON as the API server's typed decoder does: unknown fields are named and dropped, wrong types refused, empty
 * and zero values of omit-empty fields vanish, quantities take their canonical spelling.
 */
import type { Body, Json } from '../../core/store.ts';
import { isObject } from '../object.ts';
import { canonicalQuantity } from '../quantity.ts';
import type { ListOf, Scalar, Schema, Struct } from './types.ts';

/** A value of the wrong type; the message is the decoder's, without the kind in front of it. */
export class DecodeError extends Error {}

export interface Decoded {
  readonly value: Body;
  /** Paths of fields the schema does not know, e.g. `spec.template.spec.containers[0].imagee`. */
  readonly unknown: readonly string[];
}

/** Throws DecodeError on a value of the wrong type. The input is left untouched. */
export function decode(value: Body, schema: Struct): Decoded {
  const unknown: string[] = [];
  return { value: decodeStruct(value, schema, '', unknown), unknown };
}

function decodeAny(value: Json, schema: Schema, at: string, unknown: string[]): Json {
  switch (schema.type) {
    case 'any':
      return structuredClone(value);
    case 'scalar':
      return decodeScalar(value, schema, at);
    case 'list':
      return decodeList(value, schema, at, unknown);
    case 'map': {
      if (!isObject(value)) throw wrongType(value, at, 'map');
      const { values } = schema;
      return Object.fromEntries(
        Object.entries(value).map(([key, item]) => [
          key,
          decodeAny(item ?? '', values, `${at}.${key}`, unknown),
        ]),
      );
    }
    case 'struct':
      if (!isObject(value)) throw wrongType(value, at, 'struct');
      return decodeStruct(value, schema, at, unknown);
  }
}

function decodeStruct(value: Body, schema: Struct, at: string, unknown: string[]): Body {
  const decoded: Body = {};
  for (const [key, item] of Object.entries(value)) {
    const path = at === '' ? key : `${at}.${key}`;
    const field = schema.fields[key];
    if (!field) {
      unknown.push(path);
      continue;
    }
    // A null is an absent value everywhere in these types.
    if (item === null) continue;
    const read = decodeAny(item, field, path, unknown);
    if (!vanishes(read, field)) decoded[key] = read;
  }
  return decoded;
}

function decodeList(value: Json, schema: ListOf, at: string, unknown: string[]): Json {
  if (!Array.isArray(value)) throw wrongType(value, at, 'slice');
  return value.map((item, i) => decodeAny(item ?? {}, schema.items, `${at}[${i}]`, unknown));
}

function decodeScalar(value: Json, schema: Scalar, at: string): Json {
  switch (schema.of) {
    case 'string':
      if (typeof value === 'string') return value;
      throw wrongType(value, at, 'string');
    case 'boolean':
      if (typeof value === 'boolean') return value;
      throw wrongType(value, at, 'bool');
    case 'integer':
      if (typeof value === 'number' && Number.isInteger(value)) return value;
      throw wrongType(value, at, 'int');
    case 'intOrString':
      if (typeof value === 'string' || (typeof value === 'number' && Number.isInteger(value))) return value;
      throw wrongType(value, at, 'int32 or string');
    case 'quantity':
      return decodeQuantity(value, at);
  }
}

function decodeQuantity(value: Json, at: string): string {
  if (typeof value !== 'string' && typeof value !== 'number') throw wrongType(value, at, 'quantity');
  try {
    return canonicalQuantity(value);
  } catch (error) {
    throw new DecodeError(`${(error as Error).message} (field ${at})`);
  }
}

/** Structs stay even when empty: in Go they are pointers, or values that `omitempty` does not touch. */
function vanishes(value: Json, schema: Schema): boolean {
  switch (schema.type) {
    case 'scalar':
      return !schema.kept && (value === '' || value === 0 || value === false);
    case 'list':
      return Array.isArray(value) && value.length === 0;
    case 'map':
      return isObject(value) && Object.keys(value).length === 0;
    case 'struct':
    case 'any':
      return false;
  }
}

function wrongType(value: Json, at: string, want: string): DecodeError {
  const have = Array.isArray(value) ? 'array' : isObject(value) ? 'object' : typeof value;
  return new DecodeError(`json: cannot unmarshal ${have} into Go struct field ${at} of type ${want}`);
}
