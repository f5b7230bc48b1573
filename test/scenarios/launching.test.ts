/**
 * The windows in which a launch may be cut off, and what the next pass makes of each. Workflows and store are the
 * real ones; builds are refused, so that an effective execution shows as the one that took the fence.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { StoreError, type ExecutionEntry, type Store } from '../../desired-state/store.ts';
import { argumentOf } from '../../reconciler/argument.ts';
import { labelsOf } from '../../reconciler/launch.ts';
import type { Json } from '../../reconciler/model.ts';
import type { Ports } from '../../reconciler/ports.ts';
import { reconcile } from '../../reconciler/reconcile.ts';
import { SETTLE_MS } from '../../reconciler/settle.ts';
import type { Tenant } from '../../desired-state/tenant.ts';
import { compile } from '../../workflow-defs/compile.ts';
import { describeWorld, of, startWorld, type World } from './world.ts';

const HOUR_MS = 60 * 60 * 1000;

describeWorld('a launch that is cut off', () => {
  let world: World;
  let provision: ReturnType<typeof compile>;

  beforeAll(async () => {
    world = await startWorld();
    provision = compile('provision', world.platform);
    await world.order({
      method: 'cloudbuild.projects.locations.builds.create',
      status: 403,
      message: 'no builds in this scenario',
    });
  });
  afterAll(() => world.close());

  /** What `launch` does first. */
  async function intend(tenant: Tenant): Promise<ExecutionEntry> {
    await world.ports.workflows.ensure(provision);
    const now = world.clock.now();
    const opened = await world.ports.store.openIntent({
      name: tenant.metadata.name,
      generation: 1,
      flow: 'provision',
      workflow: provision.name,
      because: [],
      requester: 'plumbline',
      now: now.toISOString(),
      deadline: new Date(now.getTime() + HOUR_MS).toISOString(),
    });
    if (opened.outcome !== 'opened') throw new Error(`the intent was ${opened.outcome}`);
    return opened.execution;
  }

  /** What `launch` does next. */
  const execute = (tenant: Tenant, { intent, name, generation }: ExecutionEntry) =>
    world.ports.workflows.execute({
      workflow: provision.name,
      argument: argumentOf({
        tenant,
        applied: null,
        ledger: undefined,
        platform: world.platform,
        flow: 'provision',
        intent,
        generation,
        requester: 'plumbline',
      }) as unknown as Json,
      labels: labelsOf({ intent, name, generation }),
    });

  const entriesOf = (name: string) => world.ports.store.listExecutions(name);
  const rowsOf = (name: string) =>
    Object.entries(world.tables())
      .filter(([table]) => table !== 'Runs')
      .flatMap(([, rows]) => rows.filter((row) => row.includes(`"name":"${name}"`)));

  async function ended(execution: string) {
    for (;;) {
      const state = await world.ports.workflows.get(execution);
      if (state?.state !== 'ACTIVE' && state?.state !== 'QUEUED') return state;
      await world.clock.sleep(20);
    }
  }

  it('leaves a young intent to whoever is just launching it', async () => {
    await world.apply('young');
    const entry = await intend(await world.apply('young'));
    const report = await world.pass({ only: ['young'] });
    expect(of(report, 'young')).toMatchObject({ verdict: 'in-progress', held: [{ reason: 'in-flight' }] });
    expect(await entriesOf('young')).toEqual([entry]);
    expect(await world.executions('young')).toEqual([]);
  });

  it('gives an intent without an execution up after its time, and starts exactly one', async () => {
    const tenant = await world.apply('early');
    const first = await intend(tenant);
    world.clock.advance(SETTLE_MS + 1000);
    const report = await world.pass({ only: ['early'] });
    expect(report.summary.launched).toBe(1);
    const [second, given] = await entriesOf('early');
    expect(given).toMatchObject({ intent: first.intent, state: 'SUPERSEDED', execution: null });
    expect(second?.intent).not.toBe(first.intent);
    expect(await world.executions('early')).toHaveLength(1);
    await world.settleDown('early');
  });

  it('makes a late execution that lost the fence a no-op that writes nothing', async () => {
    const tenant = await world.apply('late');
    const first = await intend(tenant);
    world.clock.advance(SETTLE_MS + 1000);
    await world.pass({ only: ['late'] });
    await world.settleDown('late');
    const before = rowsOf('late');

    const execution = await execute(tenant, first);
    const end = await ended(execution.name);
    expect(end).toMatchObject({
      state: 'SUCCEEDED',
      result: { outcome: 'superseded', intent: first.intent },
    });
    expect(rowsOf('late')).toEqual(before);
  });

  it('takes the word of an execution that recorded its end before its name was', async () => {
    const tenant = await world.apply('orphan');
    const entry = await intend(tenant);
    const execution = await execute(tenant, entry);
    await ended(execution.name);
    const report = await world.pass({ only: ['orphan'] });
    const entries = await entriesOf('orphan');
    expect(entries.find(({ intent }) => intent === entry.intent)).toMatchObject({
      state: 'FAILED',
      error: expect.stringContaining('no builds in this scenario') as string,
    });
    // It has ended, so this pass tries again: the second execution, of a second intent.
    expect(report.summary.launched).toBe(1);
    expect(await world.executions('orphan')).toHaveLength(2);
    await world.settleDown('orphan');
  });

  it('adopts an execution that is still running, and starts no other', async () => {
    const slow = await world.order({
      method: 'cloudbuild.projects.locations.builds.list',
      contains: 'runner-g1-provision-1',
      delayMs: HOUR_MS,
    });
    const tenant = await world.apply('runner');
    const entry = await intend(tenant);
    const execution = await execute(tenant, entry);
    for (let pass = 1; pass <= 2; pass += 1) {
      const report = await world.pass({ only: ['runner'] });
      expect(report.summary.launched).toBe(0);
      expect(of(report, 'runner').verdict).toBe('in-progress');
    }
    expect(await entriesOf('runner')).toMatchObject([{ intent: entry.intent, execution: execution.name }]);
    expect(await world.executions('runner')).toHaveLength(1);
    await slow();
    await world.ask('workflowexecutions', 'POST', `/v1/${execution.name}:cancel`);
    await world.advanceCloud(HOUR_MS);
  });

  it('starts no second execution for one whose answer was lost on the way', async () => {
    await world.apply('unheard');
    const report = await world.during(
      {
        method: 'workflowexecutions.projects.locations.workflows.executions.create',
        contains: 'unheard',
        loseAnswer: true,
        times: 1,
      },
      () => world.pass({ only: ['unheard'] }),
    );
    expect(report.summary.launched).toBe(0);
    expect(of(report, 'unheard').held).toMatchObject([{ reason: 'retry-later' }]);
    const [lost] = await world.executions('unheard');
    await ended(lost?.name ?? '');
    await world.pass({ only: ['unheard'] });
    const entries = await entriesOf('unheard');
    expect(entries.at(-1)).toMatchObject({ intent: 'unheard-g1-provision-1', state: 'FAILED' });
    expect((await world.executions('unheard')).length).toBe(entries.length);
    await world.settleDown('unheard');
  });

  it('gives two passes at once one execution per tenant', async () => {
    const names = ['one', 'two', 'three'];
    for (const name of names) await world.apply(name);
    const others: Ports[] = [await world.connectAgain(), await world.connectAgain()];
    const reports = await Promise.all(
      others.map((ports, i) =>
        reconcile(ports, {
          platform: world.platform,
          dryRun: false,
          only: names,
          runId: `at-once-${String(i)}`,
        }),
      ),
    );
    expect(reports.reduce((sum, { summary }) => sum + summary.launched, 0)).toBe(names.length);
    for (const name of names) {
      expect(await world.executions(name)).toHaveLength(1);
      expect(await entriesOf(name)).toHaveLength(1);
    }
    await world.settleDown(...names);
  });

  it.each([403, 429])(
    'is free for the next pass at once when the service itself said no (%s)',
    async (status) => {
      const name = `refused${status}`;
      await world.apply(name);
      const refusal = { method: 'workflowexecutions.projects.locations.workflows.executions.create', status };
      const report = await world.during(refusal, () => world.pass({ only: [name] }));
      expect(of(report, name)).toMatchObject({ actions: [], held: [{ reason: 'retry-later' }] });
      expect(await entriesOf(name)).toMatchObject([{ state: 'SUPERSEDED', execution: null }]);
      const next = await world.pass({ only: [name] });
      expect(of(next, name)).toMatchObject({ held: [], actions: [{ flow: 'provision' }] });
      await world.settleDown(name);
    },
  );

  it('starts nothing from a definition that somebody edited', async () => {
    await world.apply('edited');
    const { project, region } = world.platform;
    const path = `/v1/projects/${project}/locations/${region}/workflows/${provision.name}`;
    await world.ask('workflows', 'PATCH', `${path}?updateMask=sourceContents`, {
      sourceContents: provision.source.replace('"superseded"', '"Superseded"'),
    });
    await world.advanceCloud(60_000);
    // Another process: this one has seen the definition as it was.
    const ports = await world.connectAgain();
    const report = await reconcile(ports, {
      platform: world.platform,
      dryRun: false,
      only: ['edited'],
      runId: 'after-the-edit',
    });
    expect(report.summary.launched).toBe(0);
    expect(of(report, 'edited').held).toMatchObject([
      { reason: 'retry-later', message: expect.stringMatching(/somebody edited it.*Delete it/) as string },
    ]);
    expect(await entriesOf('edited')).toEqual([]);
    expect(await world.ports.workflows.find(provision.name, { 'plumbline-tenant': 'edited' })).toEqual([]);

    await world.ask('workflows', 'DELETE', path);
    await world.advanceCloud(60_000);
    const mended = await reconcile(await world.connectAgain(), {
      platform: world.platform,
      dryRun: false,
      only: ['edited'],
      runId: 'after-the-mending',
    });
    expect(mended.summary.launched).toBe(1);
    await world.settleDown('edited');
  });

  const steps = [
    ...([
      'listActive',
      'listDirectives',
      'openFindingKeys',
      'surveyTenants',
      'tenantsOf',
      'ledgerOf',
    ] as const),
    ...(['openFindings', 'observationsOf', 'saveObservations', 'openIntent'] as const),
  ];
  it.each(steps)('throws what the store said when it goes away at %s, and starts nothing', async (from) => {
    await world.apply('cutoff');
    const before = (await world.calls('workflowexecutions.projects.locations.workflows.executions.create'))
      .length;
    const attempt = reconcile(
      { ...world.ports, store: goneFrom(world.ports.store, from) },
      { platform: world.platform, dryRun: false, only: ['cutoff'], runId: `gone-at-${from}` },
    );
    await expect(attempt).rejects.toThrow(StoreError);
    await expect(attempt).rejects.toThrow(/the store cannot be reached/);
    const after = await world.calls('workflowexecutions.projects.locations.workflows.executions.create');
    expect(after).toHaveLength(before);
    expect(await entriesOf('cutoff')).toEqual([]);
  });
});

/** Methods of the store that answer piece by piece. */
const STREAMS: ReadonlySet<string | symbol> = new Set(['listTenants', 'surveyTenants', 'openFindingKeys']);

/** The store behind a connection that breaks at the first call of `from` and stays broken. */
function goneFrom(store: Store, from: keyof Store): Store {
  let gone = false;
  return new Proxy(store, {
    get: (target, key) => {
      const value: unknown = Reflect.get(target, key);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]): unknown => {
        gone ||= key === from;
        if (!gone) return Reflect.apply(value, target, args) as unknown;
        const error = new StoreError('the store cannot be reached', { retryable: true });
        if (!STREAMS.has(key)) return Promise.reject(error);
        return {
          [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(error) }),
        };
      };
    },
  });
}
