/** Rollouts beside what people and other passes do meanwhile: pauses, aborts, edits and launches of their own. */
import { describe, expect, it } from 'vitest';
import type { Ports } from '../../reconciler/ports.ts';
import { reportOf } from '../../reconciler/rollout.ts';
import { stepOf } from '../../reconciler/rollout-step.ts';
import { moveRollouts } from '../../reconciler/rollouts.ts';
import type { Fleet } from '../support/fleet.ts';
import {
  AUTHOR,
  eachWithFleet,
  nameOf,
  namesIn,
  namesTo,
  order,
  pass,
  revisionNow,
  rolloutOf,
  run,
  start,
} from '../support/rollouts.ts';

describe('a rollout that is not alone', () => {
  let fleet: Fleet;
  eachWithFleet(6, (made) => (fleet = made));

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
});
