import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ageOf } from '../../../reconciler/cli/age.ts';
import { recordChanges } from '../../../reconciler/cli/record-diff.ts';
import type { Json } from '../../../reconciler/model.ts';

const json = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<Json>;

describe('the difference of two records', () => {
  it('is empty for a record and itself, and for nothing else that changed a leaf', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(recordChanges(value, structuredClone(value))).toEqual([]);
      }),
    );
  });

  it('names list items by their name, so that a reordered list is no change', () => {
    const one = {
      pools: [
        { name: 'cpu', max: 3 },
        { name: 'gpu', max: 4 },
      ],
    };
    const other = {
      pools: [
        { name: 'gpu', max: 8 },
        { max: 3, name: 'cpu' },
      ],
    };
    expect(recordChanges(one, other)).toEqual([{ path: 'pools[gpu].max', before: 4, after: 8 }]);
  });

  it('tells a field that is not written from one that is null or empty', () => {
    expect(recordChanges({ a: {} }, { a: {}, b: null, c: [] })).toEqual([
      { path: 'b', before: undefined, after: null },
      { path: 'c', before: undefined, after: [] },
    ]);
    expect(recordChanges({ a: 1, b: null }, { a: 1 })).toEqual([
      { path: 'b', before: null, after: undefined },
    ]);
  });
});

describe('ages', () => {
  const now = Date.parse('2026-03-10T12:00:00Z');
  it.each([
    ['2026-03-10T11:59:48Z', '12s'],
    ['2026-03-10T11:58:01Z', '119s'],
    ['2026-03-10T11:55:00Z', '5m'],
    ['2026-03-10T08:48:00Z', '3h12m'],
    ['2026-03-10T08:00:00Z', '4h'],
    ['2026-03-01T12:00:00Z', '9d'],
    ['2026-03-10T12:00:09Z', '0s'],
    ['yesterday', 'unknown'],
  ])('writes %s as %s', (time, age) => {
    expect(ageOf(time, now)).toBe(age);
  });
});
