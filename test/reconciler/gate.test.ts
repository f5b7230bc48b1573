/** Groups wait for room, members make it one by one, and nobody overtakes. */
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
          const came: number[] = [];
          const visit = async (size: number, nth: number) => {
            await gate.enter(size);
            came.push(nth);
            inside += size;
            most = Math.max(most, inside);
            const members = Array.from({ length: size }, async () => {
              await scheduler.schedule(Promise.resolve());
              inside -= 1;
              gate.leave();
            });
            await Promise.all(members);
          };
          await scheduler.waitFor(Promise.all(groups.map(visit)));
          expect(inside).toBe(0);
          expect(most).toBeLessThanOrEqual(room);
          expect(came).toEqual(groups.map((_, nth) => nth));
        },
      ),
    );
  });

  it('makes room when work fails', async () => {
    const gate = new Gate(1);
    await expect(gate.run(() => Promise.reject(new Error('down')))).rejects.toThrow('down');
    expect(await gate.run(() => Promise.resolve('up'))).toBe('up');
  });
});
