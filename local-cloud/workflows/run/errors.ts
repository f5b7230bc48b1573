/** Errors of the language: the value `except` sees, the way it took through the routines, and those nobody can catch. */
import type { Position } from '../lang/program.ts';
import { isMap, mapOf, type Dict, type Value } from './values.ts';

/** The documented tags of errors the service itself raises. */
export type ErrorTag =
  | 'AuthError'
  | 'ConnectionError'
  | 'ConnectionFailedError'
  | 'HttpError'
  | 'IndexError'
  | 'KeyError'
  | 'OperationError'
  | 'ParallelNestingError'
  | 'RecursionError'
  | 'ResourceLimitError'
  | 'ResponseTypeError'
  | 'SystemError'
  | 'TimeoutError'
  | 'TypeError'
  | 'UnhandledBranchError'
  | 'ValueError'
  | 'ZeroDivisionError';

export interface StackElement {
  readonly step: string;
  readonly routine: string;
  readonly position: Position;
}

function messageOf(value: Value): string {
  const message = isMap(value) ? value.get('message') : value;
  return typeof message === 'string' ? message : 'raised by the workflow';
}

/** An error on its way up. `value` is what `raise` was given, or the map of a system error. */
export class Raised extends Error {
  readonly value: Value;
  /** Innermost first. */
  readonly trace: StackElement[] = [];
  readonly #system: boolean;
  #position: Position | undefined;
  /** Whether the routine the error is passing through has its element in the trace already. */
  #located = false;

  constructor(value: Value, system: boolean) {
    super(messageOf(value));
    this.value = value;
    this.#system = system;
  }

  /** The expression that failed; the innermost one that reports wins. */
  at(position: Position): this {
    this.#position ??= position;
    return this;
  }

  /** Called by every step the error passes; the innermost step of each routine is the one that counts. */
  passStep(step: string, routine: string, position: Position): void {
    if (this.#located) return;
    this.trace.push({ step, routine, position: this.#position ?? position });
    this.#located = true;
  }

  /** Called when the error leaves a subworkflow for its caller. */
  leaveRoutine(): void {
    this.#located = false;
    this.#position = undefined;
  }

  /**
   * `error.context` of the API: the message, then one line per stack element. Assumed: what a workflow raised itself
   * begins with `RuntimeError:` and its JSON; only an official sample shows it.
   */
  context(print: (value: Value) => string): string {
    const head = this.#system && isMap(this.value) ? this.message : `RuntimeError: ${print(this.value)}`;
    const lines = this.trace.map(
      ({ step, routine, position }) => `in step "${step}", routine "${routine}", line: ${position.line}`,
    );
    return [head, ...lines].join('\n');
  }
}

/** Ends the execution at once: a ResourceLimitError raised by the service cannot be caught (documented). */
export class Fatal extends Raised {}

/** The execution was cancelled or its cloud is closing; not an error of the language at all. */
export class Stopped extends Error {}

/** A system error: a map with `message`, `tags` and what the tag documents besides. */
export function systemError(
  tag: ErrorTag,
  message: string,
  extra: Readonly<Record<string, Value>> = {},
): Raised {
  return new Raised(errorMap([tag], message, extra), true);
}

const errorMap = (
  tags: readonly string[],
  message: string,
  extra: Readonly<Record<string, Value>> = {},
): Dict => mapOf({ message, tags, ...extra });

export const typeError = (message: string): Raised => systemError('TypeError', message);
export const valueError = (message: string): Raised => systemError('ValueError', message);
export const resourceLimit = (message: string): Fatal =>
  new Fatal(errorMap(['ResourceLimitError'], message), true);

/** Whether a caught value is a system error map with this tag. */
export function hasTag(error: Value, tag: ErrorTag): boolean {
  const tags = isMap(error) ? error.get('tags') : undefined;
  return Array.isArray(tags) && tags.includes(tag);
}
