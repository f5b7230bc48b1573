/** What every store must do for runs: their reports, findings open and past, looks and counts. */
import { describe, expect, it } from 'vitest';
import type { FindingHistory, RunRecord } from '../../desired-state/store.ts';
import { NO_FLEET } from '../../reconciler/fleet-model.ts';
import { REPORT_FORMAT, type RunReport } from '../../reconciler/model.ts';
import { HOSTILE, LATER, MUCH_LATER, NOW, type Context } from './context.ts';

export function runsContract({ store, fresh }: Context): void {
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
      expect(await store().getRun('never')).toBeUndefined();
    });

    it('keeps findings open from run to run until one no longer sees them', async () => {
      const name = fresh();
      const other = fresh();
      const [a, b, c] = [finding(name, 'changed:a'), finding(name, 'changed:b'), finding(other, 'changed:a')];
      const first: RunRecord = { report: report('run-1', NOW), opened: [a, b, c], resolved: [] };
      await store().saveRun(first);
      await store().saveRun(first);
      expect(await store().openFindings([name, other])).toEqual([a, b, c]);
      await store().saveRun({
        report: report('run-2', LATER),
        opened: [],
        resolved: [{ name, key: 'changed:a' }],
      });
      expect(await store().openFindings([name])).toEqual([b]);
      expect(await store().openFindings([])).toEqual([]);
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
      await store().saveRun({ ...saved, history: [full, kept(name, 'missing:b'), kept(other, 'missing:b')] });
      expect(await store().historyOf([name])).toEqual([full, kept(name, 'missing:b')]);
      await store().saveRun({ ...saved, history: [kept(name, full.key, { lastClean: LATER })] });
      await store().saveRun(saved);
      expect(await store().historyOf([other, name])).toEqual([
        kept(name, full.key, { lastClean: LATER }),
        kept(name, 'missing:b'),
        kept(other, 'missing:b'),
      ]);
      expect(await store().historyOf([])).toEqual([]);
    });

    it('answers the newest run and any other by its id', async () => {
      await store().saveRun({ report: report('run-b', MUCH_LATER), opened: [], resolved: [] });
      await store().saveRun({ report: report('run-a', NOW), opened: [], resolved: [] });
      expect(await store().latestRun()).toEqual(report('run-b', MUCH_LATER));
      expect(await store().getRun('run-a')).toEqual(report('run-a', NOW));
    });

    it('lists runs, newest first, as many as are asked for', async () => {
      const year = (n: number) => `${2100 + n}-01-01T00:00:00Z`;
      const runs = [1, 2, 3].map((n) => report(`run-list-${n}`, year(n)));
      for (const run of runs) await store().saveRun({ report: run, opened: [], resolved: [] });
      const [first, second, third] = runs;
      expect(await store().listRuns(2)).toEqual([third, second]);
      expect((await store().listRuns(1000)).slice(0, 3)).toEqual([third, second, first]);
    });

    it('tells whom the newest runs looked at, newest first', async () => {
      const year = (n: number) => `${2200 + n}-01-01T00:00:00Z`;
      const looks = [
        { shard: { index: 1, count: 4 }, only: null, except: ['acme'] },
        null,
        { shard: { index: 0, count: 1 }, only: ['acme', HOSTILE], except: [] },
      ];
      for (const [n, looked] of looks.entries()) {
        await store().saveRun({ report: report(`run-look-${n}`, year(n)), opened: [], resolved: [], looked });
      }
      expect(await store().lastLooks(3)).toEqual([
        { at: year(2), ...looks[2] },
        { at: year(0), ...looks[0] },
      ]);
      expect(await store().lastLooks(1)).toHaveLength(1);
    });

    it('tells the counts of the newest runs first, and of none that has no counts', async () => {
      const counted = (id: string, startedAt: string, records: number): RunReport => {
        const { fleet, ...rest } = report(id, startedAt);
        return { ...rest, fleet: { ...fleet, census: { ...fleet.census, records } } };
      };
      const uncounted = report('census-0', '3000-01-01T00:00:00Z');
      Reflect.deleteProperty(Object.assign(uncounted, { fleet: { ...NO_FLEET } }).fleet, 'census');
      await store().saveRun({ report: uncounted, opened: [], resolved: [] });
      for (const [id, at, records] of [
        ['census-2', '3000-01-03T00:00:00Z', 2],
        ['census-1', '3000-01-02T00:00:00Z', 1],
        ['census-3', '3000-01-04T00:00:00Z', 3],
      ] as const) {
        await store().saveRun({ report: counted(id, at, records), opened: [], resolved: [] });
      }
      const counts = async (limit: number) =>
        (await store().listCensuses(limit)).map(({ records }) => records);
      expect(await counts(2)).toEqual([3, 2]);
      expect((await counts(1000)).slice(0, 3)).toEqual([3, 2, 1]);
      expect(await counts(4)).toEqual([3, 2, 1]);
    });

    it('takes more findings than fit one commit', async () => {
      const name = fresh();
      const many = Array.from({ length: 250 }, (_, index) =>
        finding(name, `changed:${String(index).padStart(3, '0')}`),
      );
      await store().saveRun({ report: report('run-many', NOW), opened: many, resolved: [] });
      expect(await store().openFindings([name])).toEqual(many);
      await store().saveRun({ report: report('run-none', NOW), opened: [], resolved: many });
      expect(await store().openFindings([name])).toEqual([]);
    });
  });
}
