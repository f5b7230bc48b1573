/**
 * Every call of every flow, disturbed in every way: what passes leaves no trace, what stays is recorded with its cause,
 * and what another one has taken over is left alone.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import { ApiError } from '../../local-cloud/core/errors.ts';
import type { Flow } from '../../reconciler/model.ts';
import { MAX_ARGUMENT_BYTES } from '../../workflow-defs/limits.ts';
import { openIntent, programOf, takeOver, type FakeBuild, type Row } from './fakes.ts';
import { instantWorld, NoAnswer, type InstantWorld, type Ran } from './instant.ts';
import { argument } from './told.ts';

/** Those of few calls first: what is wrong with all flows shows soonest there. */
const FLOWS: readonly Flow[] = [
  'health-check',
  'deep-check',
  'redeploy',
  'decommission',
  'rebuild',
  'provision',
];

/** A world with the flow's intent open, as the launch leaves it. */
function worldFor(flow: Flow): InstantWorld {
  const world = instantWorld();
  openIntent(world, argument(flow));
  return world;
}

const run = (world: InstantWorld, flow: Flow) => world.run(flow, argument(flow));
const rowsOf = ({ tables }: InstantWorld): [Row | undefined, Row | undefined] => [
  tables.Ledger.get('acme'),
  [...tables.Executions.values()][0],
];
const tagsOf = ({ builds }: InstantWorld): string[] => builds.map(({ body }) => body.tags.at(-1) ?? '');

/** What an undisturbed run of each flow does. */
const undisturbed = new Map<Flow, InstantWorld>();
beforeAll(async () => {
  for (const flow of FLOWS) {
    const world = worldFor(flow);
    await run(world, flow);
    undisturbed.set(flow, world);
  }
});

/** Whoever loses the answer to these does not learn what to close; Spanner closes it by itself. */
const OPENS: readonly string[] = ['sessions.create', 'beginTransaction'];
/** Flows that change the tenant's status; the others only look. */
const CHANGES: readonly Flow[] = ['provision', 'redeploy', 'rebuild', 'decommission'];
/** Calls until the fence is taken: a session, a transaction, a look, a commit. */
const BEFORE_FENCE = 4;

const left = ({ sessions, transactions }: InstantWorld): number => sessions.size + transactions.size;

type Trouble = readonly [
  name: string,
  moment: 'in' | 'out',
  make: () => Error,
  times: (method: string) => number,
];

const once = () => 1;
/** More often than a connector itself asks, which is six times at most. */
const long = () => 7;
/** The same for what a connector asks again only when it is a GET. */
const longOfGet = (method: string) => (['builds.list', 'builds.get'].includes(method) ? 7 : 2);
const PASSING: readonly Trouble[] = [
  ['is aborted', 'in', () => new ApiError('ABORTED', 'again'), once],
  ['answers 504', 'in', () => new ApiError('DEADLINE_EXCEEDED', 'again'), once],
  ['has its effect and answers 504', 'out', () => new ApiError('DEADLINE_EXCEEDED', 'again'), once],
  ['answers 502', 'in', () => new ApiError('INTERNAL', 'again', { httpStatus: 502 }), once],
  ['is overloaded', 'in', () => new ApiError('UNAVAILABLE', 'again'), long],
  ['is throttled', 'in', () => new ApiError('RESOURCE_EXHAUSTED', 'again'), long],
  ['cannot be connected', 'in', () => new NoAnswer('unconnected'), long],
  ['loses its connection', 'in', () => new NoAnswer('broken'), longOfGet],
  ['has its effect and loses its connection', 'out', () => new NoAnswer('broken'), once],
  ['never answers', 'in', () => new NoAnswer('late'), longOfGet],
  ['has its effect and never answers', 'out', () => new NoAnswer('late'), once],
];

describe.each(FLOWS)('%s', (flow) => {
  const changes = CHANGES.includes(flow);

  /** Runs the flow once for each call of it, in a world of its own that `disturb` may spoil first. */
  async function atEveryCall(
    disturb: (world: InstantWorld, method: string, nth: number) => void,
    judge: (world: InstantWorld, ran: Ran, method: string, nth: number) => void,
  ): Promise<void> {
    for (const [nth, { method }] of undisturbed.get(flow)!.calls.entries()) {
      const world = worldFor(flow);
      disturb(world, method, nth);
      const ran = await run(world, flow);
      try {
        judge(world, ran, method, nth);
      } catch (error) {
        throw new Error(`with call ${nth} (${method}) disturbed: ${(error as Error).message}`, {
          cause: error,
        });
      }
    }
  }

  test.each(PASSING)('ends as ever when any one call %s', async (_, moment, make, times) => {
    const want = undisturbed.get(flow)!;
    await atEveryCall(
      (world, method, nth) => {
        let due = times(method);
        world.disturb = (called, at) => {
          if (called === method && at === moment && world.calls.length > nth && due-- > 0) throw make();
        };
      },
      (world, ran, method) => {
        expect(ran).toMatchObject({ failed: false });
        expect(rowsOf(world)).toEqual(rowsOf(want));
        expect([...new Set(world.statuses)]).toEqual(want.statuses);
        expect(tagsOf(world)).toEqual(tagsOf(want));
        const unknown = moment === 'out' && OPENS.includes(method);
        if (!unknown && method !== 'sessions.delete') expect(left(world)).toBe(0);
      },
    );
  });

  test('records the cause when any one call is refused, and the build and its log if there is one', async () => {
    await atEveryCall(
      (world, method, nth) => refuse(world, (_, count) => count === nth, method),
      (world, ran, method, nth) => {
        const [ledger, execution] = rowsOf(world);
        if (method === 'sessions.delete') {
          expect(ledger).toEqual(rowsOf(undisturbed.get(flow)!)[0]);
          return;
        }
        expect(left(world)).toBe(0);
        const gone = flow === 'decommission' && isRemoval(world, nth);
        const { id } = world.builds.at(gone ? 0 : -1) ?? {};
        const build = method === 'builds.get' ? `(build ${id ?? ''}, log https://log/${id ?? ''})` : '';
        if (gone) {
          expect(ran).toMatchObject({ failed: false });
          expect(world.log).toEqual([
            { severity: 'WARNING', text: expect.stringMatching(/^going on without it: /) as string },
          ]);
          for (const part of [`${method} broke`, build]) expect(world.log[0]?.text).toContain(part);
          return;
        }
        expect(ran.failed).toBe(true);
        if (nth < BEFORE_FENCE) {
          expect(ran.error).toContain(`${method} broke`);
          expect(ledger).toEqual({ name: 'acme', fence: argument(flow).intent });
          return;
        }
        const words = String(execution?.['error']);
        for (const part of [`${method} broke`, build]) {
          expect(words).toContain(part);
          expect(ran.error).toContain(part);
        }
        expect(execution).toMatchObject({ state: 'FAILED' });
        expect(ledger).toMatchObject({
          fence: null,
          ...(changes && { status: 'FAILED', last_error: words }),
        });
        if (changes && build !== '') expect(ledger).toMatchObject({ build_id: id });
        // A look leaves nothing behind, but for a deep check that it was asked for.
        const asked = flow === 'deep-check' ? ['deep_check_asked_at', 'deep_check_intent'] : [];
        if (!changes)
          expect(Object.keys(ledger ?? {}).sort()).toEqual([...asked, 'fence', 'name', 'updated_at']);
      },
    );
  });

  test('ends with its cause, and says in the log what it could not record, when the ledger is gone for good', async () => {
    await atEveryCall(
      (world, _, nth) => refuse(world, (called, count) => count >= nth && !called.startsWith('builds.')),
      (world, ran, _, nth) => {
        const untouched = nth >= undisturbed.get(flow)!.calls.length - 1;
        expect(ran).toMatchObject(
          untouched
            ? { failed: false }
            : { failed: true, error: expect.stringContaining(' broke') as string },
        );
        if (untouched || nth < BEFORE_FENCE) return;
        expect(world.log).toEqual([
          {
            severity: 'ERROR',
            text: expect.stringMatching(/ broke; and the ledger of acme cannot be /) as string,
          },
        ]);
        expect(rowsOf(world)[0]).toMatchObject({ fence: argument(flow).intent });
      },
    );
  });

  /** Lets the `nth` commit (from 1) land, then `change` the world, then lose the answer. */
  const losingCommit = (world: InstantWorld, nth: number, change: () => void) => {
    let commits = 0;
    world.disturb = (method, at) => {
      if (method !== 'commit' || at !== 'out' || ++commits !== nth) return;
      change();
      throw new ApiError('DEADLINE_EXCEEDED', 'again');
    };
  };

  test('takes its own success for one though the answer is lost and another intent has the fence by then', async () => {
    const commits = undisturbed.get(flow)!.calls.filter(({ method }) => method === 'commit').length;
    const world = worldFor(flow);
    losingCommit(world, commits, () => takeOver(world, 'acme', 'another'));
    expect(await run(world, flow)).toMatchObject({ failed: false, result: { outcome: 'succeeded' } });
    expect(rowsOf(world)).toMatchObject([{ fence: 'another' }, { state: 'SUCCEEDED' }]);
  });

  test('does nothing when it was closed before it learnt that it runs', async () => {
    const world = worldFor(flow);
    losingCommit(world, 1, () => (world.tables.Ledger.get('acme')!['fence'] = null));
    expect(await run(world, flow)).toMatchObject({ failed: false, result: { outcome: 'superseded' } });
    expect(rowsOf(world)).toMatchObject([{ fence: null }, { state: 'RUNNING' }]);
    expect(world.builds).toEqual([]);
  });

  test('writes nothing from the moment another intent has taken the fence, whenever that is', async () => {
    const taken = new Map<InstantWorld, unknown>();
    await atEveryCall(
      (world, _, nth) => {
        world.disturb = (_method, at) => {
          if (at !== 'in' || world.calls.length !== nth + 1) return;
          takeOver(world, 'acme', 'acme-g4-provision-1');
          taken.set(world, structuredClone(world.tables));
        };
      },
      (world, ran) => {
        expect(world.tables).toEqual(taken.get(world));
        expect(ran).toMatchObject({ failed: false });
        expect(left(world)).toBe(0);
      },
    );
  });
});

test('a build that was created five times, because the list shows builds late, fits the memory beside the largest argument', async () => {
  const { deploy } = argument('redeploy');
  const told = (filling: string) => argument('redeploy', { deploy: { ...deploy, manifests: [filling] } });
  const largest = told('x'.repeat(MAX_ARGUMENT_BYTES - JSON.stringify(told('')).length));
  const world = instantWorld();
  openIntent(world, largest);
  const late: FakeBuild[] = [];
  const isLate = () => world.builds.length + late.length < 5;
  world.disturb = (method, moment) => {
    if (method === 'builds.list' && moment === 'in' && isLate()) late.push(...world.builds.splice(0));
    if (method === 'builds.list' && moment === 'out') world.builds.push(...late.splice(0));
    if (method === 'builds.create' && moment === 'out' && world.builds.length <= 5)
      throw new NoAnswer('late');
  };
  expect(await world.run('redeploy', largest)).toMatchObject({ failed: false, error: '' });
  expect(world.builds.map(programOf)).toEqual([...Array<string>(5).fill('deploy apply'), 'health-check ask']);
});

/** Refuses the calls that `which` names; `count` is how many calls came before. */
function refuse(world: InstantWorld, which: (method: string, count: number) => boolean, only?: string): void {
  world.disturb = (method, moment) => {
    if (moment === 'in' && which(method, world.calls.length - 1) && (only ?? method) === method) {
      throw new ApiError('PERMISSION_DENIED', `${method} broke`);
    }
  };
}

/** Whether the call is one of the build that removes the deployment: the first build of a decommission. */
function isRemoval({ calls }: InstantWorld, nth: number): boolean {
  const lists = calls.flatMap(({ method }, i) => (method === 'builds.list' ? [i] : []));
  return calls[nth]?.method.startsWith('builds.') === true && nth < (lists[1] ?? Infinity);
}
