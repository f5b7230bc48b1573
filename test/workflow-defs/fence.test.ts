/** Flows that lose their fence, or whose calls fail, run from their deployed text: nothing of another is overwritten, no cause is lost. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ApiError } from '../../local-cloud/core/errors.ts';
import type { Flow } from '../../reconciler/model.ts';
import { openIntent } from './fakes.ts';
import { executionIn, launchIn, leave, ledgerIn, programsIn } from './flow-world.ts';
import { argument } from './told.ts';
import { openWorld, type World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => leave(world));

describe('the fence', () => {
  test.each<Flow>(['provision', 'redeploy', 'rebuild', 'health-check', 'deep-check', 'decommission'])(
    '%s does nothing when another intent holds it',
    async (flow) => {
      openIntent(world, argument(flow), { fence: 'acme-g4-provision-1', status: 'DEPLOYED' });
      const before = structuredClone(world.tables);
      expect(await world.run(flow, argument(flow))).toMatchObject({
        state: 'SUCCEEDED',
        result: { outcome: 'superseded', intent: `acme-g3-${flow}-1` },
      });
      expect(world.tables).toEqual(before);
      expect(world.builds).toEqual([]);
      expect(world.sessions.size).toBe(0);
    },
  );

  test('does nothing when nobody holds it, or there is no such tenant', async () => {
    openIntent(world, argument('redeploy'), { fence: null });
    expect(await world.run('redeploy', argument('redeploy'))).toMatchObject({
      result: { outcome: 'superseded' },
    });
    expect(await world.run('redeploy', argument('redeploy', { tenant: 'globex' }))).toMatchObject({
      result: { outcome: 'superseded' },
    });
    expect(world.statuses).toEqual([]);
  });

  test('lost half way, nothing more is written and nothing more is built', async () => {
    world.disturb = (method, moment) => {
      if (method === 'builds.create' && moment === 'out') ledgerIn(world)!['fence'] = 'another';
    };
    expect(await launchIn(world, 'provision')).toMatchObject({
      state: 'SUCCEEDED',
      result: { outcome: 'superseded' },
    });
    expect(world.statuses).toEqual(['CREATING']);
    expect(programsIn(world)).toEqual(['terraform apply']);
  });

  test('lost before a failure, the failure is not written over what the other has done', async () => {
    world.endings.set('terraform apply', { error: 'no' });
    world.disturb = (method, moment) => {
      if (method === 'builds.create' && moment === 'out') ledgerIn(world)!['fence'] = 'another';
    };
    expect(await launchIn(world, 'provision')).toMatchObject({ state: 'FAILED' });
    expect(ledgerIn(world)).toMatchObject({ status: 'CREATING', fence: 'another' });
  });
});

describe('when calls fail', () => {
  /** Lets the calls of `method` numbered in `which` (from 1) fail at `moment`. */
  const failing = (method: string, moment: 'in' | 'out', status: ConstructorParameters<typeof ApiError>[0], which: number[]) => {
    let count = 0;
    world.disturb = (called, at) => {
      if (called === method && at === moment && which.includes(++count)) throw new ApiError(status, `${method} broke`);
    };
  }; // prettier-ignore

  test.each([
    ['sessions.create', 'UNAVAILABLE'],
    ['beginTransaction', 'ABORTED'],
    ['read', 'ABORTED'],
    ['commit', 'ABORTED'],
    ['builds.list', 'RESOURCE_EXHAUSTED'],
    ['builds.get', 'UNAVAILABLE'],
  ] as const)('%s may answer %s twice', async (method, status) => {
    failing(method, 'in', status, [1, 2]);
    expect(await launchIn(world, 'redeploy')).toMatchObject({ state: 'SUCCEEDED' });
    expect(world.statuses).toEqual(['REDEPLOYING', 'REDEPLOYED']);
    expect(world.sessions.size).toBe(0);
  });

  test('a transaction that cannot be rolled back changes neither the cause nor the outcome', async () => {
    let commits = 0;
    world.disturb = (method, moment) => {
      if (method === 'commit' && moment === 'in' && ++commits === 2) {
        throw new ApiError('PERMISSION_DENIED', 'commit broke');
      }
      // After its effect, so that the world still ends with nothing open.
      if (method === 'rollback' && moment === 'out') throw new ApiError('UNAVAILABLE', 'rollback broke');
    };
    await launchIn(world, 'redeploy');
    expect(ledgerIn(world)).toMatchObject({
      status: 'FAILED',
      last_error: expect.stringMatching(
        /^the ledger of acme cannot be written \(SUCCEEDED\): .*: commit broke$/,
      ) as string,
    });
    expect(world.sessions.size).toBe(0);
  });

  test('a build whose answer is lost is adopted, not created again', async () => {
    failing('builds.create', 'out', 'DEADLINE_EXCEEDED', [1]);
    expect(await launchIn(world, 'redeploy')).toMatchObject({ state: 'SUCCEEDED' });
    expect(programsIn(world)).toEqual(['deploy apply', 'health-check ask']);
  });

  test('a commit whose answer is lost is not taken for a lost fence', async () => {
    failing('commit', 'out', 'DEADLINE_EXCEEDED', [2]);
    expect(await launchIn(world, 'redeploy')).toMatchObject({
      state: 'SUCCEEDED',
      result: { outcome: 'succeeded' },
    });
    expect(executionIn(world, 'redeploy')).toMatchObject({ state: 'SUCCEEDED' });
  });

  test('a refusal is told in the service’s own words', async () => {
    failing('builds.create', 'in', 'PERMISSION_DENIED', [1]);
    await launchIn(world, 'redeploy');
    expect(ledgerIn(world)).toMatchObject({
      status: 'FAILED',
      last_error: expect.stringMatching(
        /^the deployment could not be started in projects\/acme-prod\/locations\/europe-west1: .*403.*: builds\.create broke$/,
      ) as string,
    });
  });

  test('a build that can no longer be followed is named', async () => {
    failing('builds.get', 'in', 'NOT_FOUND', [1]);
    await launchIn(world, 'redeploy');
    expect(ledgerIn(world)).toMatchObject({
      last_error: expect.stringContaining(
        'the deployment (build build-1, log https://log/build-1) cannot be followed: ',
      ) as string,
      build_id: 'build-1',
    });
  });

  test('a ledger that cannot be opened ends the execution with that cause', async () => {
    failing('sessions.create', 'in', 'PERMISSION_DENIED', [1]);
    const ran = await launchIn(world, 'redeploy');
    expect(ran.state).toBe('FAILED');
    expect(ran.error).toContain('the ledger of acme cannot be opened: ');
    expect(world.builds).toEqual([]);
  });

  test('a failure that cannot be recorded still ends the execution with its own cause', async () => {
    world.endings.set('deploy apply', { error: 'no room' });
    failing('sessions.create', 'in', 'PERMISSION_DENIED', [2]);
    const ran = await launchIn(world, 'redeploy');
    expect(ran.error).toContain('no room');
    expect(ledgerIn(world)).toMatchObject({ status: 'REDEPLOYING', fence: 'acme-g3-redeploy-1' });
  });
});
