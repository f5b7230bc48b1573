/** One thing that is wrong or doubtful in a workflow, and where in its text it stands. */
import type { Position } from '../lang/program.ts';

type Level = 'error' | 'warning';

export interface Finding {
  readonly file: string;
  readonly level: Level;
  /** A stable word for the kind of finding. */
  readonly rule: string;
  readonly message: string;
  /** How to put it right. */
  readonly help?: string;
  /** The step it is in. */
  readonly step?: string;
  readonly span: Span;
}

/** A piece of one line; line and columns count from 1 in UTF-16 units, `end` is the column behind it. */
export interface Span {
  readonly line: number;
  readonly column: number;
  readonly end: number;
}

/** The lines of a text, to show them and to measure in them. */
export class Lines {
  readonly #lines: readonly string[];

  constructor(text: string) {
    this.#lines = text.split(/\r\n|\n|\r/);
  }

  at(line: number): string {
    return this.#lines[line - 1] ?? '';
  }

  /** The part of `position` on its first line, narrowed to where `word` stands in it. */
  span({ line, column, length }: Position, word?: string): Span {
    const text = this.at(line);
    const start = Math.min(Math.max(column, 1), text.length + 1);
    const piece = Buffer.from(text.slice(start - 1))
      .subarray(0, length)
      .toString();
    const at = word === undefined || word === '' ? -1 : wordAt(piece, word);
    if (at !== -1 && word !== undefined) {
      return { line, column: start + at, end: start + at + word.length };
    }
    return { line, column: start, end: start + Math.max(1, piece.length) };
  }

  /** The text of a piece of source; pieces of several lines are joined with spaces. */
  text({ line, column, length }: Position): string {
    const rest = [this.at(line).slice(column - 1), ...this.#lines.slice(line, line + 20)].join('\n');
    return Buffer.from(rest).subarray(0, length).toString().replace(/\s+/g, ' ').trim();
  }
}

/** Where `word` stands alone in `text`; -1 when it does not. */
function wordAt(text: string, word: string): number {
  const isPart = (char: string | undefined): boolean => char !== undefined && /[\w]/.test(char);
  for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + 1)) {
    const begins = !isPart(word[0]) || !isPart(text[at - 1]);
    const ends = !isPart(word.at(-1)) || !isPart(text[at + word.length]);
    if (begins && ends) return at;
  }
  return -1;
}

/** In reading order. */
export const inOrder = (findings: readonly Finding[]): Finding[] =>
  [...findings].sort((a, b) => a.span.line - b.span.line || a.span.column - b.span.column);
