/** Cuts the text of an expression into tokens. */
import type { Scalar } from './program.ts';

export type Token =
  | { readonly kind: 'literal'; readonly value: Scalar; readonly text: string }
  | { readonly kind: 'word'; readonly text: string }
  /** Operators and punctuation; `and`, `or`, `not` and `in` whatever case they were written in. */
  | { readonly kind: 'symbol'; readonly text: string }
  | { readonly kind: 'end'; readonly text: '' };

/** The expression is not well formed; the caller knows the step and the place. */
export class ExpressionError extends Error {}

const WORD = /[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER = /\d+(\.\d+)?([eE][+-]?\d+)?/y;
const SYMBOL = /\/\/|<=|>=|==|!=|[-+*/%<>()[\]{},:.]/y;
const SPACE = /\s+/y;

/** Operators written as words: all lower or all upper case, never mixed. */
const OPERATOR_WORDS = new Set(['and', 'or', 'not', 'in']);

const CONSTANTS: ReadonlyMap<string, Scalar> = new Map<string, Scalar>([
  ...['true', 'True', 'TRUE'].map((word): [string, Scalar] => [word, true]),
  ...['false', 'False', 'FALSE'].map((word): [string, Scalar] => [word, false]),
  ...['null', 'Null', 'NULL'].map((word): [string, Scalar] => [word, null]),
]);

/** The largest integer literal that can stand anywhere: −2⁶³ is written as a minus before 2⁶³. */
const MAX_MAGNITUDE = 2n ** 63n;

/** All tokens of `text`, ending with `end`. Throws an {@link ExpressionError}. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) at += found.length;
    return found;
  };
  while (at < text.length) {
    if (take(SPACE) !== undefined) continue;
    const quote = text[at];
    if (quote === '"' || quote === "'") {
      const { value, end } = readString(text, at, quote);
      tokens.push({ kind: 'literal', value, text: text.slice(at, end) });
      at = end;
      continue;
    }
    const number = take(NUMBER);
    if (number !== undefined) {
      tokens.push({ kind: 'literal', value: numberOf(number), text: number });
      continue;
    }
    const word = take(WORD);
    if (word !== undefined) {
      tokens.push(wordToken(word, tokens.at(-1)));
      continue;
    }
    const symbol = take(SYMBOL);
    if (symbol === undefined) throw new ExpressionError(`token recognition error at: '${text[at] ?? ''}'`);
    tokens.push({ kind: 'symbol', text: symbol });
  }
  tokens.push({ kind: 'end', text: '' });
  return tokens;
}

function wordToken(word: string, before: Token | undefined): Token {
  // After a dot every word is a key: `m.in`, `m.not` and `m.true` are ordinary members.
  if (before?.kind === 'symbol' && before.text === '.') return { kind: 'word', text: word };
  const lower = word.toLowerCase();
  if (OPERATOR_WORDS.has(lower) && (word === lower || word === word.toUpperCase())) {
    return { kind: 'symbol', text: lower };
  }
  const constant = CONSTANTS.get(word);
  return constant === undefined
    ? { kind: 'word', text: word }
    : { kind: 'literal', value: constant, text: word };
}

function numberOf(text: string): bigint | number {
  if (/[.eE]/.test(text)) return Number(text);
  const integer = BigInt(text);
  if (integer > MAX_MAGNITUDE) throw new ExpressionError(`integer ${text} does not fit into 64 bits`);
  return integer;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  "'": "'",
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

function readString(text: string, start: number, quote: string): { value: string; end: number } {
  let value = '';
  for (let at = start + 1; at < text.length; at += 1) {
    const char = text[at] ?? '';
    // Strings are UTF-8, which half a surrogate pair is not.
    if (char === quote) return { value: value.toWellFormed(), end: at + 1 };
    if (char !== '\\') {
      value += char;
      continue;
    }
    at += 1;
    const escaped = text[at] ?? '';
    const hex = /^[0-9a-fA-F]{4}/.exec(text.slice(at + 1))?.[0];
    if (escaped === 'u' && hex !== undefined) {
      value += String.fromCharCode(parseInt(hex, 16));
      at += 4;
    } else if (ESCAPES[escaped] !== undefined) {
      value += ESCAPES[escaped];
    } else {
      throw new ExpressionError(`token recognition error at: '\\${escaped}'`);
    }
  }
  throw new ExpressionError(`token recognition error at: '${quote}': the string is not closed`);
}
