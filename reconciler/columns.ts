/** Columns of what is held for each tenant of a fleet: a few bytes a row, where texts and objects take hundreds. */
import { hexOf } from './marks.ts';

const FIRST_ROOM = 64;

/** Numbers; NaN where none was set. */
export class Numbers {
  #values = new Float64Array(FIRST_ROOM).fill(NaN);

  set(row: number, value: number): void {
    if (row >= this.#values.length) {
      const before = this.#values.length;
      this.#values = new Float64Array(this.#values.buffer.transfer(roomFor(row, 8))).fill(NaN, before);
    }
    this.#values[row] = value;
  }

  get(row: number): number {
    return this.#values[row] ?? NaN;
  }
}

/** Texts of which most rows have one that other rows have too. */
export class Repeating<T extends string> {
  #numbers = new Uint32Array(FIRST_ROOM);
  readonly #texts: T[] = [];
  readonly #known = new Map<T, number>();

  set(row: number, text: T): void {
    if (row >= this.#numbers.length) {
      this.#numbers = new Uint32Array(this.#numbers.buffer.transfer(roomFor(row, 4)));
    }
    const known = this.#known.get(text) ?? this.#texts.push(text) - 1;
    this.#known.set(text, known);
    this.#numbers[row] = known;
  }

  /** Of a row that was set. */
  get(row: number): T {
    const text = this.#texts[this.#numbers[row] ?? 0];
    if (text === undefined) throw new RangeError(`row ${row} was never set`);
    return text;
  }
}

/** Words a mark takes: what form it has, and its two halves. */
const WORDS = 3;

/** What the first word of a row says; larger ones are a count, this much higher. */
const ODD = 0;
const NULL = 1;
const EMPTY = 2;
const PLAIN = 3;
const COUNTED = 4;

/** Marks of either form, `hex` or `count:hex`; any other text is kept as it is. */
export class MarkTexts {
  #words = new Uint32Array(FIRST_ROOM * WORDS);
  readonly #odd = new Map<number, string>();

  set(row: number, text: string | null): void {
    if ((row + 1) * WORDS > this.#words.length) {
      this.#words = new Uint32Array(this.#words.buffer.transfer(roomFor(row, 4 * WORDS)));
    }
    if (text === null || !MARK.test(text)) {
      this.#words[row * WORDS] = text === null ? NULL : text === '' ? EMPTY : ODD;
      if (text) this.#odd.set(row, text);
      return;
    }
    const hex = text.length - HEX_DIGITS;
    this.#words[row * WORDS] = hex === 0 ? PLAIN : Number(text.slice(0, hex - 1)) + COUNTED;
    this.#words[row * WORDS + 1] = parseInt(text.slice(hex, hex + 8), 16);
    this.#words[row * WORDS + 2] = parseInt(text.slice(hex + 8), 16);
  }

  get(row: number): string | null {
    const [form = NULL, high = 0, low = 0] = this.#words.subarray(row * WORDS, (row + 1) * WORDS);
    if (form === ODD) return this.#odd.get(row) ?? null;
    if (form === NULL) return null;
    if (form === EMPTY) return '';
    const hex = hexOf({ high, low });
    return form === PLAIN ? hex : `${form - COUNTED}:${hex}`;
  }
}

/** As marks.ts writes them. */
const MARK = /^(?:(?:0|[1-9]\d{0,8}):)?[0-9a-f]{16}$/;
const HEX_DIGITS = 16;

/** Bytes for all rows up to this one, and as many again. */
const roomFor = (row: number, bytes: number): number => (row + 1) * 2 * bytes;
