/** A workflow tree as the document the service defines: nested maps and lists under the language's own keys. */
import {
  isExpression,
  type Arm,
  type Param,
  type Routine,
  type Step,
  type Then,
  type Try,
  type Value,
  type ValueMap,
  type Workflow,
} from './tree.ts';

/** `main` first, subworkflows in the order given. Values keep their expressions; the renderer writes them. */
export function documentOf({ main, subworkflows }: Workflow): ValueMap {
  return Object.fromEntries([main, ...subworkflows].map((each) => [each.name, routineBody(each)]));
}

const routineBody = ({ params, steps }: Routine): ValueMap => ({
  ...(params.length > 0 && { params: params.map(param) }),
  steps: list(steps),
});

const param = ({ name, default: value }: Param): Value => (value === undefined ? name : { [name]: value });

const list = (steps: readonly Step[]): Value => steps.map((step) => ({ [step.name]: body(step) }));

function body(step: Step): ValueMap {
  switch (step.kind) {
    case 'assign':
      return { assign: step.assignments.map(([variable, value]) => ({ [variable]: value })) };
    case 'call':
      return {
        call: step.callee,
        ...(Object.keys(step.args).length > 0 && { args: step.args }),
        ...(step.result !== null && { result: step.result }),
      };
    case 'switch':
      return { switch: step.arms.map(arm) };
    case 'for': {
      const { variable, over } = step;
      return { for: { value: variable, ...over, steps: list(step.steps) } };
    }
    case 'try':
      return tryBody(step);
    case 'raise':
      return { raise: step.value };
    case 'return':
      return { return: step.value };
    case 'next':
      return { next: step.target };
    case 'steps':
      return { steps: list(step.steps) };
  }
}

const arm = ({ condition, then }: Arm): ValueMap => ({ condition, ...consequence(then) });

const consequence = (then: Then): ValueMap => ('steps' in then ? { steps: list(then.steps) } : { ...then });

function tryBody({ steps, retry, except }: Try): ValueMap {
  return {
    try: { steps: list(steps) },
    ...(retry && {
      retry: {
        predicate: retry.predicate,
        max_retries: retry.maxRetries,
        backoff: {
          initial_delay: retry.backoff.initialDelay,
          max_delay: retry.backoff.maxDelay,
          multiplier: retry.backoff.multiplier,
        },
      },
    }),
    ...(except && { except: { as: except.as, steps: list(except.steps) } }),
  };
}

/** Every scalar and every key of a value, depth first. */
export function* leaves(value: Value): Generator<Exclude<Value, readonly Value[] | ValueMap>> {
  if (isList(value)) {
    for (const item of value) yield* leaves(item);
  } else if (!isMap(value)) {
    yield value;
  } else {
    for (const [key, item] of Object.entries(value)) {
      yield key;
      yield* leaves(item);
    }
  }
}

/** `Array.isArray` does not narrow read-only lists. */
export const isList = (value: Value): value is readonly Value[] => Array.isArray(value);

export const isMap = (value: Value | undefined): value is ValueMap =>
  typeof value === 'object' && value !== null && !isList(value) && !isExpression(value);
