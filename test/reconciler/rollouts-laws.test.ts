/** Laws over rollouts: whatever people, runs and dying passes do, and in whatever order. */
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../../desired-state/store.ts';
import type { Rollout } from '../../reconciler/fleet-model.ts';
import { isLook } from '../../reconciler/flows.ts';
import type { Json } from '../../reconciler/model.ts';
import type { Ports } from '../../reconciler/ports.ts';
import { isFinished } from '../../reconciler/rollout.ts';
import { stepOf } from '../../reconciler/rollout-step.ts';
import { newFleet, type Fleet } from '../support/fleet.ts';
import {
  AUTHOR,
  deployedFleet,
  nameOf,
  namesIn,
  namesTo,
  order,
  pass,
  revisionNow,
  rolloutOf,
  start,
} from '../support/rollouts.ts';

describe('a rollout, whatever happens', () => {
  let whole: Fleet;
  let fleet: Fleet;
  beforeAll(async () => {
    whole = await deployedFleet(6);
  });
  afterAll(() => whole.remove());
  beforeEach(async () => {
    fleet = await newFleet(whole);
  });
  afterEach(() => fleet.close());

  /** Counts on while the process lives, and dies before or after the n-th write. */
  class Crash extends Error {}
  const WRITES: ReadonlySet<PropertyKey> = new Set([
    'saveRollout',
    'applyTenant',
    'openIntent',
    'recordLaunch',
    'closeExecution',
  ]);
  function dying(store: Store, at: number, when: 'before' | 'after'): Store {
    let writes = 0;
    return new Proxy(store, {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key);
        if (typeof value !== 'function') return value;
        if (!WRITES.has(key)) return value.bind(target) as unknown;
        return async (...args: unknown[]): Promise<unknown> => {
          writes += 1;
          if (writes > at || (writes === at && when === 'before')) throw new Crash();
          const result: unknown = await Reflect.apply(value, target, args);
          if (writes === at) throw new Crash();
          return result;
        };
      },
    });
  }

  /** A store whose iterators and plain calls both live through the proxy. */
  const dyingPorts = (at: number, when: 'before' | 'after'): Ports => ({
    ...fleet.ports,
    store: dying(fleet.store, at, when),
  });

  type Deed =
    | { readonly do: 'pass'; readonly closed: readonly number[] }
    | { readonly do: 'two passes' | 'resume' }
    | { readonly do: 'die'; readonly at: number; readonly when: 'before' | 'after' }
    | { readonly do: 'end'; readonly which: number; readonly how: 'well' | 'failed' }
    | { readonly do: 'ill' | 'edit'; readonly which: number };

  const deed: fc.Arbitrary<Deed> = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('pass' as const),
        closed: fc.array(fc.nat(5), { maxLength: 2 }),
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('two passes' as const, 'resume' as const) }) },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant('die' as const),
        at: fc.integer({ min: 1, max: 9 }),
        when: fc.constantFrom('before' as const, 'after' as const),
      }),
    },
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant('end' as const),
        which: fc.nat(5),
        how: fc.constantFrom('well' as const, 'well' as const, 'well' as const, 'failed' as const),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constantFrom('ill' as const, 'edit' as const), which: fc.nat(5) }),
    },
  );

  /** Generations that the rollout gave this tenant, forth and back after a failure, but not what it merely took back. */
  async function rolledOut(name: string): Promise<Set<number>> {
    const step = stepOf(await rolloutOf(fleet), name);
    const revisions = await fleet.store.listRevisions(name);
    const withdrawn = new Set(
      revisions.filter(({ reason }) => reason.endsWith(': taken back')).map(({ generation }) => generation),
    );
    expect(step.attempt).toBeLessThanOrEqual(1 + withdrawn.size);
    return new Set(
      revisions
        .filter(({ author, generation }) => author === AUTHOR && !withdrawn.has(generation))
        .map(({ generation }) => generation),
    );
  }

  async function checkBound(most: number): Promise<void> {
    let under = 0;
    for (const { name, generation, flow } of await fleet.store.listActive()) {
      if (!isLook(flow) && (await rolledOut(name)).has(generation)) under += 1;
    }
    expect(under).toBeLessThanOrEqual(most);
  }

  async function doIt(each: Deed): Promise<void> {
    switch (each.do) {
      case 'pass':
        return pass(fleet, new Set(each.closed.map((n) => nameOf(n + 1))));
      case 'two passes':
        await Promise.all([pass(fleet), pass(fleet)]);
        return;
      case 'resume':
        if ((await rolloutOf(fleet)).state === 'halted') await order(fleet, 'running');
        return;
      case 'die':
        return pass(fleet, new Set(), dyingPorts(each.at, each.when)).catch((error: unknown) => {
          if (!(error instanceof Crash)) throw error;
        });
      case 'end': {
        const running = await fleet.store.listActive();
        const entry = running[each.which % Math.max(1, running.length)];
        if (entry) fleet.ends(entry, each.how);
        return;
      }
      case 'ill':
        fleet.health(nameOf(each.which + 1), false);
        return;
      case 'edit': {
        const name = nameOf(each.which + 1);
        const stored = await fleet.store.getTenant(name);
        const record = JSON.parse(JSON.stringify(stored?.record)) as {
          spec: { workload: { port: number } };
        };
        record.spec.workload.port += 1;
        edits.set(name, record.spec.workload.port);
        await fleet.store.applyTenant({
          name,
          record: record,
          author: 'ann@example.com',
          reason: '',
        });
      }
    }
  }
  let edits = new Map<string, number>();

  it('has never more on their way than it may, edits nobody twice, and brings everybody to an end', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(deed, { minLength: 5, maxLength: 20 }),
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 4 }),
        async (deeds, maxConcurrent, count) => {
          await fleet.close();
          fleet = await newFleet(whole);
          edits = new Map();
          await start(fleet, { maxConcurrent, size: { count }, canary: 1 });
          for (const each of deeds) {
            await doIt(each);
            await checkBound(maxConcurrent);
          }
          const end = await untilOver(maxConcurrent);
          for (const name of namesTo(6)) {
            const { state } = stepOf(end, name);
            expect(['done', 'returned']).toContain(state);
            expect(await revisionNow(fleet, name)).toBe(state === 'done' ? 'v2' : 'v1');
            const port = at(await fleet.store.getTenant(name));
            if (edits.has(name)) expect(port).toBe(edits.get(name));
            const ledger = await fleet.store.getLedger(name);
            expect(ledger?.appliedGeneration).toBe((await fleet.store.getTenant(name))?.generation);
          }
        },
      ),
      { numRuns: 15 },
    );
  });

  const at = (stored: { record: Json } | undefined): number | undefined =>
    (stored?.record as { spec: { workload: { port: number } } } | undefined)?.spec.workload.port;

  /** From any point: all ends well from now on, and whoever halts it is overruled. */
  async function untilOver(most: number): Promise<Rollout> {
    for (let n = 0; n < 120; n += 1) {
      for (const name of namesTo(6)) fleet.health(name, true);
      await pass(fleet);
      await checkBound(most);
      for (const entry of await fleet.store.listActive()) fleet.ends(entry, 'well');
      const rollout = await rolloutOf(fleet);
      if (rollout.state === 'halted') await order(fleet, 'running');
      if (isFinished(rollout) && (await fleet.store.listActive()).length === 0) {
        await pass(fleet);
        if ((await fleet.store.listActive()).length === 0) return rolloutOf(fleet);
        for (const entry of await fleet.store.listActive()) fleet.ends(entry, 'well');
      }
    }
    throw new Error(`not over: ${JSON.stringify(await rolloutOf(fleet))}`);
  }

  it('ends the same when it dies before or after each write in turn', async () => {
    for (const when of ['before', 'after'] as const) {
      for (let write = 1; write <= 14; write += 1) {
        await fleet.close();
        fleet = await newFleet(whole);
        await start(fleet, { maxConcurrent: 2 });
        await pass(fleet, new Set(), dyingPorts(write, when)).catch((error: unknown) => {
          if (!(error instanceof Crash)) throw error;
        });
        const end = await untilOver(2);
        expect(namesIn(end, 'done')).toEqual(namesTo(6));
        for (const name of namesTo(6)) {
          expect(await fleet.store.listRevisions(name)).toHaveLength(2);
        }
      }
    }
  });
});
