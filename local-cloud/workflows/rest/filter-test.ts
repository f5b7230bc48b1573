/** One comparison of a filter: how a field's value in a resource is held against the text of the filter. */
import type { ApiError } from '../../core/errors.ts';

export type FilterField<T> = ScalarField<T> | MapField<T>;

interface ScalarField<T> {
  readonly kind: 'text' | 'number' | 'time' | 'seconds';
  /** Undefined when the resource does not have the field; times in milliseconds. */
  readonly read: (item: T) => string | number | undefined;
  /** The filter's text as the field writes it, e.g. an enum name with its prefix. */
  readonly spelled?: (text: string) => string;
}

/** Labels: `labels:key` asks whether the key is there; `labels:"key:value"` for its value too. */
interface MapField<T> {
  readonly kind: 'map';
  readonly read: (item: T) => Readonly<Record<string, string>>;
}

type Refuse = (why: string) => ApiError;

/** Throws what `refuse` makes for an operator or value that the field cannot be compared with. */
export function testOf<T>(
  field: FilterField<T>,
  operator: string,
  text: string,
  refuse: Refuse,
): (item: T) => boolean {
  if (field.kind === 'map') return mapTest(field, operator, text, refuse);
  if (operator === ':' && text === '*') return (item) => field.read(item) !== undefined;
  return field.kind === 'text' ? textTest(field, operator, text) : numberTest(field, operator, text, refuse);
}

function mapTest<T>(
  field: MapField<T>,
  operator: string,
  text: string,
  refuse: Refuse,
): (item: T) => boolean {
  if (operator !== ':') throw refuse(`compares a whole map with ${operator}`);
  const colon = text.indexOf(':');
  if (text === '*') return (item) => Object.keys(field.read(item)).length > 0;
  if (colon < 0) return (item) => field.read(item)[text] !== undefined;
  return (item) => field.read(item)[text.slice(0, colon)] === text.slice(colon + 1);
}

function textTest<T>(field: ScalarField<T>, operator: string, text: string): (item: T) => boolean {
  const wanted = field.spelled?.(text) ?? text;
  const pattern = wildcard(wanted);
  return (item) => {
    const have = field.read(item);
    if (have === undefined) return operator === '!=';
    if (pattern !== undefined && (operator === '=' || operator === ':')) return pattern.test(String(have));
    if (pattern !== undefined && operator === '!=') return !pattern.test(String(have));
    return holds(operator, compareText(String(have), wanted));
  };
}

/** AIP-160: `*` stands for any text at the beginning or the end of a string. */
function wildcard(text: string): RegExp | undefined {
  if (!text.startsWith('*') && !text.endsWith('*')) return undefined;
  const literal = text.replace(/^\*|\*$/g, '').replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`${text.startsWith('*') ? '' : '^'}${literal}${text.endsWith('*') ? '' : '$'}`, 's');
}

function numberTest<T>(
  field: ScalarField<T>,
  operator: string,
  text: string,
  refuse: Refuse,
): (item: T) => boolean {
  const wanted = field.kind === 'time' ? Date.parse(text) : Number(text.replace(/s$/, ''));
  if (Number.isNaN(wanted) || text === '') {
    throw refuse(`compares with '${text}', which is not a ${field.kind}`);
  }
  return (item) => {
    const have = field.read(item);
    return have === undefined ? operator === '!=' : holds(operator, Number(have) - wanted);
  };
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
