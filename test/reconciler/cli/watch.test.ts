/** The live view: in a real terminal, as lines, and within any window. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExecutionEntry } from '../../../desired-state/store.ts';
import { lineByLine } from '../../../reconciler/cli/commands/watch.ts';
import { Cli, type Host } from '../../../reconciler/cli/host.ts';
import { changeLines, watchLines } from '../../../reconciler/cli/watch-text.ts';
import { Watcher, type RunView, type WatchView } from '../../../reconciler/cli/watch-view.ts';
import { LOCAL_PLATFORM } from '../../../reconciler/platform-settings.ts';
import type { PassMark } from '../../../reconciler/ports.ts';
import { PLAIN } from '../../../reconciler/report/text.ts';
import { AT } from '../../support/have.ts';
import { localPlace, type LocalPlace } from '../../support/local-place.ts';
import { tenant } from '../../support/records.ts';
import { build, launchRun } from '../../support/runs.ts';
import { openTerminal, type Terminal } from '../../support/terminal.ts';
import { describeWith } from '../../support/tools.ts';
import { PLUMB } from './run.ts';

const ENTRY: ExecutionEntry = {
  name: 'acme',
  intent: 'acme-g1-provision-1',
  generation: 1,
  flow: 'provision',
  state: 'RUNNING',
  workflow: 'w',
  execution: 'projects/1/locations/r/workflows/w/executions/e',
  revision: '1',
  because: [],
  requester: 'plumbline',
  deadline: AT,
  error: null,
  createdAt: AT,
  updatedAt: AT,
};
const RUN: RunView = {
  entry: ENTRY,
  status: 'CREATING',
  step: 'terraform',
  build: 'terraform: terraform apply WORKING',
  link: 'https://console.cloud.google.com/cloud-build/builds/1',
  problem: null,
};
const MARK: PassMark = {
  pass: 7,
  run: 'run-1',
  begunAt: AT,
  finishedAt: null,
  fullPass: 7,
  newsRun: null,
  wholeAt: null,
  inFull: true,
  done: null,
  sweep: null,
};
const VIEW: WatchView = {
  pass: { mark: MARK, done: { looked: 3, all: 120 } },
  active: [RUN],
  ended: [
    {
      ...ENTRY,
      name: 'globex',
      intent: 'globex-g1-provision-1',
      state: 'FAILED',
      error: 'DB_TOKEN=abc is wrong',
    },
  ],
  problems: [],
};
const now = Date.parse(AT) + 90_000;
const lines = (view: WatchView, width: number | null = null, height: number | null = null) =>
  watchLines(view, { width, height, paint: PLAIN, now });

describe('the view', () => {
  it('tells how far the pass has come, what each run does, and how the last ones ended', () => {
    expect(lines(VIEW)).toEqual([
      'pass 7 (run-1) began 2026-01-01 00:00:00Z, under way for 90s, 3 of 120 tenants looked at',
      '',
      'TENANT   FLOW        STATE      STEP        BUILD                                FOR   LOG',
      `acme     provision   CREATING   terraform   terraform: terraform apply WORKING   90s   ${RUN.link ?? ''}`,
      '',
      'ENDED',
      'globex-g1-provision-1 FAILED 90s ago (plumb logs globex): DB_TOKEN=«secret» is wrong',
    ]);
  });

  it('leaves columns out where the window is narrow, and never a part of a link', () => {
    const [, , heads, row, link] = lines(VIEW, 100);
    expect(heads).toBe(
      'TENANT   FLOW        STATE      STEP        BUILD                                FOR',
    );
    expect(row).toContain('terraform apply WORKING');
    expect(link).toBe(`  ${RUN.link ?? ''}`);
    expect(lines(VIEW, 40).join('\n')).not.toContain('https');
  });

  it('fits into any window, whatever it has to show', () => {
    const text = fc.string({ unit: 'binary', maxLength: 60 });
    const anyView = fc.record({
      name: text,
      error: text,
      active: fc.nat(30),
      ended: fc.nat(12),
      problems: fc.array(text, { maxLength: 2 }),
    });
    fc.assert(
      fc.property(
        anyView,
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 6, max: 50 }),
        (any, width, height) => {
          const view: WatchView = {
            ...VIEW,
            active: Array.from({ length: any.active }, () => ({
              ...RUN,
              entry: { ...ENTRY, name: any.name },
              problem: any.error,
            })),
            ended: Array.from({ length: any.ended }, () => ({
              ...ENTRY,
              error: any.error,
              state: 'FAILED' as const,
            })),
            problems: any.problems,
          };
          const shown = lines(view, width, height);
          expect(shown.length).toBeLessThanOrEqual(height);
          for (const line of shown) {
            expect(Array.from(line).length).toBeLessThanOrEqual(width);
            expect(line).not.toMatch(/[\u0000-\u001f\u007f]/);
          }
        },
      ),
    );
  });

  it('says how many are not shown', () => {
    const many = { ...VIEW, active: Array.from({ length: 30 }, () => RUN), ended: [] };
    expect(lines(many, 160, 10).at(-1)).toMatch(/^… and \d+ more$/);
  });
});

it('without a terminal, each change is one line with its time, and nothing is told twice', async () => {
  const printed: string[] = [];
  const host = { stdout: { write: (text: string) => printed.push(text) } } as unknown as Host;
  const views: WatchView[] = [VIEW, { ...VIEW, active: [{ ...RUN, step: 'deploy' }] }];
  let looks = 0;
  const clock = {
    now: () => new Date(AT),
    sleep: () => (looks > views.length ? Promise.reject(new Error('enough')) : Promise.resolve()),
  };
  const watcher = {
    look: () => {
      looks += 1;
      const view = views[looks - 1];
      return view === undefined ? Promise.reject(new Error('the store is away')) : Promise.resolve(view);
    },
  };
  await expect(lineByLine(new Cli(host, {}), VIEW, { watcher, clock, everyMs: 1 })).rejects.toThrow('enough');
  const link = RUN.link ?? '';
  expect(printed.map((line) => line.replace(`${AT} `, '').trimEnd())).toEqual([
    'pass 7 (run-1) under way since 2026-01-01 00:00:00Z, 3 of 120 tenants looked at',
    `acme-g1-provision-1 RUNNING, CREATING, step terraform, build terraform: terraform apply WORKING, ${link}`,
    'globex-g1-provision-1 FAILED: DB_TOKEN=«secret» is wrong',
    `acme-g1-provision-1 RUNNING, CREATING, step deploy, build terraform: terraform apply WORKING, ${link}`,
    '? could not be read: the store is away',
  ]);
  expect([...changeLines(VIEW).values()].join('')).not.toContain('\u001b');
});

describe('plumb watch', () => {
  let place: LocalPlace;
  let run: ExecutionEntry;
  beforeAll(async () => {
    place = await localPlace();
    run = await launchRun(place);
    await build(place, { ...run, part: 'terraform', script: 'exec sleep 600' }, false);
  });
  afterAll(() => place.close());

  const SHOWN = /^acme +provision +LAUNCHED +deploy +terraform: terraform-step WORKING /;

  it('shows once what is under way, as the account that only looks', async () => {
    const { code, stdout, stderr } = await place.run(['watch', 'acme', '--once']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^no pass has left its mark yet\n/);
    expect(stdout.split('\n').some((line) => SHOWN.test(line))).toBe(true);
    expect((await place.run(['watch', 'nobody', '--once'])).stderr).toContain('"nobody" not found');
    expect((await place.run(['watch', '--interval', '0'])).code).toBe(2);
  });

  it('tells what cannot be read, and goes on showing the rest', async () => {
    const faults = `${place.endpoints['control'] ?? ''}/faults`;
    const body = JSON.stringify({ method: 'cloudbuild.projects.locations.builds.list', status: 403 });
    const { id } = (await (await fetch(faults, { method: 'POST', body })).json()) as { id: string };
    const { code, stdout } = await place.run(['watch', '--once']);
    await fetch(`${faults}/${id}`, { method: 'DELETE' });
    expect(code).toBe(0);
    expect(stdout).toMatch(/acme +provision +LAUNCHED +- +\? GET .*HTTP 403/);
  });

  it('counts whom a pass under way has got to, by its mark, and remembers how a run ended that it saw', async () => {
    const { store } = place;
    for (const name of ['globex', 'hooli'])
      await store.applyTenant({ name, record: tenant(name) as never, author: 'a', reason: 'a test' });
    const history = {
      steps: () => Promise.resolve([]),
      builds: () => Promise.resolve([]),
      lines: () => Promise.resolve([]),
      standing: () => Promise.resolve(undefined),
    };
    const clock = { now: () => new Date(), sleep: () => Promise.resolve() };
    let mark: PassMark = { ...MARK, done: { lookedAt: '', name: 'globex' } };
    const passes = { latest: () => Promise.resolve(mark) };
    const only = new Set(['globex', 'hooli']);
    const of = { platform: LOCAL_PLATFORM, local: true, only };
    const watcher = new Watcher({ store, history, clock, passes }, of);
    expect((await watcher.look()).pass?.done).toEqual({ looked: 2, all: 3 });
    const at = new Date();
    const opened = await store.openIntent({
      ...{ name: 'hooli', generation: 1, flow: 'provision', workflow: 'w', because: [], requester: 'p' },
      ...{ now: at.toISOString(), deadline: new Date(at.getTime() + 60_000).toISOString() },
    });
    if (opened.outcome !== 'opened') throw new Error(opened.outcome);
    expect((await watcher.look()).active.map(({ entry }) => entry.name)).toEqual(['hooli']);
    const { intent } = opened.execution;
    await store.closeExecution('hooli', intent, { state: 'FAILED', error: 'no', now: at.toISOString() });
    mark = { ...mark, finishedAt: at.toISOString() };
    const view = await watcher.look();
    expect(view.active).toEqual([]);
    expect(view.ended).toMatchObject([{ intent, state: 'FAILED', error: 'no' }]);
    expect(view.pass?.done).toBeNull();
  });

  describeWith('tmux', 'in a terminal', (tmux) => {
    let terminal: Terminal;
    beforeAll(async () => {
      terminal = await openTerminal(tmux, { width: 160, height: 24, cwd: place.cwd });
    });
    afterAll(() => terminal.close());

    const WATCH = `${process.execPath} ${PLUMB} watch --interval 1`;
    const isShown = (all: readonly string[]) => all.some((line) => SHOWN.test(line));
    const modes = 'stty -a | grep -oE -- "-?(icanon|echo) "';

    it('is painted in place, follows the size of the window, leaves with q, and puts the terminal back', async () => {
      await terminal.run(`echo before; ${modes} > modes-before`);
      await terminal.press(`${WATCH}; echo "left":$?`, 'Enter');
      const wide = await terminal.until(isShown);
      expect(wide).not.toContain('before');
      expect(wide.at(-1)).toBe('q leaves, plumb logs NAME tells more');
      expect(await terminal.colours()).toContain('\u001b[1m');

      await terminal.resize(60, 8);
      const narrow = await terminal.until(
        (all) => all.at(-1)?.startsWith('q leaves') === true && !all.some((line) => line.includes('FLOW')),
      );
      expect(narrow.length).toBeLessThanOrEqual(8);
      expect(narrow[0]).toBe('no pass has left its mark yet');
      expect(narrow.find((line) => line.startsWith('acme'))).toMatch(
        /^acme +LAUNCHED +terraform: terraform-step WORKING +\S+$/,
      );

      await terminal.resize(160, 24);
      await terminal.press('q');
      const after = await terminal.until((all) => all.some((line) => line.startsWith('left:')));
      expect(after).toContain('left:0');
      expect(after.some((line) => line.startsWith('acme'))).toBe(true);
      expect(await terminal.run(`${modes} | cmp - modes-before`)).toBe(0);
    });

    it('shows no colour with NO_COLOR, and leaves with Ctrl-C', async () => {
      await terminal.press(`clear; NO_COLOR=1 ${WATCH}; echo "left":$?`, 'Enter');
      await terminal.until(isShown);
      expect(await terminal.colours()).not.toMatch(/\u001b\[[0-9;]*[1-9][0-9;]*m/);
      await terminal.press('C-c');
      expect(await terminal.until((all) => all.some((line) => line.startsWith('left:')))).toContain('left:0');
    });

    it('puts the terminal back when it is ended from outside', async () => {
      await terminal.press(`clear; sh -c 'echo $$ > pid; exec ${WATCH}'; echo "left":$?`, 'Enter');
      await terminal.until(isShown);
      process.kill(Number(readFileSync(join(place.cwd, 'pid'), 'utf8')), 'SIGTERM');
      expect(await terminal.until((all) => all.some((line) => line.startsWith('left:')))).toContain(
        'left:130',
      );
      expect(await terminal.run(`${modes} | cmp - modes-before`)).toBe(0);
    });
  });
});
