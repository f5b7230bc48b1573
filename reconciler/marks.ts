/**
 * Short marks of long things: two that are equal stand for the same content. Sums of marks do not depend on order, so
 * that pages may come in any. Pure.
 */

/** A running sum of 64-bit marks, kept as two halves. */
export interface Sum {
  high: number;
  low: number;
  count: number;
}

export const emptySum = (): Sum => ({ high: 0, low: 0, count: 0 });

/** Adds the mark of `text` to the sum, which is given back; parts are marked as one text, without being put together. */
export function add(sum: Sum, ...parts: readonly string[]): Sum {
  // cyrb53's mixing, kept at its full 64 bits: two 32-bit lanes with odd multipliers, crossed at the end.
  let one = 0xdeadbeef;
  let two = 0x41c6ce57;
  for (const text of parts) {
    for (let at = 0; at < text.length; at += 1) {
      const unit = text.charCodeAt(at);
      one = Math.imul(one ^ unit, 2_654_435_761);
      two = Math.imul(two ^ unit, 1_597_334_677);
    }
  }
  one = Math.imul(one ^ (one >>> 16), 2_246_822_507) ^ Math.imul(two ^ (two >>> 13), 3_266_489_909);
  two = Math.imul(two ^ (two >>> 16), 2_246_822_507) ^ Math.imul(one ^ (one >>> 13), 3_266_489_909);
  sum.low = (sum.low + (one >>> 0)) >>> 0;
  sum.high = (sum.high + (two >>> 0)) >>> 0;
  sum.count += 1;
  return sum;
}

/** `count:hex`; the empty sum too has a text of its own. */
export const textOf = (sum: Sum): string => `${sum.count}:${hexOf(sum)}`;

/** A sum for each of a fleet, at 12 bytes. */
export class Sums {
  readonly #high: Uint32Array;
  readonly #low: Uint32Array;
  readonly #count: Uint32Array;
  /** Of one text at a time. */
  readonly #one = emptySum();

  constructor(size: number) {
    this.#high = new Uint32Array(size);
    this.#low = new Uint32Array(size);
    this.#count = new Uint32Array(size);
  }

  add(ordinal: number, ...parts: readonly string[]): void {
    this.#one.high = this.#one.low = 0;
    add(this.#one, ...parts);
    this.#high[ordinal] = (this.#high[ordinal] ?? 0) + this.#one.high;
    this.#low[ordinal] = (this.#low[ordinal] ?? 0) + this.#one.low;
    this.#count[ordinal] = (this.#count[ordinal] ?? 0) + 1;
  }

  isEmpty(ordinal: number): boolean {
    return this.#count[ordinal] === 0;
  }

  textOf(ordinal: number): string {
    const [high = 0, low = 0, count = 0] = [this.#high[ordinal], this.#low[ordinal], this.#count[ordinal]];
    return textOf({ high, low, count });
  }
}

/** The mark of one text. */
export function markOf(text: string): string {
  return hexOf(add(emptySum(), text));
}

/** The same text gives the same number in [0, 1). */
export function fractionOf(text: string): number {
  return add(emptySum(), text).low / 2 ** 32;
}

/** Written in one piece: a text put together from two takes three times the memory, and a fleet's marks are many. */
export function hexOf({ high, low }: Pick<Sum, 'high' | 'low'>): string {
  EIGHT.writeUInt32BE(high);
  EIGHT.writeUInt32BE(low, 4);
  return EIGHT.toString('hex');
}

const EIGHT = Buffer.alloc(8);
