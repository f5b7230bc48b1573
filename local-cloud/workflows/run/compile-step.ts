/** Steps → closures. Loops, parallel steps and error handling have files of their own. */
import type {
  AssignBody,
  Body,
  CallBody,
  RaiseBody,
  Step,
  SwitchBody,
  Target,
  Template,
} from '../lang/program.ts';
import type { StaticScope } from '../lang/scope.ts';
import { calledIn, reachableInside } from '../lang/structure.ts';
import { isConnectorName } from '../connectors/connector.ts';
import { compileBlock } from './block.ts';
import { gather, andThen, type Code, type Exec, type Maybe, type Signal } from './code.ts';
import { compileExpression, compileTemplate, located } from './compile-expression.ts';
import { compileFor } from './compile-for.ts';
import { compileParallel } from './compile-parallel.ts';
import { compileTry } from './compile-try.ts';
import { Raised, typeError } from './errors.ts';
import type { Frame } from './frame.ts';
import { watched, watchedCall } from './observer.ts';
import type { Callables, Site } from './site.ts';
import { isList, typeOf, type Value } from './values.ts';

export function compileSteps(steps: readonly Step[], scope: StaticScope, callables: Callables): Exec {
  const site: Site = { scope, callables, block: (inner, at) => compileSteps(inner, at, callables) };
  return compileBlock(steps, (step) => {
    const exec = compileBody(step.body, site);
    // A plain group is no step of its own in the history; what it holds stands in its place.
    return step.body.kind === 'steps' ? exec : watched(scope, { kind: 'step', step }, exec);
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

function compileAssign({ assignments }: AssignBody, site: Site): Exec {
  const codes = assignments.map(({ target, value }) => {
    const append = compileAppend(target, value, site);
    if (append !== undefined) return append;
    const store = compileTarget(target, site);
    const code = compileTemplate(value, site);
    return (frame: Frame): Maybe<undefined> => {
      const result = code(frame);
      return result instanceof Promise ? result.then((late) => store(frame, late)) : store(frame, result);
    };
  });
  const [only] = codes;
  if (only !== undefined && codes.length === 1) return only;
  return (frame) => runAll(codes, frame, 0);
}

/**
 * `x: ${list.concat(x, item)}`, the only way to grow a list there is, without copying the list each time. Undefined for
 * every other assignment.
 */
function compileAppend(
  target: Target,
  value: Template,
  site: Site,
): ((frame: Frame) => Maybe<undefined>) | undefined {
  const call = value.kind === 'expression' ? value.expression : undefined;
  if (call?.kind !== 'call' || call.callee !== 'list.concat' || target.path.length > 0) return undefined;
  const [list, item] = call.args;
  const location = site.scope.find(target.name);
  if (list?.kind !== 'name' || list.name !== target.name || location === undefined) return undefined;
  // While an item waits, another branch may change the list: only what answers at once can be added in place.
  if (item === undefined || !calledIn(call).every(answersAtOnce(site))) return undefined;
  const { depth, slot } = location;
  const added = compileExpression(item, site);
  const ordinary = compileExpression(call, site);
  return located((frame) => {
    const scope = frame.scope.up(depth);
    if (!isList(scope.borrow(slot, target.name))) return andThen(ordinary(frame), () => undefined);
    return andThen(added(frame), (result) => {
      scope.append(slot, result);
      return undefined;
    });
  }, value.position);
}

const answersAtOnce =
  ({ callables }: Site) =>
  (callee: string): boolean =>
    !callables.isRoutine(callee) && !isConnectorName(callee);

function runAll(
  codes: readonly ((frame: Frame) => Maybe<undefined>)[],
  frame: Frame,
  from: number,
): Maybe<undefined> {
  for (let i = from; i < codes.length; i += 1) {
    const done = codes[i]?.(frame);
    if (done instanceof Promise) return done.then(() => runAll(codes, frame, i + 1));
  }
  return undefined;
}

type Store = (frame: Frame, value: Value) => Maybe<undefined>;

/** The left side of an assignment. */
function compileTarget(target: Target, site: Site): Store {
  const location = site.scope.find(target.name);
  if (location === undefined) throw new Error(`the checker let the unknown target ${target.name} pass`);
  const { depth, slot } = location;
  if (target.path.length === 0) {
    return (frame, value) => {
      frame.scope.up(depth).set(slot, value);
      return undefined;
    };
  }
  const path = target.path.map((index) => compileExpression(index, site));
  const store = (frame: Frame, value: Value): Maybe<Value> =>
    andThen(gather(path, frame), (keys) => {
      frame.scope.up(depth).write(slot, keys, value);
      return null;
    });
  return (frame, value) => andThen(located((f) => store(f, value), target.position)(frame), () => undefined);
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
  readonly condition: (frame: Frame) => Maybe<boolean>;
  readonly run: Exec;
  readonly next: Signal;
}

function compileSwitch({ arms }: SwitchBody, site: Site): Exec {
  const compiled = arms.map(({ condition, body, next }, i): Arm => {
    const value = compileTemplate(condition, site);
    // Assumed: nothing but a boolean is a condition.
    const check = (result: Value): boolean => {
      if (typeof result === 'boolean') return result;
      throw typeError(`condition must be a boolean; got: ${typeOf(result)}`);
    };
    return {
      condition: located((frame) => {
        const result = value(frame);
        return typeof result === 'boolean' ? result : andThen(result, check);
      }, condition.position),
      run: watched(site.scope, { kind: 'condition', number: i + 1 }, compileBody(body, site)),
      next: next === undefined ? undefined : { kind: 'jump', target: next.target },
    };
  });
  const entered = new Map(
    arms.flatMap((arm, i) => reachableInside(arm.body).map((name): [string, number] => [name, i])),
  );
  return (frame, entry) => {
    const arm = entry === undefined ? undefined : compiled[entered.get(entry) ?? -1];
    return arm === undefined ? choose(compiled, frame, 0) : take(arm, frame, entry);
  };
}

function take(arm: Arm, frame: Frame, entry?: string): Maybe<Signal> {
  const signal = arm.run(frame, entry);
  return signal instanceof Promise ? signal.then((late) => late ?? arm.next) : (signal ?? arm.next);
}

function choose(arms: readonly Arm[], frame: Frame, from: number): Maybe<Signal> {
  for (let i = from; i < arms.length; i += 1) {
    const arm = arms[i];
    const chosen = arm?.condition(frame);
    if (chosen instanceof Promise) {
      return chosen.then((yes) => (yes && arm !== undefined ? take(arm, frame) : choose(arms, frame, i + 1)));
    }
    if (chosen === true && arm !== undefined) return take(arm, frame);
  }
  return undefined;
}
