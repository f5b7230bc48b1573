/**
 * The one renderer: a workflow tree to YAML text, the same bytes for the same tree. Every literal string is a
 * double-quoted scalar, so that YAML never guesses at a type, and every expression is recognisable by being none.
 */
import { documentOf, isList } from './document.ts';
import { isExpression, textOf, type Expression, type Value, type ValueMap, type Workflow } from './tree.ts';

/** Throws `TypeError` for what `check` would have refused: a literal the service would evaluate, a number it cannot read. */
export function render(workflow: Workflow): string {
  return entries(documentOf(workflow), '');
}

/**
 * `lead` stands before the first line instead of the indent: a block within a list begins behind its dash. Given from
 * above rather than cut off afterwards, because cutting copies the text of every block once per level.
 */
function entries(map: ValueMap, indent: string, lead = indent): string {
  let text = '';
  let before = lead;
  for (const key of Object.keys(map)) {
    text += `${before}${keyText(key)}:${after(map[key] ?? null, indent)}`;
    before = indent;
  }
  return text;
}

/** What follows a key's colon: a scalar on the same line, or a block below it. */
function after(value: Value, indent: string): string {
  if (typeof value !== 'object' || value === null || isExpression(value)) return ` ${scalar(value)}\n`;
  if (isList(value)) return value.length === 0 ? ' []\n' : `\n${items(value, `${indent}  `)}`;
  return isEmpty(value) ? ' {}\n' : `\n${entries(value, `${indent}  `)}`;
}

function items(list: readonly Value[], indent: string, lead = indent): string {
  const inner = `${indent}  `;
  let text = '';
  let before = lead;
  for (const item of list) {
    text += `${before}- ${inItem(item, inner)}`;
    before = indent;
  }
  return text;
}

function inItem(value: Value, indent: string): string {
  if (typeof value !== 'object' || value === null || isExpression(value)) return `${scalar(value)}\n`;
  if (isList(value)) return value.length === 0 ? '[]\n' : items(value, indent, '');
  return isEmpty(value) ? '{}\n' : entries(value, indent, '');
}

function isEmpty(map: ValueMap): boolean {
  for (const key in map) if (Object.hasOwn(map, key)) return false;
  return true;
}

function scalar(value: null | boolean | number | string | Expression): string {
  if (typeof value === 'string') return quoted(literal(value));
  if (typeof value === 'number') return numberText(value);
  return value === null || typeof value === 'boolean' ? String(value) : expressionText(value);
}

/** Plain scalars, but none that YAML 1.1 or 1.2 reads as something other than text. */
const PLAIN_KEY = /^(?!(?:y|n|yes|no|on|off|true|false|null)$)[a-z_][a-z0-9_]*$/i;

const keyText = (key: string): string => (PLAIN_KEY.test(key) ? key : quoted(literal(key)));

/** Whether the service would, or might, evaluate this literal. */
export const wouldBeEvaluated = (text: string): boolean => text.includes('${');

function literal(text: string): string {
  if (wouldBeEvaluated(text)) throw new TypeError(`the literal ${JSON.stringify(text)} would be evaluated`);
  return text;
}

/** Valid JSON that YAML forbids to stand unescaped: DEL, C1 controls, line separators, the byte order mark, non-characters. */
const UNPRINTABLE = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g;

/** Printable ASCII without quote and backslash: nothing to escape. */
const NOTHING_SPECIAL = /^[ !#-[\]-~]*$/;

/** A JSON string is a YAML double-quoted scalar, but for a few characters. */
const quoted = (text: string): string => (NOTHING_SPECIAL.test(text) ? `"${text}"` : escaped(text));

const escaped = (text: string): string =>
  JSON.stringify(text).replace(UNPRINTABLE, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);

function numberText(value: number): string {
  const whole = Number.isInteger(value);
  if (!Number.isFinite(value) || (whole && !Number.isSafeInteger(value))) {
    throw new TypeError(`${value} cannot be written exactly`);
  }
  // JSON writes -0 as 0, and both readers would differ on "-0".
  return JSON.stringify(value);
}

/** What may stand in a plain scalar whatever surrounds it: no `: `, no ` #`, no quotes. */
const PLAIN_EXPRESSION = /^[\w.()[\]+*<>=!, -]*$/;

function expressionText(expression: Expression): string {
  const inside = textOf(expression);
  return PLAIN_EXPRESSION.test(inside) ? `\${${inside}}` : `'\${${inside.replaceAll("'", "''")}}'`;
}
