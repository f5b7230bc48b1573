/**
 * A reader of expressions, just deep enough to know which names one uses: variables, and functions it calls.
 * Grammar: https://docs.cloud.google.com/workflows/docs/reference/syntax/expressions
 */

export interface Reading {
  /** Roots of references: `args` in `args.image.digest`. */
  readonly variables: readonly string[];
  /** Dotted names followed by a parenthesis. */
  readonly functions: readonly string[];
  /** Null when it reads well, else what is wrong, with the column (from 1). */
  readonly problem: string | null;
}

interface Token {
  readonly kind: 'name' | 'string' | 'number' | 'sign';
  readonly text: string;
}

const TOKEN =
  /\s*(?:(?<name>[A-Za-z_]\w*)|(?<string>"(?:[^"\\\p{Cc}]|\\["\\nrt])*")|(?<number>\d+(?:\.\d+)?)|(?<sign>==|!=|<=|>=|\/\/|[-+*/%<>()[\]{}.,:]))/uy;

const WORDS = new Set(['and', 'or', 'not', 'in', 'true', 'false', 'null']);
const CLOSES: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };

/** Reads the text inside `${}`. Two operands or two operators in a row are left to the service's own parser. */
export function readExpression(text: string): Reading {
  const tokens: Token[] = [];
  let at = 0;
  for (TOKEN.lastIndex = 0; at < text.trimEnd().length; at = TOKEN.lastIndex) {
    const match = TOKEN.exec(text);
    const [kind, value] =
      Object.entries<string | undefined>(match?.groups ?? {}).find(([, part]) => part !== undefined) ?? [];
    if (value === undefined) return broken(`cannot be read at column ${at + 1}`);
    tokens.push({ kind: kind as Token['kind'], text: value });
  }
  if (tokens.length === 0) return broken('is empty');
  return unbalanced(tokens) ?? { ...names(tokens), problem: null };
}

const broken = (problem: string): Reading => ({ variables: [], functions: [], problem });

function unbalanced(tokens: readonly Token[]): Reading | null {
  const open: string[] = [];
  for (const { kind, text } of tokens) {
    if (kind !== 'sign') continue;
    if ('([{'.includes(text)) open.push(text);
    const opener = CLOSES[text];
    if (opener !== undefined && open.pop() !== opener) return broken(`has a ${text} that closes nothing`);
  }
  return open.length > 0 ? broken(`has a ${open.at(-1) ?? ''} that is never closed`) : null;
}

function names(tokens: readonly Token[]): Pick<Reading, 'variables' | 'functions'> {
  const variables: string[] = [];
  const functions: string[] = [];
  for (const [i, token] of tokens.entries()) {
    if (token.kind !== 'name' || WORDS.has(token.text.toLowerCase()) || tokens[i - 1]?.text === '.') continue;
    let end = i;
    while (tokens[end + 1]?.text === '.' && tokens[end + 2]?.kind === 'name') end += 2;
    const path = tokens.slice(i, end + 1).map(({ text }) => text);
    if (tokens[end + 1]?.text === '(') functions.push(path.join(''));
    else variables.push(token.text);
  }
  return { variables, functions };
}
