/** What a library function is: a name, its arguments in order, and what it does with them. */
import { typeError } from '../run/errors.ts';
import type { Host } from '../run/host.ts';
import { isBytes, isList, isMap, typeOf, type Dict, type List, type Value } from '../run/values.ts';

export interface LibraryParam {
  readonly name: string;
  /** Absent: the argument is required. `null` counts as not given, as the docs show for positional arguments. */
  readonly fallback?: Value;
}

/** What the checker must know about anything that can be called. */
export interface Signature {
  readonly name: string;
  readonly params: readonly LibraryParam[];
  /** Waits for the world: may stand in a `call` step only, never inside an expression (documented). */
  readonly blocking?: true;
}

export interface CallContext {
  readonly host: Host;
  /** Retries and polls of connectors count as steps of the execution. */
  countStep(): void;
}

export interface LibraryFunction extends Signature {
  readonly call: (args: Arguments, context: CallContext) => Value | Promise<Value>;
}

/** A parameter list in writing order: `'url'` is required, `['timeout', null]` has a default. */
export function params(...list: readonly (string | readonly [string, Value])[]): LibraryParam[] {
  return list.map((param) =>
    typeof param === 'string' ? { name: param } : { name: param[0], fallback: param[1] },
  );
}

/** A call's arguments by name, with their defaults; the readers raise TypeError for the wrong type. */
export class Arguments {
  readonly #callee: string;
  readonly #names: readonly string[];
  readonly #values: readonly Value[];

  constructor(callee: string, names: readonly string[], values: readonly Value[]) {
    this.#callee = callee;
    this.#names = names;
    this.#values = values;
  }

  static of(callee: string, values: ReadonlyMap<string, Value>): Arguments {
    return new Arguments(callee, [...values.keys()], [...values.values()]);
  }

  value(name: string): Value {
    // A few names at most: looking through them is faster than hashing each call's arguments.
    return this.#values[this.#names.indexOf(name)] ?? null;
  }

  string(name: string): string {
    const value = this.value(name);
    return typeof value === 'string' ? value : this.#refuse(name, 'a string');
  }

  number(name: string): number {
    const value = this.value(name);
    return typeof value === 'number' || typeof value === 'bigint'
      ? Number(value)
      : this.#refuse(name, 'a number');
  }

  integer(name: string): number {
    const value = this.value(name);
    return typeof value === 'bigint' ? Number(value) : this.#refuse(name, 'an integer');
  }

  boolean(name: string): boolean {
    const value = this.value(name);
    return typeof value === 'boolean' ? value : this.#refuse(name, 'a boolean');
  }

  bytes(name: string): Uint8Array {
    const value = this.value(name);
    return isBytes(value) ? value : this.#refuse(name, 'bytes');
  }

  list(name: string): List {
    const value = this.value(name);
    return isList(value) ? value : this.#refuse(name, 'a list');
  }

  map(name: string): Dict {
    const value = this.value(name);
    return isMap(value) ? value : this.#refuse(name, 'a map');
  }

  /** The argument when it was given (null counts as not given). */
  optional<T>(name: string, read: (this: Arguments, name: string) => T): T | undefined {
    return this.value(name) === null ? undefined : read.call(this, name);
  }

  has(name: string): boolean {
    return this.value(name) !== null;
  }

  #refuse(name: string, wanted: string): never {
    throw typeError(
      `${this.#callee}: argument '${name}' must be ${wanted}; got: ${typeOf(this.value(name))}`,
    );
  }
}
