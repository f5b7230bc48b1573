/** A workflow as a typed tree: what the parser makes, the checker proves and the interpreter compiles. */

/** Where a piece of source stands: line and column count from 1, the length is in bytes. */
export interface Position {
  readonly line: number;
  readonly column: number;
  readonly length: number;
}

/** A literal; integers are bigints and doubles are numbers, so that the two never mix unseen. */
export type Scalar = null | boolean | bigint | number | string;

export type UnaryOperator = 'not' | '-';
export type BinaryOperator =
  '*' | '/' | '//' | '%' | '+' | '-' | '<' | '<=' | '>' | '>=' | '==' | '!=' | 'in' | 'and' | 'or';

export type Expression =
  | { readonly kind: 'literal'; readonly value: Scalar }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'member'; readonly object: Expression; readonly key: string }
  | { readonly kind: 'index'; readonly object: Expression; readonly index: Expression }
  | { readonly kind: 'unary'; readonly operator: UnaryOperator; readonly operand: Expression }
  | {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: 'list'; readonly items: readonly Expression[] }
  | { readonly kind: 'map'; readonly entries: readonly { key: Expression; value: Expression }[] }
  /** `callee` is a dotted library name or the name of a subworkflow. */
  | { readonly kind: 'call'; readonly callee: string; readonly args: readonly Expression[] };

/** A value as it stands in the source: literals, expressions, and lists and maps of both. */
export type Template =
  | { readonly kind: 'literal'; readonly value: Scalar; readonly position: Position }
  | { readonly kind: 'expression'; readonly expression: Expression; readonly position: Position }
  | { readonly kind: 'list'; readonly items: readonly Template[]; readonly position: Position }
  | { readonly kind: 'map'; readonly entries: readonly TemplateEntry[]; readonly position: Position };

/** Keys may be expressions too. */
interface TemplateEntry {
  readonly key: Template;
  readonly value: Template;
}

/** The left side of an assignment: a variable, then the way into it. */
export interface Target {
  readonly name: string;
  readonly path: readonly Expression[];
  readonly position: Position;
}

export interface Parameter {
  readonly name: string;
  /** Absent: the argument is required. */
  readonly fallback?: Scalar;
}

export interface Program {
  readonly routines: ReadonlyMap<string, Routine>;
}

export interface Routine {
  readonly name: string;
  readonly params: readonly Parameter[];
  readonly steps: readonly Step[];
  readonly position: Position;
}

export interface Step {
  readonly name: string;
  readonly position: Position;
  readonly body: Body;
  /** A step name, `end`, `break` or `continue`. */
  readonly next?: Jump;
}

export interface Jump {
  readonly target: string;
  readonly position: Position;
}

export type Body =
  | AssignBody
  | CallBody
  | SwitchBody
  | ForBody
  | ParallelBody
  | TryBody
  | RaiseBody
  | ReturnBody
  | StepsBody
  | JumpBody;

export interface AssignBody {
  readonly kind: 'assign';
  readonly assignments: readonly { target: Target; value: Template }[];
}

export interface CallBody {
  readonly kind: 'call';
  readonly callee: string;
  readonly args: CallArguments;
  readonly result?: Target;
  readonly position: Position;
}

interface NamedArgument {
  readonly name: string;
  readonly value: Template;
  /** Of the name. */
  readonly position: Position;
}

type CallArguments =
  | { readonly kind: 'named'; readonly entries: readonly NamedArgument[] }
  | { readonly kind: 'positional'; readonly items: readonly Template[] };

export interface SwitchBody {
  readonly kind: 'switch';
  readonly arms: readonly SwitchArm[];
}

export interface SwitchArm {
  readonly condition: Template;
  readonly body: Body;
  readonly next?: Jump;
}

export interface ForBody {
  readonly kind: 'for';
  readonly value: string;
  readonly index?: string;
  /** Both of them, as they are written. */
  readonly variables: readonly Variable[];
  readonly over: { readonly kind: 'in' | 'range'; readonly template: Template };
  readonly steps: readonly Step[];
  readonly position: Position;
}

/** A name where it is written. */
export interface Variable {
  readonly name: string;
  readonly position: Position;
}

export interface Branch {
  readonly name: string;
  readonly steps: readonly Step[];
  readonly position: Position;
}

export interface ParallelBody {
  readonly kind: 'parallel';
  readonly work: { readonly kind: 'branches'; readonly branches: readonly Branch[] } | ForBody;
  readonly shared: readonly Variable[];
  readonly concurrencyLimit?: Template;
}

export interface RetryPolicy {
  readonly predicate?: Template;
  readonly maxRetries?: Template;
  readonly initialDelay?: Template;
  readonly maxDelay?: Template;
  readonly multiplier?: Template;
}

export interface TryBody {
  readonly kind: 'try';
  readonly body: Body;
  /** An expression that gives a whole policy, or its parts one by one. */
  readonly retry?:
    { readonly kind: 'whole'; readonly template: Template } | ({ readonly kind: 'parts' } & RetryPolicy);
  readonly except?: { readonly as: string; readonly steps: readonly Step[] };
}

export interface RaiseBody {
  readonly kind: 'raise';
  readonly value: Template;
}

interface ReturnBody {
  readonly kind: 'return';
  readonly value: Template;
}

interface StepsBody {
  readonly kind: 'steps';
  readonly steps: readonly Step[];
}

/** A step or switch arm that only jumps (or does nothing). */
interface JumpBody {
  readonly kind: 'jump';
}
