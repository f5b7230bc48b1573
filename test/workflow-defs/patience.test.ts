/** How long an execution waits for what does not come: each call, each retry, each build, and all builds together. */
import { expect, test } from 'vitest';
import { ApiError } from '../../local-cloud/core/errors.ts';
import type { Flow } from '../../reconciler/model.ts';
import { openIntent, programOf, takeOver } from './fakes.ts';
import { instantWorld, NoAnswer, type InstantWorld } from './instant.ts';
import { argument } from './told.ts';

const HOUR = 3600;

async function run(flow: Flow, disturb: (world: InstantWorld) => InstantWorld['disturb']) {
  const world = instantWorld();
  openIntent(world, argument(flow));
  world.disturb = disturb(world);
  const ran = await world.run(flow, argument(flow));
  return { world, ran };
}

/** The seconds at which a method was called. */
const timesOf = ({ calls }: InstantWorld, method: string): number[] =>
  calls.flatMap((each) => (each.method === method ? [each.at] : []));

const between = (times: readonly number[]): number[] =>
  times.slice(1).map((at, i) => Math.round(at - (times[i] ?? 0)));

const always = (method: string, make: () => Error) => (): InstantWorld['disturb'] => (called, moment) => {
  if (called === method && moment === 'in') throw make();
};
const aborted = () => new ApiError('ABORTED', 'again');

test('the ledger is asked nine times within about two minutes', async () => {
  const { world } = await run('health-check', always('commit', aborted));
  expect(between(timesOf(world, 'commit'))).toEqual([1, 2, 4, 8, 16, 30, 30, 30]);
});

test('Cloud Build is asked six times within about two minutes, the first time not at once', async () => {
  const { world } = await run('health-check', always('builds.create', aborted));
  expect(between(timesOf(world, 'builds.create'))).toEqual([5, 10, 20, 40, 60]);
  const followed = await run('health-check', always('builds.get', aborted));
  expect(between(timesOf(followed.world, 'builds.get'))).toEqual([5, 10, 20, 40, 60]);
});

test.each([
  ['sessions.create', 30, 1],
  ['beginTransaction', 30, 1],
  ['read', 60, 1],
  ['commit', 60, 1],
  ['builds.create', 60, 5],
])('%s that never answers is given up after %d seconds', async (method, timeout, pause) => {
  const { world, ran } = await run(
    'health-check',
    always(method, () => new NoAnswer('late')),
  );
  expect(between(timesOf(world, method))[0]).toBe(timeout + pause);
  expect(ran.error).toContain(`no answer within ${timeout} s`);
});

test.each([
  ['builds.list', 60],
  ['builds.get', 60],
])(
  '%s that never answers is given up after %d seconds, each time the connector asks',
  async (method, timeout) => {
    const { world } = await run(
      'health-check',
      always(method, () => new NoAnswer('late')),
    );
    expect(between(timesOf(world, method))[0]).toBe(timeout + 1);
  },
);

test('what has no consequence is asked once, and costs half a minute at most', async () => {
  const closing = await run(
    'health-check',
    always('sessions.delete', () => new NoAnswer('late')),
  );
  expect(closing.ran).toMatchObject({ failed: false });
  const [first = 0] = timesOf(closing.world, 'sessions.delete');
  expect(timesOf(closing.world, 'sessions.delete')).toHaveLength(2);
  expect(timesOf(closing.world, 'builds.list')).toEqual([first + 30]);

  const undoing = await run('health-check', (world) => {
    takeOver(world, 'acme', 'another');
    return always('rollback', () => new NoAnswer('late'))();
  });
  expect(undoing.ran).toMatchObject({ failed: false, result: { outcome: 'superseded' } });
  const [undone = 0, ...more] = timesOf(undoing.world, 'rollback');
  expect(more).toEqual([]);
  expect(timesOf(undoing.world, 'sessions.delete')).toEqual([undone + 30]);
});

test('a build is looked at sooner at first, then every half minute', async () => {
  const { world } = await run('health-check', (here) => (method) => {
    if (method === 'builds.get' && (here.builds[0]?.polls ?? 0) > 20) here.endings.delete('health-check ask');
    else here.endings.set('health-check ask', { status: 'WORKING' });
  });
  const times = timesOf(world, 'builds.get');
  const created = timesOf(world, 'builds.create')[0] ?? 0;
  expect(between([created, ...times]).slice(0, 17)).toEqual([
    2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 30, 30,
  ]);
});

test('a build that never ends is given up after more than a day, and the tenant is told', async () => {
  const { world } = await run('redeploy', (here) => {
    here.endings.set('deploy apply', { status: 'WORKING' });
    return () => undefined;
  });
  const times = timesOf(world, 'builds.get');
  const waited = (times.at(-1) ?? 0) - (times[0] ?? 0);
  expect(waited).toBeGreaterThan(29 * HOUR);
  expect(waited).toBeLessThan(30 * HOUR);
  // A hundred thousand steps for four builds, of which each look takes seven.
  expect(times).toHaveLength(Math.floor(100_000 / (4 * 7)));
  expect(world.tables.Ledger.get('acme')).toMatchObject({
    status: 'FAILED',
    fence: null,
    last_error:
      'the deployment is no longer followed and still WORKING (build build-1, log https://log/build-1)',
  });
});

test('four builds that each end at the last look keep the execution below its limit of steps', async () => {
  const last = Math.floor(100_000 / (4 * 7));
  const { world, ran } = await run('provision', (here) => {
    const good = new Map(here.endings);
    return (method, moment) => {
      const build = here.builds.at(-1);
      if (method !== 'builds.get' || moment !== 'in' || build === undefined) return;
      const program = programOf(build);
      here.endings.set(program, build.polls < last - 1 ? { status: 'WORKING' } : good.get(program)!);
    };
  });
  expect(ran).toMatchObject({ failed: false });
  expect(world.builds.map(({ polls }) => polls)).toEqual([last, last, last, last]);
});
