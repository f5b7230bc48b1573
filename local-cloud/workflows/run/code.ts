/**
 * Compiled code: closures over a frame that answer at once where they can, and with a promise only when something on
 * the way really waited. The helpers here keep that promise-or-not in one place.
 *
 * Where code runs at every step, what goes on after a wait stands in a function of its own (`storeLate` beside
 * `compileStore`): a function that holds a closure over its parameters makes a record of them each time it is called,
 * also when nothing waits.
 */
import type { Landing } from './block.ts';
import type { Frame } from './frame.ts';
import type { Value } from './values.ts';

export type Maybe<T> = T | Promise<T>;
export type Code = (frame: Frame) => Maybe<Value>;

/** What a step leaves behind: nothing (go on), or where to go. */
export type Signal = undefined | Jump | { readonly kind: 'return'; readonly value: Value };

/** One `next` of the source. */
export class Jump {
  readonly kind = 'jump';
  readonly target: string;
  /** What the block that has the target found out: each jump leads to one place, so it looks but once. */
  landing: Landing | undefined = undefined;

  constructor(target: string) {
    this.target = target;
  }
}

/** Runs a step or block; `entry` names a step inside it to begin with. */
export type Exec = (frame: Frame, entry?: string) => Maybe<Signal>;

/** Not named `then`: a module with such an export is taken for a promise by whoever imports it dynamically. */
export function andThen<A, B>(value: Maybe<A>, next: (value: A) => Maybe<B>): Maybe<B> {
  return value instanceof Promise ? value.then(next) : next(value);
}

/** The values of all codes, left to right. */
export function gather(codes: readonly Code[], frame: Frame): Maybe<Value[]> {
  const values: Value[] = [];
  for (let index = 0; index < codes.length; index += 1) {
    const value = codes[index]?.(frame) ?? null;
    if (value instanceof Promise) return gatherRest(codes, frame, values, index, value);
    values.push(value);
  }
  return values;
}

async function gatherRest(
  codes: readonly Code[],
  frame: Frame,
  values: Value[],
  from: number,
  pending: Promise<Value>,
): Promise<Value[]> {
  values.push(await pending);
  for (const code of codes.slice(from + 1)) values.push(await code(frame));
  return values;
}

/** Runs `work` and calls `after` whatever happened. */
export function lastly<T>(work: () => Maybe<T>, after: () => void): Maybe<T> {
  let result: Maybe<T>;
  try {
    result = work();
  } catch (error) {
    after();
    throw error;
  }
  if (result instanceof Promise) return result.finally(after);
  after();
  return result;
}

/** Runs `work`; whatever it throws goes through `recover`, which throws or gives another result. */
export function rescue<T>(work: () => Maybe<T>, recover: (error: unknown) => Maybe<T>): Maybe<T> {
  try {
    const result = work();
    return result instanceof Promise ? result.catch(recover) : result;
  } catch (error) {
    return recover(error);
  }
}
