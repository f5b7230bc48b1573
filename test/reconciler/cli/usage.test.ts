import { spawn } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PLUMB, command, cleanEnv, inFolder, plumb } from './run.ts';

describe('plumb and its command line', () => {
  it('shows help on stdout with every command, and ends with 0', async () => {
    const { code, stdout, stderr } = await plumb(['--help']);
    expect([code, stderr]).toEqual([0, '']);
    for (const name of [
      'apply',
      'diff',
      'get',
      'describe',
      'reconcile',
      'report',
      'health',
      'rebuild',
      'decommission',
      'local',
      'schema',
      'version',
    ]) {
      expect(stdout).toMatch(new RegExp(`^ {2}${name}\\b`, 'm'));
    }
  });

  const REFUSED: [string[], RegExp][] = [
    [['aply'], /unknown command 'aply'\n\(Did you mean apply\?\)/],
    [['get', '--outptu', 'json'], /unknown option '--outptu'\n\(Did you mean --output\?\)/],
    [['get', '-o', 'xml'], /argument 'xml' is invalid. Allowed choices are table, wide, json, yaml, name/],
    [['apply'], /required option '-f, --filename <path...>' not specified/],
    [
      ['get', 'pods'],
      /there is no kind "pods"; use tenants, runs, executions, directives, overrides, rollouts or notifications/,
    ],
    [['rebuild', 'acme'], /required option '--reason <text>' not specified/],
    [['decommission', 'acme', '--confirm', 'acne'], /--confirm=acne is not the name of the tenant/],
    [['local', 'up', '--port', 'x'], /use a whole number from 0 to 65000/],
    [['report', '-o', 'pdf'], /use text, summary, json, yaml, html, markdown, junit or sarif, with =PATH/],
  ];
  it.each(REFUSED)('says what is wrong with %j and ends with 2', async (args, message) => {
    const { code, stdout, stderr } = await command(args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^ {4}at /m);
  });

  it.each([REFUSED[0]!, REFUSED.at(-1)!])('ends its process so for %j', async (args, message) => {
    const { code, stdout, stderr } = await plumb(args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
  });

  it('prints the schema and the versions for programs', async () => {
    const schema = await plumb(['schema']);
    expect(JSON.parse(schema.stdout)).toMatchObject({ title: 'Tenant (plumbline.dev/v1alpha1)' });
    const report = await command(['schema', 'report']);
    expect(JSON.parse(report.stdout)).toMatchObject({ title: 'RunReport (plumbline.dev/report/v1alpha1)' });
    const version = await plumb(['version', '-o', 'json']);
    expect(JSON.parse(version.stdout)).toMatchObject({ node: process.versions.node });
  });

  it('ends quietly when its reader has seen enough', async () => {
    const shell = spawn('/bin/sh', ['-c', `"${process.execPath}" "${PLUMB}" schema | head -1; echo done`], {
      env: cleanEnv(),
    });
    let text = '';
    shell.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    shell.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
    await new Promise((resolve) => shell.once('close', resolve));
    expect(text).toBe('{\ndone\n');
  });
});

describe('plumb on an older Node', () => {
  /** A copy of the door with a Node that says it is old, as `process.versions` is all the door asks. */
  const oldNode = (folder: string): string[] => {
    const preload = join(folder, 'old.cjs');
    writeFileSync(
      preload,
      `if (!process.env.CARRIED) Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } });`,
    );
    for (const file of ['bin/plumb.js', 'scripts/node-version.js', 'package.json']) {
      mkdirSync(join(folder, dirname(file)), { recursive: true });
      cpSync(join(dirname(PLUMB), '..', file), join(folder, file));
    }
    return ['--require', preload, join(folder, 'bin', 'plumb.js')];
  };
  const run = (args: readonly string[]) =>
    new Promise<{ code: number | null; text: string }>((resolve) => {
      const child = spawn(process.execPath, args, { env: cleanEnv() });
      let text = '';
      child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
      child.once('close', (code) => resolve({ code, text }));
    });

  it('says in one sentence what is needed', async () => {
    await inFolder(async (folder) => {
      const { code, text } = await run([...oldNode(folder), 'version']);
      expect(code).toBe(1);
      expect(text).toMatch(/^plumbline needs Node 24 and this is v[\d.]+: .*npm ci.*\n$/);
    });
  });

  it('goes on with the Node the project carries, with its arguments and its exit code', async () => {
    await inFolder(async (folder) => {
      const args = oldNode(folder);
      const carried = join(folder, 'node_modules', 'node', 'bin', 'node');
      mkdirSync(dirname(carried), { recursive: true });
      writeFileSync(carried, '#!/bin/sh\nshift\necho "carried: $*"\nexit 7\n');
      chmodSync(carried, 0o755);
      expect(await run([...args, 'get', 'a b'])).toEqual({ code: 7, text: 'carried: get a b\n' });
    });
  });
});

describe('plumb decommission', () => {
  const asked = (...answers: string[]) => command(['decommission', 'acme'], { answers });

  it('wants the name typed in a terminal, and goes on only with the right one', async () => {
    const wrong = await asked('y');
    expect([wrong.code, wrong.stderr]).toEqual([
      2,
      expect.stringContaining('that is not acme; nothing was done'),
    ]);
    expect((await asked()).code).toBe(2);
    // Past the question; there is no platform here to go on with.
    expect((await asked('acme')).stderr).toContain('no store is named');
  });

  it('wants --confirm where nobody can type', async () => {
    const { code, stderr } = await command(['decommission', 'acme']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('to go on, use --confirm=acme')]);
  });
});
