/**
 * The expression helpers: conversions, `len`, `keys`, `default`, `if`, `get_type`. Source: stdlib reference, "Expression
 * helpers". Assumed: `if` and `default` evaluate all arguments, as functions do, and `keys` gives them as they came.
 */
import { typeError, valueError } from '../run/errors.ts';
import { textOf } from '../run/operators.ts';
import { characters, isList, isMap, typeOf, type Value } from '../run/values.ts';
import { params, type LibraryFunction } from './function.ts';

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

function double(value: Value): number {
  if (typeof value === 'bigint' || typeof value === 'number') return Number(value);
  if (typeof value !== 'string') throw typeError(`double: cannot convert a value of type ${typeOf(value)}`);
  if (!DECIMAL.test(value)) throw valueError(`double: '${value}' is not a number`);
  return Number(value);
}

function int(value: Value): bigint {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') return ofDouble(value);
  if (typeof value !== 'string') throw typeError(`int: cannot convert a value of type ${typeOf(value)}`);
  if (!/^[+-]?\d+$/.test(value)) throw valueError(`int: '${value}' is not an integer`);
  return inRange(BigInt(value.replace(/^\+/, '')), value);
}

function ofDouble(value: number): bigint {
  if (!Number.isFinite(value)) throw valueError(`int: ${value} has no integer value`);
  return inRange(BigInt(Math.trunc(value)), String(value));
}

function inRange(integer: bigint, text: string): bigint {
  if (BigInt.asIntN(64, integer) !== integer) throw valueError(`int: ${text} does not fit into 64 bits`);
  return integer;
}

function string(value: Value): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'bigint' || typeof value === 'number' || typeof value === 'boolean')
    return textOf(value);
  throw typeError(`string: cannot convert a value of type ${typeOf(value)}`);
}

function len(value: Value): bigint {
  if (typeof value === 'string') return BigInt(characters(value).length);
  if (isList(value)) return BigInt(value.length);
  if (isMap(value)) return BigInt(value.size);
  throw typeError(`len: a value of type ${typeOf(value)} has no length`);
}

export const HELPERS: readonly LibraryFunction[] = [
  { name: 'double', params: params('x'), call: (args) => double(args.value('x')) },
  { name: 'int', params: params('x'), call: (args) => int(args.value('x')) },
  { name: 'string', params: params('x'), call: (args) => string(args.value('x')) },
  { name: 'keys', params: params('map'), call: (args) => [...args.map('map').keys()] },
  { name: 'len', params: params('value'), call: (args) => len(args.value('value')) },
  {
    name: 'default',
    params: params('val', 'defaultVal'),
    call: (args) => args.value(args.has('val') ? 'val' : 'defaultVal'),
  },
  {
    name: 'if',
    params: params('condition', 'ifTrue', 'ifFalse'),
    call: (args) => args.value(args.boolean('condition') ? 'ifTrue' : 'ifFalse'),
  },
  { name: 'get_type', params: params('arg'), call: (args) => typeOf(args.value('arg')) },
];
