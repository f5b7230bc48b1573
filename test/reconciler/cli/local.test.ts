import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SERVICES } from '../../../reconciler/clouds/endpoints.ts';
import { birthOf } from '../../../reconciler/local/process-birth.ts';
import { describeWith } from '../../support/tools.ts';
import { EXAMPLES, PLUMB, cleanEnv, command, inFolder, plumb } from './run.ts';

/** Builds are not run here, so that a program which exists is tool enough. */
function tools(folder: string): Record<string, string> {
  const tool = join(folder, 'tool');
  writeFileSync(tool, '#!/bin/sh\n');
  chmodSync(tool, 0o755);
  return { PLUMBLINE_TERRAFORM: tool, PLUMBLINE_KUBECTL: tool, PLUMBLINE_STORE: 'embedded' };
}

interface Up {
  readonly child: ChildProcess;
  readonly lines: string[];
  readonly endpoints: Readonly<Record<string, string>>;
  readonly exited: Promise<number | null>;
}

/** `plumb local up`, resolved when its ready line came. */
async function up(cwd: string, env: Record<string, string>, args: readonly string[] = []): Promise<Up> {
  const child = spawn(process.execPath, [PLUMB, 'local', 'up', ...args], { cwd, env: cleanEnv(env) });
  const lines: string[] = [];
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
  const first = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(line);
      resolve(line);
    });
    void exited.then((code) => reject(new Error(`local up ended with ${String(code)}: ${said}`)));
  });
  const { endpoints } = JSON.parse(first) as { endpoints: Record<string, string> };
  return { child, lines, endpoints, exited };
}

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const giveUp = performance.now() + 20_000;
  while (!(await holds())) {
    if (performance.now() > giveUp) throw new Error(`never: ${what}`);
    await sleep(20);
  }
}

const answers = async (url: string): Promise<boolean> =>
  fetch(url).then(
    () => true,
    () => false,
  );

describe('plumb local', () => {
  let close: () => void;
  let cwd = '';
  let env: Record<string, string> = {};
  let running: Up;
  let folder: Promise<void>;

  beforeAll(async () => {
    const ready = Promise.withResolvers<undefined>();
    const over = Promise.withResolvers<undefined>();
    close = () => over.resolve(undefined);
    folder = inFolder(async (path) => {
      cwd = path;
      ready.resolve(undefined);
      await over.promise;
    });
    await ready.promise;
    env = tools(cwd);
    running = await up(cwd, env);
  });
  afterAll(async () => {
    running.child.kill('SIGKILL');
    await running.exited;
    close();
    await folder;
  });

  it('prints one JSON line with an endpoint for every client, when they answer', async () => {
    expect(running.lines).toHaveLength(1);
    for (const name of [...SERVICES, 'control', 'secretmanager', 'spanner']) {
      expect(await answers(running.endpoints[name] ?? `no ${name}`)).toBe(true);
      expect(running.endpoints[name]).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    }
  });

  it('holds the bucket of the Terraform state', async () => {
    const bucket = await fetch(`${running.endpoints['storage'] ?? ''}/storage/v1/b/plumbline-state`);
    expect(await bucket.json()).toMatchObject({ name: 'plumbline-state', versioning: { enabled: true } });
  });

  it('says that it runs, and where', async () => {
    const { code, stdout } = await command(['local', 'status', '-o', 'json'], { cwd, env });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      running: true,
      pid: running.child.pid,
      store: { kind: 'embedded' },
      endpoints: running.endpoints,
    });
  });

  it('refuses a second one in the same folder, and one on its ports', async () => {
    const second = await plumb(['local', 'up'], { cwd, env });
    expect([second.code, second.stdout]).toEqual([1, '']);
    expect(second.stderr).toMatch(/already runs with the data folder .*plumb local down/);

    const port = new URL(running.endpoints['control'] ?? '').port;
    const other = await plumb(['local', 'up', '--data', 'other', '--port', port], { cwd, env });
    expect([other.code, other.stdout]).toEqual([1, '']);
    expect(other.stderr).toContain(`error: port ${port} is in use`);
    expect(existsSync(join(cwd, 'other', 'local.json'))).toBe(false);
  });

  it('gives a shell everything that points elsewhere otherwise', async () => {
    const { stdout } = await command(['local', 'env', '--project', 'acme-prod'], { cwd, env });
    const shell = await promisify(execFile)('/bin/sh', ['-c', `${stdout}\nenv`], { env: {} });
    const variables = new Map(
      shell.stdout.split('\n').map((line): [string, string] => {
        const at = line.indexOf('=');
        return [line.slice(0, at), line.slice(at + 1)];
      }),
    );
    expect(variables.get('CLOUDSDK_CORE_PROJECT')).toBe('acme-prod');
    expect(variables.get('CLOUDSDK_AUTH_DISABLE_CREDENTIALS')).toBe('true');
    expect(variables.get('CLOUDSDK_API_ENDPOINT_OVERRIDES_WORKFLOWS')).toBe(
      `${running.endpoints['workflows'] ?? ''}/`,
    );
    expect(variables.get('STORAGE_EMULATOR_HOST')).toBe(running.endpoints['storage']);
    const attached = JSON.parse(variables.get('TF_REATTACH_PROVIDERS') ?? '') as Record<
      string,
      { Addr: { String: string } }
    >;
    expect(existsSync(attached['hashicorp/google']?.Addr.String ?? '')).toBe(true);
    // Asked again, the same socket: sockets are not piled up by a shell's profile.
    const again = await command(['local', 'env', '--project', 'acme-prod'], { cwd, env });
    expect(again.stdout).toBe(stdout);
    expect(
      (await plumb(['get'], { cwd: '/', env: { PLUMBLINE_LOCAL: variables.get('PLUMBLINE_LOCAL') ?? '' } }))
        .code,
    ).toBe(0);
  });

  it('refuses a cluster name that is none', async () => {
    const { code, stderr } = await command(['local', 'kubeconfig', 'No Cluster'], { cwd, env });
    expect(code).toBe(1);
    expect(stderr).toContain('is not a cluster: use NAME or projects/P/locations/L/clusters/NAME');
  });

  describeWith('kubectl', 'a kubeconfig for kubectl', (kubectl) => {
    it('reaches a cluster that did not exist before', async () => {
      const file = join(cwd, 'kubeconfig');
      const { stdout } = await command(['local', 'kubeconfig', 'sandbox'], { cwd, env });
      writeFileSync(file, stdout);
      const namespaces = await promisify(execFile)(kubectl, [
        '--kubeconfig',
        file,
        'get',
        'ns',
        '-o',
        'name',
      ]);
      expect(namespaces.stdout).toContain('namespace/default');
    });
  });

  it('ends by local down with everything it started, and says so when there is nothing', async () => {
    const down = await command(['local', 'down'], { cwd, env });
    expect(down.stderr).toBe('the local cloud has ended\n');
    expect(await running.exited).toBe(0);
    expect(existsSync(join(cwd, '.plumbline', 'local.json'))).toBe(false);
    for (const url of Object.values(running.endpoints)) expect(await answers(url)).toBe(false);
    expect((await command(['local', 'down'], { cwd, env })).stderr).toContain('no local cloud runs');
    expect((await command(['local', 'status'], { cwd, env })).code).toBe(1);
  });
});

describe('plumb local up that is ended', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('takes everything with it on %s', async (signal) => {
    await inFolder(async (cwd) => {
      const running = await up(cwd, tools(cwd));
      running.child.kill(signal);
      expect(await running.exited).toBe(0);
      for (const url of Object.values(running.endpoints)) expect(await answers(url)).toBe(false);
    });
  });

  it('leaves no local cloud behind when it is killed, and starts again as empty as the cloud', async () => {
    await inFolder(async (cwd) => {
      const env = tools(cwd);
      const killed = await up(cwd, env);
      await command(['apply', '-f', join(EXAMPLES, 'acme.yaml')], { cwd, env });
      killed.child.kill('SIGKILL');
      await killed.exited;
      await until('the local cloud ends', async () => !(await answers(killed.endpoints['control'] ?? '')));
      expect((await command(['get'], { cwd, env })).stderr).toContain('no longer runs');
      expect((await command(['local', 'status'], { cwd, env })).stdout).toBe('not running\n');

      const again = await up(cwd, env);
      expect((await command(['get'], { cwd, env })).stderr).toBe('No tenants found.\n');
      again.child.kill('SIGTERM');
      expect(await again.exited).toBe(0);
    });
  });

  it('never ends a stranger whose process took over the number', async () => {
    await inFolder(async (cwd) => {
      const stranger = spawn('sleep', ['60']);
      try {
        mkdirSync(join(cwd, '.plumbline'));
        const file = join(cwd, '.plumbline', 'local.json');
        const info = {
          pid: stranger.pid,
          birth: 'another time',
          endpoints: {},
          caFile: '',
          store: { kind: 'embedded', file: 'x' },
          spannerEmulatorHost: null,
          startedAt: '',
        };
        writeFileSync(file, JSON.stringify(info));
        const down = await command(['local', 'down'], { cwd });
        expect(down.stderr).toContain('had ended already');
        expect(birthOf(stranger.pid ?? 0)).toBeDefined();
        expect(() => readFileSync(file)).toThrow();
      } finally {
        stranger.kill('SIGKILL');
      }
    });
  });
});
