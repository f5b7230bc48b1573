/** Loops: over the elements of a list, or from one number to another. */
import type { ForBody } from '../lang/program.ts';
import { childScope, type StaticScope } from '../lang/scope.ts';
import { andThen, type Exec, type Maybe, type Signal } from './code.ts';
import { compileTemplate, located } from './compile-expression.ts';
import { typeError, valueError } from './errors.ts';
import { Scope, type Frame } from './frame.ts';
import { observe } from './observer.ts';
import type { Site } from './site.ts';
import { isList, typeOf, type Value } from './values.ts';

/** What a loop goes over: how many rounds, and the value of each. Never laid out in memory. */
export interface Rounds {
  readonly count: number;
  /** Assigns the value of a round, counted from 0. */
  assign(scope: Scope, slot: number, index: number): void;
}

/** `range` counts up by one from its begin to its end, both included. */
export function compileRounds(body: ForBody, site: Site): (frame: Frame) => Maybe<Rounds> {
  const code = compileTemplate(body.over.template, site);
  const check = body.over.kind === 'in' ? elements : range;
  return located((frame) => andThen(code(frame), check), body.over.template.position);
}

/** Assumed: a map cannot be gone over, only its keys. */
function elements(list: Value): Rounds {
  if (!isList(list)) throw typeError(`for … in needs a list (for a map: its keys()); got: ${typeOf(list)}`);
  return {
    count: list.length,
    assign: (scope, slot, index) => scope.set(slot, list[index] ?? null),
  };
}

function range(bounds: Value): Rounds {
  if (!isList(bounds)) throw typeError(`range must be a list; got: ${typeOf(bounds)}`);
  const [begin, end] = bounds;
  if (bounds.length !== 2 || begin === undefined || end === undefined) {
    throw valueError(`range must have two elements; got: ${bounds.length}`);
  }
  return numbers(bound(begin), bound(end));
}

function bound(value: Value): bigint | number {
  if (typeof value === 'bigint' || typeof value === 'number') return value;
  throw typeError(`range must be between numbers; got: ${typeOf(value)}`);
}

/** Neither bound is rounded: from -1.1 to -1 is one round. The values are of the begin's type. */
function numbers(begin: bigint | number, end: bigint | number): Rounds {
  const span =
    typeof begin === 'bigint' && typeof end === 'bigint' ? Number(end - begin) : Number(end) - Number(begin);
  const count = Math.max(0, Math.floor(span) + 1);
  const first = Number(begin);
  if (typeof begin === 'number') {
    return { count, assign: (scope, slot, index) => scope.set(slot, first + index) };
  }
  return Number.isSafeInteger(first) && Number.isSafeInteger(first + count)
    ? { count, assign: (scope, slot, index) => scope.setInteger(slot, first + index) }
    : { count, assign: (scope, slot, index) => scope.set(slot, begin + BigInt(index)) };
}

/** How one round gets its variables and runs: shared by sequential and parallel loops. */
export interface Iteration {
  /** A frame with the loop's own scope, which serves one round after the other. */
  enter(frame: Frame): Frame;
  run(inner: Frame, rounds: Rounds, index: number): Maybe<Signal>;
}

export function compileIteration(
  body: ForBody,
  scope: StaticScope,
  site: Site,
  parallel: boolean,
): Iteration {
  const steps = site.block(body.steps, scope);
  const valueAt = scope.find(body.value)?.slot ?? 0;
  const indexAt = body.index === undefined ? undefined : scope.find(body.index)?.slot;
  const round = (inner: Frame, rounds: Rounds, index: number): Maybe<Signal> => {
    rounds.assign(inner.scope, valueAt, index);
    if (indexAt !== undefined) inner.scope.setInteger(indexAt, index);
    if (inner.run.observer === undefined) return steps(inner);
    return observe(inner, scope, { kind: 'iteration', parallel, number: index + 1, of: rounds.count }, steps);
  };
  return {
    enter: (frame) => frame.within(new Scope(frame.run, scope.size, frame.scope)),
    run: (inner, rounds, index) => {
      try {
        const signal = round(inner, rounds, index);
        if (signal instanceof Promise) return releaseLate(signal, inner.scope);
        inner.scope.release();
        return signal;
      } catch (error) {
        inner.scope.release();
        throw error;
      }
    },
  };
}

const releaseLate = (pending: Promise<Signal>, scope: Scope): Promise<Signal> =>
  pending.finally(() => scope.release());

export function compileFor(body: ForBody, site: Site): Exec {
  const variables = [body.value, ...(body.index === undefined ? [] : [body.index])];
  const scope = childScope('loop', site.scope, variables, body.steps);
  const rounds = compileRounds(body, site);
  const iteration = compileIteration(body, scope, site, false);
  return (frame) => andThen(rounds(frame), (list) => loop(iteration, list, iteration.enter(frame)));
}

const isJump = (signal: Signal, target: string): boolean =>
  signal?.kind === 'jump' && signal.target === target;

/** Whether the loop goes on after a round that left `signal`. */
const goesOn = (signal: Signal): boolean => signal === undefined || isJump(signal, 'continue');

const leave = (signal: Signal): Signal => (isJump(signal, 'break') ? undefined : signal);

function loop(iteration: Iteration, rounds: Rounds, inner: Frame): Maybe<Signal> {
  for (let index = 0; index < rounds.count; index += 1) {
    const signal = iteration.run(inner, rounds, index);
    if (signal instanceof Promise) return loopWaiting(iteration, rounds, inner, index, signal);
    if (!goesOn(signal)) return leave(signal);
  }
  return undefined;
}

async function loopWaiting(
  iteration: Iteration,
  rounds: Rounds,
  inner: Frame,
  from: number,
  pending: Promise<Signal>,
): Promise<Signal> {
  let signal = await pending;
  for (let index = from + 1; goesOn(signal); index += 1) {
    if (index >= rounds.count) return undefined;
    signal = await iteration.run(inner, rounds, index);
  }
  return leave(signal);
}
