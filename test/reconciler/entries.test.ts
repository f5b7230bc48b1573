/** The tenants of a pass come out of their columns as they went in, and in the order in which they are looked at. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MarkTexts, Numbers, Repeating } from '../../reconciler/columns.ts';
import { Entries, oldestFirst, type Entry, type Past } from '../../reconciler/entries.ts';

const hex = fc.nat({ max: 2 ** 31 - 1 }).map((n) => (n * 2 ** 20).toString(16).padStart(16, '0'));
/** In the forms that marks have, and in forms that merely look like them. */
const mark = fc.oneof(
  hex,
  fc.tuple(fc.nat(), hex).map(([count, of]) => `${count}:${of}`),
  fc.constantFrom('', ':', '007:00000000000000ff', '00000000000000FF', '9999999999:00000000000000ff'),
  fc.string(),
);
const few = fc.constantFrom('2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z', '');

const past: fc.Arbitrary<Past> = fc.record({
  run: few,
  pass: fc.nat(),
  lookedAt: few,
  basis: mark,
  assets: fc.option(mark),
  objects: mark,
  restsUntil: fc.option(fc.nat().map((ms) => new Date(ms).toISOString())),
  open: mark,
  signature: mark,
  verdict: fc.constantFrom('drift', 'in-sync'),
  quiet: fc.boolean(),
});
const entry: fc.Arbitrary<Entry> = fc.record({
  name: fc.string(),
  project: fc.option(fc.string()),
  stands: fc.boolean(),
  generation: fc.nat(),
  ledgerAt: fc.option(few),
  busy: fc.boolean(),
  basis: mark,
  last: fc.option(past),
  settled: fc.boolean(),
  rests: fc.boolean(),
});
const many = fc.array(entry, { maxLength: 200, size: 'max' });

const plainPast = (last: Past): Past => {
  const { run, pass, lookedAt, basis, assets, objects, restsUntil, open, signature, verdict, quiet } = last;
  return { run, pass, lookedAt, basis, assets, objects, restsUntil, open, signature, verdict, quiet };
};
const plain = ({
  name,
  project,
  stands,
  generation,
  ledgerAt,
  busy,
  basis,
  last,
  settled,
  rests,
}: Entry): Entry => ({
  ...{ name, project, stands, generation, ledgerAt, busy, basis, settled, rests },
  last: last && plainPast(last),
});

describe('the tenants of a pass', () => {
  it('come out as they went in, one by one and in parts', () => {
    fc.assert(
      fc.property(many, fc.nat({ max: 200 }), fc.nat({ max: 200 }), (all, first, end) => {
        const entries = new Entries(all);
        expect(entries.length).toBe(all.length);
        expect(entries.map(plain)).toEqual(all);
        expect(entries.slice(first, end).map(plain)).toEqual(all.slice(first, Math.max(first, end)));
        expect(entries.get(first)?.name).toBe(all[first]?.name);
        expect(entries.get(-1)).toBeUndefined();
        expect(entries.filter(({ busy }) => busy).map(plain)).toEqual(all.filter(({ busy }) => busy));
      }),
      { numRuns: 60 },
    );
  });

  it('are looked at in the order of their age, and do not rest once they are woken', () => {
    fc.assert(
      fc.property(many, (all) => {
        const entries = new Entries(all);
        const names = new Set(all.filter((_, n) => n % 3 === 0).map(({ name }) => name));
        entries.wake(names);
        entries.sort();
        const awake = all.map((each) => (names.has(each.name) ? { ...each, rests: false } : each));
        expect(entries.map(plain)).toEqual(awake.sort(oldestFirst));
      }),
      { numRuns: 60 },
    );
  });
});

describe('a column', () => {
  const rows = fc.array(fc.nat({ max: 500 }), { maxLength: 50 });

  it('gives back whatever was set last, in rows set in any order', () => {
    fc.assert(
      fc.property(rows, fc.infiniteStream(fc.option(mark)), (order, texts) => {
        const [marks, repeating, numbers] = [new MarkTexts(), new Repeating(), new Numbers()];
        const set = new Map<number, string | null>();
        for (const [nth, row] of order.entries()) {
          const { value } = texts.next() as { value: string | null };
          set.set(row, value);
          marks.set(row, value);
          repeating.set(row, value ?? '-');
          numbers.set(row, nth);
        }
        for (const [row, value] of set) {
          expect(marks.get(row)).toBe(value);
          expect(repeating.get(row)).toBe(value ?? '-');
          expect(numbers.get(row)).toBe(order.lastIndexOf(row));
        }
        expect(numbers.get(501)).toBeNaN();
      }),
    );
  });
});
