/** Questions about the shape of a program that both the checker and the compiler ask. */
import type { Body, Expression, Step } from './program.ts';

/** `a.b.c` as text, or undefined when the expression is anything but names and dots. */
export function dottedName(expression: Expression): string | undefined {
  if (expression.kind === 'name') return expression.name;
  if (expression.kind !== 'member') return undefined;
  const object = dottedName(expression.object);
  return object === undefined ? undefined : `${object}.${expression.key}`;
}

/** The names of everything an expression calls, at any depth. */
export function calledIn(expression: Expression): string[] {
  switch (expression.kind) {
    case 'literal':
    case 'name':
      return [];
    case 'member':
      return calledIn(expression.object);
    case 'index':
      return [...calledIn(expression.object), ...calledIn(expression.index)];
    case 'unary':
      return calledIn(expression.operand);
    case 'binary':
      return [...calledIn(expression.left), ...calledIn(expression.right)];
    case 'list':
      return expression.items.flatMap(calledIn);
    case 'map':
      return expression.entries.flatMap(({ key, value }) => [...calledIn(key), ...calledIn(value)]);
    case 'call':
      return [expression.callee, ...expression.args.flatMap(calledIn)];
  }
}

/** The first part of a dotted name. */
export const rootOf = (dotted: string): string => dotted.split('.')[0] ?? dotted;

/** Names of the steps inside a body that a jump from outside can reach: through plain `steps` and switch arms. */
export function reachableInside(body: Body): string[] {
  if (body.kind === 'steps') return reachable(body.steps);
  return body.kind === 'switch' ? body.arms.flatMap((arm) => reachableInside(arm.body)) : [];
}

/** The same for a list of steps, with the steps themselves. */
export const reachable = (steps: readonly Step[]): string[] =>
  steps.flatMap(({ name, body }) => [name, ...reachableInside(body)]);

/** All step lists inside a body. */
function nested(body: Body): (readonly Step[])[] {
  switch (body.kind) {
    case 'steps':
    case 'for':
      return [body.steps];
    case 'switch':
      return body.arms.flatMap((arm) => nested(arm.body));
    case 'parallel':
      return body.work.kind === 'for' ? [body.work.steps] : body.work.branches.map(({ steps }) => steps);
    case 'try':
      return [...nested(body.body), ...(body.except === undefined ? [] : [body.except.steps])];
    case 'assign':
    case 'call':
    case 'raise':
    case 'return':
    case 'jump':
      return [];
  }
}

/** All steps at any depth, in source order. */
export const allSteps = (steps: readonly Step[]): Step[] =>
  steps.flatMap((step) => [step, ...nested(step.body).flatMap(allSteps)]);
