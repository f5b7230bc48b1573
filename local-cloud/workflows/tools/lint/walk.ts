/** Goes through a program for the rules: every body, everything that is evaluated, every call. */
import type {
  Body,
  CallBody,
  Expression,
  ForBody,
  Position,
  Program,
  Routine,
  Step,
  Target,
  Template,
} from '../../lang/program.ts';
import { signatureOf } from '../../check/calls.ts';

/** A body with the step it belongs to: arms of a switch and what stands under `try` belong to theirs. */
export interface Work {
  readonly step: Step;
  readonly body: Body;
}

export interface Evaluated {
  readonly step: Step;
  readonly expression: Expression;
  readonly position: Position;
}

export interface Call {
  readonly step: Step;
  readonly callee: string;
  /** By parameter name where it is known, else by number. */
  readonly args: ReadonlyMap<string, Expression>;
  readonly position: Position;
}

export function* worksOf(steps: readonly Step[]): Iterable<Work> {
  for (const step of steps) yield* worksIn(step, step.body);
}

export function* worksIn(step: Step, body: Body): Iterable<Work> {
  yield { step, body };
  if (body.kind === 'switch') for (const arm of body.arms) yield* worksIn(step, arm.body);
  if (body.kind === 'try') yield* worksIn(step, body.body);
  for (const list of blocksOf(body)) yield* worksOf(list);
}

/** The lists of steps that stand directly in a body. */
function blocksOf(body: Body): (readonly Step[])[] {
  if (body.kind === 'steps' || body.kind === 'for') return [body.steps];
  if (body.kind === 'try') return body.except === undefined ? [] : [body.except.steps];
  if (body.kind !== 'parallel') return [];
  return body.work.kind === 'for' ? [body.work.steps] : body.work.branches.map(({ steps }) => steps);
}

/** Every list of steps of a routine. */
export function* listsOf(steps: readonly Step[]): Iterable<readonly Step[]> {
  yield steps;
  for (const step of steps) yield* listsIn(step.body);
}

function* listsIn(body: Body): Iterable<readonly Step[]> {
  if (body.kind === 'switch') for (const arm of body.arms) yield* listsIn(arm.body);
  if (body.kind === 'try') yield* listsIn(body.body);
  for (const list of blocksOf(body)) yield* listsOf(list);
}

/** Whole expressions, as they stand in the source. */
export function* evaluatedIn(routine: Routine): Iterable<Evaluated> {
  for (const { step, body } of worksOf(routine.steps)) {
    for (const template of templatesOf(body)) {
      for (const [expression, position] of expressionsOf(template)) yield { step, expression, position };
    }
    for (const { path, position } of targetsOf(body)) {
      for (const expression of path) yield { step, expression, position };
    }
  }
}

/** Text that stands for itself: whole scalars, and strings within expressions. */
export function* textsIn(routine: Routine): Iterable<{ step: Step; text: string; position: Position }> {
  for (const { step, body } of worksOf(routine.steps)) {
    for (const template of templatesOf(body)) {
      for (const [text, position] of literalsOf(template)) yield { step, text, position };
    }
  }
  for (const { step, expression, position } of evaluatedIn(routine)) {
    for (const part of partsOf(expression)) {
      if (part.kind !== 'literal' || typeof part.value !== 'string') continue;
      yield { step, text: part.value, position };
    }
  }
}

function* literalsOf(template: Template): Iterable<[string, Position]> {
  if (template.kind === 'literal' && typeof template.value === 'string') {
    yield [template.value, template.position];
  }
  if (template.kind === 'list') for (const item of template.items) yield* literalsOf(item);
  if (template.kind === 'map') for (const { value } of template.entries) yield* literalsOf(value);
}

/** Every name a routine gives to something: its parameters, what it assigns, loop variables and caught errors. */
export function variablesOf(routine: Routine): ReadonlySet<string> {
  const names = new Set(routine.params.map(({ name }) => name));
  for (const { body } of worksOf(routine.steps)) {
    for (const { name } of targetsOf(body)) names.add(name);
    const loop = body.kind === 'parallel' ? body.work : body;
    if (loop.kind === 'for') for (const { name } of loop.variables) names.add(name);
    if (body.kind === 'try' && body.except !== undefined) names.add(body.except.as);
  }
  return names;
}

/** Where a body writes. */
export function targetsOf(body: Body): Target[] {
  if (body.kind === 'assign') return body.assignments.map(({ target }) => target);
  return body.kind === 'call' && body.result !== undefined ? [body.result] : [];
}

function templatesOf(body: Body): Template[] {
  switch (body.kind) {
    case 'assign':
      return body.assignments.map(({ value }) => value);
    case 'call':
      return argumentsOf(body);
    case 'switch':
      return body.arms.map(({ condition }) => condition);
    case 'for':
      return [body.over.template];
    case 'parallel':
      return [
        ...(body.concurrencyLimit === undefined ? [] : [body.concurrencyLimit]),
        ...(body.work.kind === 'for' ? templatesOf(body.work satisfies ForBody) : []),
      ];
    case 'try':
      return retryTemplates(body.retry);
    case 'raise':
    case 'return':
      return [body.value];
    case 'steps':
    case 'jump':
      return [];
  }
}

function retryTemplates(retry: Extract<Body, { kind: 'try' }>['retry']): Template[] {
  if (retry === undefined) return [];
  if (retry.kind === 'whole') return [retry.template];
  const { predicate, maxRetries, initialDelay, maxDelay, multiplier } = retry;
  return [predicate, maxRetries, initialDelay, maxDelay, multiplier].filter((part) => part !== undefined);
}

const argumentsOf = ({ args }: CallBody): Template[] =>
  args.kind === 'named' ? args.entries.map(({ value }) => value) : [...args.items];

function* expressionsOf(template: Template): Iterable<[Expression, Position]> {
  if (template.kind === 'expression') yield [template.expression, template.position];
  if (template.kind === 'list') for (const item of template.items) yield* expressionsOf(item);
  if (template.kind === 'map') {
    for (const { key, value } of template.entries) {
      yield* expressionsOf(key);
      yield* expressionsOf(value);
    }
  }
}

/** The expression itself and all inside it. */
export function* partsOf(expression: Expression): Iterable<Expression> {
  yield expression;
  for (const child of childrenOf(expression)) yield* partsOf(child);
}

function childrenOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'literal':
    case 'name':
      return [];
    case 'member':
      return [expression.object];
    case 'index':
      return [expression.object, expression.index];
    case 'unary':
      return [expression.operand];
    case 'binary':
      return [expression.left, expression.right];
    case 'list':
      return expression.items;
    case 'map':
      return expression.entries.flatMap(({ key, value }) => [key, value]);
    case 'call':
      return expression.args;
  }
}

/** A literal, list or map of the source as the expression that means the same. */
export function asExpression(template: Template): Expression {
  switch (template.kind) {
    case 'literal':
      return { kind: 'literal', value: template.value };
    case 'expression':
      return template.expression;
    case 'list':
      return { kind: 'list', items: template.items.map(asExpression) };
    case 'map':
      return {
        kind: 'map',
        entries: template.entries.map(({ key, value }) => ({
          key: asExpression(key),
          value: asExpression(value),
        })),
      };
  }
}

/** Calls in steps and in expressions, with their arguments by name. */
export function* callsIn(routine: Routine, program: Program): Iterable<Call> {
  for (const { step, body } of worksOf(routine.steps)) {
    if (body.kind === 'call') yield callOfStep(step, body, program);
  }
  for (const { step, expression, position } of evaluatedIn(routine)) {
    for (const part of partsOf(expression)) {
      if (part.kind !== 'call') continue;
      yield { step, callee: part.callee, args: byName(part.callee, part.args, program), position };
    }
  }
}

export function callOfStep(step: Step, body: CallBody, program: Program): Call {
  const { callee, args, position } = body;
  const named =
    args.kind === 'named'
      ? new Map(args.entries.map(({ name, value }) => [name, asExpression(value)]))
      : byName(callee, args.items.map(asExpression), program);
  return { step, callee, args: named, position };
}

function byName(callee: string, args: readonly Expression[], program: Program): Map<string, Expression> {
  const params = signatureOf(callee, program)?.params ?? [];
  return new Map(args.map((value, i) => [params[i]?.name ?? String(i), value]));
}
