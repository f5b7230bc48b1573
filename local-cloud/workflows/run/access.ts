/** Reading and writing inside maps and lists: `m.k`, `m["k"]`, `l[0]`, and the same as the target of an assignment. */
import { systemError, typeError } from './errors.ts';
import { textOf } from './operators.ts';
import { isList, isMap, typeOf, type Dict, type List, type Value } from './values.ts';

/** `container[key]`. Raises KeyError, IndexError or TypeError; assumed: the last for anything but maps and lists. */
export function read(container: Value, key: Value): Value {
  if (isMap(container)) {
    const name = keyOf(key);
    const value = container.get(name);
    if (value === undefined) throw systemError('KeyError', `key not found: ${name}`);
    return value;
  }
  if (isList(container)) {
    const value = container[indexOf(container, key)];
    return value ?? null;
  }
  throw typeError(`a value of type ${typeOf(container)} has no elements; wanted ${describe(key)}`);
}

/**
 * `container` with `value` at `path`; the old container stays as it was. A missing last key is created; assumed:
 * missing maps on the way are created too, and lists never grow.
 */
export function write(container: Value | undefined, path: readonly Value[], value: Value): Value {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (container === undefined || isMap(container))
    return writeKey(container ?? new Map(), keyOf(key), rest, value);
  if (isList(container)) return writeItem(container, indexOf(container, key), rest, value);
  throw typeError(`cannot assign ${describe(key)} of a value of type ${typeOf(container)}`);
}

function writeKey(map: Dict, key: string, rest: readonly Value[], value: Value): Dict {
  const copy = new Map(map);
  copy.set(key, write(map.get(key), rest, value));
  return copy;
}

function writeItem(list: List, index: number, rest: readonly Value[], value: Value): List {
  return list.with(index, write(list[index], rest, value));
}

/** Keys are text; a number means the key it would be written as. */
export function keyOf(key: Value): string {
  if (typeof key === 'string') return key;
  if (typeof key === 'bigint' || typeof key === 'number' || typeof key === 'boolean') return textOf(key);
  throw typeError(`the key of a map must be a string; got: ${typeOf(key)}`);
}

/** Raises TypeError and IndexError; assumed: also for a negative index, which counts from no end. */
export function indexOf(list: List, key: Value): number {
  if (typeof key !== 'bigint') throw typeError(`the index of a list must be an integer; got: ${typeOf(key)}`);
  if (key < 0n || key >= BigInt(list.length)) {
    throw systemError('IndexError', `index out of range: ${key}, the list has ${list.length} elements`);
  }
  return Number(key);
}

const describe = (key: Value): string =>
  typeof key === 'string' ? `key '${key}'` : `the element at an index of type ${typeOf(key)}`;
