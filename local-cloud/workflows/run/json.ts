/** JSON in and out of the language: integers stay integers, and bytes and functions have no JSON form. */
import { valueError, typeError } from './errors.ts';
import { FunctionValue, isBytes, isList, isMap, typeOf, type Dict, type Value } from './values.ts';

/** Assumed: number text without fraction or exponent is an integer, as long as it fits into 64 bits. */
const INTEGER = /^-?\d+$/;

/** Decodes JSON text. Throws a plain SyntaxError; callers say what the text was meant to be. */
export function parseJson(text: string): Value {
  // The reviver's third argument carries the number's own text, without which 1 and 1.0 would be the same.
  const revive = (_key: string, value: unknown, context?: { source?: string }): unknown => {
    const source = context?.source;
    if (typeof value !== 'number' || source === undefined || !INTEGER.test(source)) return value;
    const integer = BigInt(source);
    return BigInt.asIntN(64, integer) === integer ? integer : value;
  };
  return fromJson(JSON.parse(text, revive));
}

/** A parsed JSON document as a value. Numbers that are still JavaScript numbers become doubles. */
export function fromJson(json: unknown): Value {
  if (Array.isArray(json)) return json.map(fromJson);
  if (typeof json === 'object' && json !== null) {
    return new Map(Object.entries(json).map(([key, value]) => [key, fromJson(value)]));
  }
  if (
    typeof json === 'string' ||
    typeof json === 'number' ||
    typeof json === 'boolean' ||
    typeof json === 'bigint'
  ) {
    return json;
  }
  return null;
}

export interface Layout {
  readonly prefix: string;
  readonly indent: string;
}

/**
 * The entries of a map in the order its JSON has: by key. Results and error payloads of the service show it (its
 * tutorial on executing workflows from a workflow assigns `success` before `failure`); assumed for `json.encode` too.
 */
const ordered = (map: Dict): [string, Value][] => [...map].sort(([a], [b]) => (a < b ? -1 : 1));

/** JSON text of a value. Raises TypeError for bytes and functions, ValueError for numbers JSON cannot write. */
export function toJson(value: Value, layout?: Layout): string {
  return write(value, layout, layout === undefined ? '' : `\n${layout.prefix}`);
}

function write(value: Value, layout: Layout | undefined, line: string): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw valueError(`${value} cannot be encoded as JSON`);
    return JSON.stringify(value);
  }
  if (isBytes(value) || value instanceof FunctionValue) {
    throw typeError(`a value of type ${typeOf(value)} cannot be encoded as JSON`);
  }
  const inner = layout === undefined ? '' : line + layout.indent;
  if (isList(value)) {
    const items = value.map((item) => inner + write(item, layout, inner));
    return items.length === 0 ? '[]' : `[${items.join(',')}${line}]`;
  }
  if (!isMap(value)) return 'null';
  const colon = layout === undefined ? ':' : ': ';
  const entries = ordered(value).map(
    ([key, item]) => inner + JSON.stringify(key) + colon + write(item, layout, inner),
  );
  return entries.length === 0 ? '{}' : `{${entries.join(',')}${line}}`;
}

/** JSON text for messages and error payloads, where a value that has no JSON form must not hide the error itself. */
export function printable(value: Value): string {
  if (isBytes(value)) return JSON.stringify(Buffer.from(value).toString('base64'));
  if (value instanceof FunctionValue) return JSON.stringify(value.name);
  if (isList(value)) return `[${value.map(printable).join(',')}]`;
  if (isMap(value)) {
    return `{${ordered(value)
      .map(([key, item]) => `${JSON.stringify(key)}:${printable(item)}`)
      .join(',')}}`;
  }
  return typeof value === 'number' && !Number.isFinite(value) ? JSON.stringify(String(value)) : toJson(value);
}
