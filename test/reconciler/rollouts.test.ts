/** Rollouts: waves one after the other, soaking, what they wait for, and who failed goes back. */
import { describe, expect, it } from 'vitest';
import { RETRY_BUDGET } from '../../reconciler/plan.ts';
import { fieldOf } from '../../reconciler/rollable.ts';
import { reportOf } from '../../reconciler/rollout.ts';
import { stepOf } from '../../reconciler/rollout-step.ts';
import { moveRollouts } from '../../reconciler/rollouts.ts';
import type { Fleet } from '../support/fleet.ts';
import {
  active,
  AUTHOR,
  eachWithFleet,
  endAll,
  FIELD,
  MINUTE_MS,
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

describe('three waves of ten, one tenant at a time', () => {
  let fleet: Fleet;
  eachWithFleet(30, (made) => (fleet = made));

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
  let fleet: Fleet;
  eachWithFleet(6, (made) => (fleet = made));

  it('lets each wave soak, and asks every endpoint once more before the next', async () => {
    await start(fleet, { canary: 1, size: { count: 5 }, soakMs: 30 * MINUTE_MS, maxConcurrent: 5 });
    await pass(fleet);
    expect(await active(fleet)).toEqual([nameOf(1)]);
    await endAll(fleet);
    await pass(fleet);
    expect(await rolloutOf(fleet)).toMatchObject({
      wave: 0,
      message: expect.stringMatching(/^wave 1 soaks until /) as string,
    });
    fleet.advance(29 * MINUTE_MS);
    await pass(fleet);
    expect(await active(fleet)).toEqual([]);
    fleet.advance(2 * MINUTE_MS);
    await pass(fleet);
    expect(await fleet.store.listActive()).toMatchObject([{ name: nameOf(1), flow: 'health-check' }]);
    await endAll(fleet);
    await pass(fleet);
    expect(await active(fleet)).toEqual(namesTo(6, 2));
  });

  it('halts when a tenant falls ill while its wave soaks, and takes it back', async () => {
    await start(fleet, { canary: 2, soakMs: 30 * MINUTE_MS, maxConcurrent: 2 });
    await pass(fleet);
    await endAll(fleet);
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
    await endAll(fleet);
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
    expect(await active(fleet)).toEqual([nameOf(4)]);
    await endAll(fleet);
    await pass(fleet, closed);
    await pass(fleet, closed);
    expect(await active(fleet)).toEqual([]);
    expect((await rolloutOf(fleet)).message).toBe(
      'waits for t01 (it is paused), t02 (its endpoint is unhealthy: answered 500), ' +
        't03 (generation 2 of its record is not applied)',
    );
    fleet.health(nameOf(2), true);
    await pass(fleet);
    expect(await active(fleet)).toEqual([nameOf(2), nameOf(3)]);
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
    expect(await active(fleet)).toContain(nameOf(1));
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
    await endAll(fleet);
    await pass(fleet);
    expect(await active(fleet)).toEqual([nameOf(2)]);
    fleet.health(nameOf(1), false);
    await pass(fleet);
    expect(await rolloutOf(fleet)).toMatchObject({ state: 'halted', steps: { t01: { state: 'failed' } } });
    expect(await active(fleet)).toEqual([nameOf(2)]);
    await endAll(fleet);
    await pass(fleet);
    expect(await active(fleet)).toEqual([nameOf(1)]);
    await endAll(fleet);
    await pass(fleet);
    expect(namesIn(await rolloutOf(fleet), 'returned')).toEqual([nameOf(1)]);
    expect(await revisionNow(fleet, nameOf(1))).toBe('v1');
  });

  it('begins nobody else while passes still try to bring a tenant back, and goes on once they have given up', async () => {
    await start(fleet);
    const fails = async (): Promise<void> => {
      await pass(fleet);
      expect(await active(fleet)).toEqual([nameOf(1)]);
      for (const entry of await fleet.store.listActive()) fleet.ends(entry, 'failed');
    };
    await fails();
    await pass(fleet);
    await order(fleet, 'running');
    for (let nth = 0; nth < RETRY_BUDGET; nth += 1) await fails();
    await pass(fleet);
    expect(await active(fleet)).toEqual([nameOf(2)]);
    const { t01 } = (await rolloutOf(fleet)).steps;
    expect(t01).toMatchObject({
      state: 'returned',
      note: expect.stringContaining('its record is back, but t01-g3-provision-3 failed') as string,
    });
  });

  it('writes nothing while nothing moves', async () => {
    await start(fleet);
    await pass(fleet);
    const before = await fleet.store.getRollout('web-v2');
    await pass(fleet);
    await pass(fleet);
    expect(await fleet.store.getRollout('web-v2')).toEqual(before);
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
