/** Expressions and templates → closures. */
import type { Expression, Position, Template } from '../lang/program.ts';
import { dottedName, rootOf } from '../lang/structure.ts';
import { libraryConstant, libraryFunction } from '../library.ts';
import { keyOf, read } from './access.ts';
import { gather, andThen, type Code, type Maybe } from './code.ts';
import { Raised } from './errors.ts';
import { binaryOperator, unary } from './operators.ts';
import type { Frame } from './frame.ts';
import type { Site } from './site.ts';
import { compileComparison } from './small.ts';
import { borrower, reader } from './variables.ts';
import { FunctionValue, type Value } from './values.ts';

export function compileTemplate(template: Template, site: Site): Code {
  switch (template.kind) {
    case 'literal': {
      const { value } = template;
      return () => value;
    }
    case 'expression':
      return located(compileExpression(template.expression, site), template.position);
    case 'list': {
      const items = template.items.map((item) => compileTemplate(item, site));
      return (frame) => gather(items, frame);
    }
    case 'map':
      return mapCode(
        template.entries.map(({ key }) => compileTemplate(key, site)),
        template.entries.map(({ value }) => compileTemplate(value, site)),
      );
  }
}

/** The same for callers that note the position of what it throws themselves. */
export const compileBare = (template: Template, site: Site): Code =>
  template.kind === 'expression'
    ? compileExpression(template.expression, site)
    : compileTemplate(template, site);

/** Errors remember the expression they came from. */
export const noted = (error: unknown, position: Position): unknown =>
  error instanceof Raised ? error.at(position) : error;

/** Code that notes where its errors came from. */
export function located<T>(code: (frame: Frame) => Maybe<T>, position: Position): (frame: Frame) => Maybe<T> {
  const note = (error: unknown): never => {
    throw noted(error, position);
  };
  return (frame) => {
    try {
      const value = code(frame);
      return value instanceof Promise ? value.catch(note) : value;
    } catch (error) {
      return note(error);
    }
  };
}

export function compileExpression(expression: Expression, site: Site): Code {
  const compile = (inner: Expression): Code => compileExpression(inner, site);
  switch (expression.kind) {
    case 'literal': {
      const { value } = expression;
      return () => value;
    }
    case 'name':
      return compileName(expression.name, site);
    case 'member':
      return compileMember(expression, site);
    case 'index':
      return pair(compileBorrowed(expression.object, site), compile(expression.index), read);
    case 'unary': {
      const operand = compile(expression.operand);
      const { operator } = expression;
      return (frame) => andThen(operand(frame), (value) => unary(operator, value));
    }
    case 'binary':
      return compileBinary(expression, site);
    case 'list': {
      const items = expression.items.map(compile);
      return (frame) => gather(items, frame);
    }
    case 'map':
      return mapCode(
        expression.entries.map(({ key }) => compile(key)),
        expression.entries.map(({ value }) => compile(value)),
      );
    case 'call':
      return site.callables.positional(
        expression.callee,
        looksOnly(expression.callee, site)
          ? expression.args.map((arg) => compileBorrowed(arg, site))
          : expression.args.map(compile),
      );
  }
}

/** Functions that look into their argument and keep nothing of it. */
const LOOKING = new Set(['len', 'keys']);

const looksOnly = (callee: string, { callables }: Site): boolean =>
  LOOKING.has(callee) && !callables.isRoutine(callee);

/** An operand that is only looked into: reading it so leaves a variable the only holder of its value. */
function compileBorrowed(expression: Expression, site: Site): Code {
  const location = expression.kind === 'name' ? site.scope.find(expression.name) : undefined;
  return expression.kind === 'name' && location !== undefined
    ? borrower(location, expression.name)
    : compileExpression(expression, site);
}

function compileBinary(expression: Expression & { kind: 'binary' }, site: Site): Code {
  const { operator, left, right } = expression;
  const general = pair(
    compileExpression(left, site),
    operator === 'in' ? compileBorrowed(right, site) : compileExpression(right, site),
    binaryOperator(operator),
  );
  return compileComparison(expression, site.scope, general) ?? general;
}

type Apply = (a: Value, b: Value) => Value;

function pair(left: Code, right: Code, apply: Apply): Code {
  return (frame) => {
    const a = left(frame);
    if (a instanceof Promise) return pairLate(a, right, apply, frame);
    const b = right(frame);
    return b instanceof Promise ? applyLate(apply, a, b) : apply(a, b);
  };
}

const pairLate = (left: Promise<Value>, right: Code, apply: Apply, frame: Frame): Promise<Value> =>
  left.then((a) => andThen(right(frame), (b) => apply(a, b)));

const applyLate = (apply: Apply, a: Value, right: Promise<Value>): Promise<Value> =>
  right.then((b) => apply(a, b));

function mapCode(keys: readonly Code[], values: readonly Code[]): Code {
  return (frame) =>
    andThen(gather(keys, frame), (names) =>
      andThen(
        gather(values, frame),
        (items) => new Map(names.map((name, i) => [keyOf(name), items[i] ?? null])),
      ),
    );
}

function compileName(name: string, { scope, callables }: Site): Code {
  const location = scope.find(name);
  if (location !== undefined) return reader(location, name);
  if (callables.isRoutine(name) || libraryFunction(name) !== undefined) {
    const reference = new FunctionValue(name);
    return () => reference;
  }
  throw new Error(`the checker let the unknown name ${name} pass`);
}

function compileMember(expression: Expression & { kind: 'member' }, site: Site): Code {
  const path = dottedName(expression);
  if (path !== undefined && !site.scope.knows(rootOf(path))) {
    const constant =
      libraryConstant(path) ?? (libraryFunction(path) === undefined ? undefined : new FunctionValue(path));
    if (constant !== undefined) return () => constant;
  }
  const object = compileBorrowed(expression.object, site);
  const { key } = expression;
  return (frame) => andThen(object(frame), (value) => read(value, key));
}
