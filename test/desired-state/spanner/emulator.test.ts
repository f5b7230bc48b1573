/** Finding, starting and ending the Spanner emulator. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { findEmulator, startEmulator } from '../../../desired-state/spanner/emulator.ts';
import { describeWith } from '../../support/tools.ts';

let sdk: string;
let installed: string;

beforeAll(async () => {
  sdk = await mkdtemp(join(tmpdir(), 'plumbline-sdk-'));
  installed = join(sdk, 'sdk', 'bin', 'cloud_spanner_emulator');
  await mkdir(installed, { recursive: true });
  await mkdir(join(sdk, 'links'));
  await writeFile(join(sdk, 'sdk', 'bin', 'gcloud'), '');
  await symlink(join(sdk, 'sdk', 'bin', 'gcloud'), join(sdk, 'links', 'gcloud'));
  for (const file of ['gateway_main', 'emulator_main']) await writeFile(join(installed, file), '');
});

afterAll(() => rm(sdk, { recursive: true, force: true }));

describe('findEmulator', () => {
  it('takes the one somebody runs', () => {
    expect(findEmulator({ SPANNER_EMULATOR_HOST: '127.0.0.1:9010', PATH: join(sdk, 'links') })).toEqual({
      kind: 'external',
      grpcHost: '127.0.0.1:9010',
      restUrl: 'http://127.0.0.1:9020',
    });
  });

  it('takes another REST port when told', () => {
    const env = { SPANNER_EMULATOR_HOST: 'h:1', SPANNER_EMULATOR_REST_HOST: 'h:2' };
    expect(findEmulator(env)).toMatchObject({ restUrl: 'http://h:2' });
  });

  it.each(['', '/gateway_main'])('takes the one that is named (folder%s)', (file) => {
    expect(findEmulator({ PLUMBLINE_SPANNER_EMULATOR: `${installed}${file}` })).toEqual({
      kind: 'installed',
      folder: installed,
    });
  });

  it('follows gcloud on PATH to its SDK', () => {
    expect(findEmulator({ PATH: `/nowhere:${join(sdk, 'links')}` })).toEqual({
      kind: 'installed',
      folder: installed,
    });
  });

  it('finds none where there is none', () => {
    expect(findEmulator({ PATH: '/nowhere' })).toBeUndefined();
    expect(findEmulator({ PLUMBLINE_SPANNER_EMULATOR: sdk, PATH: join(sdk, 'links') })).toBeUndefined();
  });
});

describe('startEmulator', () => {
  it('tells what a broken emulator said', async () => {
    const broken = join(sdk, 'broken');
    await mkdir(broken);
    await writeFile(join(broken, 'gateway_main'), '#!/bin/sh\necho cannot find my emulator >&2\n', {
      mode: 0o755,
    });
    await expect(startEmulator({ kind: 'installed', folder: broken })).rejects.toThrow(
      /did not start: cannot find my emulator; try the embedded store/,
    );
  });
});

describeWith('spanner', 'the installed emulator', () => {
  const answers = async (url: string): Promise<boolean> => {
    try {
      return (await fetch(`${url}/v1/projects/x/instances`)).ok;
    } catch {
      return false;
    }
  };

  it('answers when it has started and is gone when it has stopped', async () => {
    const emulator = await startEmulator(findEmulator({ PATH: process.env['PATH'] })!);
    expect(await answers(emulator.restUrl)).toBe(true);
    await emulator.stop();
    await emulator.stop();
    expect(await answers(emulator.restUrl)).toBe(false);
  });

  it('does not outlive a process that is killed', async () => {
    const module = pathToFileURL(
      join(import.meta.dirname, '..', '..', '..', 'desired-state', 'spanner', 'emulator.ts'),
    ).href;
    const script = `
      const { findEmulator, startEmulator } = await import(${JSON.stringify(module)});
      const { restUrl } = await startEmulator(findEmulator({ PATH: process.env.PATH }));
      process.stdout.write(restUrl);
      setInterval(() => undefined, 1000);
    `;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [url] = (await once(child.stdout, 'data')) as [Buffer];
    expect(await answers(url.toString())).toBe(true);
    child.kill('SIGKILL');
    await vi.waitFor(async () => expect(await answers(url.toString())).toBe(false), {
      timeout: 10_000,
      interval: 20,
    });
  });
});
