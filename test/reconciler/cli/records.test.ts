import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXAMPLES, inFolder, plumb } from './run.ts';

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
      const first = await plumb(['apply', '-f', EXAMPLES], options);
      expect(first).toMatchObject({
        code: 0,
        stdout: 'tenant/acme created\ntenant/globex created\ntenant/initech created\n',
      });
      const file = edited(cwd, [/minPortsPerVm: \d+/, 'minPortsPerVm: 128']);

      const diff = await plumb(['diff', '-f', file], options);
      expect(diff.code).toBe(1);
      expect(diff.stdout).toContain('~ spec.network.nat.minPortsPerVm: 64 → 128');
      expect(diff.stdout).toMatch(/~ nat\/acme-nat .*64 → 128.*\[spec\.network\.nat\.minPortsPerVm\]/);

      const again = await plumb(['apply', '-f', ACME, '-f', file, '--reason', 'more ports'], options);
      expect(again.code).toBe(1);
      expect(again.stderr).toContain('keep one of the two');

      expect((await plumb(['apply', '-f', ACME], options)).stdout).toBe('tenant/acme unchanged\n');
      expect((await plumb(['apply', '-f', file], options)).stdout).toBe('tenant/acme configured\n');
      expect(await plumb(['diff', '-f', file], options)).toEqual({ code: 0, stdout: '', stderr: '' });

      const list = await plumb(['get'], options);
      expect(list.stdout.split('\n').map((line) => line.split(/ {2,}/)[0])).toEqual([
        'NAME',
        'acme',
        'globex',
        'initech',
        '',
      ]);
      expect((await plumb(['get', 'tenants', '-o', 'name'], options)).stdout).toContain('tenant/globex\n');
      const described = await plumb(['describe', 'tenant/acme'], options);
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
      await plumb(['apply', '-f', ACME], options);
      const read = (await plumb(['get', 'tenant', 'acme', '-o', 'yaml'], options)).stdout;
      await plumb(['apply', '-f', edited(cwd, [/minPortsPerVm: \d+/, 'minPortsPerVm: 128'])], options);
      const mine = read.replace(/minPortsPerVm: \d+/, 'minPortsPerVm: 256');
      const { code, stdout, stderr } = await plumb(['apply', '-f', '-'], { ...options, stdin: mine });
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toContain('conflict');
      expect(stderr).toContain('~ spec.network.nat.minPortsPerVm: 128 → 256');
      const { stdout: kept } = await plumb(['get', 'tenant/acme', '-o', 'yaml'], options);
      expect(kept).toContain('minPortsPerVm: 128');
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
      const { code, stdout, stderr } = await plumb(
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
      expect((await plumb(['get'], options)).stderr).toBe('No tenants found.\n');
    });
  });

  it('ends diff with 2 when it could not compare', async () => {
    await inFolder(async (cwd) => {
      expect((await plumb(['diff', '-f', 'gone.yaml'], { cwd, env: EMBEDDED })).code).toBe(2);
      expect((await plumb(['diff', '-f', ACME], { cwd })).code).toBe(2);
    });
  });

  it('says NotFound as kubectl does', async () => {
    await inFolder(async (cwd) => {
      const options = { cwd, env: EMBEDDED };
      for (const args of [
        ['get', 'tenant', 'nobody'],
        ['describe', 'nobody'],
      ]) {
        expect(await plumb(args, options)).toEqual({
          code: 1,
          stdout: '',
          stderr: 'Error from store (NotFound): tenant "nobody" not found\n',
        });
      }
      expect((await plumb(['get', 'run', 'r-1'], options)).stderr).toContain('run "r-1" not found');
      expect((await plumb(['report'], options)).stderr).toContain('there is no report yet');
    });
  });
});

describe('plumb without what it needs', () => {
  it('names the ways to a store when there is none', async () => {
    await inFolder(async (cwd) => {
      const { code, stderr } = await plumb(['get'], { cwd });
      expect(code).toBe(1);
      expect(stderr).toMatch(/no store is named.*plumb local up.*--set database=.*--store=embedded/);
    });
  });

  it('lists every missing setting of the platform with the ways to give it', async () => {
    await inFolder(async (cwd) => {
      const { code, stderr } = await plumb(['reconcile'], { cwd, env: EMBEDDED });
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
      const broken = await plumb(['get'], { cwd, env: { ...EMBEDDED, PLUMBLINE_STORE_FILE: file } });
      expect(broken.code).toBe(1);
      expect(broken.stderr).toContain(file);
      expect(broken.stderr).not.toMatch(/^ {4}at /m);

      const database = 'projects/p/instances/i/databases/d';
      const gone = await plumb(['get'], {
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
      const { code, stderr } = await plumb(['get'], {
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
        colored((await plumb([...flags, 'diff', '-f', ACME], { cwd, env: { ...EMBEDDED, ...env } })).stdout);
      expect(await diff([], {})).toBe(false);
      expect(await diff([], { CLICOLOR_FORCE: '1' })).toBe(true);
      expect(await diff([], { CLICOLOR_FORCE: '1', NO_COLOR: '1' })).toBe(false);
      expect(await diff(['--color=always'], { NO_COLOR: '1' })).toBe(true);
      expect(await diff(['--no-color'], { CLICOLOR_FORCE: '1' })).toBe(false);
    });
  });
});
