/** Lines of a report for a terminal: broken between words where the window ends, and painted piece by piece. */
import { printable } from './printable.ts';

type Painter = (text: string) => string;

/** Narrower than this nothing sensible fits beside an indent. */
const LEAST_ROOM = 20;

/** Continuation lines stand this much further in than the line they go on from. */
const HANG = 4;

export class Lines {
  readonly #width: number;
  readonly #lines: string[] = [];

  /** `width` in characters; null: lines are as long as they are, as files and pipes want them. */
  constructor(width: number | null) {
    this.#width = width ?? Number.POSITIVE_INFINITY;
  }

  /** One line of text from anywhere; leading blanks are its indent. */
  add(text: string, paint: Painter = (same) => same): void {
    for (const line of wrapped(printable(text), this.#width)) this.#lines.push(paint(line));
  }

  /** Parts two paragraphs; never twice in a row, and not before the first. */
  gap(): void {
    if (this.#lines.length > 0 && this.#lines.at(-1) !== '') this.#lines.push('');
  }

  toString(): string {
    return `${this.#lines.join('\n')}\n`;
  }
}

/** A word that is longer than the window stays whole: somebody may want to copy it. */
function wrapped(text: string, width: number): string[] {
  if (text.length <= width) return [text];
  const indent = /^ */.exec(text)?.[0].length ?? 0;
  const hang = ' '.repeat(Math.min(indent + HANG, Math.max(0, width - LEAST_ROOM)));
  const lines: string[] = [];
  let line = ' '.repeat(indent);
  let empty = true;
  for (const word of text.slice(indent).split(' ')) {
    if (!empty && line.length + 1 + word.length > width) {
      lines.push(line.trimEnd());
      line = hang;
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  return [...lines, line];
}
