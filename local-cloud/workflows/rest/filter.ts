/**
 * AIP-160 filters: comparisons joined by AND, OR and NOT, with parentheses. As that standard has it, OR binds tighter
 * than AND, and terms that only stand beside each other must both hold. Functions and bare words are not supported.
 */
import { ApiError } from '../../core/errors.ts';
import { testOf, type FilterField } from './filter-test.ts';

/** Finds a field by the name a filter used, with the rest of a dotted path (`labels.team` → `team`). */
export type FieldLookup<T> = (name: string, rest: string | undefined) => FilterField<T> | undefined;

type Test<T> = (item: T) => boolean;

/** Deeper filters are refused before they cost a stack. */
const MAX_DEPTH = 50;

/** Throws INVALID_ARGUMENT for a field or form that is not understood. */
export function compileFilter<T>(text: string, lookup: FieldLookup<T>): Test<T> {
  return text.trim() === '' ? () => true : new FilterParser(text, lookup).parse();
}

const FIELD = /\s*([A-Za-z_]\w*)(?:\.(?:"([^"]*)"|([\w-]+)))?\s*(<=|>=|!=|=|<|>|:)\s*/y;
const VALUE = /(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([^\s()"']+))/y;
const END = /\s*(?=\)|$)/y;
const AND = /\s*AND(?=[\s(])/y;
const OR = /\s*OR(?=[\s(])/y;
const NOT = /\s*(?:NOT(?=[\s(])|-(?=[A-Za-z_(]))/y;
const OPEN = /\s*\(/y;
const CLOSE = /\s*\)/y;

class FilterParser<T> {
  readonly #text: string;
  readonly #lookup: FieldLookup<T>;
  #at = 0;
  #depth = 0;

  constructor(text: string, lookup: FieldLookup<T>) {
    this.#text = text;
    this.#lookup = lookup;
  }

  parse(): Test<T> {
    const test = this.#expression();
    if (this.#text.slice(this.#at).trim() !== '') throw this.#unreadable();
    return test;
  }

  #expression(): Test<T> {
    const tests = [this.#factor()];
    while (this.#match(AND) !== undefined || !this.#isAtEnd()) tests.push(this.#factor());
    return (item) => tests.every((test) => test(item));
  }

  #factor(): Test<T> {
    const tests = [this.#term()];
    while (this.#match(OR) !== undefined) tests.push(this.#term());
    return (item) => tests.some((test) => test(item));
  }

  #term(): Test<T> {
    if (this.#match(NOT) === undefined) return this.#simple();
    const test = this.#simple();
    return (item) => !test(item);
  }

  #simple(): Test<T> {
    if (this.#match(OPEN) === undefined) return this.#comparison();
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw this.#invalid(`is nested more than ${MAX_DEPTH} deep`);
    const test = this.#expression();
    if (this.#match(CLOSE) === undefined) throw this.#unreadable();
    this.#depth -= 1;
    return test;
  }

  #comparison(): Test<T> {
    const found = this.#match(FIELD);
    if (found === undefined) throw this.#unreadable();
    const [, name = '', quotedKey, key, operator = '='] = found;
    const field = this.#lookup(name, quotedKey ?? key);
    if (field === undefined) throw this.#invalid(`names the unknown field '${name}'`);
    const value = this.#match(VALUE);
    if (value === undefined) throw this.#unreadable();
    const [, double, single, bare] = value;
    const text = (double ?? single)?.replace(/\\(.)/g, '$1') ?? bare ?? '';
    return testOf(field, operator, text, (why) => this.#invalid(why));
  }

  #isAtEnd(): boolean {
    END.lastIndex = this.#at;
    return END.test(this.#text);
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found === null) return undefined;
    this.#at = pattern.lastIndex;
    return found;
  }

  #unreadable(): ApiError {
    const rest = this.#text.slice(this.#at).trim();
    return this.#invalid(rest === '' ? 'ends too early' : `cannot be read from '${rest}' on`);
  }

  #invalid(why: string): ApiError {
    return new ApiError(
      'INVALID_ARGUMENT',
      `filter "${this.#text}" ${why}; supported are FIELD OPERATOR VALUE, AND, OR, NOT and parentheses`,
    );
  }
}
