/** The budget of calls as a simulation: time is a queue of whoever sleeps, so an hour of calls takes no time. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Budget } from '../../../reconciler/clouds/budget.ts';
import { CloudError, type Clock } from '../../../reconciler/ports.ts';

const MINUTE = 60_000;
const path = (project: string): string => `/compute/v1/projects/${project}/global/networks/n`;

/** Whoever sleeps is woken in order of time, one moment after the other, until nobody sleeps any more. */
class QueuedTime implements Clock {
  #now = Date.parse('2026-03-01T00:00:00Z');
  readonly #sleepers: { readonly at: number; readonly wake: () => void }[] = [];

  readonly elapsed = (): number => this.#now - Date.parse('2026-03-01T00:00:00Z');
  readonly now = (): Date => new Date(this.#now);
  readonly sleep = (ms: number): Promise<void> =>
    new Promise((wake) => this.#sleepers.push({ at: this.#now + ms, wake }));

  async run(): Promise<void> {
    await settled();
    for (;;) {
      const [first] = this.#sleepers.sort((one, other) => one.at - other.at);
      if (first === undefined) return;
      this.#now = Math.max(this.#now, first.at);
      while (this.#sleepers[0] !== undefined && this.#sleepers[0].at <= this.#now) {
        this.#sleepers.shift()?.wake();
      }
      await settled();
    }
  }
}

/** Everything that can go on without time passing has gone on. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function world({ perMinute = 100, tasks = 1 }: { perMinute?: number; tasks?: number } = {}) {
  const time = new QueuedTime();
  const budgetOf = () =>
    new Budget({
      clock: time,
      caller: 'plumbline-host',
      tasks,
      quotas: {
        compute: { perMinute, paidBy: 'resource' },
        cloudasset: { perMinute, paidBy: 'caller' },
      },
    });
  return { time, budget: budgetOf(), budgetOf };
}

const busiestMinute = (times: readonly number[]): number => {
  const sorted = times.toSorted((one, other) => one - other);
  return Math.max(0, ...sorted.map((at) => sorted.filter((each) => each >= at && each < at + MINUTE).length));
};

describe('the budget of calls', () => {
  it('never lets more than seven tenths of a quota through in any minute, however calls arrive and whoever shares it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 10, max: 200 }),
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.record({ gap: fc.integer({ min: 0, max: 20_000 }), calls: fc.nat(60) }), {
          maxLength: 8,
        }),
        async (perMinute, tasks, bursts) => {
          const { time, budgetOf } = world({ perMinute, tasks });
          const called: number[] = [];
          const task = async (): Promise<void> => {
            const budget = budgetOf();
            for (const { gap, calls } of bursts) {
              await time.sleep(gap);
              await Promise.all(
                Array.from({ length: calls }, async () => {
                  await budget.take('compute', path('acme'), Infinity);
                  called.push(time.elapsed());
                }),
              );
            }
          };
          const work = Promise.all(Array.from({ length: tasks }, task));
          await time.run();
          await work;
          expect(called).toHaveLength(tasks * bursts.reduce((sum, { calls }) => sum + calls, 0));
          // One call of each task is always let through at once.
          expect(busiestMinute(called)).toBeLessThanOrEqual(Math.ceil(perMinute * 0.7) + tasks);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('lets calls through in the order they came', async () => {
    const { time, budget } = world();
    const order: number[] = [];
    const calls = Array.from({ length: 50 }, async (_, index) => {
      await budget.take('compute', path('acme'), Infinity);
      order.push(index);
    });
    await time.run();
    await Promise.all(calls);
    expect(order).toEqual(order.toSorted((one, other) => one - other));
    expect(budget.calls()).toEqual({ compute: 50 });
  });

  /** When `count` calls asked for now are all through, in milliseconds from now. */
  async function through(
    { time, budget }: ReturnType<typeof world>,
    count: number,
    [service, where]: readonly ['compute' | 'cloudasset', string],
  ): Promise<number> {
    const begun = time.elapsed();
    const calls = Array.from({ length: count }, () => budget.take(service, where, Infinity));
    await time.run();
    await Promise.all(calls);
    return time.elapsed() - begun;
  }

  it('is one per project where the resource pays, and one for all where the caller does', async () => {
    const here = world();
    expect(await through(here, 10, ['compute', path('acme')])).toBe(0);
    expect(await through(here, 10, ['compute', path('bolt')])).toBe(0);
    expect(await through(here, 1, ['compute', path('bolt')])).toBeGreaterThan(0);
    const there = world();
    expect(await through(there, 10, ['cloudasset', '/v1/projects/acme/assets'])).toBe(0);
    expect(await through(there, 1, ['cloudasset', '/v1/projects/bolt/assets'])).toBeGreaterThan(0);
  });

  it('makes everybody wait who shares a quota that was refused, as long as the service said', async () => {
    const here = world();
    here.budget.refused('compute', path('acme'), 7_000);
    expect(await through(here, 3, ['compute', path('acme')])).toBe(7_000);
    expect(await through(here, 3, ['compute', path('bolt')])).toBe(0);
  });

  it('makes those wait too who were waiting for their turn when the refusal came', async () => {
    const { time, budget } = world();
    const times: number[] = [];
    const calls = Array.from({ length: 12 }, async () => {
      await budget.take('compute', path('acme'), Infinity);
      times.push(time.elapsed());
    });
    await settled();
    budget.refused('compute', path('acme'), 30_000);
    await time.run();
    await Promise.all(calls);
    expect(times.filter((at) => at === 0)).toHaveLength(10);
    expect(times.filter((at) => at < 30_000)).toHaveLength(10);
  });

  it('waits longer with each refusal in a row, up to a minute, and anew after an answer', async () => {
    const here = world();
    const pauses: number[] = [];
    for (let nth = 0; nth < 7; nth += 1) {
      here.budget.refused('compute', path('acme'), null);
      pauses.push(await through(here, 1, ['compute', path('acme')]));
    }
    expect(pauses).toEqual([2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
    here.budget.answered('compute', path('acme'));
    here.budget.refused('compute', path('acme'), null);
    expect(await through(here, 1, ['compute', path('acme')])).toBe(2_000);
  });

  it('takes a burst of refusals for one', async () => {
    const here = world();
    for (let nth = 0; nth < 20; nth += 1) here.budget.refused('compute', path('acme'), null);
    expect(await through(here, 1, ['compute', path('acme')])).toBe(2_000);
  });

  it('says at once that it is spent when a turn would come after the pass has ended, and wastes no call on it', async () => {
    const { time, budget } = world();
    const until = time.now().getTime() + 1_000;
    const asked = Array.from({ length: 30 }, () => budget.take('compute', path('acme'), until));
    const settledCalls = Promise.allSettled(asked);
    await time.run();
    const refused = (await settledCalls).filter(({ status }) => status === 'rejected');
    // Ten at once, then one a second.
    expect(refused).toHaveLength(19);
    expect(refused[0]).toMatchObject({ reason: expect.any(CloudError) as CloudError });
    expect((refused[0] as PromiseRejectedResult).reason).toMatchObject({ kind: 'spent' });
    expect(budget.calls()).toEqual({ compute: 11 });
    expect(time.elapsed()).toBeLessThanOrEqual(1_000);
  });

  it('counts calls of an API without a quota and lets them through', async () => {
    const here = world();
    const calls = Array.from({ length: 500 }, () => here.budget.take('storage', '/storage/v1/b/x', Infinity));
    await Promise.all(calls);
    expect(here.budget.calls()).toEqual({ storage: 500 });
  });
});
