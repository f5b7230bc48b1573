/**
 * Removing unused definitions while others launch from them, in every order their calls can interleave. The store is
 * the real embedded one; the service is written out here as the few promises the real one gives.
 */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore } from '../../desired-state/open.ts';
import type { Store } from '../../desired-state/store.ts';
import { launch, type LaunchResult } from '../../reconciler/launch.ts';
import type { Json, Platform } from '../../reconciler/model.ts';
import {
  CloudError,
  type Deployed,
  type Execution,
  type Ports,
  type Workflows,
} from '../../reconciler/ports.ts';
import { CONDEMNED_MS, GRACE_MS, sweep } from '../../reconciler/sweep.ts';
import { compile, FLOW_NAMES } from '../../workflow-defs/compile.ts';
import { tenant } from '../support/records.ts';
import { PLATFORM } from '../workflow-defs/platform.ts';

/** What an older Plumbline beside ours compiles for. */
const OLDER: Platform = { ...PLATFORM, stepsImage: `${PLATFORM.stepsImage}-older` };
const OLD = compile('provision', OLDER).name;
const NOW = Date.parse('2026-03-01T00:00:00Z');
const AGES_AGO = new Date(NOW - 10 * GRACE_MS).toISOString();

interface Run extends Execution {
  state: Execution['state'];
  readonly workflow: string;
  readonly intent: string;
  readonly startedAt: number;
}

class World {
  readonly store: Store;
  readonly definitions = new Map<string, Deployed>();
  readonly runs: Run[] = [];
  /** Intents whose execution was cancelled by a removal. */
  readonly harmed: string[] = [];
  offset = 0;

  constructor(store: Store) {
    this.store = store;
    this.deploy(OLD, AGES_AGO);
  }

  get now(): Date {
    return new Date(NOW + this.offset);
  }

  deploy(name: string, deployedAt: string): void {
    this.definitions.set(name, { name, deployedAt, condemnedAt: null });
  }

  start(workflow: string, intent: string): Run {
    if (!this.definitions.has(workflow)) throw new CloudError('not-found', `no workflow ${workflow}`);
    const run: Run = {
      name: `executions/${String(this.runs.length)}`,
      state: 'ACTIVE',
      workflowRevisionId: '000001-aaa',
      error: null,
      result: null,
      workflow,
      intent,
      startedAt: this.now.getTime(),
    };
    this.runs.push(run);
    return run;
  }

  readonly workflows: Workflows = {
    ensure: async ({ name }) => {
      const created = !this.definitions.has(name);
      if (created) this.deploy(name, this.now.toISOString());
      return { revision: '000001-aaa', created };
    },
    execute: async ({ workflow, argument }) =>
      this.start(workflow, (argument as { readonly intent: string }).intent),
    find: async () => [],
    get: async (name) => this.runs.find((run) => run.name === name),
    list: async () => [...this.definitions.values()],
    standing: async (name) => this.definitions.get(name),
    lastUse: async (workflow) => {
      const own = this.runs.filter((run) => run.workflow === workflow);
      const last = own.at(-1);
      return {
        open: own.some(({ state }) => state === 'ACTIVE' || state === 'QUEUED'),
        at: last ? new Date(last.startedAt).toISOString() : null,
      };
    },
    condemn: async (name, at) => {
      const found = this.definitions.get(name);
      if (found) this.definitions.set(name, { ...found, condemnedAt: at.toISOString() });
    },
    remove: async (name) => {
      this.definitions.delete(name);
      for (const run of this.runs) {
        if (run.workflow !== name || run.state !== 'ACTIVE') continue;
        run.state = 'CANCELLED';
        this.harmed.push(run.intent);
      }
    },
  };

  /** `between` lets a test put other calls between any two of ours. */
  ports(between: <T extends object>(port: T) => T = (port) => port): Ports {
    const unused = (): never => {
      throw new Error('neither a sweep nor a launch looks at the world');
    };
    return {
      clock: { now: () => this.now, sleep: () => Promise.resolve() },
      store: between(this.store),
      workflows: between(this.workflows),
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

  launch(name: string, ports = this.ports(), platform = OLDER): Promise<LaunchResult> {
    return launch(ports, platform, {
      tenant: tenant(name),
      applied: null,
      ledger: undefined,
      generation: 1,
      flow: 'provision',
      because: [],
      requester: 'plumbline',
    });
  }
}

const TENANTS = ['acme', 'globex'];

async function newWorld(): Promise<World> {
  const store = await openStore({ kind: 'embedded', file: ':memory:' });
  await store.migrate();
  for (const name of TENANTS) {
    await store.applyTenant({ name, record: tenant(name) as unknown as Json, author: 'a', reason: 'r' });
  }
  return new World(store);
}

/** Holds every call back until the scheduler lets it happen. */
const interleaved =
  (scheduler: fc.Scheduler) =>
  <T extends object>(port: T): T =>
    new Proxy(port, {
      get: (target, key) => {
        const member: unknown = Reflect.get(target, key);
        if (typeof member !== 'function') return member;
        return async (...args: unknown[]): Promise<unknown> => {
          await scheduler.schedule(Promise.resolve(), String(key));
          const result: unknown = Reflect.apply(member, target, args);
          return result;
        };
      },
    });

describe('a sweep beside launches', () => {
  it('never cancels an execution that was launched, in whatever order their calls happen', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const world = await newWorld();
        const ports = world.ports(interleaved(scheduler));
        const all = [sweep(ports, PLATFORM), ...TENANTS.map((name) => world.launch(name, ports))];
        await scheduler.waitFor(Promise.all(all));
        expect(world.harmed).toEqual([]);
        // Whoever did not run left nothing behind that blocks the next try.
        const launched = world.runs.map(({ intent }) => intent).sort();
        expect((await world.store.listActive()).map(({ intent }) => intent).sort()).toEqual(launched);
        await world.store.close();
      }),
      { numRuns: 500 },
    );
  });
});

describe('a sweep', () => {
  let world: World;
  beforeEach(async () => {
    world = await newWorld();
  });
  afterEach(() => world.store.close());
  const swept = () => sweep(world.ports(), PLATFORM);

  it('removes what nobody compiles, runs or has used for a day', async () => {
    expect(await swept()).toEqual([OLD]);
    expect(world.definitions.size).toBe(0);
    expect(await swept()).toEqual([]);
  });

  it('leaves a definition that was deployed anew since it was announced', async () => {
    const ports = world.ports();
    const condemn: Workflows['condemn'] = async () => world.deploy(OLD, world.now.toISOString());
    expect(await sweep({ ...ports, workflows: { ...ports.workflows, condemn } }, PLATFORM)).toEqual([]);
    expect(world.definitions.has(OLD)).toBe(true);
  });

  it('keeps every definition of today, however long ago it was deployed or used', async () => {
    world.definitions.clear();
    for (const flow of FLOW_NAMES) world.deploy(compile(flow, PLATFORM).name, AGES_AGO);
    expect(await swept()).toEqual([]);
  });

  it('keeps what was deployed or used within a day, and removes it after', async () => {
    world.deploy(OLD, world.now.toISOString());
    expect(await swept()).toEqual([]);
    world.offset += GRACE_MS + 1000;
    world.start(OLD, 'by hand').state = 'SUCCEEDED';
    expect(await swept()).toEqual([]);
    world.offset += GRACE_MS + 1000;
    expect(await swept()).toEqual([OLD]);
  });

  it('keeps what an execution runs that no ledger knows, for as long as it runs', async () => {
    const run = world.start(OLD, 'by hand');
    world.offset += 3 * GRACE_MS;
    expect(await swept()).toEqual([]);
    run.state = 'SUCCEEDED';
    expect(await swept()).toEqual([OLD]);
  });

  it('keeps what an open intent names, though nothing runs yet', async () => {
    world.definitions.delete(OLD);
    await world.launch('acme');
    world.runs.length = 0;
    world.deploy(OLD, AGES_AGO);
    expect(await swept()).toEqual([]);
  });

  it('announced and died: launches wait until that has lapsed, then the definition is as good as before', async () => {
    await world.workflows.condemn(OLD, world.now);
    expect(await world.launch('acme')).toMatchObject({
      outcome: 'held',
      message: expect.stringContaining('is being removed as unused') as string,
    });
    expect(await world.store.listActive()).toEqual([]);
    expect((await world.store.getLedger('acme'))?.fence).toBeNull();
    expect(await swept()).toEqual([]);
    world.offset += CONDEMNED_MS;
    expect(await world.launch('acme')).toMatchObject({ outcome: 'launched' });
  });

  it('removes a few per pass, those in use left aside', async () => {
    for (let i = 0; i < 12; i += 1) world.deploy(`plumb-provision-${i}`, AGES_AGO);
    world.start(OLD, 'by hand');
    const sizes = [];
    for (let pass = 0; pass < 4; pass += 1) sizes.push((await swept()).length);
    expect(sizes).toEqual([5, 5, 2, 0]);
    expect([...world.definitions.keys()]).toEqual([OLD]);
  });
});
