/** Steps → closures. Loops, parallel steps and error handling have files of their own. */
import type { Body, CallBody, Position, RaiseBody, Step, SwitchBody } from '../lang/program.ts';
import type { StaticScope } from '../lang/scope.ts';
import { reachableInside } from '../lang/structure.ts';
import { compileBlock } from './block.ts';
import { andThen, Jump, type Code, type Exec, type Maybe, type Signal } from './code.ts';
import { compileAssign, compileSumStep, compileTarget } from './compile-assign.ts';
import { compileBare, compileTemplate, located, noted } from './compile-expression.ts';
import { compileFor } from './compile-for.ts';
import { compileParallel } from './compile-parallel.ts';
import { compileTry } from './compile-try.ts';
import { Raised, typeError } from './errors.ts';
import type { Frame } from './frame.ts';
import { watched, watchedCall } from './observer.ts';
import type { Callables, Site } from './site.ts';
import { typeOf, type Value } from './values.ts';

export function compileSteps(steps: readonly Step[], scope: StaticScope, callables: Callables): Exec {
  const site: Site = { scope, callables, block: (inner, at) => compileSteps(inner, at, callables) };
  return compileBlock(steps, (step) => {
    const exec = compileBody(step.body, site);
    // A plain group is no step of its own in the history; what it holds stands in its place.
    const group = step.body.kind === 'steps';
    return {
      sum: step.body.kind === 'assign' ? compileSumStep(step.body, site) : undefined,
      plain: exec,
      watched: group ? exec : watched(scope, { kind: 'step', step }, exec),
    };
  });
}

function compileBody(body: Body, site: Site): Exec {
  switch (body.kind) {
    case 'assign':
      return compileAssign(body, site);
    case 'call':
      return compileCall(body, site);
    case 'switch':
      return compileSwitch(body, site);
    case 'for':
      return compileFor(body, site);
    case 'parallel':
      return compileParallel(body, site);
    case 'try':
      return compileTry(body, compileBody(body.body, site), site);
    case 'raise':
      return compileRaise(body, site);
    case 'return': {
      const value = compileTemplate(body.value, site);
      return (frame) => andThen(value(frame), (result): Signal => ({ kind: 'return', value: result }));
    }
    case 'steps':
      return site.block(body.steps, site.scope);
    case 'jump':
      return () => undefined;
  }
}

function compileCall({ callee, args, result, position }: CallBody, site: Site): Exec {
  const values = args.kind === 'named' ? args.entries.map(({ value }) => value) : args.items;
  const codes = values.map((value) => compileTemplate(value, site));
  const names = args.kind === 'named' ? args.entries.map(({ name }) => name) : [];
  const bind = (given: readonly Code[]): Code =>
    args.kind === 'named'
      ? site.callables.named(callee, names, given)
      : site.callables.positional(callee, given);
  const code = located(watchedCall(callee, names, codes, bind), position);
  if (result === undefined) return (frame) => andThen(code(frame), () => undefined);
  const store = compileTarget(result, site);
  return (frame) => andThen(code(frame), (value) => store(frame, value));
}

function compileRaise({ value }: RaiseBody, site: Site): Exec {
  const compiled = compileTemplate(value, site);
  const fail = (result: Value): never => {
    throw new Raised(result, false);
  };
  return located((frame) => andThen(compiled(frame), fail), value.position);
}

interface Arm {
  readonly condition: Code;
  /** Of the condition. */
  readonly position: Position;
  readonly run: Exec;
  readonly next: Jump | undefined;
}

function compileSwitch({ arms }: SwitchBody, site: Site): Exec {
  const compiled = arms.map(({ condition, body, next }, i): Arm => {
    const run = watched(site.scope, { kind: 'condition', number: i + 1 }, compileBody(body, site));
    return {
      condition: compileBare(condition, site),
      position: condition.position,
      run,
      next: next && new Jump(next.target),
    };
  });
  const entered = new Map(
    arms.flatMap((arm, i) => reachableInside(arm.body).map((name): [string, number] => [name, i])),
  );
  return (frame, entry) => {
    if (entry === undefined) return choose(compiled, frame, 0);
    const arm = compiled[entered.get(entry) ?? -1];
    return arm === undefined ? choose(compiled, frame, 0) : take(arm, frame, entry);
  };
}

function take(arm: Arm, frame: Frame, entry?: string): Maybe<Signal> {
  const signal = arm.run(frame, entry);
  return signal instanceof Promise ? takeLate(signal, arm) : (signal ?? arm.next);
}

const takeLate = (pending: Promise<Signal>, { next }: Arm): Promise<Signal> =>
  pending.then((signal) => signal ?? next);

function choose(arms: readonly Arm[], frame: Frame, from: number): Maybe<Signal> {
  for (let i = from; i < arms.length; i += 1) {
    const arm = arms[i];
    if (arm === undefined) break;
    const chosen = holds(arm, frame);
    if (chosen === true) return take(arm, frame);
    if (chosen !== false) return chooseLate(chosen, arms, frame, i);
  }
  return undefined;
}

const chooseLate = (
  pending: Promise<boolean>,
  arms: readonly Arm[],
  frame: Frame,
  at: number,
): Promise<Signal> =>
  pending.then((chosen) => {
    const arm = arms[at];
    return chosen && arm !== undefined ? take(arm, frame) : choose(arms, frame, at + 1);
  });

function holds({ condition, position }: Arm, frame: Frame): Maybe<boolean> {
  try {
    const result = condition(frame);
    return result instanceof Promise ? holdsLate(result, position) : truth(result);
  } catch (error) {
    throw noted(error, position);
  }
}

const holdsLate = (pending: Promise<Value>, position: Position): Promise<boolean> =>
  pending.then(truth).catch((error: unknown) => {
    throw noted(error, position);
  });

function truth(result: Value): boolean {
  if (typeof result === 'boolean') return result;
  throw typeError(`condition must be a boolean; got: ${typeOf(result)}`);
}
