/** The part of AIP-160 filters that clients of Workflows use: comparisons joined by AND (or just by spaces). */
import { ApiError } from '../../core/errors.ts';

/** A field's value in one resource; undefined when the resource does not have it. */
type FieldValue = string | number | undefined;

/** How to read a field, and how a filter's text for it is to be understood. */
export interface FilterField<T> {
  readonly read: (item: T) => FieldValue;
  readonly kind: 'text' | 'time' | 'seconds';
}

/** Finds a field by the name a filter used, with the rest of a dotted path (`labels.team` → `team`). */
export type FieldLookup<T> = (name: string, rest: string | undefined) => FilterField<T> | undefined;

const TERM =
  /\s*(?:AND\b\s*)?([A-Za-z_]\w*)(?:\.(?:"([^"]*)"|([\w-]+)))?\s*(<=|>=|!=|=|<|>|:)\s*(?:"((?:[^"\\]|\\.)*)"|([^\s()"]+))\s*/y;

/** Throws INVALID_ARGUMENT for a field or form that is not understood. */
export function compileFilter<T>(text: string, lookup: FieldLookup<T>): (item: T) => boolean {
  const tests: ((item: T) => boolean)[] = [];
  TERM.lastIndex = 0;
  while (TERM.lastIndex < text.trimEnd().length) {
    const at = TERM.lastIndex;
    const found = TERM.exec(text);
    if (found === null) throw invalid(text, `cannot be read from '${text.slice(at).trim()}' on`);
    const [, name = '', quotedKey, key, operator = '=', quoted, bare] = found;
    const field = lookup(name, quotedKey ?? key);
    if (field === undefined) throw invalid(text, `names the unknown field '${name}'`);
    const value = quoted?.replace(/\\(.)/g, '$1') ?? bare ?? '';
    tests.push(testOf(field, operator, value, text));
  }
  return (item) => tests.every((test) => test(item));
}

const invalid = (text: string, why: string): ApiError =>
  new ApiError(
    'INVALID_ARGUMENT',
    `filter "${text}" ${why}; supported are FIELD OPERATOR VALUE joined by AND`,
  );

function testOf<T>(
  field: FilterField<T>,
  operator: string,
  value: string,
  text: string,
): (item: T) => boolean {
  if (operator === ':' && value === '*') return (item) => field.read(item) !== undefined;
  const wanted = numberOf(field.kind, value);
  if (Number.isNaN(wanted)) throw invalid(text, `compares with '${value}', which is not a ${field.kind}`);
  return (item) => {
    const have = field.read(item);
    if (have === undefined) return operator === '!=';
    const order = wanted === undefined ? compareText(String(have), value) : Number(have) - wanted;
    return holds(operator, order);
  };
}

function numberOf(kind: FilterField<unknown>['kind'], value: string): number | undefined {
  if (kind === 'text') return undefined;
  return kind === 'time' ? Date.parse(value) : Number(value.replace(/s$/, ''));
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function holds(operator: string, order: number): boolean {
  switch (operator) {
    case '!=':
      return order !== 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
    default:
      return order === 0;
  }
}
