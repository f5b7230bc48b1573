/** Rollouts over a fleet in the real store, with real launches: how one is started, and how passes carry it on. */
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import type { ExecutionEntry } from '../../desired-state/store.ts';
import type { Rollout, StepState } from '../../reconciler/fleet-model.ts';
import { healthChecks } from '../../reconciler/health.ts';
import { Marks } from '../../reconciler/mark.ts';
import { WHOLE } from '../../reconciler/policy/orders.ts';
import { fieldOf } from '../../reconciler/rollable.ts';
import { isFinished } from '../../reconciler/rollout.ts';
import { planRollout, type RolloutRequest } from '../../reconciler/rollout-plan.ts';
import { stepOf } from '../../reconciler/rollout-step.ts';
import { moveRollouts } from '../../reconciler/rollouts.ts';
import { PLATFORM } from '../workflow-defs/platform.ts';
import { newFleet, type Fleet } from './fleet.ts';

export const FIELD = 'spec.workload.source.revision';
export const AUTHOR = 'release@example.com';
export const MINUTE_MS = 60 * 1000;

export const nameOf = (n: number): string => `t${String(n).padStart(2, '0')}`;
export const namesTo = (count: number, from = 1): string[] =>
  Array.from({ length: count - from + 1 }, (_, n) => nameOf(n + from));

/** The names of those that have something under way. */
export const active = async (fleet: Fleet): Promise<string[]> =>
  (await fleet.store.listActive()).map(({ name }) => name);

/** Ends well all that is under way; looks find their endpoints well. */
export async function endAll(fleet: Fleet): Promise<void> {
  for (const entry of await fleet.store.listActive()) fleet.ends(entry, 'well');
}

/** Deployed tenants with a revision of their own, to be copied. */
export async function deployedFleet(count: number): Promise<Fleet> {
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

/** Gives every test of a suite a fleet of its own, copied from one that is deployed once. */
export function eachWithFleet(count: number, use: (fleet: Fleet) => void): void {
  let whole: Fleet;
  let fleet: Fleet;
  beforeAll(async () => {
    whole = await deployedFleet(count);
  });
  afterAll(() => whole.remove());
  beforeEach(async () => {
    fleet = await newFleet(whole);
    use(fleet);
  });
  afterEach(() => fleet.close());
}

export async function start(fleet: Fleet, change: Partial<RolloutRequest> = {}): Promise<void> {
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
export async function pass(
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

export async function rolloutOf({ store }: Fleet): Promise<Rollout> {
  const found = await store.getRollout('web-v2');
  if (!found) throw new Error('the rollout is gone');
  return found.rollout;
}

/** What `plumb rollout resume` and the like do. */
export async function order({ store }: Fleet, state: Rollout['state']): Promise<void> {
  const found = await store.getRollout('web-v2');
  if (!found) throw new Error('the rollout is gone');
  expect(await store.saveRollout({ ...found.rollout, state, message: null }, found.version)).toBe(true);
}

export const revisionNow = async ({ store }: Fleet, name: string): Promise<string | undefined> =>
  fieldOf((await store.getTenant(name))?.record, FIELD);

export const namesIn = (rollout: Rollout, state: StepState): string[] =>
  rollout.waves.flat().filter((name) => stepOf(rollout, name).state === state);

/** Passes and ends until nothing is under way and the rollout stands still; `fails` says which change fails. */
export async function run(
  fleet: Fleet,
  fails: (entry: ExecutionEntry) => boolean = () => false,
): Promise<Rollout> {
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
