/** Assignments → closures: into variables, into maps and lists, and at the end of a list. */
import type { AssignBody, Target, Template } from '../lang/program.ts';
import type { Location } from '../lang/scope.ts';
import { calledIn } from '../lang/structure.ts';
import { isConnectorName } from '../connectors/connector.ts';
import { andThen, gather, type Maybe } from './code.ts';
import { compileExpression, compileTemplate, located } from './compile-expression.ts';
import type { Frame } from './frame.ts';
import type { Site } from './site.ts';
import { compileSmall, type Small } from './small.ts';
import { isList, type Value } from './values.ts';

/** One assignment, all of it. */
type Assign = (frame: Frame) => Maybe<undefined>;

export function compileAssign({ assignments }: AssignBody, site: Site): Assign {
  const codes = assignments.map(({ target, value }) => {
    const append = compileAppend(target, value, site);
    if (append !== undefined) return append;
    const sum = compileSum(target, value, site);
    const store = compileStore(target, value, site);
    return sum === undefined ? store : (frame: Frame) => (sum(frame) ? undefined : store(frame));
  });
  const [only] = codes;
  return only !== undefined && codes.length === 1 ? only : (frame) => runAll(codes, frame, 0);
}

function compileStore(target: Target, value: Template, site: Site): Assign {
  const store = compileTarget(target, site);
  const code = compileTemplate(value, site);
  return (frame) => {
    const result = code(frame);
    return result instanceof Promise ? storeLate(store, frame, result) : store(frame, result);
  };
}

const storeLate = (store: Store, frame: Frame, pending: Promise<Value>): Promise<undefined> =>
  pending.then((value) => store(frame, value));

/** Does an assignment, when all it takes is a sum of small integers; false: it has done nothing. */
export type AssignSum = (frame: Frame) => boolean;

/** The quick way of a step that assigns one sum. Undefined for every other. */
export const compileSumStep = (
  { assignments: [only, ...more] }: AssignBody,
  site: Site,
): AssignSum | undefined =>
  only === undefined || more.length > 0 ? undefined : compileSum(only.target, only.value, site);

/** `x: ${y + 1}`. Undefined for everything but a sum. */
function compileSum(target: Target, value: Template, site: Site): AssignSum | undefined {
  if (value.kind !== 'expression' || target.path.length > 0) return undefined;
  const sum = compileSmall(value.expression, site.scope);
  return sum && assignSum(sum, locate(target, site));
}

function assignSum(sum: Small, { depth, slot }: Location): AssignSum {
  return (frame) => {
    const integer = sum(frame);
    if (Number.isNaN(integer)) return false;
    frame.scope.up(depth).setInteger(slot, integer);
    return true;
  };
}

/**
 * `x: ${list.concat(x, item)}`, the only way to grow a list there is, without copying the list each time. Undefined for
 * every other assignment.
 */
function compileAppend(target: Target, value: Template, site: Site): Assign | undefined {
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

function runAll(codes: readonly Assign[], frame: Frame, from: number): Maybe<undefined> {
  for (let i = from; i < codes.length; i += 1) {
    const done = codes[i]?.(frame);
    if (done instanceof Promise) return runLate(codes, frame, i + 1, done);
  }
  return undefined;
}

const runLate = (
  codes: readonly Assign[],
  frame: Frame,
  from: number,
  pending: Promise<undefined>,
): Promise<undefined> => pending.then(() => runAll(codes, frame, from));

export type Store = (frame: Frame, value: Value) => Maybe<undefined>;

/** The left side of an assignment. */
export function compileTarget(target: Target, site: Site): Store {
  const { depth, slot } = locate(target, site);
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

function locate({ name }: Target, { scope }: Site): Location {
  const location = scope.find(name);
  if (location === undefined) throw new Error(`the checker let the unknown target ${name} pass`);
  return location;
}
