/**
 * The launch protocol against every order of crashes, losses and delays: the store is the real embedded one, the
 * workflows service is written out here as the few promises the real one gives.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openStore } from '../../desired-state/open.ts';
import type { Store } from '../../desired-state/store.ts';
import { launch, type LaunchResult } from '../../reconciler/launch.ts';
import type { Json } from '../../reconciler/model.ts';
import { CloudError, type Execution, type Ports, type Workflows } from '../../reconciler/ports.ts';
import { settle, SETTLE_MS } from '../../reconciler/settle.ts';
import { tenant } from '../support/records.ts';
import { PLATFORM } from '../workflow-defs/platform.ts';

/** What becomes of one call that creates an execution. */
type Fate = 'works' | 'refused' | 'answer lost' | 'crash before' | 'crash after';

interface Run extends Execution {
  state: Execution['state'];
  readonly intent: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Thrown where a process would have died: nothing after it may have happened. */
class Crash extends Error {}

class World {
  readonly store: Store;
  readonly runs: Run[] = [];
  /** Intents whose execution found the fence its own, one entry per execution. */
  readonly effective: string[] = [];
  readonly begun = new Set<string>();
  /** Executions that had effect and had not ended, at the worst moment. */
  mostAtOnce = 0;
  offset = 0;
  fate: Fate = 'works';
  /** How many executions the list shows; it is late by less than the time to settle, which is what that is for. */
  shown = 0;

  constructor(store: Store) {
    this.store = store;
  }

  readonly workflows: Workflows = {
    ensure: () => Promise.resolve({ revision: '000001-aaa', created: false }),
    execute: ({ argument, labels }) => {
      if (this.fate === 'refused') return Promise.reject(new CloudError('denied', 'HTTP 403'));
      if (this.fate === 'crash before') return Promise.reject(new Crash());
      const { intent } = argument as { readonly intent: string };
      const run: Run = {
        name: `executions/${String(this.runs.length)}`,
        state: 'ACTIVE',
        workflowRevisionId: '000001-aaa',
        error: null,
        result: null,
        intent,
        labels,
      };
      this.runs.push(run);
      if (this.fate === 'crash after') return Promise.reject(new Crash());
      if (this.fate === 'answer lost')
        return Promise.reject(new CloudError('unavailable', 'the connection failed'));
      return Promise.resolve(run);
    },
    find: (_workflow, labels) =>
      Promise.resolve(
        this.runs
          .slice(0, this.shown)
          .filter((run) => Object.entries(labels).every(([key, value]) => run.labels[key] === value)),
      ),
    get: (name) => Promise.resolve(this.runs.find((run) => run.name === name)),
    list: () => Promise.resolve([]),
    standing: (name) => Promise.resolve({ name, deployedAt: '2026-01-01T00:00:00Z', condemnedAt: null }),
    lastUse: () => Promise.resolve({ open: false, at: null }),
    condemn: () => Promise.resolve(),
    remove: () => Promise.resolve(),
  };

  get ports(): Ports {
    const unused = (): never => {
      throw new Error('a launch does not look at the world');
    };
    return {
      clock: { now: () => new Date(Date.now() + this.offset), sleep: () => Promise.resolve() },
      store: this.store,
      workflows: this.workflows,
      inventory: { sweep: unused },
      reads: { get: unused },
      auditLog: { read: unused },
      clusters: { at: unused },
      calls: () => ({}),
      passes: { read: unused, write: unused, latest: unused },
      courier: { send: unused },
      archive: { write: unused },
    };
  }

  async launch(fate: Fate, platform = PLATFORM): Promise<LaunchResult> {
    this.fate = fate;
    // Rows carry the store's own time, which nobody moves: an intent that is opened now must not look old at once.
    if ((await this.store.listActive()).length === 0) this.offset = 0;
    return launch(this.ports, platform, {
      tenant: tenant(),
      applied: null,
      ledger: await this.store.getLedger('acme'),
      generation: 1,
      flow: 'provision',
      because: [],
      requester: 'plumbline',
    });
  }

  /** The workflow's first step: whoever holds the fence has effect, everybody else ends as a no-op. */
  async begin(which: number): Promise<void> {
    const waiting = this.runs.filter((run) => run.state === 'ACTIVE' && !this.begun.has(run.name));
    const run = waiting[which % Math.max(waiting.length, 1)];
    if (!run) return;
    this.begun.add(run.name);
    const { fence } = (await this.store.getLedger('acme')) ?? { fence: null };
    if (fence === run.intent) {
      this.effective.push(run.intent);
      this.mostAtOnce = Math.max(this.mostAtOnce, this.#working());
    } else run.state = 'SUCCEEDED';
  }

  #working(): number {
    return this.runs.filter((run) => run.state === 'ACTIVE' && this.begun.has(run.name)).length;
  }

  /** Dies without recording anything. */
  die(which: number): void {
    const running = this.runs.filter((run) => run.state === 'ACTIVE');
    const run = running[which % Math.max(running.length, 1)];
    if (run) run.state = 'FAILED';
  }

  settle(): Promise<void> {
    return settle(this.ports, (_tenant, error) => {
      throw error instanceof Error ? error : new Error(String(error));
    });
  }
}

type Step =
  | { readonly do: 'launch'; readonly fate: Fate }
  | { readonly do: 'settle' | 'wait' | 'show' }
  | { readonly do: 'begin' | 'die'; readonly which: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('launch' as const), fate: fates() }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('settle', 'settle', 'settle', 'wait', 'show') }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constantFrom('begin', 'begin', 'begin', 'die'), which: fc.nat(3) }),
  },
);

function fates(): fc.Arbitrary<Fate> {
  return fc.constantFrom('works', 'refused', 'answer lost', 'crash before', 'crash after');
}

async function play(world: World, steps: readonly Step[]): Promise<void> {
  for (const each of steps) {
    if (each.do === 'launch') await world.launch(each.fate);
    else if (each.do === 'begin') await world.begin(each.which);
    else if (each.do === 'die') world.die(each.which);
    else if (each.do === 'settle') await world.settle();
    else {
      if (each.do === 'wait') world.offset += SETTLE_MS + 1000;
      world.shown = world.runs.length;
    }
  }
}

async function newWorld(): Promise<World> {
  const store = await openStore({ kind: 'embedded', file: ':memory:' });
  await store.migrate();
  await store.applyTenant({
    name: 'acme',
    record: tenant() as unknown as Json,
    author: 'somebody',
    reason: 'a law',
  });
  return new World(store);
}

describe('the launch protocol', () => {
  it('has at most one effective execution per intent and at a time, whatever crashes, is lost or comes late', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 24 }), async (steps) => {
        const world = await newWorld();
        await play(world, steps);
        expect(new Set(world.effective).size).toBe(world.effective.length);
        expect(world.mostAtOnce).toBeLessThanOrEqual(1);
        expect((await world.store.listActive()).length).toBeLessThanOrEqual(1);
        await world.store.close();
      }),
      { numRuns: 100 },
    );
  });

  it('is free to launch again once everything has ended and was settled', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 10 }), async (steps) => {
        const world = await newWorld();
        await play(world, steps);
        for (const run of world.runs) run.state = 'FAILED';
        world.shown = world.runs.length;
        world.offset += SETTLE_MS + 1000;
        await world.settle();
        expect(await world.store.listActive()).toEqual([]);
        expect(await world.store.getLedger('acme')).not.toMatchObject({
          fence: expect.any(String) as string,
        });
        const before = world.runs.length;
        await world.launch('works');
        expect(world.runs.length).toBe(before + 1);
        await world.begin(0);
        expect(world.effective.at(-1)).toBe(world.runs.at(-1)?.intent);
        await world.store.close();
      }),
      { numRuns: 40 },
    );
  });

  it.each([
    [
      'a definition',
      { ...PLATFORM, stateBucket: '${x}' },
      'could not launch provision: tenant acme: the service would refuse this: flow provision, main, step locate_state: the literal "${x}" would be evaluated',
    ],
    [
      'an argument',
      { ...PLATFORM, stateBucket: 'x'.repeat(32 * 1024) },
      'could not launch provision: tenant acme: the service would refuse this: flow provision, main: the argument has',
    ],
  ])(
    'fences nobody for %s that the service would refuse, and names tenant and flow',
    async (_, platform, words) => {
      const world = await newWorld();
      const result = await world.launch('works', platform);
      expect(result).toMatchObject({ outcome: 'failed', message: expect.stringContaining(words) as string });
      expect(world.runs).toEqual([]);
      expect(await world.store.listActive()).toEqual([]);
      expect(await world.store.getLedger('acme')).not.toMatchObject({ fence: expect.any(String) as string });
      await world.store.close();
    },
  );

  it('leaves an execution alone that runs, however often it is settled', async () => {
    const world = await newWorld();
    await play(world, [
      { do: 'launch', fate: 'answer lost' },
      { do: 'begin', which: 0 },
      { do: 'settle' },
      { do: 'wait' },
      { do: 'settle' },
      { do: 'launch', fate: 'works' },
    ]);
    expect(world.runs).toHaveLength(1);
    expect(await world.store.listActive()).toMatchObject([{ execution: 'executions/0' }]);
    await world.store.close();
  });
});
