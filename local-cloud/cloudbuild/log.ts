/** The log of one build, line by line, as Cloud Build writes it. */
import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/** Lines that say nothing about why a step failed; the cause is looked for above them. */
const EMPTY_WORDS = /^[\s\W_]*$/;

export class BuildLog {
  readonly #file: string;
  readonly #onLine: (line: string, source: string) => void;
  #text = '';

  /** Also writes to `file`; `onLine` hears every line with the step it comes from (or `MAIN`). */
  constructor(file: string, onLine: (line: string, source: string) => void) {
    this.#file = file;
    this.#onLine = onLine;
    mkdirSync(dirname(file), { recursive: true });
  }

  get text(): string {
    return this.#text;
  }

  /** A line of Cloud Build's own. */
  line(text: string): void {
    this.#write(text, text, 'MAIN');
  }

  /** A sink for one step's output, whatever pieces it comes in. */
  step(index: number, id: string): StepLog {
    const source = `Step #${index}${id === '' ? '' : ` - "${id}"`}`;
    return new StepLog((line) => this.#write(`${source}: ${line}`, line, source));
  }

  /** A sink for a phase that is no step. */
  unnumbered(): StepLog {
    return new StepLog((line) => this.line(line));
  }

  #write(line: string, plain: string, source: string): void {
    this.#text += `${line}\n`;
    appendFileSync(this.#file, `${line}\n`);
    this.#onLine(plain, source);
  }
}

/** Puts the pieces a process writes together into lines and remembers the last one that says something. */
export class StepLog {
  readonly #write: (line: string) => void;
  #last = '';

  constructor(write: (line: string) => void) {
    this.#write = write;
  }

  /** The last line with words in it; error frames drawn with lines and blanks do not count. */
  get lastUsefulLine(): string {
    return this.#last;
  }

  line(text: string): void {
    const plain = text.replaceAll(/\u001b\[[0-9;]*m/g, '').replace(/\r$/, '');
    this.#write(plain);
    if (!EMPTY_WORDS.test(plain)) this.#last = plain.trim();
  }

  /** A writer for one stream of the process. Call `end` when the stream is over. */
  stream(): { write(chunk: Buffer): void; end(): void } {
    const decoder = new TextDecoder();
    let rest = '';
    const take = (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.line(line);
    };
    return {
      write: (chunk) => take(decoder.decode(chunk, { stream: true })),
      end: () => {
        take(decoder.decode());
        if (rest !== '') this.line(rest);
        rest = '';
      },
    };
  }
}
