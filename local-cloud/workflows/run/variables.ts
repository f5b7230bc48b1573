/**
 * The variables of one scope while it runs, and what they cost. Values never change, so that sharing one is the copy the
 * language promises; the one exception lives here: a map or list that was made by writing into a variable, and that
 * nobody has read as a whole since, belongs to that variable alone and is changed in place. Without it, filling a map
 * key by key would copy it each time.
 */
import type { Location } from '../lang/scope.ts';
import { indexOf, keyOf, write } from './access.ts';
import { systemError } from './errors.ts';
import { measure, replaced, SCALAR_BYTES } from './memory.ts';
import { isList, isMap, type Value } from './values.ts';

/** Whom the memory is counted for. */
interface Account {
  /** Grows or shrinks the memory in use, in bytes. Raises ResourceLimitError. */
  useMemory(bytes: number): void;
}

/**
 * One variable. An integer that is safe as a JavaScript number may be kept as a number alone, until somebody asks for
 * the value; a value that was asked for as a number has both.
 */
class Variable {
  /** As they were counted. */
  bytes = 0;
  /** Whether the variable alone holds its map or list. */
  owned = false;
  #value: Value | undefined = undefined;
  #integer: number | undefined = undefined;

  /** Undefined: not assigned. */
  get value(): Value | undefined {
    if (this.#value === undefined && this.#integer !== undefined) this.#value = BigInt(this.#integer);
    return this.#value;
  }

  set value(value: Value | undefined) {
    this.#value = value;
    this.#integer = undefined;
  }

  /** NaN for everything but integers that are safe as numbers. */
  get integer(): number {
    return this.#integer ?? this.#asInteger();
  }

  set integer(integer: number) {
    this.#value = undefined;
    this.#integer = integer;
  }

  #asInteger(): number {
    if (typeof this.#value !== 'bigint') return NaN;
    const integer = Number(this.#value);
    if (!Number.isSafeInteger(integer)) return NaN;
    this.#integer = integer;
    return integer;
  }
}

export class Scope {
  readonly parent: Scope | undefined;
  readonly #account: Account;
  readonly #variables: readonly Variable[];

  constructor(account: Account, size: number, parent?: Scope) {
    this.#account = account;
    const variables: Variable[] = [];
    for (let slot = 0; slot < size; slot += 1) variables.push(new Variable());
    this.#variables = variables;
    this.parent = parent;
  }

  /** The scope `depth` levels further out. */
  up(depth: number): Scope {
    if (depth === 0 || this.parent === undefined) return this;
    let scope = this.parent;
    for (let left = depth; left > 1 && scope.parent !== undefined; left -= 1) scope = scope.parent;
    return scope;
  }

  /** The value, to be kept by whoever asks. Raises KeyError when nothing was assigned on the path taken. */
  get(slot: number, name: string): Value {
    const variable = this.#at(slot);
    const { value } = variable;
    if (value === undefined) throw notAssigned(name);
    if (typeof value === 'object') variable.owned = false;
    return value;
  }

  /** The value, to look into now and not to keep. */
  borrow(slot: number, name: string): Value {
    const { value } = this.#at(slot);
    if (value === undefined) throw notAssigned(name);
    return value;
  }

  /** Like {@link get}, for those who can do without. */
  peek(slot: number): Value | undefined {
    const variable = this.#at(slot);
    variable.owned = false;
    return variable.value;
  }

  /** The value, when it is an integer that is safe as a number, else NaN. */
  integer(slot: number): number {
    return this.#at(slot).integer;
  }

  /** Assigns an integer that is safe as a number. */
  setInteger(slot: number, integer: number): void {
    const variable = this.#at(slot);
    // What a variable owns was written into, so it holds something and is larger than a scalar.
    if (variable.bytes !== SCALAR_BYTES) {
      this.#account.useMemory(SCALAR_BYTES - variable.bytes);
      variable.bytes = SCALAR_BYTES;
      variable.owned = false;
    }
    variable.integer = integer;
  }

  /** Raises ResourceLimitError, which nobody can catch, when the value does not fit. */
  set(slot: number, value: Value): void {
    const variable = this.#at(slot);
    const bytes = measure(value);
    const grown = bytes - variable.bytes;
    if (grown !== 0) this.#account.useMemory(grown);
    variable.bytes = bytes;
    variable.value = value;
    variable.owned = false;
  }

  /** Assigns inside the variable: `x.a[0]: value`. */
  write(slot: number, path: readonly Value[], value: Value): void {
    const [first = null, ...rest] = path;
    const variable = this.#at(slot);
    const before = variable.value;
    if (!variable.owned || before === undefined) {
      this.set(slot, write(before, path, value));
      variable.owned = true;
    } else if (isMap(before)) {
      const key = keyOf(first);
      const inner = before.get(key);
      const next = write(inner, rest, value);
      const change = measure(next) - (inner === undefined ? -measure(key) : measure(inner));
      this.#grow(variable, before, change, next);
      (before as Map<string, Value>).set(key, next);
    } else if (isList(before)) {
      const index = indexOf(before, first);
      const inner = before[index] ?? null;
      const next = write(inner, rest, value);
      this.#grow(variable, before, measure(next) - measure(inner), next);
      (before as Value[])[index] = next;
    }
  }

  /** Assigns `list.concat(x, item)` to the variable `x` itself. False when it holds no list. */
  append(slot: number, item: Value): boolean {
    const variable = this.#at(slot);
    const list = variable.value;
    if (list === undefined || !isList(list)) return false;
    if (variable.owned) {
      this.#grow(variable, list, measure(item), item);
      (list as Value[]).push(item);
    } else {
      this.set(slot, [...list, item]);
      variable.owned = true;
    }
    return true;
  }

  /** Slots are given out by the static scope this one was made for, so there is one. */
  #at(slot: number): Variable {
    return this.#variables[slot] as Variable;
  }

  #grow(variable: Variable, container: object, bytes: number, item: Value): void {
    this.#account.useMemory(bytes);
    variable.bytes += bytes;
    replaced(container, variable.bytes, item);
  }

  /** Gives the memory back when the scope ends. */
  release(): void {
    let bytes = 0;
    for (const variable of this.#variables) {
      bytes += variable.bytes;
      variable.bytes = 0;
      variable.value = undefined;
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
