import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXAMPLES, command, inFolder, type RunOptions } from './run.ts';

const ENV = { PLUMBLINE_STORE: 'embedded', PLUMBLINE_AS: 'ops@example.com' };
const ACME = join(EXAMPLES, 'acme.yaml');
const TEXT = readFileSync(ACME, 'utf8');

/** A folder with a store that holds the example, and one file to apply. */
async function withAcme(use: (options: RunOptions & { cwd: string }, file: string) => Promise<void>) {
  await inFolder(async (cwd) => {
    const options = { cwd, env: ENV };
    await command(['apply', '-f', ACME], options);
    await use(options, join(cwd, 'acme.yaml'));
  });
}

const stored = async (options: RunOptions) =>
  (await command(['get', 'tenant', 'acme', '-o', 'yaml'], options)).stdout;

describe('plumb apply', () => {
  it('shows the diff, with what cannot be taken back, and stores only after a yes', async () => {
    await withAcme(async (options, file) => {
      writeFileSync(file, TEXT.replace('10.10.0.0/20', '10.11.0.0/20'));
      const no = await command(['apply', '-f', file], { ...options, answers: ['n'] });
      expect([no.code, no.stdout]).toEqual([1, '']);
      expect(no.stderr).toContain('~ spec.network.subnet.range: "10.10.0.0/20" → "10.11.0.0/20"');
      expect(no.stderr).toMatch(/! subnet\/acme-nodes (loses what it holds|is made anew|cannot be undone)/);
      expect(no.stderr).toMatch(/Store this record\? \[y\/N\] [^]*nothing was stored\n$/);
      expect(await stored(options)).toContain('10.10.0.0/20');
      const yes = await command(['apply', '-f', file], { ...options, answers: ['y'] });
      expect([yes.code, yes.stdout]).toEqual([0, 'tenant/acme configured\n']);
    });
  });

  it('stores nothing when the person walks away from the question', async () => {
    await withAcme(async (options, file) => {
      writeFileSync(file, TEXT.replace('minPortsPerVm: 64', 'minPortsPerVm: 128'));
      const gone = await command(['apply', '-f', file], { ...options, answers: [] });
      expect([gone.code, gone.stdout]).toEqual([1, '']);
      expect(await stored(options)).toContain('minPortsPerVm: 64');
    });
  });

  it('asks nothing where nobody could answer, with --yes, and when nothing differs; the diff is on stderr', async () => {
    await withAcme(async (options, file) => {
      const same = await command(['apply', '-f', ACME], { ...options, answers: [] });
      expect(same).toEqual({ code: 0, stdout: 'tenant/acme unchanged\n', stderr: '' });
      writeFileSync(file, TEXT.replace('minPortsPerVm: 64', 'minPortsPerVm: 128'));
      const script = await command(['apply', '-f', file], options);
      expect(script.stdout).toBe('tenant/acme configured\n');
      expect(script.stderr).toContain('minPortsPerVm: 64 → 128');
      const yes = await command(['apply', '-f', ACME, '--yes'], { ...options, answers: [] });
      expect(yes.stdout).toBe('tenant/acme configured\n');
      expect(yes.stderr).toContain('minPortsPerVm: 128 → 64');
      const quiet = await command(['-q', 'apply', '-f', file], options);
      expect(quiet).toEqual({ code: 0, stdout: 'tenant/acme configured\n', stderr: '' });
    });
  });

  it('shows what it would do, and does not, with --dry-run', async () => {
    await withAcme(async (options, file) => {
      writeFileSync(file, TEXT.replace('minPortsPerVm: 64', 'minPortsPerVm: 128'));
      const dry = await command(['-q', 'apply', '-f', file, '--dry-run'], options);
      expect(dry.code).toBe(0);
      expect(dry.stderr).toMatch(/minPortsPerVm: 64 → 128[^]*dry run: nothing was stored\n$/);
      expect(await stored(options)).toContain('minPortsPerVm: 64');
    });
  });
});

describe('the text of a record', () => {
  it('comes back from get with its comments, and is no change when it is applied', async () => {
    await withAcme(async (options) => {
      const text = await stored(options);
      expect(text).toContain('    # Always a /28: GKE takes nothing else for a private control plane.\n');
      expect(text).toMatch(/^ {2}etag: /m);
      const back = await command(['apply', '-f', '-'], { ...options, stdin: text });
      expect([back.code, back.stdout]).toEqual([0, 'tenant/acme unchanged\n']);
      const all = await command(['get', 'tenants', '-o', 'yaml'], options);
      expect((await command(['apply', '-f', '-'], { ...options, stdin: all.stdout })).stdout).toBe(
        'tenant/acme unchanged\n',
      );
    });
  });

  it('keeps comments and the order of keys of an edit in place', async () => {
    await withAcme(async (options) => {
      const edited = (await stored(options)).replace('max: 3', 'max: 4 # for the sale');
      await command(['apply', '-f', '-'], { ...options, stdin: edited });
      const line = (text: string) =>
        text.split('\n').filter((each) => !/^ {2}(generation|etag|updatedAt):/.test(each));
      expect(line(await stored(options))).toEqual(line(edited));
    });
  });

  it('follows the file when only comments changed, and says so', async () => {
    await withAcme(async (options, file) => {
      writeFileSync(file, `# reviewed\n${TEXT}`);
      const { stdout, stderr } = await command(['apply', '-f', file], options);
      expect(stdout).toBe('tenant/acme configured\n');
      expect(stderr).toBe('~ tenant/acme: only its comments or its layout change\n');
      expect(await stored(options)).toMatch(/^# reviewed\n/);
    });
  });

  it('outlives an apply of the record as JSON', async () => {
    await withAcme(async (options) => {
      const json = (await command(['get', 'tenant', 'acme', '-o', 'json'], options)).stdout;
      const same = await command(['apply', '-f', '-'], { ...options, stdin: json });
      expect(same.stdout).toBe('tenant/acme unchanged\n');
      const edit = json.replace('"minPortsPerVm": 64', '"minPortsPerVm": 128');
      await command(['apply', '-f', '-'], { ...options, stdin: edit });
      const text = await stored(options);
      expect(text).toContain('minPortsPerVm: 128');
      expect(text).toContain('# Keeps ordinary pods off the GPUs.');
    });
  });
});
