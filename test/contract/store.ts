/** What every store must do, whatever keeps its tables: run by embedded.test.ts and spanner.test.ts. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Directive, FindingHistory, NewIntent, RunRecord, Store } from '../../desired-state/store.ts';
import { shardOf } from '../../desired-state/shard.ts';
import { NO_FLEET, type Rollout } from '../../reconciler/fleet-model.ts';
import { REPORT_FORMAT } from '../../reconciler/model.ts';
import type { Json, RunReport } from '../../reconciler/model.ts';
import { notificationsContract } from './notifications.ts';

/** Opens a store on an empty database; the suite migrates and closes it. */
export type OpenEmpty = () => Promise<Store>;

const NOW = '2026-01-01T00:00:00Z';
const LATER = '2026-01-01T01:00:00Z';
const MUCH_LATER = '2026-01-01T02:00:00Z';

/** Text nobody should have to store, and somebody will. */
const HOSTILE = `'; DROP TABLE Tenants; -- "\`$\{x} %s \\ \u0000 \u202e אب 👩‍👩‍👧 \r\n\t</script>{{}}`;

const record = (spec: Json, labels: Json = {}): Json => ({
  apiVersion: 'plumbline.dev/v1alpha1',
  kind: 'Tenant',
  metadata: { name: 'x', labels },
  spec,
});

export function storeContract(open: OpenEmpty): void {
  let store: Store;
  let names = 0;
  /** A name no other test uses: tests share one database. */
  const fresh = (): string => `tenant-${(names += 1)}`;

  const apply = (name: string, written: Json, ifEtag?: string | null) =>
    store.applyTenant({
      name,
      record: written,
      ...(ifEtag === undefined ? {} : { ifEtag }),
      author: 'ann@example.com',
      reason: 'because',
    });

  const applied = async (name: string, written: Json = record({ size: 1 })) => {
    const result = await apply(name, written);
    if (result.outcome === 'conflict') throw new Error('unexpected conflict');
    return result.stored;
  };

  const intent = (name: string, more: Partial<NewIntent> = {}): NewIntent => ({
    name,
    generation: 1,
    flow: 'provision',
    workflow: 'shape-1',
    because: ['missing:network/x'],
    requester: 'pass',
    deadline: LATER,
    now: NOW,
    ...more,
  });

  const opened = async (wanted: NewIntent) => {
    const result = await store.openIntent(wanted);
    if (result.outcome !== 'opened') throw new Error(`expected an opened intent, got ${result.outcome}`);
    return result.execution;
  };

  beforeAll(async () => {
    store = await open();
    await store.migrate();
  });

  afterAll(async () => {
    await store.close();
  });

  it('migrates once, however often it is asked', async () => {
    await applied('kept');
    await Promise.all([store.migrate(), store.migrate()]);
    expect(await store.getTenant('kept')).toMatchObject({ generation: 1 });
  });

  describe('records', () => {
    it('creates a record as generation 1 with its first revision', async () => {
      const name = fresh();
      const result = await apply(name, record({ size: 1 }));
      expect(result).toMatchObject({
        outcome: 'created',
        stored: { name, generation: 1, updatedBy: 'ann@example.com' },
      });
      expect(await store.getTenant(name)).toEqual(result.stored);
      expect(await store.listRevisions(name)).toMatchObject([
        { revision: 1, generation: 1, author: 'ann@example.com', reason: 'because' },
      ]);
    });

    it('knows no record that was never applied', async () => {
      expect(await store.getTenant('nobody')).toBeUndefined();
      expect(await store.listRevisions('nobody')).toEqual([]);
      expect(await store.recordAt('nobody', 1)).toBeUndefined();
    });

    it('leaves an equal record alone, whatever the order of its keys', async () => {
      const name = fresh();
      const first = await applied(name, record({ a: 1, b: [{ c: 2, d: 3 }] }));
      const again = await apply(name, record({ b: [{ d: 3, c: 2 }], a: 1 }));
      expect(again).toEqual({ outcome: 'unchanged', stored: first });
      expect(await store.listRevisions(name)).toHaveLength(1);
    });

    it('raises the generation with the spec, the etag with anything', async () => {
      const name = fresh();
      const first = await applied(name, record({ size: 1 }));
      const relabelled = await applied(name, record({ size: 1 }, { tier: 'gold' }));
      const resized = await applied(name, record({ size: 2 }, { tier: 'gold' }));
      expect([first, relabelled, resized].map(({ generation }) => generation)).toEqual([1, 1, 2]);
      expect(new Set([first, relabelled, resized].map(({ etag }) => etag)).size).toBe(3);
      expect(resized.createdAt).toBe(first.createdAt);
    });

    it('keeps every edit as a revision, newest first', async () => {
      const name = fresh();
      for (const size of [1, 2, 3]) await applied(name, record({ size }));
      const revisions = await store.listRevisions(name);
      expect(revisions.map(({ revision }) => revision)).toEqual([3, 2, 1]);
      expect(revisions.map((entry) => entry.record)).toEqual([3, 2, 1].map((size) => record({ size })));
    });

    it('finds the record of a generation, as last edited', async () => {
      const name = fresh();
      await applied(name, record({ size: 1 }));
      await applied(name, record({ size: 1 }, { tier: 'gold' }));
      await applied(name, record({ size: 2 }));
      expect(await store.recordAt(name, 1)).toEqual(record({ size: 1 }, { tier: 'gold' }));
      expect(await store.recordAt(name, 2)).toEqual(record({ size: 2 }));
      expect(await store.recordAt(name, 3)).toBeUndefined();
    });

    it('takes an edit of what was read, and refuses one of what was read before', async () => {
      const name = fresh();
      const first = await applied(name, record({ size: 1 }));
      const second = await apply(name, record({ size: 2 }), first.etag);
      expect(second.outcome).toBe('changed');
      const stale = await apply(name, record({ size: 3 }), first.etag);
      expect(stale).toEqual({ outcome: 'conflict', stored: second.stored });
      expect((await store.getTenant(name))?.record).toEqual(record({ size: 2 }));
    });

    it('refuses to create what exists, and to edit what does not', async () => {
      const name = fresh();
      const there = await applied(name);
      expect(await apply(name, record({ size: 9 }), null)).toEqual({ outcome: 'conflict', stored: there });
      expect(await apply(fresh(), record({}), 'an-etag')).toEqual({ outcome: 'conflict', stored: null });
      expect(await apply(fresh(), record({}), null)).toMatchObject({ outcome: 'created' });
    });

    it('lets exactly one of several edits of the same reading through', async () => {
      const name = fresh();
      const { etag } = await applied(name);
      const results = await Promise.all([2, 3, 4, 5].map((size) => apply(name, record({ size }), etag)));
      expect(results.map(({ outcome }) => outcome).sort()).toEqual([
        'changed',
        'conflict',
        'conflict',
        'conflict',
      ]);
      expect(await store.getTenant(name)).toMatchObject({ generation: 2 });
    });

    it('numbers concurrent revisions without a gap', async () => {
      const name = fresh();
      await Promise.all([1, 2, 3, 4, 5].map((size) => apply(name, record({ size }))));
      const revisions = await store.listRevisions(name);
      expect(revisions.map(({ revision }) => revision)).toEqual([5, 4, 3, 2, 1]);
    });
  });

  describe('records as they were written', () => {
    const written = (size: number, comment = 'as agreed') =>
      `# of the platform team\nspec:\n  size: ${size} # ${comment}\nkind: Tenant\n`;
    const said = (size: number): Json => ({ kind: 'Tenant', spec: { size } });
    const write = (name: string, size: number, text?: string, ifEtag?: string) =>
      store.applyTenant({
        name,
        record: said(size),
        ...(text !== undefined && { text }),
        ...(ifEtag !== undefined && { ifEtag }),
        author: 'ann@example.com',
        reason: '',
      });
    const textOf = async (name: string) => (await store.textsOf([name])).get(name)?.text;

    it('come back byte for byte, with the etag of the record they say', async () => {
      const name = fresh();
      const result = await write(name, 1, written(1));
      expect(await store.textsOf([name, 'nobody'])).toEqual(
        new Map([[name, { etag: result.stored?.etag, text: written(1) }]]),
      );
      expect(await write(name, 1, written(1))).toMatchObject({ outcome: 'unchanged' });
    });

    it('keep their comments when a program edits the record', async () => {
      const name = fresh();
      await write(name, 1, written(1));
      expect(await write(name, 2)).toMatchObject({ outcome: 'changed' });
      expect(await textOf(name)).toBe(written(2));
      expect(await write(name, 2)).toMatchObject({ outcome: 'unchanged' });
    });

    it('are rendered where nobody wrote one, and that counts as what is stored', async () => {
      const name = fresh();
      const first = await write(name, 1);
      const text = await textOf(name);
      expect(text).toBe('kind: Tenant\nspec:\n  size: 1\n');
      expect(await write(name, 1, text)).toEqual({ outcome: 'unchanged', stored: first.stored });
    });

    it('are a change of their own: another etag, the same generation, and nothing without the right etag', async () => {
      const name = fresh();
      const first = await write(name, 1, written(1));
      const stale = await write(name, 1, written(1, 'by mistake'), 'another-etag');
      expect(stale).toMatchObject({ outcome: 'conflict' });
      const second = await write(name, 1, written(1, 'for the sale'), first.stored?.etag);
      expect(second).toMatchObject({ outcome: 'changed', stored: { generation: 1 } });
      expect(second.stored?.etag).not.toBe(first.stored?.etag);
      expect(await textOf(name)).toBe(written(1, 'for the sale'));
    });

    it('are kept of every generation, as last edited', async () => {
      const name = fresh();
      await write(name, 1, written(1));
      await write(name, 1, written(1, 'for the sale'));
      await write(name, 2, written(2));
      expect(await store.textAt(name, 1)).toBe(written(1, 'for the sale'));
      expect(await store.textAt(name, 2)).toBe(written(2));
      expect(await store.textAt(name, 3)).toBeUndefined();
      expect(await store.textAt('nobody', 1)).toBeUndefined();
    });
  });

  describe('the list of tenants', () => {
    it('has all in name order, over several pages', { timeout: 120_000 }, async () => {
      const many = Array.from({ length: 230 }, (_, index) => `page-${String(index).padStart(3, '0')}`);
      await Promise.all(many.map((name) => apply(name, record({ size: 1 }))));
      const listed: string[] = [];
      for await (const { name } of store.listTenants()) listed.push(name);
      expect(listed).toEqual([...listed].sort());
      expect(listed.filter((name) => name.startsWith('page-'))).toEqual(many);
    });

    it('gives every tenant to exactly one shard', async () => {
      const all: string[] = [];
      for await (const { name } of store.listTenants()) all.push(name);
      const sharded: string[] = [];
      for (const index of [0, 1, 2]) {
        for await (const { name } of store.listTenants({ index, count: 3 })) {
          expect(shardOf(name, 3)).toBe(index);
          sharded.push(name);
        }
      }
      expect(sharded.sort()).toEqual(all.sort());
    });

    it('refuses a shard that cannot be', async () => {
      await expect(async () => {
        for await (const tenant of store.listTenants({ index: 3, count: 3 })) expect(tenant).toBeDefined();
      }).rejects.toThrow(RangeError);
    });
  });

  describe('intents', () => {
    it('opens one, with the fence in the ledger', async () => {
      const name = fresh();
      await applied(name);
      const execution = await opened(intent(name));
      expect(execution).toMatchObject({
        name,
        intent: `${name}-g1-provision-1`,
        state: 'INTENT',
        execution: null,
        because: ['missing:network/x'],
        deadline: LATER,
      });
      expect(await store.listExecutions(name)).toEqual([execution]);
      expect(await store.getLedger(name)).toMatchObject({
        fence: execution.intent,
        owner: null,
        status: null,
        outputs: null,
      });
    });

    it('answers busy while another is under way, and names it', async () => {
      const name = fresh();
      await applied(name);
      const first = await opened(intent(name));
      expect(await store.openIntent(intent(name, { flow: 'rebuild' }))).toEqual({
        outcome: 'busy',
        execution: first,
      });
    });

    it('opens exactly one of any number at once', { timeout: 120_000 }, async () => {
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 2, max: 12 }), async (count) => {
          const name = fresh();
          await applied(name);
          const results = await Promise.all(
            Array.from({ length: count }, () => store.openIntent(intent(name))),
          );
          expect(results.filter(({ outcome }) => outcome === 'opened')).toHaveLength(1);
          expect(results.filter(({ outcome }) => outcome === 'busy')).toHaveLength(count - 1);
          expect(await store.listExecutions(name)).toHaveLength(1);
        }),
        { numRuns: 8 },
      );
    });

    it('answers outdated when the record has moved on, except for a decommission', async () => {
      const name = fresh();
      await applied(name, record({ size: 1 }));
      await applied(name, record({ size: 2 }));
      expect(await store.openIntent(intent(name))).toEqual({ outcome: 'outdated', generation: 2 });
      expect(await store.openIntent(intent(name, { generation: 3 }))).toMatchObject({ outcome: 'outdated' });
      expect(await opened(intent(name, { flow: 'decommission' }))).toMatchObject({ generation: 1 });
    });

    it('refuses an intent for a tenant without a record, in words', async () => {
      await expect(store.openIntent(intent('nobody'))).rejects.toThrow('no record of tenant nobody');
    });

    it('counts attempts by generation and flow', async () => {
      const name = fresh();
      await applied(name);
      const end = { state: 'FAILED', error: 'no', now: NOW } as const;
      const ids: string[] = [];
      for (const flow of ['provision', 'provision', 'rebuild', 'provision'] as const) {
        const execution = await opened(intent(name, { flow }));
        ids.push(execution.intent);
        await store.closeExecution(name, execution.intent, end);
      }
      expect(ids).toEqual([
        `${name}-g1-provision-1`,
        `${name}-g1-provision-2`,
        `${name}-g1-rebuild-1`,
        `${name}-g1-provision-3`,
      ]);
    });

    it('is told to who opened it just as it is read later, whatever the spelling of its times', async () => {
      const name = fresh();
      await applied(name);
      const one = await opened(intent(name, { deadline: '2026-01-01T01:00:00.160Z' }));
      expect(await store.listExecutions(name)).toEqual([one]);
    });

    it('takes one past its deadline for lost, and goes on', async () => {
      const name = fresh();
      await applied(name);
      const lost = await opened(intent(name));
      await store.recordLaunch(name, lost.intent, { execution: 'e/1', revision: 'r1', now: NOW });
      const next = await opened(intent(name, { now: MUCH_LATER, deadline: '2026-01-01T03:00:00Z' }));
      expect(next.intent).toBe(`${name}-g1-provision-2`);
      const entries = await store.listExecutions(name);
      expect(entries.find((entry) => entry.intent === lost.intent)).toMatchObject({
        state: 'FAILED',
        error: 'lost: no end was recorded before its deadline',
      });
      expect(await store.getLedger(name)).toMatchObject({ fence: next.intent });
    });
  });

  describe('executions', () => {
    const launched = async () => {
      const name = fresh();
      await applied(name);
      const execution = await opened(intent(name));
      await store.recordLaunch(name, execution.intent, { execution: 'e/1', revision: 'r1', now: NOW });
      return { name, intent: execution.intent };
    };

    it('records a launch, and the same launch again', async () => {
      const { name, intent: id } = await launched();
      const [before] = await store.listExecutions(name);
      expect(before).toMatchObject({ state: 'LAUNCHED', execution: 'e/1', revision: 'r1' });
      await store.recordLaunch(name, id, { execution: 'e/1', revision: 'r1', now: NOW });
      expect(await store.listExecutions(name)).toEqual([before]);
    });

    it('does not bring an ended execution back by a late record of its launch', async () => {
      const name = fresh();
      await applied(name);
      const { intent: id } = await opened(intent(name));
      await store.closeExecution(name, id, { state: 'SUCCEEDED', error: null, now: NOW });
      await store.recordLaunch(name, id, { execution: 'e/1', revision: 'r1', now: NOW });
      expect(await store.listExecutions(name)).toMatchObject([{ state: 'SUCCEEDED', execution: 'e/1' }]);
    });

    it('closes one, takes its fence away and keeps the cause', async () => {
      const { name, intent: id } = await launched();
      await store.closeExecution(name, id, { state: 'FAILED', error: HOSTILE, now: NOW });
      expect(await store.listExecutions(name)).toMatchObject([{ state: 'FAILED', error: HOSTILE }]);
      expect(await store.getLedger(name)).toMatchObject({ fence: null, lastError: HOSTILE });
      expect(await store.listActive(name)).toEqual([]);
    });

    it('lets the first end stand', async () => {
      const { name, intent: id } = await launched();
      await store.closeExecution(name, id, { state: 'SUCCEEDED', error: null, now: NOW });
      await store.closeExecution(name, id, { state: 'FAILED', error: 'late', now: NOW });
      expect(await store.listExecutions(name)).toMatchObject([{ state: 'SUCCEEDED', error: null }]);
      expect(await store.getLedger(name)).toMatchObject({ lastError: null });
    });

    it("leaves a newer intent's fence alone", async () => {
      const name = fresh();
      await applied(name);
      const old = await opened(intent(name));
      const next = await opened(intent(name, { now: MUCH_LATER, deadline: '2026-01-01T03:00:00Z' }));
      await store.closeExecution(name, old.intent, { state: 'SUPERSEDED', error: null, now: NOW });
      expect(await store.getLedger(name)).toMatchObject({ fence: next.intent });
    });

    it('lists the active ones of all tenants and of one', async () => {
      const one = await launched();
      const other = await launched();
      await store.closeExecution(other.name, other.intent, { state: 'SUCCEEDED', error: null, now: NOW });
      const active = (await store.listActive()).map(({ intent: id }) => id);
      expect(active).toContain(one.intent);
      expect(active).not.toContain(other.intent);
      expect(await store.listActive(one.name)).toMatchObject([{ intent: one.intent }]);
    });

    it('lists executions newest first, as many as asked for', async () => {
      const name = fresh();
      await applied(name);
      for (let attempt = 0; attempt < 3; attempt += 1) {
        const { intent: id } = await opened(intent(name));
        await store.closeExecution(name, id, { state: 'FAILED', error: 'no', now: NOW });
      }
      const ids = (await store.listExecutions(name, 2)).map((entry) => entry.intent);
      expect(ids).toEqual([`${name}-g1-provision-3`, `${name}-g1-provision-2`]);
    });

    it('says which execution it does not know', async () => {
      await expect(
        store.recordLaunch('nobody', 'nobody-g1-provision-1', { execution: 'e', revision: 'r', now: NOW }),
      ).rejects.toThrow('tenant nobody has no execution nobody-g1-provision-1');
    });
  });

  describe('the ledger', () => {
    it('is read for many tenants at once, without those it does not know', async () => {
      const name = fresh();
      await applied(name);
      await opened(intent(name));
      const found = await store.ledgerOf([name, 'nobody', name]);
      expect([...found.keys()]).toEqual([name]);
      expect(await store.ledgerOf([])).toEqual(new Map());
      expect(await store.getLedger('nobody')).toBeUndefined();
    });
  });

  describe('requests', () => {
    it('keeps who asked for what and why not, newest first, once each', async () => {
      const name = fresh();
      const request = {
        id: 'r-1',
        name,
        kind: 'rebuild',
        requester: HOSTILE,
        state: 'REFUSED',
        reason: HOSTILE,
        createdAt: NOW,
      } as const;
      const later = { ...request, id: 'r-0', createdAt: LATER };
      for (const entry of [request, later, request]) await store.recordRequest(entry);
      expect(await store.listRequests(name)).toEqual([later, request]);
    });
  });

  describe('runs', () => {
    const report = (id: string, startedAt: string): RunReport => ({
      format: REPORT_FORMAT,
      run: { id, startedAt, finishedAt: startedAt, mode: 'act', shard: { index: 0, count: 1 } },
      summary: {
        tenants: 0,
        verdicts: { 'in-sync': 3 },
        findings: {},
        launched: 0,
        held: 0,
        oldestObservation: null,
        excepted: 0,
        calls: {},
      },
      breaker: null,
      fleet: NO_FLEET,
      tenants: [],
    });
    const finding = (name: string, key: string) =>
      ({ name, key, class: 'changed', firstSeen: NOW, detail: { want: HOSTILE } }) as const;

    it('has none at first', async () => {
      expect(await store.getRun('never')).toBeUndefined();
    });

    it('keeps findings open from run to run until one no longer sees them', async () => {
      const name = fresh();
      const other = fresh();
      const [a, b, c] = [finding(name, 'changed:a'), finding(name, 'changed:b'), finding(other, 'changed:a')];
      const first: RunRecord = { report: report('run-1', NOW), opened: [a, b, c], resolved: [] };
      await store.saveRun(first);
      await store.saveRun(first);
      expect(await store.openFindings([name, other])).toEqual([a, b, c]);
      await store.saveRun({
        report: report('run-2', LATER),
        opened: [],
        resolved: [{ name, key: 'changed:a' }],
      });
      expect(await store.openFindings([name])).toEqual([b]);
      expect(await store.openFindings([])).toEqual([]);
    });

    it('keeps the history of findings beyond their end, as it was last saved', async () => {
      const [name, other] = [fresh(), fresh()];
      const kept = (of: string, key: string, more: Partial<FindingHistory> = {}): FindingHistory => ({
        name: of,
        key,
        lastClean: null,
        corrections: [],
        writer: null,
        contested: null,
        ...more,
      });
      const full = kept(name, `changed:a:${HOSTILE}`, {
        lastClean: NOW,
        corrections: [{ execution: HOSTILE, at: NOW, done: true }],
        writer: HOSTILE,
        contested: { since: LATER, times: 3 },
      });
      const saved = { report: report('run-past', NOW), opened: [], resolved: [] };
      await store.saveRun({ ...saved, history: [full, kept(name, 'missing:b'), kept(other, 'missing:b')] });
      expect(await store.historyOf([name])).toEqual([full, kept(name, 'missing:b')]);
      await store.saveRun({ ...saved, history: [kept(name, full.key, { lastClean: LATER })] });
      await store.saveRun(saved);
      expect(await store.historyOf([other, name])).toEqual([
        kept(name, full.key, { lastClean: LATER }),
        kept(name, 'missing:b'),
        kept(other, 'missing:b'),
      ]);
      expect(await store.historyOf([])).toEqual([]);
    });

    it('answers the newest run and any other by its id', async () => {
      await store.saveRun({ report: report('run-b', MUCH_LATER), opened: [], resolved: [] });
      await store.saveRun({ report: report('run-a', NOW), opened: [], resolved: [] });
      expect(await store.latestRun()).toEqual(report('run-b', MUCH_LATER));
      expect(await store.getRun('run-a')).toEqual(report('run-a', NOW));
    });

    it('lists runs, newest first, as many as are asked for', async () => {
      const year = (n: number) => `${2100 + n}-01-01T00:00:00Z`;
      const runs = [1, 2, 3].map((n) => report(`run-list-${n}`, year(n)));
      for (const run of runs) await store.saveRun({ report: run, opened: [], resolved: [] });
      const [first, second, third] = runs;
      expect(await store.listRuns(2)).toEqual([third, second]);
      expect((await store.listRuns(1000)).slice(0, 3)).toEqual([third, second, first]);
    });

    it('tells whom the newest runs looked at, newest first', async () => {
      const year = (n: number) => `${2200 + n}-01-01T00:00:00Z`;
      const looks = [
        { shard: { index: 1, count: 4 }, only: null, except: ['acme'] },
        null,
        { shard: { index: 0, count: 1 }, only: ['acme', HOSTILE], except: [] },
      ];
      for (const [n, looked] of looks.entries()) {
        await store.saveRun({ report: report(`run-look-${n}`, year(n)), opened: [], resolved: [], looked });
      }
      expect(await store.lastLooks(3)).toEqual([
        { at: year(2), ...looks[2] },
        { at: year(0), ...looks[0] },
      ]);
      expect(await store.lastLooks(1)).toHaveLength(1);
    });

    it('tells the counts of the newest runs first, and of none that has no counts', async () => {
      const counted = (id: string, startedAt: string, records: number): RunReport => {
        const { fleet, ...rest } = report(id, startedAt);
        return { ...rest, fleet: { ...fleet, census: { ...fleet.census, records } } };
      };
      const uncounted = report('census-0', '3000-01-01T00:00:00Z');
      Reflect.deleteProperty(Object.assign(uncounted, { fleet: { ...NO_FLEET } }).fleet, 'census');
      await store.saveRun({ report: uncounted, opened: [], resolved: [] });
      for (const [id, at, records] of [
        ['census-2', '3000-01-03T00:00:00Z', 2],
        ['census-1', '3000-01-02T00:00:00Z', 1],
        ['census-3', '3000-01-04T00:00:00Z', 3],
      ] as const) {
        await store.saveRun({ report: counted(id, at, records), opened: [], resolved: [] });
      }
      const counts = async (limit: number) => (await store.listCensuses(limit)).map(({ records }) => records);
      expect(await counts(2)).toEqual([3, 2]);
      expect((await counts(1000)).slice(0, 3)).toEqual([3, 2, 1]);
      expect(await counts(4)).toEqual([3, 2, 1]);
    });

    it('takes more findings than fit one commit', async () => {
      const name = fresh();
      const many = Array.from({ length: 250 }, (_, index) =>
        finding(name, `changed:${String(index).padStart(3, '0')}`),
      );
      await store.saveRun({ report: report('run-many', NOW), opened: many, resolved: [] });
      expect(await store.openFindings([name])).toEqual(many);
      await store.saveRun({ report: report('run-none', NOW), opened: [], resolved: many });
      expect(await store.openFindings([name])).toEqual([]);
    });
  });

  describe('directives', () => {
    const directive = (name: string, more: Partial<Directive> = {}): Directive => ({
      name,
      id: 'one',
      kind: 'override',
      actor: 'ann@example.com',
      reason: HOSTILE,
      detail: { most: 3 },
      uses: 0,
      createdAt: NOW,
      expiresAt: LATER,
      endedAt: null,
      endedBy: null,
      ...more,
    });

    it('are kept as they were issued, and issued once', async () => {
      const name = fresh();
      await store.issueDirective(directive(name));
      await store.issueDirective(directive(name, { reason: 'again' }));
      expect(await store.listDirectives([name])).toEqual([directive(name)]);
      expect((await store.listDirectives()).filter((each) => each.name === name)).toEqual([directive(name)]);
    });

    it('grant no more uses than they have, whoever asks at once', async () => {
      const name = fresh();
      await store.issueDirective(directive(name));
      const granted = await Promise.all(
        [2, 2, 2].map((wanted) => store.useDirective(name, 'one', { wanted, most: 3 })),
      );
      expect(granted.reduce((sum, each) => sum + each, 0)).toBe(3);
      expect(await store.listDirectives([name])).toMatchObject([{ uses: 3 }]);
    });

    it('end once, with who ended them, and grant nothing afterwards', async () => {
      const name = fresh();
      await store.issueDirective(directive(name));
      expect(await store.endDirective(name, 'one', { by: 'bob@example.com', now: LATER })).toBe(true);
      expect(await store.endDirective(name, 'one', { by: 'eve@example.com', now: MUCH_LATER })).toBe(false);
      expect(await store.endDirective(name, 'none', { by: 'bob@example.com', now: LATER })).toBe(false);
      expect(await store.useDirective(name, 'one', { wanted: 1, most: 3 })).toBe(0);
      expect(await store.listDirectives([name])).toEqual([
        directive(name, { endedAt: LATER, endedBy: 'bob@example.com' }),
      ]);
    });
  });

  describe('rollouts', () => {
    const rollout = (name: string, more: Partial<Rollout> = {}): Rollout => ({
      name,
      field: 'spec.workload.source.revision',
      value: HOSTILE,
      selector: { tier: 'gold' },
      soakMs: 60_000,
      maxConcurrent: 2,
      author: 'ann@example.com',
      reason: HOSTILE,
      createdAt: NOW,
      waves: [['a'], ['b', 'c']],
      before: { a: HOSTILE },
      state: 'running',
      wave: 0,
      soakUntil: null,
      steps: { a: { state: 'edited', attempt: 1, generation: 2, note: null } },
      history: [],
      message: null,
      ...more,
    });

    it('are kept as they were started, under a name that is used once', async () => {
      const name = fresh();
      expect(await store.createRollout(rollout(name))).toBe(true);
      // The same call again, for example after an answer that was lost.
      expect(await store.createRollout(rollout(name))).toBe(true);
      expect(await store.createRollout(rollout(name, { author: 'bob@example.com' }))).toBe(false);
      expect(await store.getRollout(name)).toEqual({
        rollout: rollout(name),
        version: 1,
        updatedAt: expect.any(String) as string,
      });
      expect(await store.getRollout(fresh())).toBeUndefined();
    });

    it('are moved on by one of several who do so at once, and keep nothing of the others', async () => {
      const name = fresh();
      await store.createRollout(rollout(name));
      const results = await Promise.all(
        [1, 2, 3, 4].map((wave) => store.saveRollout(rollout(name, { wave }), 1)),
      );
      expect(results.filter((saved) => saved)).toHaveLength(1);
      const winner = results.indexOf(true) + 1;
      expect(await store.getRollout(name)).toMatchObject({ version: 2, rollout: { wave: winner } });
      expect(await store.saveRollout(rollout(name), 1)).toBe(false);
      expect(await store.saveRollout(rollout(fresh()), 1)).toBe(false);
      expect(await store.saveRollout(rollout(name, { wave: 9 }), 2)).toBe(true);
      expect(await store.getRollout(name)).toMatchObject({ version: 3, rollout: { wave: 9 } });
    });

    it('are listed by name, those that are over only when asked for', async () => {
      const states = ['running', 'paused', 'halted', 'aborting', 'aborted', 'done'] as const;
      const names = states.map(() => fresh());
      for (const [index, state] of states.entries()) {
        await store.createRollout(rollout(names[index] ?? '', { state }));
      }
      const listed = async (open: boolean) =>
        (await store.listRollouts({ open }))
          .map(({ rollout: found }) => found.name)
          .filter((name) => names.includes(name));
      expect(await listed(true)).toEqual(names.slice(0, 4).sort());
      expect(await listed(false)).toEqual([...names].sort());
      await store.saveRollout(rollout(names[0] ?? '', { state: 'done' }), 1);
      expect(await listed(true)).toEqual(names.slice(1, 4).sort());
    });
  });

  notificationsContract(() => store);

  describe('hostile values', () => {
    it('come back as they were given, from every text', async () => {
      const name = HOSTILE.slice(0, 60);
      const written = record({ [HOSTILE]: HOSTILE, n: -0.5, deep: [[[null, true]]] });
      await store.applyTenant({ name, record: written, author: HOSTILE, reason: HOSTILE });
      expect(await store.getTenant(name)).toMatchObject({ name, record: written, updatedBy: HOSTILE });
      expect(await store.listRevisions(name)).toMatchObject([{ author: HOSTILE, reason: HOSTILE }]);
      const result = await store.openIntent(
        intent(name, { workflow: HOSTILE, requester: HOSTILE, because: [HOSTILE] }),
      );
      expect(result).toMatchObject({
        outcome: 'opened',
        execution: { workflow: HOSTILE, requester: HOSTILE, because: [HOSTILE] },
      });
      expect(await store.listExecutions(name)).toMatchObject([
        { name, workflow: HOSTILE, requester: HOSTILE, because: [HOSTILE] },
      ]);
    });

    it('of any JSON and any Unicode are kept', { timeout: 120_000 }, async () => {
      const text = fc.string({ unit: 'grapheme', maxLength: 30 });
      await fc.assert(
        fc.asyncProperty(
          fc.jsonValue({ stringUnit: 'grapheme', maxDepth: 3 }).filter((value) => !hasNegativeZero(value)),
          text,
          async (spec, reason) => {
            const name = fresh();
            const written = record(spec as Json);
            await store.applyTenant({ name, record: written, author: 'a', reason });
            expect((await store.getTenant(name))?.record).toEqual(written);
            expect((await store.listRevisions(name))[0]?.reason).toBe(reason);
          },
        ),
        { numRuns: 25 },
      );
    });

    it('that do not fit a column are refused with the reason', async () => {
      await expect(
        store.applyTenant({ name: 'x'.repeat(64), record: record({}), author: 'a', reason: 'r' }),
      ).rejects.toThrow(/exceeds the maximum size limit/);
    });
  });
}

/** JSON has one zero. */
const hasNegativeZero = (value: unknown): boolean =>
  Object.is(value, -0) ||
  (typeof value === 'object' && value !== null && Object.values(value).some(hasNegativeZero));
