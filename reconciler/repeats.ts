/**
 * Numbers for texts that come again and again. A text has one from the second time it is seen; what is seen but once, and
 * there may be any amount of that, takes no memory.
 */
import { add, emptySum } from './marks.ts';

/** Characters that are kept at most. A fleet's texts differ by what its tenants asked for, which is far less. */
const MOST_KEPT = 4 * 1024 * 1024;

/** Texts seen once of which is known that they were: those that came last. */
const REMEMBERED = 1 << 16;

export class Repeats {
  readonly #numbers = new Map<string, number>();
  readonly #texts: string[] = [];
  /** By one half of its mark, the other half of what was seen once. */
  readonly #once = new Uint32Array(REMEMBERED);
  #kept = 0;

  /** Undefined: it has none yet, and is to be kept as it is. */
  numberOf(text: string): number | undefined {
    return this.#numbers.get(text) ?? (this.#seenBefore(text) ? this.#keep(text) : undefined);
  }

  /** Of a number that was given. */
  textOf(number: number): string {
    const text = this.#texts[number];
    if (text === undefined) throw new RangeError(`no text has the number ${number}`);
    return text;
  }

  /** Two texts of one mark cost the second of them a number it did not earn, and nothing else. */
  #seenBefore(text: string): boolean {
    if (this.#kept + text.length > MOST_KEPT) return false;
    const { high, low } = add(emptySum(), text);
    const place = high % REMEMBERED;
    const seen = this.#once[place] === low;
    this.#once[place] = low;
    return seen;
  }

  #keep(text: string): number {
    const number = this.#texts.push(text) - 1;
    this.#numbers.set(text, number);
    this.#kept += text.length;
    return number;
  }
}
