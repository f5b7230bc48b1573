/** The modules `base64`, `hash`, `json` and `uuid`. */
import { createHash, createHmac, randomUUID } from 'node:crypto';
import { typeError, valueError } from '../run/errors.ts';
import { parseJson, toJson, type Layout } from '../run/json.ts';
import { isBytes, isMap, typeOf, type Value } from '../run/values.ts';
import { params, type Arguments, type LibraryFunction } from './function.ts';

const ALGORITHMS = ['MD5', 'SHA1', 'SHA224', 'SHA256', 'SHA384', 'SHA512'];

function algorithmOf(args: Arguments): string {
  const algorithm = args.string('algorithm');
  if (ALGORITHMS.includes(algorithm)) return algorithm.toLowerCase();
  throw valueError(`unknown hash algorithm '${algorithm}'; known: ${ALGORITHMS.join(', ')}`);
}

function decodeBase64(data: string, padding: boolean): Uint8Array {
  const bytes = Buffer.from(data, 'base64');
  // Buffer skips what it does not know, so the text is proved by writing it again.
  const text = bytes.toString('base64');
  if (data !== (padding ? text : text.replace(/=+$/, '')))
    throw valueError('base64.decode: malformed base64 text');
  return bytes;
}

function encodeBase64(data: Uint8Array, padding: boolean): string {
  const text = Buffer.from(data).toString('base64');
  return padding ? text : text.replace(/=+$/, '');
}

function decodeJson(data: Value): Value {
  if (typeof data !== 'string' && !isBytes(data)) {
    throw typeError(`json.decode: argument 'data' must be bytes or a string; got: ${typeOf(data)}`);
  }
  try {
    return parseJson(typeof data === 'string' ? data : Buffer.from(data).toString());
  } catch (error) {
    if (error instanceof RangeError) throw error;
    throw valueError(
      `json.decode: malformed JSON: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/** `indent` is a boolean or a map with `prefix` and `indent`. */
function layoutOf(indent: Value): Layout | undefined {
  if (indent === null || indent === false) return undefined;
  if (indent === true) return { prefix: '', indent: '  ' };
  if (!isMap(indent)) throw typeError(`indent must be a boolean or a map; got: ${typeOf(indent)}`);
  const text = (key: string, fallback: string): string => {
    const value = indent.get(key) ?? fallback;
    if (typeof value !== 'string') throw typeError(`indent.${key} must be a string; got: ${typeOf(value)}`);
    return value;
  };
  return { prefix: text('prefix', ''), indent: text('indent', '  ') };
}

const encodeJson = (args: Arguments): string => toJson(args.value('data'), layoutOf(args.value('indent')));

export const ENCODINGS: readonly LibraryFunction[] = [
  {
    name: 'base64.decode',
    params: params('data', ['padding', true]),
    call: (args) => decodeBase64(args.string('data'), args.boolean('padding')),
  },
  {
    name: 'base64.encode',
    params: params('data', ['padding', true]),
    call: (args) => encodeBase64(args.bytes('data'), args.boolean('padding')),
  },
  {
    name: 'hash.compute_checksum',
    params: params('data', 'algorithm'),
    call: (args) => createHash(algorithmOf(args)).update(args.bytes('data')).digest(),
  },
  {
    name: 'hash.compute_hmac',
    params: params('key', 'data', 'algorithm'),
    call: (args) => createHmac(algorithmOf(args), args.bytes('key')).update(args.bytes('data')).digest(),
  },
  { name: 'json.decode', params: params('data'), call: (args) => decodeJson(args.value('data')) },
  {
    name: 'json.encode',
    params: params('data', ['indent', null]),
    call: (args) => Buffer.from(encodeJson(args)),
  },
  { name: 'json.encode_to_string', params: params('data', ['indent', null]), call: encodeJson },
  { name: 'uuid.generate', params: [], call: () => randomUUID() },
];
