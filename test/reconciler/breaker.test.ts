/** The breaker over whole fleets: what opens it, what does not, and how exactly an override counts. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FLEET, type Directive } from '../../desired-state/store.ts';
import { assemble, count, rowOf, type Judged } from '../../reconciler/assemble.ts';
import { DEFAULT_LIMITS, type BreakerLimits } from '../../reconciler/breaker-limits.ts';
import type { Share } from '../../reconciler/fleet-model.ts';
import { guard, type Guard, type Judgement } from '../../reconciler/guard.ts';
import type { RunReport } from '../../reconciler/model.ts';
import type { Operators } from '../../reconciler/operators.ts';
import { newFleet, type Fleet } from '../support/fleet.ts';
import { absent, unreadable, withField, type World } from '../support/have.ts';

const HOUR_MS = 60 * 60 * 1000;
const OPERATOR = 'oncall@example.com';

let fleet: Fleet;
afterEach(() => fleet.close());

const nameOf = (n: number): string => `t${String(n).padStart(3, '0')}`;

async function deploy(count: number): Promise<void> {
  fleet = await newFleet();
  for (let n = 1; n <= count; n += 1) {
    await fleet.apply(nameOf(n));
    fleet.deployed(nameOf(n));
  }
}

/** Everybody up to this number has lost its NAT. */
const withoutNat =
  (count: number) =>
  (seen: World, name: string): World =>
    name <= nameOf(count) ? new Map(seen).set(`nat/${name}-nat`, absent()) : seen;

interface PassOptions {
  readonly disturb?: (seen: World, name: string) => World;
  readonly limits?: BreakerLimits;
  readonly operators?: Operators;
  readonly shard?: Share | null;
  readonly only?: (item: Judged) => boolean;
}

let passes = 0;

function judgement(judged: readonly Judged[]): Judgement {
  const rows = judged.map(rowOf);
  return { rows, verdicts: count(rows.map(({ verdict }) => verdict)) };
}

/** What `reconcile` does between looking and reporting. */
async function pass(options: PassOptions = {}): Promise<{ report: RunReport; guarded: Guard }> {
  const { disturb, limits = DEFAULT_LIMITS, operators = [OPERATOR], only = () => true } = options;
  const shard = options.shard === undefined ? { index: 0, count: 1 } : options.shard;
  const judged = (await fleet.judged(disturb)).filter(only);
  const guarded = await guard(fleet.ports, judgement(judged), { limits, operators, shard });
  const runId = `run-${String((passes += 1))}`;
  const run = { dryRun: false, runId, ...(shard && { shard }) };
  const roll = await fleet.launch(judged, guarded);
  const at = fleet.ports.clock.now().toISOString();
  const report = assemble(
    roll,
    run,
    { startedAt: at, finishedAt: at, calls: {} },
    { breaker: guarded.breaker, fleet: { ...guarded.fleet, rollouts: [] } },
  );
  await fleet.save(report);
  return { report, guarded };
}

const override = (more: Partial<Directive> & { launches?: number } = {}): Promise<void> => {
  const { launches = 5, ...rest } = more;
  const at = fleet.ports.clock.now();
  return fleet.store.issueDirective({
    name: FLEET,
    id: 'override-1',
    kind: 'override',
    actor: OPERATOR,
    reason: 'the NATs were taken away by a script that is stopped now',
    detail: { launches },
    uses: 0,
    createdAt: at.toISOString(),
    expiresAt: new Date(at.getTime() + HOUR_MS).toISOString(),
    endedAt: null,
    endedBy: null,
    ...rest,
  });
};

const heldByBreaker = (report: RunReport): string[] =>
  report.tenants
    .filter(({ held }) => held.some(({ reason }) => reason === 'breaker'))
    .map(({ name }) => name);

describe('200 tenants of which 40 % lose their NAT at once', () => {
  let whole: Fleet;
  beforeAll(async () => {
    await deploy(200);
    whole = fleet;
    await whole.leave();
  });
  afterAll(() => whole.remove());
  beforeEach(async () => {
    fleet = await newFleet(whole);
  });

  it('open the breaker and launch nothing, and the report suspects the NAT', async () => {
    const { report } = await pass({ disturb: withoutNat(80) });
    expect(fleet.executions).toEqual([]);
    expect(await fleet.store.listActive()).toEqual([]);
    expect(report.summary.launched).toBe(0);
    expect(report.breaker).toEqual({
      tripped: [
        '80 tenants would be changed because of drift; at most 20 of 200 may',
        '80 tenants miss something that was there, against 0 as a rule; at most 5 of 200 may',
      ],
      cause: 'nat missing, on 80 of 80 tenants',
      admitted: 0,
    });
    expect(heldByBreaker(report)).toEqual(Array.from({ length: 80 }, (_, n) => nameOf(n + 1)));
    for (const { held } of report.tenants.slice(0, 80)) {
      expect(held).toMatchObject([
        {
          flow: 'provision',
          reason: 'breaker',
          message: expect.stringContaining('plumb override') as string,
        },
      ]);
    }
  });

  it('launch what an override admits, and not one more, over as many passes as it takes', async () => {
    await override({ launches: 5 });
    const first = await pass({ disturb: withoutNat(80) });
    expect(fleet.executions).toHaveLength(5);
    expect(first.report.breaker).toMatchObject({ admitted: 5 });
    expect(first.report.fleet.overrides).toMatchObject([
      { id: 'override-1', launches: 5, used: 0, refused: null },
    ]);
    expect(heldByBreaker(first.report)).toHaveLength(75);
    const second = await pass({ disturb: withoutNat(80) });
    expect(fleet.executions).toHaveLength(5);
    expect(second.report.breaker).toMatchObject({ admitted: 0 });
    expect(second.report.fleet.overrides).toMatchObject([{ launches: 5, used: 5 }]);
  });

  it('launch not one more when several passes are made at once', async () => {
    await override({ launches: 7 });
    const reports = await Promise.all([1, 2, 3].map(() => pass({ disturb: withoutNat(80) })));
    expect(fleet.executions).toHaveLength(7);
    expect(reports.reduce((sum, { report }) => sum + report.summary.launched, 0)).toBe(7);
    expect(await fleet.store.listActive()).toHaveLength(7);
    expect(await fleet.store.listDirectives([FLEET])).toMatchObject([{ uses: 7 }]);
  });

  it('launch not one more when many tasks each have tenants of their own', async () => {
    await override({ launches: 7 });
    const tasks = [0, 1, 2, 3].map((index) =>
      pass({
        disturb: withoutNat(80),
        shard: { index, count: 4 },
        only: ({ case: { stored } }) => Number(stored.name.slice(1)) % 4 === index,
      }),
    );
    const reports = (await Promise.all(tasks)).map(({ report }) => report);
    expect(fleet.executions).toHaveLength(7);
    expect(reports.reduce((sum, { breaker }) => sum + (breaker?.admitted ?? 0), 0)).toBe(7);
    expect(await fleet.store.listActive()).toHaveLength(7);
    expect(await fleet.store.listDirectives([FLEET])).toMatchObject([{ uses: 7 }]);
    // What came too late is held, and free for the next override.
    expect(reports.flatMap(heldByBreaker)).toHaveLength(73);
  });

  it.each([
    ['has expired', { expiresAt: new Date(0).toISOString() }],
    ['was taken back', { endedAt: new Date(0).toISOString(), endedBy: OPERATOR }],
    ['was ordered by nobody who may', { actor: 'stranger@example.com' }],
    ['counts nothing that we know', { detail: { launches: 'many' } }],
    ['is for one tenant only', { name: nameOf(1) }],
  ] satisfies [string, Partial<Directive>][])(
    'launch nothing by an override that %s',
    async (_name, more) => {
      await override(more);
      const { report } = await pass({ disturb: withoutNat(80) });
      expect(fleet.executions).toEqual([]);
      expect(report.summary.launched).toBe(0);
    },
  );

  it('say why an override is not honoured, in every report while it is in force', async () => {
    await override({ actor: 'stranger@example.com' });
    const { report } = await pass();
    expect(report.breaker).toBeNull();
    expect(report.fleet.overrides).toMatchObject([
      { refused: expect.stringContaining('stranger@example.com is no platform operator') as string },
    ]);
  });

  it('stay held however often it is looked: a fleet that is broken is no measure for the next pass', async () => {
    await pass();
    for (let n = 0; n < 4; n += 1) await pass({ disturb: withoutNat(80) });
    expect(fleet.executions).toEqual([]);
    expect((await pass({ disturb: withoutNat(12) })).report.breaker).toMatchObject({
      tripped: [expect.stringContaining('12 tenants miss something') as string],
    });
  });

  it('name who did it where the logs say so of most of them', async () => {
    const judged = (await fleet.judged(withoutNat(80))).map((item): Judged => ({
      ...item,
      findings: item.findings.map((finding) => ({
        ...finding,
        attribution: {
          found: true,
          who: 'cleanup@acme.example',
          when: finding.at,
          how: 'v1.compute.routers.patch',
          from: 'audit-log',
          confidence: 'high',
          ownRun: null,
        },
      })),
    }));
    const { breaker } = await guard(fleet.ports, judgement(judged), {
      limits: DEFAULT_LIMITS,
      operators: [],
      shard: { index: 0, count: 1 },
    });
    expect(breaker?.cause).toBe('nat missing, on 80 of 80 tenants; 80 of them by cleanup@acme.example');
  });

  it('are healed where somebody switched the thresholds off, and every report says so', async () => {
    const never = { never: 'a fleet of throw-away tenants' };
    const limits: BreakerLimits = { ...DEFAULT_LIMITS, changed: never, missing: never };
    const { report } = await pass({ disturb: withoutNat(80), limits });
    expect(report.breaker).toBeNull();
    expect(report.summary.launched).toBe(80);
    expect(report.fleet.unguarded).toEqual([
      { threshold: 'changed', reason: never.never },
      { threshold: 'missing', reason: never.never },
    ]);
  });

  it('open the breaker in each of many tasks too, though each sees few tenants', async () => {
    for (const index of [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]) {
      const { report } = await pass({
        disturb: withoutNat(80),
        shard: { index, count: 10 },
        only: ({ case: { stored } }) => Number(stored.name.slice(1)) % 10 === index,
      });
      expect(report.breaker?.tripped[0]).toBe(
        '8 tenants would be changed because of drift; at most 4 of 20 may ' +
          `(in this task's share of the fleet, ${String(index + 1)} of 10)`,
      );
    }
    expect(fleet.executions).toEqual([]);
  });
});

describe('below the thresholds', () => {
  it('all is launched: two of three tenants that drifted are healed', async () => {
    await deploy(3);
    await pass();
    const gone = (seen: World, name: string): World =>
      name === nameOf(3)
        ? seen
        : new Map([...seen].map(([id, was]) => [id, /^(nat|service)/.test(id) ? absent() : was]));
    const { report } = await pass({ disturb: gone });
    expect(report.breaker).toBeNull();
    expect(report.summary.launched).toBe(2);
  });

  it('all is launched: 200 new tenants are what somebody asked for', async () => {
    fleet = await newFleet();
    for (let n = 1; n <= 200; n += 1) await fleet.apply(nameOf(n));
    const { report } = await pass({
      disturb: (seen) => new Map([...seen.keys()].map((id) => [id, absent()])),
    });
    expect(report.breaker).toBeNull();
    expect(fleet.executions).toHaveLength(200);
  });

  it('all is launched: a new version for 100 tenants is what somebody asked for', async () => {
    await deploy(100);
    await pass();
    for (let n = 1; n <= 100; n += 1) {
      await fleet.apply(nameOf(n), (written) => {
        written.spec.workload.source.revision = 'v2';
      });
    }
    const { report } = await pass();
    expect(report.breaker).toBeNull();
    expect(fleet.executions).toHaveLength(100);
  });

  it('20 drifted tenants are put right, and 21 are not', async () => {
    await deploy(40);
    const limits: BreakerLimits = { ...DEFAULT_LIMITS, missing: { never: 'looked at elsewhere' } };
    const shrunk = (count: number) => (seen: World, name: string) =>
      name <= nameOf(count) ? withField(seen, 'node-pool/cpu', 'autoscaling.maxNodeCount', 9) : seen;
    const more = await pass({ disturb: shrunk(21), limits });
    expect(more.report.breaker).toEqual({
      tripped: ['21 tenants would be changed because of drift; at most 20 of 40 may'],
      cause: 'node-pool autoscaling.maxNodeCount is 9, on 21 of 21 tenants',
      admitted: 0,
    });
    expect(fleet.executions).toEqual([]);
    await pass({ disturb: shrunk(20), limits });
    expect(fleet.executions).toHaveLength(20);
  });
});

describe('the breaker', () => {
  it('opens when one source fails for many, and holds those who could be seen as well', async () => {
    await deploy(40);
    const blind = (seen: World, name: string): World =>
      name <= nameOf(6)
        ? new Map(seen).set(`registry/${name}`, unreadable())
        : name === nameOf(40)
          ? new Map(seen).set(`nat/${name}-nat`, absent())
          : seen;
    const { report } = await pass({ disturb: blind });
    expect(report.breaker).toEqual({
      tripped: ['test could not be read for 6 tenants; at most 5 of 40 may'],
      cause: 'test could not be read, on 6 of 6 tenants',
      admitted: 0,
    });
    expect(fleet.executions).toEqual([]);
  });

  it('holds looks too, so that nothing is nothing', async () => {
    await deploy(40);
    fleet.advance(2 * HOUR_MS);
    const { report } = await pass({ disturb: withoutNat(30) });
    expect(report.summary.launched).toBe(0);
    expect(report.tenants.at(-1)?.held).toMatchObject([{ flow: 'health-check', reason: 'breaker' }]);
    await override({ launches: 1 });
    await pass({ disturb: withoutNat(30) });
    expect(await fleet.store.listActive()).toMatchObject([{ flow: 'provision' }]);
  });

  it('opens when many records are gone, until somebody accepts the new size', async () => {
    await deploy(40);
    await pass();
    const some = { only: ({ case: { stored } }: Judged) => stored.name <= nameOf(34) };
    for (let n = 0; n < 2; n += 1) {
      expect((await pass(some)).report.breaker).toMatchObject({
        tripped: ['there are 34 records where the last pass had 40; at most 5 fewer may be'],
        cause: null,
      });
    }
    await override({ launches: 1 });
    await pass(some);
    expect((await pass(some)).report.breaker).not.toBeNull();
    await override({ id: 'override-2', detail: { launches: 1, acceptsSize: true } });
    await pass(some);
    expect((await pass(some)).report.breaker).toBeNull();
  });

  it('opens when far less is seen than the last time, whatever is to be done about it', async () => {
    await deploy(40);
    await pass();
    const { report } = await pass({
      limits: { ...DEFAULT_LIMITS, missing: { never: 'a test' }, changed: { never: 'a test' } },
      disturb: (seen, name) =>
        name <= nameOf(4) ? new Map([...seen.keys()].map((id) => [id, absent()])) : seen,
    });
    expect(report.breaker?.tripped).toEqual([
      expect.stringMatching(/^\d+ resources were seen where the last pass lets expect \d+; at most 40 fewer/),
    ]);
    expect(fleet.executions).toEqual([]);
  });

  it('does not take people for an accident who name the tenants', async () => {
    await deploy(40);
    await pass();
    const named = { shard: null, only: ({ case: { stored } }: Judged) => stored.name <= nameOf(3) };
    const { report } = await pass({ ...named, disturb: withoutNat(30) });
    expect(report.breaker).toBeNull();
    expect(report.summary.launched).toBe(3);
    expect(report.fleet.census.complete).toBe(false);
  });

  it('counts what is dangerous even where people approved it, and nothing of tenants that hold nothing yet', async () => {
    await deploy(12);
    const judged = (await fleet.judged(withoutNat(6))).map((item): Judged => ({
      ...item,
      findings: item.findings.map((finding) => ({ ...finding, risk: 'stateful' as const })),
    }));
    const limits = { limits: DEFAULT_LIMITS, operators: [], shard: null } as const;
    expect((await guard(fleet.ports, judgement(judged), limits)).breaker?.tripped).toContain(
      '6 tenants would have something replaced, removed or made again; at most 5 of 12 may',
    );
    expect(
      (await guard(fleet.ports, judgement(judged.slice(1)), limits)).breaker?.tripped ?? [],
    ).not.toContainEqual(expect.stringContaining('replaced'));
  });
});
