/** Terraform's values as plain JavaScript, and their msgpack form on the wire. */
import { decode, encode, ExtensionCodec } from '@msgpack/msgpack';

interface Unknown {
  readonly unknown: true;
}

/** A value Terraform will only know after apply. There is one instance; compare with `===`. */
export const UNKNOWN: Unknown = Object.freeze({ unknown: true });

export type Value = null | boolean | number | string | Unknown | Value[] | { [name: string]: Value };

/** An object or block: every attribute and nested block by name. */
export type State = { [name: string]: Value };

/**
 * Terraform writes an unknown as an extension of any type: 0 plainly, 12 with refinements. We write the plain form
 * and ignore refinements; they are hints that a provider may do without.
 */
const UNKNOWN_PLAIN = 0;
const UNKNOWN_REFINED = 12;

const extensions = new ExtensionCodec<undefined>();
for (const type of [UNKNOWN_PLAIN, UNKNOWN_REFINED]) {
  extensions.register({
    type,
    encode: (value) => (value === UNKNOWN && type === UNKNOWN_PLAIN ? Uint8Array.of(0) : null),
    decode: () => UNKNOWN,
  });
}

export const encodeValue = (value: Value): Uint8Array => encode(value, { extensionCodec: extensions });

/** Throws when the bytes are not msgpack. */
export const decodeValue = (data: Uint8Array): Value => decode(data, { extensionCodec: extensions }) as Value;

export const isUnknown = (value: Value | undefined): boolean => value === UNKNOWN;

export const isObject = (value: Value | undefined): value is State =>
  typeof value === 'object' && value !== null && value !== UNKNOWN && !Array.isArray(value);

/** Is this value, or anything inside it, unknown? */
export function hasUnknown(value: Value): boolean {
  if (value === UNKNOWN) return true;
  if (Array.isArray(value)) return value.some(hasUnknown);
  return isObject(value) && Object.values(value).some(hasUnknown);
}

/** The zero of any type. The provider's SDK cannot tell it from null, so neither may we. */
export function isEmpty(value: Value | undefined): boolean {
  if (value === undefined || value === null || value === '' || value === 0 || value === false) return true;
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value) && Object.keys(value).length === 0;
}

export const objects = (value: Value | undefined): State[] =>
  Array.isArray(value) ? value.filter(isObject) : [];

export const text = (value: Value | undefined): string => (typeof value === 'string' ? value : '');

/** The one item of a block that may stand at most once. */
export const only = (value: Value | undefined): State | undefined => objects(value)[0];

/** Strings of a map attribute; anything else in it is left out. */
export const stringMap = (value: Value | undefined): Record<string, string> =>
  Object.fromEntries(
    Object.entries(isObject(value) ? value : {}).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    ),
  );
