/** Loops: over the elements of a list, or from one number to another. */
import type { ForBody } from '../lang/program.ts';
import { childScope, type StaticScope } from '../lang/scope.ts';
import { lastly, andThen, type Exec, type Maybe, type Signal } from './code.ts';
import { compileTemplate, located } from './compile-expression.ts';
import { typeError, valueError } from './errors.ts';
import { Scope, type Frame } from './frame.ts';
import { observe } from './observer.ts';
import type { Site } from './site.ts';
import { isList, typeOf, type Value } from './values.ts';

/** One round of a loop: the element, its index, and how many rounds there will be at most. */
export interface Iteration {
  readonly value: Value;
  readonly index: bigint;
  readonly of: number;
}

/** What a loop's rounds go over; `range` counts up by one from its begin to its end, both included. */
export function compileRounds(body: ForBody, site: Site): (frame: Frame) => Maybe<Iterable<Iteration>> {
  const code = compileTemplate(body.over.template, site);
  const check = body.over.kind === 'in' ? elements : range;
  return located((frame) => andThen(code(frame), check), body.over.template.position);
}

function* elementsOf(list: readonly Value[]): Iterable<Iteration> {
  for (const [index, value] of list.entries()) yield { value, index: BigInt(index), of: list.length };
}

function elements(value: Value): Iterable<Iteration> {
  if (!isList(value)) throw typeError(`for … in needs a list (for a map: its keys()); got: ${typeOf(value)}`);
  return elementsOf(value);
}

function range(value: Value): Iterable<Iteration> {
  if (!isList(value)) throw typeError(`range must be a list; got: ${typeOf(value)}`);
  const [begin, end] = value;
  if (value.length !== 2 || begin === undefined || end === undefined) {
    throw valueError(`range must have two elements; got: ${value.length}`);
  }
  for (const bound of [begin, end]) {
    if (typeof bound !== 'bigint' && typeof bound !== 'number') {
      throw typeError(`range must be between numbers; got: ${typeOf(bound)}`);
    }
  }
  return numbers(begin as bigint | number, end as bigint | number);
}

function* numbers(begin: bigint | number, end: bigint | number): Iterable<Iteration> {
  let index = 0n;
  const of = Math.floor(Number(end) - Number(begin)) + 1;
  for (let at = begin; at <= end; at = typeof at === 'bigint' ? at + 1n : at + 1) {
    yield { value: at, index, of };
    index += 1n;
  }
}

/** How one round gets its variables and runs: shared by sequential and parallel loops. */
export function compileIteration(
  body: ForBody,
  scope: StaticScope,
  site: Site,
  parallel: boolean,
): (frame: Frame, iteration: Iteration) => Maybe<Signal> {
  const steps = site.block(body.steps, scope);
  const valueAt = scope.find(body.value);
  const indexAt = body.index === undefined ? undefined : scope.find(body.index);
  return (frame, { value, index, of }) => {
    const inner = new Scope(frame.run, scope.size, frame.scope);
    return lastly(
      () => {
        if (valueAt !== undefined) inner.set(valueAt.slot, value);
        if (indexAt !== undefined) inner.set(indexAt.slot, index);
        const here = frame.within(inner);
        if (frame.run.observer === undefined) return steps(here);
        const piece = { kind: 'iteration', parallel, number: Number(index) + 1, of } as const;
        return observe(here, scope, piece, steps);
      },
      () => inner.release(),
    );
  };
}

export function compileFor(body: ForBody, site: Site): Exec {
  const variables = [body.value, ...(body.index === undefined ? [] : [body.index])];
  const scope = childScope('loop', site.scope, variables, body.steps);
  const rounds = compileRounds(body, site);
  const iterate = compileIteration(body, scope, site, false);
  return (frame) =>
    andThen(rounds(frame), (list) => {
      const iterator = list[Symbol.iterator]();
      return loop(iterator, (iteration) => iterate(frame, iteration));
    });
}

const isJump = (signal: Signal, target: string): boolean =>
  signal?.kind === 'jump' && signal.target === target;

/** Whether the loop goes on after a round that left `signal`. */
const goesOn = (signal: Signal): boolean => signal === undefined || isJump(signal, 'continue');

const leave = (signal: Signal): Signal => (isJump(signal, 'break') ? undefined : signal);

function loop(rounds: Iterator<Iteration>, run: (iteration: Iteration) => Maybe<Signal>): Maybe<Signal> {
  for (let next = rounds.next(); !next.done; next = rounds.next()) {
    const signal = run(next.value);
    if (signal instanceof Promise) return loopWaiting(rounds, run, signal);
    if (!goesOn(signal)) return leave(signal);
  }
  return undefined;
}

async function loopWaiting(
  rounds: Iterator<Iteration>,
  run: (iteration: Iteration) => Maybe<Signal>,
  pending: Promise<Signal>,
): Promise<Signal> {
  let signal = await pending;
  while (goesOn(signal)) {
    const next = rounds.next();
    if (next.done) return undefined;
    signal = await run(next.value);
  }
  return leave(signal);
}
