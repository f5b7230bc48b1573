/**
 * A workflow as a typed tree: the steps this project uses of the Cloud Workflows language, frozen, and nothing else.
 * What the types let through wrongly (names, scopes, limits) `check.ts` refuses.
 *
 * An expression is a value of its own that only `expr` makes. A string is always a literal: no string, wherever it
 * came from, becomes an expression.
 */

const TEXT: unique symbol = Symbol('expression');

/** What stands inside `${…}`. The mark is a symbol, so no parsed JSON can pose as one. */
export interface Expression {
  readonly [TEXT]: string;
}

export interface ValueMap {
  readonly [key: string]: Value;
}

export type Value = null | boolean | number | string | Expression | readonly Value[] | ValueMap;

interface Named {
  /** Unique within its routine. */
  readonly name: string;
}

export interface Assign extends Named {
  readonly kind: 'assign';
  readonly assignments: readonly (readonly [variable: string, value: Value])[];
}

export interface Call extends Named {
  readonly kind: 'call';
  /** A subworkflow, a function of the standard library, or a connector. */
  readonly callee: string;
  readonly args: ValueMap;
  readonly result: string | null;
}

/** `break` and `continue` mean the innermost loop, `end` the routine, anything else a step. */
export type Then =
  | { readonly next: string }
  | { readonly steps: readonly Step[] }
  | { readonly return: Value }
  | { readonly raise: Value };

export interface Arm {
  readonly condition: Expression | true;
  readonly then: Then;
}

export interface Switch extends Named {
  readonly kind: 'switch';
  readonly arms: readonly Arm[];
}

export interface For extends Named {
  readonly kind: 'for';
  readonly variable: string;
  /** A list, or both ends of a range (inclusive). */
  readonly over: { readonly in: Value } | { readonly range: readonly [number, number] };
  readonly steps: readonly Step[];
}

export interface Retry {
  /** A predicate of the library or a subworkflow of one parameter, which gets the error. */
  readonly predicate: Expression;
  /** Retries, not attempts. */
  readonly maxRetries: number;
  /** Seconds; each delay is the last one times `multiplier`, at most `maxDelay`. */
  readonly backoff: { readonly initialDelay: number; readonly maxDelay: number; readonly multiplier: number };
}

export interface Except {
  /** The variable that gets the error. */
  readonly as: string;
  readonly steps: readonly Step[];
  /** Why the error may end here instead of being raised again. For `failures.ts`; the text does not show it. */
  readonly goesOn?: string;
}

/** The body is always a list of steps: a `for` directly under `try` cannot be deployed (a known issue of the service). */
export interface Try extends Named {
  readonly kind: 'try';
  readonly steps: readonly Step[];
  readonly retry: Retry | null;
  /** Why what the body calls is not tried again. For `failures.ts`; the text does not show it. */
  readonly once: string | null;
  readonly except: Except | null;
}

export interface Raise extends Named {
  readonly kind: 'raise';
  readonly value: Value;
}

export interface Return extends Named {
  readonly kind: 'return';
  readonly value: Value;
}

export interface Next extends Named {
  readonly kind: 'next';
  readonly target: string;
}

export interface Steps extends Named {
  readonly kind: 'steps';
  readonly steps: readonly Step[];
}

export type Step = Assign | Call | Switch | For | Try | Raise | Return | Next | Steps;

export interface Param {
  readonly name: string;
  /** Undefined: the caller must give it. */
  readonly default?: Value;
}

export interface Routine {
  readonly name: string;
  readonly params: readonly Param[];
  readonly steps: readonly Step[];
}

export interface Workflow {
  /** At most one parameter: it receives the execution's argument. */
  readonly main: Routine;
  readonly subworkflows: readonly Routine[];
}

/** An expression of the language, without its `${}`. Only literals of this code may be passed, never data. */
export const expr = (text: string): Expression => Object.freeze({ [TEXT]: text });

export const isExpression = (value: unknown): value is Expression =>
  typeof value === 'object' && value !== null && TEXT in value;

export const textOf = (expression: Expression): string => expression[TEXT];

export const assign = (name: string, assignments: Readonly<Record<string, Value>>): Assign =>
  frozen({ kind: 'assign', name, assignments: Object.entries(assignments) });

/** `result`: the variable that gets what the call returns. */
export const call = (name: string, callee: string, args: ValueMap, result: string | null = null): Call =>
  frozen({ kind: 'call', name, callee, args, result });

/** The first arm whose condition holds is taken; none means the next step. */
export const choose = (name: string, ...arms: readonly Arm[]): Switch =>
  frozen({ kind: 'switch', name, arms });

export const when = (condition: Expression, then: Then): Arm => frozen({ condition, then });

export const otherwise = (then: Then): Arm => frozen({ condition: true, then });

export const loop = (name: string, variable: string, over: For['over'], steps: readonly Step[]): For =>
  frozen({ kind: 'for', name, variable, over, steps });

export const attempt = (
  name: string,
  steps: readonly Step[],
  { retry, once, except }: { readonly retry?: Retry; readonly once?: string; readonly except?: Except },
): Try =>
  frozen({
    kind: 'try',
    name,
    steps,
    retry: retry ?? null,
    once: once ?? null,
    except: except ?? null,
  });

export const raise = (name: string, value: Value): Raise => frozen({ kind: 'raise', name, value });

export const give = (name: string, value: Value): Return => frozen({ kind: 'return', name, value });

export const goTo = (name: string, target: string): Next => frozen({ kind: 'next', name, target });

export const group = (name: string, steps: readonly Step[]): Steps => frozen({ kind: 'steps', name, steps });

export const routine = (
  name: string,
  params: readonly (string | Required<Param>)[],
  steps: readonly Step[],
): Routine => frozen({ name, params: params.map((p) => (typeof p === 'string' ? { name: p } : p)), steps });

export const workflow = (main: Routine, subworkflows: readonly Routine[]): Workflow =>
  frozen({ main, subworkflows });

/** All the way down; what is frozen already, as every scalar is, is left as it is. */
function frozen<T>(node: T): T {
  if (Object.isFrozen(node)) return node;
  for (const part of Object.values(node as object)) frozen(part);
  return Object.freeze(node);
}
