/** `plumb preview`: everything about an edit without reaching anything. */
import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LOCAL_PLATFORM } from '../../../reconciler/settings.ts';
import { compile } from '../../../workflow-defs/compile.ts';
import { cleanEnv, command, EXAMPLES, inFolder, PLUMB, type Ended } from './run.ts';

const ACME = join(EXAMPLES, 'acme.yaml');
const EMBEDDED = { PLUMBLINE_STORE: 'embedded', PLUMBLINE_AS: 'ops@example.com' };
const ALARM = 97;

/** Node itself tells of every socket that a process opens to somebody else; the first one ends it. */
const guard = (folder: string): string => {
  const file = join(folder, 'guard.mjs');
  writeFileSync(
    file,
    `import { subscribe } from 'node:diagnostics_channel';
     subscribe('net.client.socket', () => process.exit(${ALARM}));`,
  );
  return file;
};

/** A namespace without a network besides, where the kernel lets us have one. */
const WITHOUT_NETWORK = spawnSync('unshare', ['-rn', 'true']).status === 0 ? ['unshare', '-rn'] : [];

function cutOff(folder: string, args: readonly string[]): Promise<Ended> {
  const [program = '', ...rest] = [...WITHOUT_NETWORK, process.execPath, '--import', guard(folder), ...args];
  const child = spawn(program, rest, { cwd: folder, env: cleanEnv() });
  const text = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (text.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (text.stderr += chunk.toString()));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, ...text })));
}

describe('plumb preview --offline', () => {
  it('opens no connection and no store, and shows actions, definition and argument', async () => {
    await inFolder(async (cwd) => {
      const ended = await cutOff(cwd, [PLUMB, 'preview', '--offline', '-f', ACME]);
      expect(ended).toMatchObject({ code: 0 });
      const { name, source } = compile('provision', LOCAL_PLATFORM);
      expect(ended.stdout).toContain('+ tenant/acme is new');
      expect(ended.stdout).toMatch(/would run: provision because of \d+ findings/);
      expect(ended.stdout).toContain(`definition ${name}:`);
      expect(ended.stdout).toContain(source.split('\n').at(5));
      expect(ended.stdout).toContain('"intent": "acme-g1-provision-1"');
      expect(ended.stderr).toContain('no platform is set');
      expect(readdirSync(cwd)).toEqual(['guard.mjs']);
    });
  });

  it('would be caught if it opened one', async () => {
    await inFolder(async (cwd) => {
      const connect = "require('node:net').connect(9, '127.0.0.1').on('error', () => {})";
      expect((await cutOff(cwd, ['-e', connect])).code).toBe(ALARM);
    });
  });

  it('prints the definition alone, byte by byte', async () => {
    await inFolder(async (cwd) => {
      const ended = await cutOff(cwd, [PLUMB, 'preview', '--offline', '--definition', '-f', EXAMPLES]);
      expect(ended.stdout).toBe(compile('provision', LOCAL_PLATFORM).source);
    });
  });

  it('says which settings are missing when only some are set', async () => {
    const ended = await command(['preview', '--offline', '-f', ACME, '--set', 'region=europe-west1']);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('platform.stateBucket');
  });
});

describe('a platform of which no definition can be made', () => {
  it('is told with the tenant, the flow and the step, and without a stack trace', async () => {
    const settings = { ...LOCAL_PLATFORM, stateBucket: '${sys.get_env("X")}' };
    const set = Object.entries(settings).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
    const ended = await command(['preview', '--offline', '-f', ACME, ...set]);
    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr.trimEnd()).toBe(
      'error: tenant acme: the service would refuse this: flow provision, main, step locate_state: ' +
        'the literal "${sys.get_env(\\"X\\")}" would be evaluated; ' +
        'flow provision, main, step terraform_input: the literal "${sys.get_env(\\"X\\")}" would be evaluated',
    );
  });
});

describe('plumb preview', () => {
  it('compares with the stored record, and counts everything as new where no store can be reached', async () => {
    await inFolder(async (cwd) => {
      const alone = await command(['preview', '-f', ACME], { cwd });
      expect(alone).toMatchObject({ code: 0 });
      expect(alone.stderr).toContain('compared with no stored record: no store is named');

      const options = { cwd, env: EMBEDDED };
      await command(['apply', '-f', ACME], options);
      const same = await command(['preview', '-f', ACME], options);
      // Stored, but nothing was applied yet.
      expect(same.stdout).toMatch(/^tenant\/acme is as stored\n {2}would run: provision/);

      const file = join(cwd, 'edited.yaml');
      const text = readFileSync(ACME, 'utf8')
        .replace(/minPortsPerVm: \d+/, 'minPortsPerVm: 128')
        .replace(/range: 10\.\d+\./, 'range: 10.99.');
      writeFileSync(file, text);
      const { stdout } = await command(['preview', '-f', file], options);
      expect(stdout).toContain('~ spec.network.nat.minPortsPerVm: 64 → 128');
      expect(stdout).toMatch(/! subnet\/acme-nodes (loses what it holds|is made anew|cannot be undone)/);
      expect(stdout).toContain('"intent": "acme-g2-provision-1"');

      const json = await command(['preview', '-f', file, '-o', 'json'], options);
      expect(JSON.parse(json.stdout)).toMatchObject([
        {
          tenant: 'acme',
          isNew: false,
          actions: [{ flow: 'provision' }],
          definition: { flow: 'provision' },
          argument: { tenant: 'acme', generation: 2 },
        },
      ]);
      expect((await command(['get', '-o', 'json'], options)).stdout).toContain('"minPortsPerVm": 64');
    });
  });
});
