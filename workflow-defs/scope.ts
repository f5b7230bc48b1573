/**
 * Which variables a step may name. A routine's steps share one scope; the bodies of `for` and `except` open a child
 * scope, whose new names end with it: the service refuses, when deploying, to use them outside.
 * Source: https://docs.cloud.google.com/workflows/docs/reference/syntax/variables
 */
import type { Step, Then } from './tree.ts';

export interface Scope {
  has(name: string): boolean;
}

/** The names visible among `steps` when `given` are set at their start. */
export function scopeOf(steps: readonly Step[], given: readonly string[], outer?: Scope): Scope {
  const own = new Set([...given, ...assigned(steps)]);
  return { has: (name) => own.has(name) || outer?.has(name) === true };
}

function* assigned(steps: readonly Step[]): Generator<string> {
  for (const step of steps) {
    if (step.kind === 'assign') for (const [variable] of step.assignments) yield variable;
    if (step.kind === 'call' && step.result !== null) yield step.result;
    for (const inner of sameScope(step)) yield* assigned(inner);
  }
}

/** The lists of steps within a step that open no scope of their own. */
export function sameScope(step: Step): readonly (readonly Step[])[] {
  switch (step.kind) {
    case 'switch':
      return step.arms.map(({ then }) => stepsOf(then));
    case 'try':
    case 'steps':
      return [step.steps];
    default:
      return [];
  }
}

const stepsOf = (then: Then): readonly Step[] => ('steps' in then ? then.steps : []);
