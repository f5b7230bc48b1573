/**
 * The variables of one scope while it runs, and what they cost. Values never change, so that sharing one is the copy the
 * language promises; the one exception lives here: a map or list that was made by writing into a variable, and that
 * nobody has read as a whole since, belongs to that variable alone and is changed in place. Without it, filling a map
 * key by key would copy it each time.
 */
import type { Location } from '../lang/scope.ts';
import { indexOf, keyOf, write } from './access.ts';
import { systemError } from './errors.ts';
import { measure, replaced } from './memory.ts';
import { isList, isMap, type Value } from './values.ts';

/** Whom the memory is counted for. */
interface Account {
  /** Grows or shrinks the memory in use, in bytes. Raises ResourceLimitError. */
  useMemory(bytes: number): void;
}

export class Scope {
  readonly parent: Scope | undefined;
  readonly #account: Account;
  readonly #values: (Value | undefined)[];
  /** Bytes of each variable, as they were counted. */
  readonly #sizes: number[];
  /** Whether the variable alone holds its map or list. */
  readonly #owned: boolean[];

  constructor(account: Account, size: number, parent?: Scope) {
    this.#account = account;
    this.#values = new Array<Value | undefined>(size).fill(undefined);
    this.#sizes = new Array<number>(size).fill(0);
    this.#owned = new Array<boolean>(size).fill(false);
    this.parent = parent;
  }

  /** The scope `depth` levels further out. */
  up(depth: number): Scope {
    return depth === 0 || this.parent === undefined ? this : this.parent.up(depth - 1);
  }

  /** The value, to be kept by whoever asks. Raises KeyError when nothing was assigned on the path taken. */
  get(slot: number, name: string): Value {
    const value = this.#values[slot];
    if (value === undefined) throw notAssigned(name);
    if (typeof value === 'object') this.#owned[slot] = false;
    return value;
  }

  /** The value, to look into now and not to keep. */
  borrow(slot: number, name: string): Value {
    const value = this.#values[slot];
    if (value === undefined) throw notAssigned(name);
    return value;
  }

  /** Like {@link get}, for those who can do without. */
  peek(slot: number): Value | undefined {
    this.#owned[slot] = false;
    return this.#values[slot];
  }

  /** Raises ResourceLimitError, which nobody can catch, when the value does not fit. */
  set(slot: number, value: Value): void {
    const size = measure(value);
    const grown = size - (this.#sizes[slot] ?? 0);
    if (grown !== 0) this.#account.useMemory(grown);
    this.#sizes[slot] = size;
    this.#values[slot] = value;
    this.#owned[slot] = false;
  }

  /** Assigns inside the variable: `x.a[0]: value`. */
  write(slot: number, path: readonly Value[], value: Value): void {
    const [first = null, ...rest] = path;
    const before = this.#values[slot];
    if (this.#owned[slot] !== true || before === undefined) {
      this.set(slot, write(before, path, value));
      this.#owned[slot] = true;
    } else if (isMap(before)) {
      const key = keyOf(first);
      const inner = before.get(key);
      const next = write(inner, rest, value);
      const change = measure(next) - (inner === undefined ? -measure(key) : measure(inner));
      this.#grow(slot, before, change, next);
      (before as Map<string, Value>).set(key, next);
    } else if (isList(before)) {
      const index = indexOf(before, first);
      const inner = before[index] ?? null;
      const next = write(inner, rest, value);
      this.#grow(slot, before, measure(next) - measure(inner), next);
      (before as Value[])[index] = next;
    }
  }

  /** Assigns `list.concat(x, item)` to the variable `x` itself. False when it holds no list. */
  append(slot: number, item: Value): boolean {
    const list = this.#values[slot];
    if (list === undefined || !isList(list)) return false;
    if (this.#owned[slot] === true) {
      this.#grow(slot, list, measure(item), item);
      (list as Value[]).push(item);
    } else {
      this.set(slot, [...list, item]);
      this.#owned[slot] = true;
    }
    return true;
  }

  #grow(slot: number, container: object, bytes: number, item: Value): void {
    this.#account.useMemory(bytes);
    const size = (this.#sizes[slot] ?? 0) + bytes;
    this.#sizes[slot] = size;
    replaced(container, size, item);
  }

  /** Gives the memory back when the scope ends. */
  release(): void {
    let bytes = 0;
    for (let slot = 0; slot < this.#sizes.length; slot += 1) {
      bytes += this.#sizes[slot] ?? 0;
      this.#sizes[slot] = 0;
      this.#values[slot] = undefined;
    }
    if (bytes > 0) this.#account.useMemory(-bytes);
  }
}

/** Assumed: the tag is KeyError; the service's text for this case is not known. */
const notAssigned = (name: string) =>
  systemError('KeyError', `variable '${name}' was not assigned before it was read`);

interface Holder {
  readonly scope: Scope;
}

/** How compiled code reads a variable. */
export function reader({ depth, slot }: Location, name: string): (frame: Holder) => Value {
  if (depth === 0) return (frame) => frame.scope.get(slot, name);
  return (frame) => frame.scope.up(depth).get(slot, name);
}

/** The same for code that only looks into the value. */
export function borrower({ depth, slot }: Location, name: string): (frame: Holder) => Value {
  return (frame) => frame.scope.up(depth).borrow(slot, name);
}
