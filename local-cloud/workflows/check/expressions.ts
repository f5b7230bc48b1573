/** Checks everything that is evaluated: do all names exist there, may the functions be called there. */
import { isConnectorName } from '../connectors/connector.ts';
import type { Expression, Position, Template } from '../lang/program.ts';
import { dottedName, rootOf } from '../lang/structure.ts';
import { libraryConstant, libraryFunction } from '../library.ts';
import { checkPositional, signatureOf } from './calls.ts';
import { report, type Place } from './context.ts';

/** `what` starts the detail, as in `error evaluating return value: symbol 'x' is …`. */
export function checkTemplate(template: Template, what: string, place: Place): void {
  switch (template.kind) {
    case 'literal':
      return;
    case 'expression':
      for (const detail of refusals(template.expression, place)) {
        report(place, `error evaluating ${what}: ${detail}`, template.position);
      }
      return;
    case 'list':
      for (const item of template.items) checkTemplate(item, what, place);
      return;
    case 'map':
      for (const { key, value } of template.entries) {
        checkTemplate(key, what, place);
        checkTemplate(value, what, place);
      }
  }
}

export function checkExpression(
  expression: Expression,
  what: string,
  position: Position,
  place: Place,
): void {
  for (const detail of refusals(expression, place))
    report(place, `error evaluating ${what}: ${detail}`, position);
}

const unknownSymbol = (name: string): string =>
  `symbol '${name}' is neither a variable nor a sub-workflow name`;

function refusals(expression: Expression, place: Place): string[] {
  const all = (...parts: readonly Expression[]): string[] => parts.flatMap((part) => refusals(part, place));
  switch (expression.kind) {
    case 'literal':
      return [];
    case 'name':
      return isSymbol(expression.name, place) ? [] : [unknownSymbol(expression.name)];
    case 'member':
      return isLibraryValue(expression, place) ? [] : all(expression.object);
    case 'index':
      return all(expression.object, expression.index);
    case 'unary':
      return all(expression.operand);
    case 'binary':
      return all(expression.left, expression.right);
    case 'list':
      return all(...expression.items);
    case 'map':
      return expression.entries.flatMap(({ key, value }) => all(key, value));
    case 'call':
      return [...callRefusals(expression.callee, expression.args.length, place), ...all(...expression.args)];
  }
}

const isSymbol = (name: string, { scope, program }: Place): boolean =>
  scope.knows(name) || program.routines.has(name) || libraryFunction(name) !== undefined;

/** `http.default_retry`: a library name unless a variable hides the module. */
function isLibraryValue(expression: Expression, place: Place): boolean {
  const path = dottedName(expression);
  if (path === undefined || place.scope.knows(rootOf(path))) return false;
  return libraryConstant(path) !== undefined || libraryFunction(path) !== undefined;
}

function callRefusals(callee: string, count: number, place: Place): string[] {
  const blocking = `function '${callee}' waits and can only be used in a call step`;
  const signature = signatureOf(callee, place.program);
  if (signature === undefined) return [isConnectorName(callee) ? blocking : unknownSymbol(callee)];
  if (signature.blocking) return [blocking];
  return checkPositional(signature, count);
}
