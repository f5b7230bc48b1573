/** Reports in the bucket: written once with the run they are of, never changed, and not lost when the bucket is away. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { storageService } from '../../local-cloud/storage/service.ts';
import { archiveOf } from '../../reconciler/clouds/archive.ts';
import { renderHtml } from '../../reconciler/report/html.ts';
import { reconcile, type PassOptions } from '../../reconciler/reconcile.ts';
import { LOCAL_PLATFORM } from '../../reconciler/settings.ts';
import { bareCloud, type BareCloud } from '../support/bare-cloud.ts';
import { restAt } from '../support/clients.ts';
import { passWorld, type PassWorld } from '../support/pass-world.ts';
import { problemsOf } from '../support/report-schema.ts';

const BUCKET = 'reports-of-ours';

let world: PassWorld;
let local: BareCloud;
let problems: string[];
let runs = 0;

beforeEach(async () => {
  problems = [];
  world = await passWorld(3);
  local = await bareCloud([storageService]);
});
afterEach(async () => {
  await world.close();
  await local.close();
});

const makeBucket = () =>
  local.call('storage', 'POST', '/storage/v1/b?project=plumbline-platform', { name: BUCKET });

const pass = (options: Partial<PassOptions> = {}) =>
  reconcile(
    { ...world.ports, archive: archiveOf(restAt(local.cloud.endpoints['storage'] ?? '')) },
    {
      platform: LOCAL_PLATFORM,
      dryRun: false,
      runId: `run-${(runs += 1)}`,
      freshness: { fullEvery: 1, sample: 1 },
      reports: { bucket: BUCKET, formats: ['json', 'html'] },
      onEvent: (event) => event.type === 'problem' && problems.push(event.message),
      ...options,
    },
  );

const names = async (): Promise<string[]> => {
  const { body } = await local.call('storage', 'GET', `/storage/v1/b/${BUCKET}/o`);
  return ((body['items'] ?? []) as { name: string }[]).map(({ name }) => name);
};

const contentOf = async (name: string) => {
  const path = `/storage/v1/b/${BUCKET}/o/${encodeURIComponent(name)}?alt=media`;
  return fetch(`${local.cloud.endpoints['storage'] ?? ''}${path}`);
};

describe('reports to a bucket', () => {
  it('are written by every pass that leaves one, in every format that is asked for', async () => {
    await makeBucket();
    const { run } = await pass();
    const folder = `plumbline/reports/${run.id}`;
    expect(await names()).toEqual([`${folder}/report.html`, `${folder}/report.json`]);
    const json = await contentOf(`${folder}/report.json`);
    expect(json.headers.get('content-type')).toBe('application/json');
    expect(problemsOf(await json.json())).toEqual([]);
    const html = await contentOf(`${folder}/report.html`);
    expect([html.headers.get('content-type'), (await html.text()).slice(0, 15)]).toEqual([
      'text/html; charset=utf-8',
      '<!doctype html>',
    ]);
    expect(await world.ports.store.reportsToWrite()).toEqual([]);
  });

  it('tell how things have moved, as `plumb report` does', async () => {
    await makeBucket();
    const { run: first } = await pass();
    world.state.drifted = () => true;
    const { run: second } = await pass();
    const pageOf = async (run: string) => (await contentOf(`plumbline/reports/${run}/report.html`)).text();
    expect(await pageOf(first.id)).not.toContain('<svg');
    const page = await pageOf(second.id);
    expect(page).toContain('aria-label="+ extra over 2 passes: ');
    const { store } = world.ports;
    const report = (await store.getRun(second.id))!;
    expect(page).toBe(renderHtml(report, await store.listRuns(20)));
  });

  it('are never written over: what is there already is content', async () => {
    await makeBucket();
    const name = 'plumbline/reports/again/report.json';
    const query = new URLSearchParams({ uploadType: 'media', name });
    await local.call('storage', 'POST', `/upload/storage/v1/b/${BUCKET}/o?${query.toString()}`, {
      first: true,
    });
    await pass({ runId: 'again' });
    expect(await (await contentOf(name)).json()).toEqual({ first: true });
    expect(await names()).toContain('plumbline/reports/again/report.html');
    expect(problems).toEqual([]);
  });

  it('that cannot be written are told, fail no pass, and are written by the next', async () => {
    const first = await pass();
    world.state.drifted = () => true;
    const second = await pass();
    expect(problems).toEqual([
      expect.stringMatching(
        new RegExp(`^a report waits to be written to ${BUCKET}, first of ${first.run.id}: .*404`),
      ) as string,
      expect.stringMatching(new RegExp(`^2 reports wait .* first of ${first.run.id}`)) as string,
    ]);
    await makeBucket();
    await pass();
    const written = await names();
    for (const { run } of [first, second])
      expect(written).toContain(`plumbline/reports/${run.id}/report.json`);
    expect(await world.ports.store.reportsToWrite()).toEqual([]);
  });

  it('are no matter of a pass that only looks, nor of one nobody asked to write them', async () => {
    await makeBucket();
    await pass({ dryRun: true });
    await pass({ reports: null });
    expect(await names()).toEqual([]);
    expect(await world.ports.store.reportsToWrite()).toEqual([]);
  });
});
