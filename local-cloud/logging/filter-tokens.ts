/** Cuts a query of the Logging query language into words, quoted texts, operators and brackets. */
import { invalid } from '../core/body.ts';

export interface Token {
  /** `word` may become a field, a value or AND, OR, NOT; `text` was quoted and is only ever a value. */
  readonly type: 'word' | 'text' | 'operator' | 'open' | 'close' | 'minus';
  readonly text: string;
}

export type Operator = '!=' | '!~' | '=~' | '>=' | '<=' | '=' | ':' | '>' | '<';

const OPERATOR = /!=|!~|=~|>=|<=|[=:><]/y;
const BLANK = /(?:\s|--[^\n]*)+/y;
const QUOTED = /"(?:[^"\\]|\\.)*"/sy;
/** A word, or a field whose parts may be quoted because they hold dots: `labels."run.googleapis.com/task"`. */
const WORD = /[^\s"():=<>!~\\]+(?:"(?:[^"\\]|\\.)*"[^\s"():=<>!~\\]*)*/y;

/** Throws INVALID_ARGUMENT at what belongs to no token, with the place it stands at. */
export function tokensOf(query: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const eat = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(query)?.[0];
    if (found !== undefined) at += found.length;
    return found;
  };
  while (at < query.length) {
    if (eat(BLANK) !== undefined) continue;
    tokens.push(next(query, at, eat));
  }
  return tokens;
}

function next(query: string, at: number, eat: (pattern: RegExp) => string | undefined): Token {
  const first = query[at];
  if (first === '(' || first === ')')
    return { type: first === '(' ? 'open' : 'close', text: eat(/[()]/y) ?? '' };
  const quoted = eat(QUOTED);
  if (quoted !== undefined) return { type: 'text', text: unquoted(quoted) };
  const operator = eat(OPERATOR);
  if (operator !== undefined) return { type: 'operator', text: operator };
  // Before a comparison a minus is NOT; inside a word (a date, a name) it is part of it.
  if (first === '-' && /[A-Za-z("_]/.test(query[at + 1] ?? ''))
    return { type: 'minus', text: eat(/-/y) ?? '' };
  const word = eat(WORD);
  if (word !== undefined) return { type: 'word', text: word };
  throw invalid(`Unparseable filter: syntax error at line 1, column ${at}, token '${first ?? ''}'.`);
}

const unquoted = (text: string): string =>
  text.slice(1, -1).replace(/\\(.)/gs, (_, character: string) =>
    // Any other escape keeps its backslash: a regular expression in quotes is written as it is.
    character === '"' || character === '\\' ? character : `\\${character}`,
  );
