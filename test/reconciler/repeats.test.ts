/** Texts get their number from the second time on, and give it back; what comes once takes nothing. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Repeats } from '../../reconciler/repeats.ts';

describe('repeated texts', () => {
  it('have one number each, which gives back the very text', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 40 }), (texts) => {
        const repeats = new Repeats();
        const given = new Map<string, number>();
        for (const text of [...texts, ...texts, ...texts]) {
          const number = repeats.numberOf(text);
          if (number === undefined) continue;
          expect(given.get(text) ?? number).toBe(number);
          given.set(text, number);
        }
        expect([...given.keys()].sort()).toEqual([...new Set(texts)].sort());
        for (const [text, number] of given) expect(repeats.textOf(number)).toBe(text);
      }),
    );
  });

  it('are not kept when they come once, and only up to a bound when they come again', () => {
    const repeats = new Repeats();
    const long = (n: number) => String(n).padStart(1024 * 1024, 'x');
    expect([0, 1, 2, 3, 4, 5, 6, 7].map((n) => repeats.numberOf(long(n)))).toEqual(Array(8).fill(undefined));
    const again = [0, 1, 2, 3, 4, 5, 6, 7].map((n) => repeats.numberOf(long(n)));
    expect(again).toEqual([0, 1, 2, 3, ...Array<undefined>(4).fill(undefined)]);
  });
});
