/** What the runs of a tenant are told to have done, with steps, builds and logs of a real local cloud. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExecutionEntry } from '../../../desired-state/store.ts';
import { connectToHistory, type HistoryPorts } from '../../../reconciler/clouds/connect.ts';
import { consoleLink } from '../../../reconciler/cli/run-log-text.ts';
import { runEvents, type RunEvent } from '../../../reconciler/cli/run-log.ts';
import { LOCAL_IDENTITIES, LOCAL_PLATFORM } from '../../../reconciler/platform-settings.ts';
import { maskedLine } from '../../../reconciler/report/sensitive.ts';
import { localPlace, type LocalPlace } from '../../support/local-place.ts';
import { build, finish, launchRun, runOf } from '../../support/runs.ts';

let place: LocalPlace;
let run: ExecutionEntry;
beforeAll(async () => {
  place = await localPlace();
  run = await launchRun(place);
  await build(place, {
    ...run,
    part: 'terraform',
    script: 'echo made 3; printf "\\033[31mred\\033[0m\\ttab\\n"',
  });
  await build(place, {
    ...run,
    part: 'deploy',
    project: 'acme-prod-1',
    script: 'echo DB_PASSWORD=hunter22 and more; echo no such image >&2; exit 3',
  });
});
afterAll(() => place.close());

const fail = (intent: string) =>
  place.store.closeExecution('acme', intent, {
    state: 'FAILED',
    error: 'the deployment failed: no such image',
    now: new Date().toISOString(),
  });

/** Told with a clock on which every wait is the moment for `meanwhile`. */
async function told(entry: ExecutionEntry, meanwhile: () => Promise<void>): Promise<RunEvent[]> {
  const { endpoints, cwd } = place;
  const ports: HistoryPorts & { store: { close(): Promise<void> } } = await connectToHistory(
    {
      platform: LOCAL_PLATFORM,
      store: { kind: 'embedded', file: `${cwd}/store.db` },
      identities: { observe: LOCAL_IDENTITIES.observe, launch: null },
      local: { endpoints, caFile: '' },
    },
    { now: () => new Date(), sleep: meanwhile },
  );
  const events: RunEvent[] = [];
  for await (const event of runEvents(ports, entry, { platform: LOCAL_PLATFORM, follow: true }))
    events.push(event);
  await ports.store.close();
  return events;
}

describe('plumb logs', () => {
  it('tells a run under way as far as it has come, as the account that only looks', async () => {
    const { code, stdout, stderr } = await place.run(['logs', 'acme']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(
      /^acme-g1-provision-1: provision of acme, generation 1, asked by plumbline at .*, LAUNCHED\n/,
    );
    expect(stdout).toContain('  because of missing:nat/acme-nat\n');
    expect(stdout).toMatch(/ {2}step terraform SUCCEEDED \(\d+s\)\n/);
    expect(stdout).not.toContain('step prepare');
    expect(stdout).toMatch(/ {2}build terraform [0-9a-f-]{36}, log http/);
    expect(stdout).toContain('    terraform | made 3\n');
    expect(stdout).toContain('    terraform | red  tab\n');
    expect(stdout).toMatch(/ {4}terraform-step SUCCESS \(\d+[sm]/);
    expect(stdout).toContain('    deploy | DB_PASSWORD=«secret» and more\n');
    expect(stdout).toMatch(/ {2}build deploy FAILURE \(.*\): .*exit/);
    expect(stdout).not.toContain('hunter22');
    const observer = place.cloud.audit.list({ method: 'cloudbuild.projects.locations.builds.list' });
    expect(observer.every(({ principal }) => principal === LOCAL_IDENTITIES.observe)).toBe(true);
  });

  it('prints one JSON object per line, without what a build was given', async () => {
    const { stdout } = await place.run(['logs', 'acme', '--since', '1h', '-o', 'json']);
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string });
    expect(new Set(events.map(({ type }) => type))).toEqual(
      new Set(['execution', 'step', 'build', 'log', 'build-end']),
    );
    expect(events.find(({ type }) => type === 'step')).toMatchObject({
      step: 'terraform',
      stepType: 'STEP_STD_LIB_CALL',
    });
    expect(stdout).not.toMatch(/hunter22|PLUMBLINE_INPUT/);
  });

  it('says what it could not read, tells the rest, and ends with 1', async () => {
    const faults = `${place.endpoints['control'] ?? ''}/faults`;
    const body = JSON.stringify({ method: 'logging.entries.list', status: 403 });
    const { id } = (await (await fetch(faults, { method: 'POST', body })).json()) as { id: string };
    const { code, stdout } = await place.run(['logs', 'acme']);
    await fetch(`${faults}/${id}`, { method: 'DELETE' });
    expect(code).toBe(1);
    expect(stdout).toMatch(/ {2}\? the log of build \S+ could not be read: .*403/);
    expect(stdout).toContain('  build terraform SUCCESS');
  });

  it('knows a run by its name and by its execution, and says which there are', async () => {
    const id = run.execution?.split('/').at(-1) ?? '';
    for (const execution of [run.intent, id]) {
      expect((await place.run(['logs', 'acme', '--execution', execution])).stdout).toContain(
        'acme-g1-provision-1',
      );
    }
    const unknown = await place.run(['logs', 'acme', '--execution', 'nothing']);
    expect(unknown.stderr).toMatch(
      /execution of acme "nothing" not found; did you mean "acme-g1-provision-1"/,
    );
    expect((await place.run(['logs', 'acmee'])).stderr).toContain('did you mean "acme"');
    expect((await place.run(['logs', 'acme', '--since', 'soon'])).code).toBe(2);
    expect((await place.run(['logs', 'acme', '--since', '1h', '--execution', id])).code).toBe(2);
  });

  it('follows a run to its end, tells everything once, and the error last', async () => {
    let waits = 0;
    const events = await told(run, async () => {
      waits += 1;
      if (waits === 1) await build(place, { ...run, part: 'health', script: 'echo late' });
      if (waits === 2) await fail(run.intent);
    });
    expect(waits).toBe(2);
    const texts = events.flatMap((event) => (event.type === 'log' ? [event.line.text] : []));
    expect(texts.filter((text) => text === 'made 3')).toHaveLength(1);
    expect(texts).toContain('late');
    expect(events.at(-1)).toMatchObject({
      type: 'end',
      entry: { state: 'FAILED' },
      failed: [{ part: 'deploy' }],
    });

    const { stdout } = await place.run(['logs', 'acme']);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.at(-2)).toMatch(/^error: build deploy \S+ ended as FAILURE, log http/);
    expect(lines.at(-1)).toBe('acme-g1-provision-1 FAILED: the deployment failed: no such image');
  });

  it('does not follow for ever an execution that ended without a word', async () => {
    await finish(place, run.execution ?? '');
    const open = { ...run, intent: 'acme-g1-provision-9' };
    const events = await told(open, () => Promise.resolve());
    expect(events.at(-1)).toEqual({
      type: 'unreadable',
      what: 'its end',
      reason: 'its execution ended as SUCCEEDED and recorded nothing; the next pass settles that',
    });
    expect(await runOf(place, open.intent)).toBeUndefined();
  });
});

it('links to the console by the parts of an execution’s name', () => {
  expect(consoleLink('projects/1/locations/us-central1/workflows/w/executions/e', 'acme')).toBe(
    'https://console.cloud.google.com/workflows/workflow/us-central1/w/execution/e/summary?project=acme',
  );
  expect(consoleLink('somewhere', 'acme')).toBeNull();
});

it.each([
  ['export API_TOKEN=abc.def', 'export API_TOKEN=«secret»'],
  ['"password": "a b c", "user": "ann"', '"password": «secret», "user": "ann"'],
  ['db_password = "x y" -> (known)', 'db_password = «secret» -> (known)'],
  ['postgres://ann:pw@host/db', '«secret»host/db'],
  ['secret_name = "projects/p/secrets/s"', 'secret_name = "projects/p/secrets/s"'],
  ['module.network.google_compute_network.vpc: Refreshing state... [id=projects/p]', undefined],
  ['Error 403: Required "compute.networks.create" permission', undefined],
])('a line of a log hides a secret and nothing else: %s', (line, shown = line) => {
  expect(maskedLine(line)).toBe(shown);
});
