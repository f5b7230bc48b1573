/** The modules `list`, `map` and `math`. Everything here copies; nothing changes its arguments. */
import { typeError, valueError } from '../run/errors.ts';
import { isList, isMap, typeOf, type Dict, type Value } from '../run/values.ts';
import { params, type Arguments, type LibraryFunction } from './function.ts';

/** Null when absent, when the input is no map, or when a level on the way is none; there is no default argument. */
function get(map: Value, keys: readonly Value[]): Value {
  let at: Value = map;
  for (const key of keys) {
    if (typeof key !== 'string') throw typeError(`map.get: keys must be strings; got: ${typeOf(key)}`);
    if (!isMap(at)) return null;
    at = at.get(key) ?? null;
  }
  return at;
}

function keysOf(args: Arguments): readonly Value[] {
  const keys = args.value('keys');
  return isList(keys) ? keys : [keys];
}

function mergeNested(first: Dict, second: Dict): Dict {
  const merged = new Map(first);
  for (const [key, value] of second) {
    const before = first.get(key);
    merged.set(
      key,
      before !== undefined && isMap(before) && isMap(value) ? mergeNested(before, value) : value,
    );
  }
  return merged;
}

/** The least integer has no positive counterpart in 64 bits. Assumed: ValueError, as for `int()`. */
function abs(x: bigint | number): bigint | number {
  return typeof x === 'bigint' ? fitting(x < 0n ? -x : x, 'math.abs') : Math.abs(x);
}

function floor(x: bigint | number): bigint {
  if (typeof x === 'bigint') return x;
  if (!Number.isFinite(x)) throw valueError(`math.floor: ${x} has no integer value`);
  return fitting(BigInt(Math.floor(x)), 'math.floor');
}

function fitting(integer: bigint, callee: string): bigint {
  if (BigInt.asIntN(64, integer) === integer) return integer;
  throw valueError(`${callee}: the result does not fit into 64 bits`);
}

function numeric(args: Arguments, name: string): bigint | number {
  const value = args.value(name);
  return typeof value === 'bigint' ? value : args.number(name);
}

export const COLLECTIONS: readonly LibraryFunction[] = [
  // One element is added, also when it is a list: lists nest, they are not joined (documented).
  {
    name: 'list.concat',
    params: params('objs', 'val'),
    call: (args) => [...args.list('objs'), args.value('val')],
  },
  {
    name: 'list.prepend',
    params: params('objs', 'val'),
    call: (args) => [args.value('val'), ...args.list('objs')],
  },
  { name: 'map.get', params: params('map', 'keys'), call: (args) => get(args.value('map'), keysOf(args)) },
  {
    name: 'map.delete',
    params: params('map', 'key'),
    call: (args) => {
      const copy = new Map(args.map('map'));
      copy.delete(args.string('key'));
      return copy;
    },
  },
  {
    name: 'map.merge',
    params: params('first', 'second'),
    call: (args) => new Map([...args.map('first'), ...args.map('second')]),
  },
  {
    name: 'map.merge_nested',
    params: params('first', 'second'),
    call: (args) => mergeNested(args.map('first'), args.map('second')),
  },
  { name: 'math.abs', params: params('x'), call: (args) => abs(numeric(args, 'x')) },
  {
    name: 'math.floor',
    params: params('x'),
    call: (args) => floor(numeric(args, 'x')),
  },
  {
    name: 'math.max',
    params: params('x', 'y'),
    call: (args) => (numeric(args, 'x') >= numeric(args, 'y') ? numeric(args, 'x') : numeric(args, 'y')),
  },
  {
    name: 'math.min',
    params: params('x', 'y'),
    call: (args) => (numeric(args, 'x') <= numeric(args, 'y') ? numeric(args, 'x') : numeric(args, 'y')),
  },
];
