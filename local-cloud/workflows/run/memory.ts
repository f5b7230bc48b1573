/** What values cost, by the documented formula (docs page on variables), and the sizes no value may pass. */
import { MAX_STRING_BYTES, MAX_VALUE_DEPTH } from '../lang/limits.ts';
import { resourceLimit } from './errors.ts';
import { FunctionValue, isBytes, isList, type Dict, type List, type Value } from './values.ts';

export const SCALAR_BYTES = 8;

interface Cost {
  readonly bytes: number;
  /** Containers inside containers; 1 for a list of scalars. */
  readonly depth: number;
}

/** Containers never change, so each is counted once. */
const known = new WeakMap<object, Cost>();

/**
 * Bytes of a value: 8 for a scalar, 8 and the contents for strings, bytes and lists, 8 and the keys and values for maps.
 * Raises ResourceLimitError for a string that is too long and for lists and maps nested too deep.
 */
export function measure(value: Value): number {
  if (typeof value === 'string') return SCALAR_BYTES + textBytes(value);
  if (typeof value !== 'object' || value === null || value instanceof FunctionValue) return SCALAR_BYTES;
  return isBytes(value) ? SCALAR_BYTES + value.byteLength : costOf(value, 1).bytes;
}

function costOf(container: List | Dict, level: number): Cost {
  const before = known.get(container);
  if (before !== undefined && level + before.depth - 1 <= MAX_VALUE_DEPTH) return before;
  if (level > MAX_VALUE_DEPTH) throw tooDeep();
  let bytes = SCALAR_BYTES;
  let depth = 0;
  const add = (item: Value): void => {
    if (typeof item !== 'object' || item === null || item instanceof FunctionValue || isBytes(item)) {
      bytes += measure(item);
      return;
    }
    const inner = costOf(item, level + 1);
    bytes += inner.bytes;
    depth = Math.max(depth, inner.depth);
  };
  if (isList(container)) for (const item of container) add(item);
  else {
    for (const [key, item] of container) {
      add(key);
      add(item);
    }
  }
  const cost = { bytes, depth: depth + 1 };
  known.set(container, cost);
  return cost;
}

/** After `item` was put into a container in place: what the container costs now. Its depth is never taken back. */
export function replaced(container: object, bytes: number, item: Value): void {
  measure(item);
  const inner = typeof item === 'object' && item !== null ? (known.get(item)?.depth ?? 0) : 0;
  const depth = Math.max(known.get(container)?.depth ?? 1, inner + 1);
  if (depth > MAX_VALUE_DEPTH) throw tooDeep();
  known.set(container, { bytes, depth });
}

/** A string made on the way to a variable, or to nowhere. Raises ResourceLimitError when it is too long. */
export function fitting(text: string): string {
  // No character takes more than three bytes per UTF-16 unit, so that short strings need no counting.
  if (text.length * 3 > MAX_STRING_BYTES) textBytes(text);
  return text;
}

/** UTF-8 bytes of a string. Raises ResourceLimitError when there are too many. */
function textBytes(text: string): number {
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_STRING_BYTES) {
    throw resourceLimit(`string of ${bytes} bytes: the maximum is ${MAX_STRING_BYTES} bytes`);
  }
  return bytes;
}

const tooDeep = () => resourceLimit(`a value is nested more than ${MAX_VALUE_DEPTH} levels deep`);

/**
 * A failure of JavaScript's own that a workflow caused: a value too deep for functions that walk through it.
 * Undefined for anything else, which is then our mistake.
 */
export function limitOf(error: unknown): ReturnType<typeof resourceLimit> | undefined {
  return error instanceof RangeError && /call stack|string length/i.test(error.message)
    ? resourceLimit('a value is nested too deep or a string is too long')
    : undefined;
}
