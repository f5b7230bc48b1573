/** Turns source nodes into templates: literals, `${…}` expressions, and lists and maps of both. */
import { parseExpression, parseTarget } from './expression.ts';
import { ExpressionError } from './lexer.ts';
import { MAX_EXPRESSION_LENGTH } from './limits.ts';
import type { Problems } from './problems.ts';
import type { Expression, Scalar, Target, Template } from './program.ts';
import type { MapNode, ScalarNode, SourceNode } from './source.ts';

/** What every parsing function is given: where to report, and the step it is in. */
export interface Place {
  readonly problems: Problems;
  readonly step?: string;
}

const NULL: Expression = { kind: 'literal', value: null };

/** The expression inside `${…}`, or undefined for an ordinary string. Assumed: that is one with `${` in its middle, too. */
function expressionText(value: Scalar): string | undefined {
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  return text.startsWith('${') && text.endsWith('}') ? text.slice(2, -1) : undefined;
}

export function parseTemplate(node: SourceNode, place: Place): Template {
  const { position } = node;
  if (node.kind === 'list') {
    return { kind: 'list', items: node.items.map((item) => parseTemplate(item, place)), position };
  }
  if (node.kind === 'map') {
    const entries = node.entries.map(({ key, value }) => ({
      key: parseTemplate(key, place),
      value: parseTemplate(value, place),
    }));
    return { kind: 'map', entries, position };
  }
  const text = expressionText(node.value);
  if (text === undefined) {
    refuseUnclosed(node, place);
    return { kind: 'literal', value: fit(node.value), position };
  }
  return { kind: 'expression', expression: expressionOf(text, node, place), position };
}

function expressionOf(text: string, node: ScalarNode, place: Place): Expression {
  if (isTooLong(text.length + '${}'.length, node, place)) return NULL;
  return orProblem(() => parseExpression(text), node, place) ?? NULL;
}

/**
 * A missing brace is among the deploy errors the docs name. Assumed: it is missing where none closes at all; with one in
 * the middle (`${HOME}/bin`) the text is a text.
 */
function refuseUnclosed({ value, position }: ScalarNode, place: Place): void {
  if (typeof value !== 'string' || !value.trim().startsWith('${') || value.includes('}')) return;
  place.problems.add(
    `parse error: in '${value}': the expression is never closed, expecting '}'`,
    position,
    place.step,
  );
}

function isTooLong(length: number, node: ScalarNode, place: Place): boolean {
  if (length <= MAX_EXPRESSION_LENGTH) return false;
  const detail = `expression is ${length} characters long, the maximum is ${MAX_EXPRESSION_LENGTH}`;
  place.problems.add(detail, node.position, place.step);
  return true;
}

/** An assignment's left side; its indexes are expressions without `${}`. Assumed: it may be as long as an expression. */
export function parseAssignmentTarget(node: ScalarNode, place: Place): Target | undefined {
  const text = String(node.value);
  if (isTooLong(text.length, node, place)) return undefined;
  const target = orProblem(() => parseTarget(expressionText(text) ?? text), node, place);
  return target && { ...target, position: node.position };
}

/** Assumed: the words of the service for text that is no expression; known is only its "token recognition error". */
function orProblem<T>(parse: () => T, node: ScalarNode, place: Place): T | undefined {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    place.problems.add(
      `parse error: in '${String(node.value)}': ${error.message}`,
      node.position,
      place.step,
    );
    return undefined;
  }
}

/** YAML integers have no size; one that does not fit into 64 bits is a double, as for any JSON reader. */
const fit = (value: Scalar): Scalar =>
  typeof value === 'bigint' && value !== BigInt.asIntN(64, value) ? Number(value) : value;

/** The entries of a map that may only have these keys; everything else is a problem. */
export function fieldsOf<K extends string>(
  node: SourceNode,
  keys: readonly K[],
  what: string,
  place: Place,
): Partial<Record<K, SourceNode>> {
  const fields: Partial<Record<K, SourceNode>> = {};
  if (node.kind !== 'map') {
    place.problems.add(`${what} must be a map`, node.position, place.step);
    return fields;
  }
  for (const { key, value } of node.entries) {
    const known = keys.find((candidate) => candidate === key.value);
    if (known === undefined) {
      const list = keys.join(', ');
      place.problems.add(
        `unknown key '${String(key.value)}' in ${what}; known keys: ${list}`,
        key.position,
        place.step,
      );
    } else {
      fields[known] = value;
    }
  }
  return fields;
}

/** A literal string, e.g. a step name to jump to; undefined (and a problem) for anything else. */
export function textOf(node: SourceNode, what: string, place: Place): string | undefined {
  if (node.kind === 'scalar' && typeof node.value === 'string' && node.value !== '') return node.value;
  // Names may look like numbers or booleans to YAML: `next: 1` means the step named 1.
  if (node.kind === 'scalar' && node.value !== null && node.value !== '') return String(node.value);
  place.problems.add(`${what} should not be empty and must be text`, node.position, place.step);
  return undefined;
}

const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** A variable's name, checked for its form. */
export function variableOf(node: SourceNode, what: string, place: Place): string | undefined {
  const name = textOf(node, what, place);
  if (name === undefined || VARIABLE.test(name)) return name;
  place.problems.add(
    `${what} '${name}' must start with a letter or underscore and go on with letters, digits and underscores`,
    node.position,
    place.step,
  );
  return undefined;
}

/** The only entry of a one-key map: steps, branches, assignments and parameters with defaults are written so. */
export function onlyEntry(node: SourceNode): MapNode['entries'][number] | undefined {
  return node.kind === 'map' && node.entries.length === 1 ? node.entries[0] : undefined;
}
