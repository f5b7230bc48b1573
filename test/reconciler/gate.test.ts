/** Groups wait for room, and members make it one by one. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Gate } from '../../reconciler/gate.ts';

describe('the gate', () => {
  it('never holds more than it has room for, and lets everybody in who waits long enough', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc
          .integer({ min: 1, max: 8 })
          .chain((room) =>
            fc.tuple(
              fc.constant(room),
              fc.array(fc.integer({ min: 1, max: room }), { maxLength: 12 }),
              fc.scheduler(),
            ),
          ),
        async ([room, groups, scheduler]) => {
          const gate = new Gate(room);
          let inside = 0;
          let most = 0;
          const stays: Promise<void>[] = [];
          const all = (async () => {
            for (const size of groups) {
              await gate.enter(size);
              inside += size;
              most = Math.max(most, inside);
              for (let member = 0; member < size; member += 1) {
                stays.push(
                  scheduler.schedule(Promise.resolve()).then(() => {
                    inside -= 1;
                    gate.leave();
                  }),
                );
              }
            }
          })();
          await scheduler.waitFor(all.then(() => Promise.all(stays)));
          expect(inside).toBe(0);
          expect(most).toBeLessThanOrEqual(room);
        },
      ),
    );
  });
});
