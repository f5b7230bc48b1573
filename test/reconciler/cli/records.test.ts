import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openStore } from '../../../desired-state/open.ts';
import { SAMPLE } from '../report/sample.ts';
import { command, EXAMPLES, inFolder, plumb } from './run.ts';

const EMBEDDED = { PLUMBLINE_STORE: 'embedded', PLUMBLINE_AS: 'ops@example.com' };
const ACME = join(EXAMPLES, 'acme.yaml');

/** The example with these replacements made in its text. */
function edited(folder: string, ...changes: readonly [string | RegExp, string][]): string {
  let text = readFileSync(ACME, 'utf8');
  for (const [from, to] of changes) {
    const next = text.replace(from, to);
    if (next === text) throw new Error(`the example holds no ${String(from)}`);
    text = next;
  }
  const file = join(folder, 'edited.yaml');
  writeFileSync(file, text);
  return file;
}

describe('plumb apply, diff and get', () => {
  it('stores records, says what became of each, and shows them', async () => {
    await inFolder(async (cwd) => {
      const options = { cwd, env: EMBEDDED };
      const first = await command(['apply', '-f', EXAMPLES], options);
      expect(first).toMatchObject({
        code: 0,
        stdout: 'tenant/acme created\ntenant/globex created\ntenant/initech created\n',
      });
      const file = edited(cwd, [/minPortsPerVm: \d+/, 'minPortsPerVm: 128']);

      const diff = await command(['diff', '-f', file], options);
      expect(diff.code).toBe(1);
      expect(diff.stdout).toContain('~ spec.network.nat.minPortsPerVm: 64 → 128');
      expect(diff.stdout).toMatch(/~ nat\/acme-nat .*64 → 128.*\[spec\.network\.nat\.minPortsPerVm\]/);

      const again = await command(['apply', '-f', ACME, '-f', file, '--reason', 'more ports'], options);
      expect(again.code).toBe(1);
      expect(again.stderr).toContain('keep one of the two');

      expect((await command(['apply', '-f', ACME], options)).stdout).toBe('tenant/acme unchanged\n');
      expect((await command(['apply', '-f', file], options)).stdout).toBe('tenant/acme configured\n');
      expect(await command(['diff', '-f', file], options)).toEqual({ code: 0, stdout: '', stderr: '' });

      const list = await command(['get'], options);
      expect(list.stdout.split('\n').map((line) => line.split(/ {2,}/)[0])).toEqual([
        'NAME',
        'acme',
        'globex',
        'initech',
        '',
      ]);
      expect((await command(['get', 'tenants', '-o', 'name'], options)).stdout).toContain('tenant/globex\n');
      const described = await command(['describe', 'tenant/acme'], options);
      expect(described.stdout).toMatch(/Revisions:\n.*\n {2}2 {3,}2 {3,}ops@example\.com/);
    });
  });

  it('takes back what get printed and calls it unchanged', async () => {
    await inFolder(async (cwd) => {
      const options = { cwd, env: EMBEDDED };
      await plumb(['apply', '-f', EXAMPLES], options);
      for (const args of [
        ['get', '-o', 'yaml'],
        ['get', 'tenant', 'acme', '-o', 'json'],
      ]) {
        const { stdout } = await plumb(args, options);
        const back = await plumb(['apply', '-f', '-'], { ...options, stdin: stdout });
        expect(back.code).toBe(0);
        expect(
          back.stdout
            .trim()
            .split('\n')
            .every((line) => line.endsWith(' unchanged')),
        ).toBe(true);
      }
    });
  });

  it('refuses an edit of a record that somebody changed in between, and shows both', async () => {
    await inFolder(async (cwd) => {
      const options = { cwd, env: EMBEDDED };
      await command(['apply', '-f', ACME], options);
      const read = (await command(['get', 'tenant', 'acme', '-o', 'yaml'], options)).stdout;
      await command(['apply', '-f', edited(cwd, [/minPortsPerVm: \d+/, 'minPortsPerVm: 128'])], options);
      const mine = read.replace(/minPortsPerVm: \d+/, 'minPortsPerVm: 256');
      const { code, stdout, stderr } = await command(['apply', '-f', '-'], { ...options, stdin: mine });
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toContain('conflict');
      expect(stderr).toContain('~ spec.network.nat.minPortsPerVm: 128 → 256');
      const { stdout: kept } = await command(['get', 'tenant/acme', '-o', 'yaml'], options);
      expect(kept).toContain('minPortsPerVm: 128');
    });
  });

  describe('with a project that another tenant has', () => {
    const taken = (folder: string) =>
      edited(folder, [/name: acme\n/, 'name: other\n'], [/owner: .*/, 'owner: other@example.com']);

    it('refuses the record by name, and stores nothing', async () => {
      await inFolder(async (cwd) => {
        const options = { cwd, env: EMBEDDED };
        await command(['apply', '-f', ACME], options);
        const globex = join(EXAMPLES, 'globex.yaml');
        const { code, stdout, stderr } = await command(['apply', '-f', taken(cwd), globex], options);
        expect([code, stdout]).toEqual([1, '']);
        expect(stderr).toMatch(
          /edited\.yaml:\d+: tenant\/other refused: .*acme-prod-1 is claimed by acme as well/,
        );
        expect(stderr).toContain('error: 1 record refused; nothing was stored.');
        expect((await command(['get', '-o', 'name'], options)).stdout).toBe('tenant/acme\n');
      });
    });

    it('refuses two new records that both want it', async () => {
      await inFolder(async (cwd) => {
        const options = { cwd, env: EMBEDDED };
        const { code, stderr } = await command(['apply', '-f', taken(cwd), ACME], options);
        expect(code).toBe(1);
        expect(stderr).toContain('tenant/other refused');
        expect(stderr).toContain('tenant/acme refused');
      });
    });

    it('takes it when the same apply lets go of it', async () => {
      await inFolder(async (cwd) => {
        const options = { cwd, env: EMBEDDED };
        await command(['apply', '-f', ACME], options);
        const freed = join(cwd, 'freed.yaml');
        writeFileSync(freed, readFileSync(ACME, 'utf8').replace('acme-prod-1', 'acme-prod-2'));
        const { code, stdout } = await command(['apply', '-f', taken(cwd), freed], options);
        expect([code, stdout]).toEqual([0, 'tenant/other created\ntenant/acme configured\n']);
      });
    });
  });

  it('shows all problems of all files with their places, and stores nothing', async () => {
    await inFolder(async (cwd) => {
      const options = { cwd, env: EMBEDDED };
      const bad = edited(
        cwd,
        ['region: us-central1', 'regoin: us-central1'],
        [/minPortsPerVm: \d+/, 'minPortsPerVm: many'],
        [/name: acme/, 'name: Acme'],
      );
      const { code, stdout, stderr } = await command(
        ['apply', '-f', ACME, '-f', bad, '-f', 'gone.yaml'],
        options,
      );
      expect([code, stdout]).toEqual([1, '']);
      const lines = stderr.trim().split('\n');
      expect(lines.filter((line) => /edited\.yaml:\d+:\d+: /.test(line)).length).toBeGreaterThanOrEqual(3);
      expect(stderr).toContain('did you mean "region"?');
      expect(stderr).toContain('gone.yaml: does not exist: check the path and its permissions');
      expect(lines.at(-1)).toMatch(
        /^error: \d problems in 2 files; nothing was done\. Correct them and try again$/,
      );
      expect((await command(['get'], options)).stderr).toBe('No tenants found.\n');
    });
  });

  it('ends diff with 2 when it could not compare', async () => {
    await inFolder(async (cwd) => {
      expect((await command(['diff', '-f', 'gone.yaml'], { cwd, env: EMBEDDED })).code).toBe(2);
      expect((await command(['diff', '-f', ACME], { cwd })).code).toBe(2);
    });
  });

  it('says NotFound as kubectl does', async () => {
    await inFolder(async (cwd) => {
      const options = { cwd, env: EMBEDDED };
      for (const args of [
        ['get', 'tenant', 'nobody'],
        ['describe', 'nobody'],
      ]) {
        expect(await command(args, options)).toEqual({
          code: 1,
          stdout: '',
          stderr: 'Error from store (NotFound): tenant "nobody" not found\n',
        });
      }
      expect((await command(['get', 'run', 'r-1'], options)).stderr).toContain('run "r-1" not found');
      expect((await command(['report'], options)).stderr).toContain('there is no report yet');
    });
  });
});

describe('what a pass left in the store', () => {
  /** A store that a pass has written to, as a pass does. */
  async function withRun(cwd: string): Promise<void> {
    await command(['apply', '-f', ACME], { cwd, env: EMBEDDED });
    const store = await openStore({ kind: 'embedded', file: join(cwd, '.plumbline', 'plumbline.db') });
    const older = { ...SAMPLE, run: { ...SAMPLE.run, id: 'run-older', startedAt: '2026-02-28T10:00:00Z' } };
    for (const report of [older, SAMPLE]) await store.saveRun({ report, opened: [], resolved: [] });
    const opened = await store.openIntent({
      name: 'acme',
      generation: 1,
      flow: 'provision',
      workflow: 'shape-1',
      because: [],
      requester: 'pass',
      deadline: '2099-01-01T00:00:00Z',
      now: '2026-01-01T00:00:00Z',
    });
    if (opened.outcome !== 'opened') throw new Error(opened.outcome);
    await store.closeExecution('acme', opened.execution.intent, {
      state: 'FAILED',
      error: 'terraform apply failed\nError: quota (build b-1, log https://log.example/b-1)',
      now: '2026-01-01T00:10:00Z',
    });
    await store.close();
  }

  it('is listed run by run, newest first', async () => {
    await inFolder(async (cwd) => {
      await withRun(cwd);
      const options = { cwd, env: EMBEDDED };
      const { stdout } = await command(['get', 'runs', '-o', 'name'], options);
      expect(stdout).toBe(`run/${SAMPLE.run.id}\nrun/run-older\n`);
      expect((await command(['get', 'run', 'run-older'], options)).stdout).toContain('run-older');
    });
  });

  it('is told when its report cannot be written, with the place', async () => {
    await inFolder(async (cwd) => {
      await withRun(cwd);
      const { code, stderr } = await command(['report', '-o', `html=${ACME}/report.html`], {
        cwd,
        env: EMBEDDED,
      });
      expect(code).toBe(1);
      expect(stderr).toMatch(
        /^error: no report can be written to .*acme\.yaml \(.*\); name another place\n$/,
      );
    });
  });

  it('is described with the last error, its build and its log, and times people can read', async () => {
    await inFolder(async (cwd) => {
      await withRun(cwd);
      const { stdout } = await command(['describe', 'acme'], { cwd, env: EMBEDDED });
      expect(stdout).toMatch(
        /\nLast error:\n {2}terraform apply failed\n {2}Error: quota \(build b-1, log https:\/\/log\.example\/b-1\)\n/,
      );
      expect(stdout).toMatch(/\nVerdict: +drift \(run-20260301-100000, \d+d ago\)\n/);
      expect(stdout).toMatch(/\nUpdated: +\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ by ops@example\.com\n/);
    });
  });
});

describe('plumb without what it needs', () => {
  it('names the ways to a store when there is none', async () => {
    await inFolder(async (cwd) => {
      const { code, stderr } = await command(['get'], { cwd });
      expect(code).toBe(1);
      expect(stderr).toMatch(/no store is named.*plumb local up.*--set database=.*--store=embedded/);
    });
  });

  it('lists every missing setting of the platform with the ways to give it', async () => {
    await inFolder(async (cwd) => {
      const { code, stderr } = await command(['reconcile'], { cwd, env: EMBEDDED });
      expect(code).toBe(1);
      expect(stderr).toContain('project: --set project=… or PLUMBLINE_PROJECT or platform.project');
      expect(stderr).toContain('workflowIdentity: ');
    });
  });

  it('says where a store is that cannot be reached', async () => {
    await inFolder(async (cwd) => {
      const closed = join(cwd, 'closed');
      mkdirSync(closed);
      writeFileSync(join(closed, 'plumbline.db'), 'this is not a database');
      chmodSync(join(closed, 'plumbline.db'), 0o600);
      const file = join(closed, 'plumbline.db');
      const broken = await command(['get'], { cwd, env: { ...EMBEDDED, PLUMBLINE_STORE_FILE: file } });
      expect(broken.code).toBe(1);
      expect(broken.stderr).toContain(file);
      expect(broken.stderr).not.toMatch(/^ {4}at /m);

      const database = 'projects/p/instances/i/databases/d';
      const gone = await command(['get'], {
        cwd,
        env: { PLUMBLINE_DATABASE: database, SPANNER_EMULATOR_HOST: '127.0.0.1:1' },
      });
      expect(gone.code).toBe(1);
      expect(gone.stderr).toContain('127.0.0.1:1');
      expect(gone.stderr).not.toMatch(/^ {4}at /m);
    });
  });

  it('refuses a local cloud that has ended instead of turning to the real one', async () => {
    await inFolder(async (cwd) => {
      const info = {
        pid: 1,
        birth: 'long ago',
        endpoints: {},
        caFile: 'ca.pem',
        store: { kind: 'embedded', file: 'x.db' },
        spannerEmulatorHost: null,
        startedAt: '2026-01-01T00:00:00Z',
      };
      mkdirSync(join(cwd, '.plumbline'));
      writeFileSync(join(cwd, '.plumbline', 'local.json'), JSON.stringify(info));
      const { code, stderr } = await command(['get'], {
        cwd,
        env: { PLUMBLINE_DATABASE: 'projects/p/instances/i/databases/d' },
      });
      expect(code).toBe(1);
      expect(stderr).toContain('no longer runs');
    });
  });
});

describe('colour', () => {
  const colored = (text: string) => text.includes('\u001b[');

  it('follows the flag first, then NO_COLOR, then CLICOLOR_FORCE, then the terminal', async () => {
    await inFolder(async (cwd) => {
      const diff = async (flags: readonly string[], env: Readonly<Record<string, string>>) =>
        colored(
          (await command([...flags, 'diff', '-f', ACME], { cwd, env: { ...EMBEDDED, NO_COLOR: '', ...env } }))
            .stdout,
        );
      expect(await diff([], {})).toBe(false);
      expect(await diff([], { CLICOLOR_FORCE: '1' })).toBe(true);
      expect(await diff([], { CLICOLOR_FORCE: '1', NO_COLOR: '1' })).toBe(false);
      expect(await diff(['--color=always'], { NO_COLOR: '1' })).toBe(true);
      expect(await diff(['--no-color'], { CLICOLOR_FORCE: '1' })).toBe(false);
    });
  });
});
