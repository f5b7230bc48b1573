/**
 * A terminal's second screen, painted over in place, and put back whatever happens. Each frame goes from the top left in
 * one write, so it neither flickers nor depends on where the cursor was: a window may be made narrower meanwhile.
 */
import type { Readable, Writable } from 'node:stream';

const ENTER = '\u001b[?1049h\u001b[?25l\u001b[?7l';
const LEAVE = '\u001b[?7h\u001b[?25h\u001b[?1049l';
/** Terminals that know it show what is between as one change; the others pass over it. */
const [BEGIN, END] = ['\u001b[?2026h\u001b[H', '\u001b[J\u001b[?2026l'];
const END_OF_LINE = '\u001b[K';

/** q, and what Ctrl-C and Ctrl-D are while the terminal hands on every key. */
const LEAVING = ['q', 'Q', '\u0003', '\u0004'];

interface Keyboard extends Readable {
  readonly isTTY?: boolean;
  setRawMode?(on: boolean): unknown;
}

export class Screen {
  readonly #out: Writable;
  readonly #keys: Keyboard;
  readonly #left = Promise.withResolvers<null>();
  #wantsOut = false;
  #open = true;
  readonly #onExit = (): void => this.close();
  readonly #onKey = (chunk: Buffer | string): void => {
    if (!LEAVING.some((key) => String(chunk).includes(key))) return;
    this.#wantsOut = true;
    this.#left.resolve(null);
  };

  constructor(out: Writable, keys: Keyboard) {
    this.#out = out;
    this.#keys = keys;
    // Also behind process.exit, which a signal leads to.
    process.once('exit', this.#onExit);
    if (keys.isTTY === true) {
      keys.setRawMode?.(true);
      keys.on('data', this.#onKey);
      keys.resume();
    }
    out.write(ENTER);
  }

  /** Resolves when the person wants to leave. */
  get left(): Promise<null> {
    return this.#left.promise;
  }

  get isLeft(): boolean {
    return this.#wantsOut;
  }

  paint(lines: readonly string[]): void {
    this.#out.write(BEGIN + lines.map((line) => line + END_OF_LINE).join('\r\n') + END);
  }

  /** Safe to call twice. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    process.removeListener('exit', this.#onExit);
    if (this.#keys.isTTY === true) {
      this.#keys.removeListener('data', this.#onKey);
      this.#keys.setRawMode?.(false);
      this.#keys.pause();
    }
    this.#out.write(LEAVE);
  }
}
