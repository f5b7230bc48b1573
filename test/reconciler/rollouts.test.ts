/** Rollouts over a fleet in the real store, with real launches: waves, failures, returns, and passes that die anywhere. */
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ExecutionEntry, Store } from '../../desired-state/store.ts';
import { Marks } from '../../reconciler/mark.ts';
import { WHOLE } from '../../reconciler/policy/orders.ts';
import type { Rollout, StepState } from '../../reconciler/fleet-model.ts';
import { RETRY_BUDGET } from '../../reconciler/plan.ts';
import { isLook } from '../../reconciler/flows.ts';
import type { Json } from '../../reconciler/model.ts';
import type { Ports } from '../../reconciler/ports.ts';
import { healthChecks } from '../../reconciler/health.ts';
import { fieldOf } from '../../reconciler/rollable.ts';
import { isFinished, reportOf } from '../../reconciler/rollout.ts';
import { planRollout, type RolloutRequest } from '../../reconciler/rollout-plan.ts';
import { stepOf } from '../../reconciler/rollout-step.ts';
import { moveRollouts } from '../../reconciler/rollouts.ts';
import { newFleet, type Fleet } from '../support/fleet.ts';
import { PLATFORM } from '../workflow-defs/platform.ts';

const FIELD = 'spec.workload.source.revision';
const AUTHOR = 'release@example.com';
const MINUTE_MS = 60 * 1000;

const nameOf = (n: number): string => `t${String(n).padStart(2, '0')}`;
const namesTo = (count: number, from = 1): string[] =>
  Array.from({ length: count - from + 1 }, (_, n) => nameOf(n + from));

/** Deployed tenants with a revision of their own, to be copied. */
async function deployedFleet(count: number): Promise<Fleet> {
  const fleet = await newFleet();
  for (const name of namesTo(count)) {
    await fleet.apply(name, (written) => {
      written.spec.workload.source.revision = 'v1';
    });
    fleet.deployed(name);
  }
  await fleet.leave();
  return fleet;
}

async function start(fleet: Fleet, change: Partial<RolloutRequest> = {}): Promise<void> {
  const candidates = [];
  for await (const stored of fleet.store.listTenants()) {
    candidates.push({ stored, ledger: await fleet.store.getLedger(stored.name) });
  }
  const request: RolloutRequest = {
    name: 'web-v2',
    field: FIELD,
    value: 'v2',
    selector: {},
    canary: 0,
    size: { count: 10 },
    soakMs: 0,
    maxConcurrent: 1,
    author: AUTHOR,
    reason: '',
    ...change,
  };
  const { rollout } = planRollout(candidates, request, [], fleet.ports.clock.now().toISOString());
  expect(await fleet.store.createRollout(rollout)).toBe(true);
}

/** A pass: rollouts move on, then everybody's pending change is launched, but for those whose window is closed. */
async function pass(
  fleet: Fleet,
  closed: ReadonlySet<string> = new Set(),
  ports = fleet.ports,
): Promise<void> {
  const { due } = await moveRollouts(ports, { dryRun: false, operators: [AUTHOR] });
  const judged = (await fleet.judged()).map((item) =>
    closed.has(item.case.stored.name) ? { ...item, plan: { actions: [], held: [] } } : item,
  );
  await fleet.launch(judged, { ports });
  const marks = new Marks({ whole: true, share: WHOLE, now: ports.clock.now().toISOString() });
  for (const item of judged) marks.see(item);
  await marks.leave(ports.store);
  if (due.length > 0) await healthChecks(ports, PLATFORM, { only: due });
}

async function rolloutOf({ store }: Fleet): Promise<Rollout> {
  const found = await store.getRollout('web-v2');
  if (!found) throw new Error('the rollout is gone');
  return found.rollout;
}

/** What `plumb rollout resume` and the like do. */
async function order({ store }: Fleet, state: Rollout['state']): Promise<void> {
  const found = await store.getRollout('web-v2');
  if (!found) throw new Error('the rollout is gone');
  expect(await store.saveRollout({ ...found.rollout, state, message: null }, found.version)).toBe(true);
}

const revisionNow = async ({ store }: Fleet, name: string): Promise<string | undefined> =>
  fieldOf((await store.getTenant(name))?.record, FIELD);

const namesIn = (rollout: Rollout, state: StepState): string[] =>
  rollout.waves.flat().filter((name) => stepOf(rollout, name).state === state);

/** Passes and ends until nothing is under way and the rollout stands still; `fails` says which change fails. */
async function run(fleet: Fleet, fails: (entry: ExecutionEntry) => boolean = () => false): Promise<Rollout> {
  for (let n = 0; n < 200; n += 1) {
    await pass(fleet);
    const active = await fleet.store.listActive();
    for (const entry of active) fleet.ends(entry, fails(entry) ? 'failed' : 'well');
    const rollout = await rolloutOf(fleet);
    const still = isFinished(rollout) || rollout.state === 'halted' || rollout.state === 'paused';
    if (still && active.length === 0) return rollout;
  }
  throw new Error('the rollout does not come to rest');
}

describe('three waves of ten, one tenant at a time', () => {
  let whole: Fleet;
  let fleet: Fleet;
  beforeAll(async () => {
    whole = await deployedFleet(30);
  });
  afterAll(() => whole.remove());
  beforeEach(async () => {
    fleet = await newFleet(whole);
  });
  afterEach(() => fleet.close());

  it('halt where tenant 7 fails, take it back, touch nobody else, and go on with tenant 8', async () => {
    await start(fleet);
    const halted = await run(fleet, ({ name, generation }) => name === nameOf(7) && generation === 2);
    expect(halted.state).toBe('halted');
    expect(halted.message).toMatch(
      /^t07 goes back to v1: t07-g2-provision-1 failed: the rollout did not end$/,
    );
    expect(namesIn(halted, 'done')).toEqual(namesTo(6));
    expect(namesIn(halted, 'returned')).toEqual([nameOf(7)]);
    expect(await revisionNow(fleet, nameOf(7))).toBe('v1');
    expect(await fleet.store.getLedger(nameOf(7))).toMatchObject({
      status: 'DEPLOYED',
      appliedGeneration: 3,
    });
    expect(await fleet.store.listRevisions(nameOf(7))).toMatchObject([
      {
        author: AUTHOR,
        reason: expect.stringMatching(/^rollout\/web-v2\/1: return .* to v1: t07-g2/) as string,
      },
      { author: AUTHOR, reason: `rollout/web-v2/1: set ${FIELD} to v2` },
      { author: 'somebody@example.com' },
    ]);
    for (const name of namesTo(30, 8)) {
      expect(await fleet.store.getTenant(name)).toMatchObject({ generation: 1 });
      expect(await fleet.store.listExecutions(name)).toEqual([]);
    }

    await order(fleet, 'running');
    await pass(fleet);
    expect((await fleet.store.listActive()).map(({ name }) => name)).toEqual([nameOf(8)]);
    const done = await run(fleet);
    expect(done.state).toBe('done');
    expect(namesIn(done, 'returned')).toEqual([nameOf(7)]);
    expect(namesIn(done, 'done')).toHaveLength(29);
    for (const name of namesTo(30)) {
      expect(await revisionNow(fleet, name)).toBe(name === nameOf(7) ? 'v1' : 'v2');
    }
    expect(await fleet.store.listExecutions(nameOf(7))).toHaveLength(2);
  });
});

describe('a rollout', () => {
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

  const active = async () => (await fleet.store.listActive()).map(({ name }) => name);
  /** Ends all that is under way; looks find what `healthy` says. */
  const endAll = async (healthy: (name: string) => boolean = () => true) => {
    for (const entry of await fleet.store.listActive()) fleet.ends(entry, 'well', healthy(entry.name));
  };

  it('lets each wave soak, and asks every endpoint once more before the next', async () => {
    await start(fleet, { canary: 1, size: { count: 5 }, soakMs: 30 * MINUTE_MS, maxConcurrent: 5 });
    await pass(fleet);
    expect(await active()).toEqual([nameOf(1)]);
    await endAll();
    await pass(fleet);
    expect(await rolloutOf(fleet)).toMatchObject({
      wave: 0,
      message: expect.stringMatching(/^wave 1 soaks until /) as string,
    });
    fleet.advance(29 * MINUTE_MS);
    await pass(fleet);
    expect(await active()).toEqual([]);
    fleet.advance(2 * MINUTE_MS);
    await pass(fleet);
    expect(await fleet.store.listActive()).toMatchObject([{ name: nameOf(1), flow: 'health-check' }]);
    await endAll();
    await pass(fleet);
    expect(await active()).toEqual(namesTo(6, 2));
  });

  it('halts when a tenant falls ill while its wave soaks, and takes it back', async () => {
    await start(fleet, { canary: 2, soakMs: 30 * MINUTE_MS, maxConcurrent: 2 });
    await pass(fleet);
    await endAll();
    await pass(fleet);
    fleet.advance(MINUTE_MS);
    fleet.health(nameOf(2), false);
    const halted = await run(fleet);
    expect(halted).toMatchObject({
      state: 'halted',
      message: 't02 goes back to v1: its endpoint is unhealthy: answered 500',
    });
    expect(namesIn(halted, 'returned')).toEqual([nameOf(2)]);
    expect(await revisionNow(fleet, nameOf(2))).toBe('v1');
    expect(await revisionNow(fleet, nameOf(1))).toBe('v2');
    expect(namesIn(halted, 'waiting')).toEqual(namesTo(6, 3));
  });

  it('takes no health result for good that is older than the change', async () => {
    await start(fleet, { canary: 1 });
    await pass(fleet);
    const [entry] = await fleet.store.listActive();
    const before = (await fleet.store.getLedger(nameOf(1)))?.health;
    fleet.ends(entry!, 'well');
    fleet.healthWas(nameOf(1), before!);
    await pass(fleet);
    expect(stepOf(await rolloutOf(fleet), nameOf(1)).state).toBe('edited');
    expect(await fleet.store.listActive()).toMatchObject([{ name: nameOf(1), flow: 'health-check' }]);
    await endAll();
    await pass(fleet);
    expect(stepOf(await rolloutOf(fleet), nameOf(1)).state).toBe('done');
  });

  it('waits for a tenant that is paused, ill, or not as its record, and goes on with the others', async () => {
    const at = fleet.ports.clock.now().getTime();
    await fleet.store.issueDirective({
      name: nameOf(1),
      id: 'pause-1',
      kind: 'pause',
      actor: 'ann@example.com',
      reason: 'a migration',
      detail: null,
      uses: 0,
      createdAt: new Date(at).toISOString(),
      expiresAt: new Date(at + 60 * MINUTE_MS).toISOString(),
      endedAt: null,
      endedBy: null,
    });
    fleet.health(nameOf(2), false);
    await fleet.apply(nameOf(3), (written) => {
      written.spec.workload.source.revision = 'v1';
      written.spec.workload.port = 9090;
    });
    await start(fleet, { size: { count: 4 } });
    const closed = new Set([nameOf(3)]);
    await pass(fleet, closed);
    expect(await active()).toEqual([nameOf(4)]);
    await endAll();
    await pass(fleet, closed);
    await pass(fleet, closed);
    expect(await active()).toEqual([]);
    expect((await rolloutOf(fleet)).message).toBe(
      'waits for t01 (it is paused), t02 (its endpoint is unhealthy: answered 500), ' +
        't03 (generation 2 of its record is not applied)',
    );
    fleet.health(nameOf(2), true);
    await pass(fleet);
    expect(await active()).toEqual([nameOf(2), nameOf(3)]);
    fleet.advance(61 * MINUTE_MS);
    expect((await run(fleet)).state).toBe('done');
    for (const name of namesTo(6)) expect(await revisionNow(fleet, name)).toBe('v2');
    expect(fieldOf((await fleet.store.getTenant(nameOf(3)))?.record, 'metadata.name')).toBe(nameOf(3));
  });

  it('waits for a window without failing, and says so after a while', async () => {
    await start(fleet);
    const closed = new Set([nameOf(1)]);
    await pass(fleet, closed);
    expect(await revisionNow(fleet, nameOf(1))).toBe('v2');
    fleet.advance(24 * 60 * MINUTE_MS);
    await pass(fleet, closed);
    expect(await rolloutOf(fleet)).toMatchObject({
      state: 'running',
      message: "waits for t01 (its change is not launched yet; 'plumb describe t01' says why)",
    });
    expect(await revisionNow(fleet, nameOf(2))).toBe('v1');
    await pass(fleet);
    expect(await active()).toContain(nameOf(1));
  });

  it('takes back what nobody launched yet when it halts, and begins it again when it is resumed', async () => {
    await start(fleet, { maxConcurrent: 3 });
    const closed = new Set([nameOf(2), nameOf(3)]);
    await pass(fleet, closed);
    const [entry] = await fleet.store.listActive();
    fleet.ends(entry!, 'failed');
    await pass(fleet, closed);
    const halted = await rolloutOf(fleet);
    expect(halted.state).toBe('halted');
    expect(namesIn(halted, 'waiting')).toEqual(namesTo(6, 2));
    for (const name of namesTo(6)) expect(await revisionNow(fleet, name)).toBe('v1');
    await run(fleet);
    await order(fleet, 'running');
    const done = await run(fleet);
    expect(done.state).toBe('done');
    expect(namesIn(done, 'done')).toEqual(namesTo(6, 2));
    expect(stepOf(done, nameOf(2)).attempt).toBe(2);
  });

  it('takes back only its own field: other edits made meanwhile stay', async () => {
    await start(fleet);
    await pass(fleet);
    const stored = await fleet.store.getTenant(nameOf(1));
    const record = JSON.parse(JSON.stringify(stored?.record)) as { spec: { workload: { port: number } } };
    record.spec.workload.port = 9999;
    await fleet.store.applyTenant({
      name: nameOf(1),
      record: record,
      author: 'ann@example.com',
      reason: 'another port',
    });
    const [entry] = await fleet.store.listActive();
    fleet.ends(entry!, 'failed');
    await pass(fleet);
    record.spec.workload = { ...record.spec.workload };
    const back = await fleet.store.getTenant(nameOf(1));
    expect(back?.record).toMatchObject({ spec: { workload: { port: 9999, source: { revision: 'v1' } } } });
  });

  it('leaves alone what somebody else set since, before its turn and after', async () => {
    await start(fleet, { maxConcurrent: 2, canary: 2 });
    const hotfix = (name: string) =>
      fleet.apply(name, (written) => {
        written.spec.workload.source.revision = 'hotfix';
      });
    await hotfix(nameOf(3));
    await pass(fleet);
    await hotfix(nameOf(1));
    const done = await run(fleet);
    expect(done.state).toBe('done');
    expect(stepOf(done, nameOf(1))).toMatchObject({
      state: 'overtaken',
      note: 'somebody@example.com set it to hotfix',
    });
    expect(stepOf(done, nameOf(3))).toMatchObject({ state: 'untouched' });
    expect(await revisionNow(fleet, nameOf(1))).toBe('hotfix');
    expect(await revisionNow(fleet, nameOf(3))).toBe('hotfix');
    expect(namesIn(done, 'done')).toHaveLength(4);
  });

  it('that is aborted begins nobody, and lets end what runs', async () => {
    await start(fleet, { maxConcurrent: 2 });
    await pass(fleet, new Set([nameOf(2)]));
    await order(fleet, 'aborting');
    const aborted = await run(fleet);
    expect(aborted.state).toBe('aborted');
    expect(reportOf(aborted).tenants).toEqual({ done: 1, untouched: 5 });
    expect(await revisionNow(fleet, nameOf(1))).toBe('v2');
    expect(await revisionNow(fleet, nameOf(2))).toBe('v1');
    await expect(moveRollouts(fleet.ports, { dryRun: false, operators: [AUTHOR] })).resolves.toEqual({
      reports: [],
      due: [],
    });
  });

  it('that is paused begins nobody, and still takes back who fails', async () => {
    await start(fleet);
    await pass(fleet);
    await order(fleet, 'paused');
    const [entry] = await fleet.store.listActive();
    fleet.ends(entry!, 'failed');
    const halted = await run(fleet);
    expect(halted.state).toBe('halted');
    expect(namesIn(halted, 'returned')).toEqual([nameOf(1)]);
  });

  it.each([
    ['a dry run', { dryRun: true, operators: [AUTHOR] }],
    ['a pass over named tenants', { dryRun: false, only: [nameOf(1)], operators: [AUTHOR] }],
    ['another task than the first', { dryRun: false, shard: { index: 1, count: 2 }, operators: [AUTHOR] }],
    ['a pass that knows its author as no operator', { dryRun: false, operators: [] }],
  ])('is told of, but not moved by %s', async (_name, options) => {
    await start(fleet);
    const { reports } = await moveRollouts(fleet.ports, options);
    expect(reports).toMatchObject([{ name: 'web-v2', wave: 1, waves: 1, tenants: { waiting: 6 } }]);
    for (const name of namesTo(6)) expect(await revisionNow(fleet, name)).toBe('v1');
    expect(await fleet.store.getRollout('web-v2')).toMatchObject({ version: 1 });
  });

  it('lets a tenant that falls ill after it was done wait for room to go back', async () => {
    await start(fleet);
    await pass(fleet);
    await endAll();
    await pass(fleet);
    expect(await active()).toEqual([nameOf(2)]);
    fleet.health(nameOf(1), false);
    await pass(fleet);
    expect(await rolloutOf(fleet)).toMatchObject({ state: 'halted', steps: { t01: { state: 'failed' } } });
    expect(await active()).toEqual([nameOf(2)]);
    await endAll();
    await pass(fleet);
    expect(await active()).toEqual([nameOf(1)]);
    await endAll();
    await pass(fleet);
    expect(namesIn(await rolloutOf(fleet), 'returned')).toEqual([nameOf(1)]);
    expect(await revisionNow(fleet, nameOf(1))).toBe('v1');
  });

  it('begins nobody else while passes still try to bring a tenant back, and goes on once they have given up', async () => {
    await start(fleet);
    const fails = async (): Promise<void> => {
      await pass(fleet);
      expect(await active()).toEqual([nameOf(1)]);
      for (const entry of await fleet.store.listActive()) fleet.ends(entry, 'failed');
    };
    await fails();
    await pass(fleet);
    await order(fleet, 'running');
    for (let nth = 0; nth < RETRY_BUDGET; nth += 1) await fails();
    await pass(fleet);
    expect(await active()).toEqual([nameOf(2)]);
    const { t01 } = (await rolloutOf(fleet)).steps;
    expect(t01).toMatchObject({
      state: 'returned',
      note: expect.stringContaining('its record is back, but t01-g3-provision-3 failed') as string,
    });
  });

  /** The fleet's ports, with something happening right before the first edit of a rollout whose reason fits. */
  const disturbed = (reason: RegExp, happens: () => Promise<unknown>): Ports => {
    let over = false;
    const store = new Proxy(fleet.store, {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]): unknown => {
          const [edit] = args as { reason?: string }[];
          const call = (): unknown => Reflect.apply(value, target, args) as unknown;
          if (over || key !== 'applyTenant' || !reason.test(edit?.reason ?? '')) return call();
          over = true;
          return happens().then(call);
        };
      },
    });
    return { ...fleet.ports, store };
  };

  it('overwrites no edit that comes between its look and its own', async () => {
    await start(fleet);
    const ports = disturbed(/: set /, () =>
      fleet.apply(nameOf(1), (written) => {
        written.spec.workload.source.revision = 'v1';
        written.spec.workload.port = 9999;
      }),
    );
    await pass(fleet, new Set(), ports);
    // Who was begun is carried through: the rollout adds its own field to what somebody else wrote.
    const workload = (revision: string) => ({
      record: { spec: { workload: { port: 9999, source: { revision } } } },
    });
    expect(await fleet.store.listRevisions(nameOf(1))).toMatchObject([workload('v2'), workload('v1'), {}]);
  });

  it('waits for what another pass launched at the very moment it was taken back', async () => {
    await start(fleet, { maxConcurrent: 2 });
    await pass(fleet, new Set([nameOf(2)]));
    const [entry] = await fleet.store.listActive();
    fleet.ends(entry!, 'failed');
    const late = disturbed(/\/1: return .*taken back/, async () => {
      const judged = (await fleet.judged()).filter(({ case: { stored } }) => stored.name === nameOf(2));
      await fleet.launch(judged);
    });
    await pass(fleet, new Set(), late);
    const halted = await rolloutOf(fleet);
    expect(stepOf(halted, nameOf(2)).state).toBe('returning');
    expect(await revisionNow(fleet, nameOf(2))).toBe('v1');
    const end = await run(fleet);
    expect(stepOf(end, nameOf(2))).toMatchObject({ state: 'returned' });
    expect(await fleet.store.getLedger(nameOf(2))).toMatchObject({ appliedGeneration: 3 });
  });

  it('writes nothing while nothing moves', async () => {
    await start(fleet);
    await pass(fleet);
    const before = await fleet.store.getRollout('web-v2');
    await pass(fleet);
    await pass(fleet);
    expect(await fleet.store.getRollout('web-v2')).toEqual(before);
  });

  describe('whatever happens', () => {
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

  it('is told of with its tenants counted by state', async () => {
    await start(fleet, { canary: 1 });
    await pass(fleet);
    expect(reportOf(await rolloutOf(fleet))).toEqual({
      name: 'web-v2',
      field: FIELD,
      value: 'v2',
      author: AUTHOR,
      state: 'running',
      wave: 1,
      waves: 2,
      tenants: { edited: 1, waiting: 5 },
      message: null,
    });
  });
});
