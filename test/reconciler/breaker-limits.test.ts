/** The breaker's thresholds: how they are written, and what one task of many may find. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bound } from '../../reconciler/breaker.ts';
import { DEFAULT_LIMITS, breakerSchema } from '../../reconciler/breaker-limits.ts';

describe('the thresholds', () => {
  it('allows many tasks together hardly more than one task alone, and more than nothing', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 100 }),
        fc.integer({ min: 0, max: 100 }),
        fc.integer({ min: 1, max: 100_000 }),
        fc.integer({ min: 2, max: 100 }),
        (atLeast, percent, population, count) => {
          const limit = { atLeast, percent };
          const alone = bound(limit, population, { index: 0, count: 1 });
          const each = bound(limit, population / count, { index: 0, count });
          expect(each).toBeGreaterThanOrEqual(alone / count);
          expect(each).toBeLessThanOrEqual(alone / count + 2 * Math.sqrt(alone / count) + 1e-6);
          expect(each === 0).toBe(alone === 0);
        },
      ),
    );
  });

  it('have defaults, each of which may be set by itself', () => {
    expect(breakerSchema.parse(undefined)).toEqual(DEFAULT_LIMITS);
    expect(breakerSchema.parse({ changed: { percent: 25 }, missing: { times: 5 } })).toEqual({
      ...DEFAULT_LIMITS,
      changed: { atLeast: 20, percent: 25 },
      missing: { atLeast: 5, percent: 2, times: 5 },
    });
  });

  it('are switched off with a reason only', () => {
    expect(breakerSchema.parse({ records: { never: 'rows come and go' } }).records).toEqual({
      never: 'rows come and go',
    });
    for (const changed of [0, 'never', false, { never: '' }, { never: ' ' }, { never: null }]) {
      expect(breakerSchema.safeParse({ changed }).success).toBe(false);
    }
  });
});
