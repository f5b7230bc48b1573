/** Text and JSON that no store may lose, change or choke on. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../reconciler/model.ts';
import { HOSTILE, intent, record, type Context } from './context.ts';

export function hostileContract({ store, fresh }: Context): void {
  describe('hostile values', () => {
    it('come back as they were given, from every text', async () => {
      const name = HOSTILE.slice(0, 60);
      const written = record({ [HOSTILE]: HOSTILE, n: -0.5, deep: [[[null, true]]] });
      await store().applyTenant({ name, record: written, author: HOSTILE, reason: HOSTILE });
      expect(await store().getTenant(name)).toMatchObject({ name, record: written, updatedBy: HOSTILE });
      expect(await store().listRevisions(name)).toMatchObject([{ author: HOSTILE, reason: HOSTILE }]);
      const result = await store().openIntent(
        intent(name, { workflow: HOSTILE, requester: HOSTILE, because: [HOSTILE] }),
      );
      expect(result).toMatchObject({
        outcome: 'opened',
        execution: { workflow: HOSTILE, requester: HOSTILE, because: [HOSTILE] },
      });
      expect(await store().listExecutions(name)).toMatchObject([
        { name, workflow: HOSTILE, requester: HOSTILE, because: [HOSTILE] },
      ]);
    });

    it('of any JSON and any Unicode are kept', { timeout: 120_000 }, async () => {
      const text = fc.string({ unit: 'grapheme', maxLength: 30 });
      await fc.assert(
        fc.asyncProperty(
          fc.jsonValue({ stringUnit: 'grapheme', maxDepth: 3 }).filter((value) => !hasNegativeZero(value)),
          text,
          async (spec, reason) => {
            const name = fresh();
            const written = record(spec as Json);
            await store().applyTenant({ name, record: written, author: 'a', reason });
            expect((await store().getTenant(name))?.record).toEqual(written);
            expect((await store().listRevisions(name))[0]?.reason).toBe(reason);
          },
        ),
        { numRuns: 25 },
      );
    });

    it('that do not fit a column are refused with the reason', async () => {
      await expect(
        store().applyTenant({ name: 'x'.repeat(64), record: record({}), author: 'a', reason: 'r' }),
      ).rejects.toThrow(/exceeds the maximum size limit/);
    });
  });
}

/** JSON has one zero. */
const hasNegativeZero = (value: unknown): boolean =>
  Object.is(value, -0) ||
  (typeof value === 'object' && value !== null && Object.values(value).some(hasNegativeZero));
