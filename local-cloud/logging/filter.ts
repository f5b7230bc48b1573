/**
 * The Logging query language: comparisons, text anywhere in an entry, AND, OR, NOT and brackets.
 * Source: cloud.google.com/logging/docs/view/logging-query-language.
 */
import { RE2JS } from 're2js';
import { invalid } from '../core/body.ts';
import { SEVERITIES, type LogEntry } from './entries.ts';
import { tokensOf, type Operator, type Token } from './filter-tokens.ts';

/** "The length of a query can't exceed 20,000 characters." */
const LONGEST = 20_000;

type Holds = (entry: LogEntry) => boolean;
/** Whether a single value of a field is what the comparison asks for. */
type Matches = (have: unknown) => boolean;

/**
 * A predicate for `filter`. NOT binds tightest, then OR, then AND, which may be left out. Text is compared without
 * regard to case, regular expressions with it. Throws INVALID_ARGUMENT for what it cannot read.
 */
export function parseLogFilter(filter: string): Holds {
  if (filter.length > LONGEST) {
    throw invalid(`Filter is too long: ${filter.length} characters; at most ${LONGEST} are allowed.`);
  }
  const parser = new Parser(tokensOf(filter));
  return parser.whole();
}

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  whole(): Holds {
    if (this.#tokens.length === 0) return () => true;
    const holds = this.#all((): Holds => this.#term());
    if (this.#at < this.#tokens.length) throw this.#unexpected();
    return holds;
  }

  /** `a OR b AND c d`: a conjunction of disjunctions, over terms of either kind. */
  #all<T>(term: () => (value: T) => boolean): (value: T) => boolean {
    const parts = [this.#any(term)];
    for (;;) {
      if (this.#eatWord('AND')) parts.push(this.#any(term));
      else if (this.#at < this.#tokens.length && this.#peek()?.type !== 'close') parts.push(this.#any(term));
      else break;
    }
    return (value) => parts.every((holds) => holds(value));
  }

  #any<T>(term: () => (value: T) => boolean): (value: T) => boolean {
    const parts = [this.#not(term)];
    while (this.#eatWord('OR')) parts.push(this.#not(term));
    return (value) => parts.some((holds) => holds(value));
  }

  #not<T>(term: () => (value: T) => boolean): (value: T) => boolean {
    if (this.#eatWord('NOT') || this.#eat('minus') !== undefined) {
      const inner = this.#not(term);
      return (value) => !inner(value);
    }
    if (this.#eat('open') === undefined) return term();
    const inner = this.#all(term);
    if (this.#eat('close') === undefined) throw this.#unexpected();
    return inner;
  }

  /** A comparison, a function, or text that may stand anywhere in the entry. */
  #term(): Holds {
    const token = this.#peek();
    if (token?.type !== 'word' && token?.type !== 'text') throw this.#unexpected();
    this.#at += 1;
    if (token.type === 'word' && this.#peek()?.type === 'open') return this.#call(token.text);
    const operator = token.type === 'word' ? this.#eat('operator') : undefined;
    if (operator === undefined) {
      const want = token.text.toLowerCase();
      return (entry) => JSON.stringify(entry).toLowerCase().includes(want);
    }
    const matches = this.#value(token.text, operator.text as Operator);
    const path = pathOf(token.text);
    // A comparison with a field that is not there is false, whatever the operator.
    return (entry) => valuesAt(entry, path).some(matches);
  }

  /** One value, or several in brackets: `severity=(ERROR OR ALERT)`. */
  #value(field: string, operator: Operator): Matches {
    const one = (): Matches => {
      const token = this.#peek();
      if (token?.type !== 'word' && token?.type !== 'text') throw this.#unexpected();
      this.#at += 1;
      return comparison(field, operator, token.text);
    };
    return this.#peek()?.type === 'open' ? this.#not(one) : one();
  }

  #call(name: string): Holds {
    this.#at += 1;
    const argument = this.#eat('text') ?? this.#eat('word');
    if (name.toLowerCase() !== 'log_id' || argument === undefined || this.#eat('close') === undefined) {
      throw invalid(`Unparseable filter: the local cloud knows the function log_id("…") only, not ${name}.`);
    }
    const ending = `/logs/${encodeURIComponent(argument.text)}`;
    return ({ logName }) => logName.endsWith(ending);
  }

  #peek(): Token | undefined {
    return this.#tokens[this.#at];
  }

  #eat(type: Token['type']): Token | undefined {
    const token = this.#peek();
    if (token?.type !== type) return undefined;
    this.#at += 1;
    return token;
  }

  #eatWord(word: string): boolean {
    const token = this.#peek();
    if (token?.type !== 'word' || token.text !== word) return false;
    this.#at += 1;
    return true;
  }

  #unexpected(): Error {
    const token = this.#peek();
    return invalid(
      token === undefined
        ? 'Unparseable filter: unexpected end of the filter.'
        : `Unparseable filter: unexpected token '${token.text}'.`,
    );
  }
}

function comparison(field: string, operator: Operator, want: string): Matches {
  if (operator === '=~' || operator === '!~') {
    const pattern = compiled(want);
    return (have) => pattern.test(textOf(have)) === (operator === '=~');
  }
  if (operator === ':') {
    const part = want.toLowerCase();
    return (have) => want === '*' || textOf(have).toLowerCase().includes(part);
  }
  const order = field === 'severity' ? severityOrder : /timestamp$/i.test(field) ? timeOrder : textOrder;
  if (Number.isNaN(order(want, want)))
    throw invalid(`Unparseable filter: "${want}" is no value of ${field}.`);
  return (have) =>
    compare(
      typeof have === 'number' && want.trim() !== '' && !Number.isNaN(Number(want))
        ? have - Number(want)
        : order(textOf(have), want),
      operator,
    );
}

function compiled(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch {
    throw invalid(`Unparseable filter: "${pattern}" is no RE2 regular expression.`);
  }
}

function compare(order: number, operator: Operator): boolean {
  switch (operator) {
    case '=':
      return order === 0;
    case '!=':
      return order !== 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
    case '<':
      return order < 0;
    default:
      return order <= 0;
  }
}

/** Names of a path; those that hold dots are quoted. */
const pathOf = (field: string): string[] =>
  (field.match(/"(?:[^"\\]|\\.)*"|[^."]+/g) ?? []).map((name) => name.replace(/^"(.*)"$/s, '$1'));

/** Every value at the path: of a repeated field each one counts. */
function valuesAt(value: unknown, path: readonly string[], at = 0): unknown[] {
  if (Array.isArray(value)) return value.flatMap((item) => valuesAt(item, path, at));
  const name = path[at];
  if (name === undefined) return value === undefined || value === null ? [] : [value];
  if (typeof value !== 'object' || value === null) return [];
  return valuesAt((value as Record<string, unknown>)[name], path, at + 1);
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

function textOrder(a: string, b: string): number {
  const [one, other] = [a.toLowerCase(), b.toLowerCase()];
  return one === other ? 0 : one < other ? -1 : 1;
}
const timeOrder = (a: string, b: string): number => Date.parse(a) - Date.parse(b);

function severityOrder(a: string, b: string): number {
  const rank = (text: string) => {
    const found = SEVERITIES.findIndex((severity) => severity === text.toUpperCase());
    return found < 0 ? Number.NaN : found;
  };
  return rank(a) - rank(b);
}
