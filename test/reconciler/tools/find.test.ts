import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ToolMissing, findTool, type FindOptions } from '../../../reconciler/tools/find.ts';
import { targetOf } from '../../../reconciler/tools/pins.ts';
import { versionOf } from '../../../reconciler/tools/version.ts';
import { NOBODY } from '../../support/nobody.ts';
import { fakeTerraform, pinFor, publisher, zipOf } from './release.ts';

const RELEASE = zipOf({ 'LICENSE.txt': Buffer.from('BUSL'), terraform: fakeTerraform('1.11.4') });

let folder = '';
let closing: (() => Promise<void>)[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plumb-tools-'));
  closing = [];
});
afterEach(async () => {
  for (const close of closing) await close();
  rmSync(folder, { recursive: true, force: true });
});

function program(path: string, content = fakeTerraform('1.9.0')): string {
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, content);
  chmodSync(path, 0o755);
  return path;
}

/** A machine without any tool, whose mirror answers like this. */
async function machine(answer: RequestListener, release = RELEASE): Promise<FindOptions> {
  const { url, close } = await publisher(answer);
  closing.push(close);
  return {
    env: { PATH: '', XDG_CACHE_HOME: folder, PLUMBLINE_TERRAFORM_MIRROR: `${url}/` },
    pins: { terraform: pinFor(release) },
    target: 'linux_amd64',
  };
}

const filesIn = (path: string): string[] =>
  existsSync(path)
    ? readdirSync(path, { recursive: true, withFileTypes: true })
        .filter((e) => e.isFile())
        .map((e) => e.name)
    : [];

describe('finding a tool', () => {
  it('takes what the variable names before anything else', async () => {
    const path = program(join(folder, 'mine', 'tf'));
    const onPath = program(join(folder, 'bin', 'terraform'));
    const env = { PLUMBLINE_TERRAFORM: path, PATH: join(onPath, '..') };
    expect(await findTool('terraform', { env })).toEqual({ name: 'terraform', path, from: 'variable' });
  });

  it('refuses a variable that names no program instead of quietly using another one', async () => {
    const onPath = program(join(folder, 'bin', 'terraform'));
    const env = { PLUMBLINE_TERRAFORM: join(folder, 'nothing'), PATH: join(onPath, '..') };
    await expect(findTool('terraform', { env })).rejects.toThrow('PLUMBLINE_TERRAFORM names');
  });

  it('looks along the PATH, past folders, plain files and the current folder', async () => {
    mkdirSync(join(folder, 'a', 'kubectl'), { recursive: true });
    mkdirSync(join(folder, 'b'));
    writeFileSync(join(folder, 'b', 'kubectl'), 'not a program');
    const path = program(join(folder, 'c', 'kubectl'));
    const env = { PATH: ['', join(folder, 'a'), join(folder, 'b'), join(folder, 'c')].join(':') };
    expect(await findTool('kubectl', { env })).toEqual({ name: 'kubectl', path, from: 'path' });
  });

  it('downloads nothing for a machine no release exists for, and says where it looked', async () => {
    const env = { PATH: '', XDG_CACHE_HOME: folder };
    const error = await findTool('terraform', { env, target: null }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ToolMissing);
    expect((error as Error).message).toMatch(
      /PLUMBLINE_TERRAFORM \(not set\), PATH, .*no release is pinned.*install Terraform/,
    );
  });

  it('never downloads git', async () => {
    await expect(findTool('git', { env: { PATH: '' } })).rejects.toThrow(/git was not found.*install git/);
  });
});

describe('downloading the pinned release', () => {
  it('installs the program once and finds it in the cache from then on', async () => {
    const asked: string[] = [];
    const options = await machine((request, response) => {
      asked.push(request.url ?? '');
      response.end(RELEASE);
    });
    const first = await findTool('terraform', options);
    expect(first.from).toBe('download');
    expect(await versionOf('terraform', first.path)).toBe('1.11.4');
    expect(await findTool('terraform', options)).toEqual({ ...first, from: 'cache' });
    expect(asked).toEqual(['/1.11.4/terraform_1.11.4_linux_amd64.zip']);
    expect(filesIn(folder)).toEqual(['terraform']);
  });

  it('serves two at once and leaves one whole program', async () => {
    const options = await machine((_request, response) => void response.end(RELEASE));
    const both = await Promise.all([findTool('terraform', options), findTool('terraform', options)]);
    for (const { path } of both) expect(await versionOf('terraform', path)).toBe('1.11.4');
    expect(filesIn(folder)).toEqual(['terraform']);
  });

  const failures: { name: string; answer: RequestListener; release?: Buffer; message: RegExp }[] = [
    {
      name: 'another checksum',
      answer: (_request, response) => void response.end(Buffer.concat([RELEASE, Buffer.from('x')])),
      message: /has SHA-256 [0-9a-f]{64}, but the pinned release has [0-9a-f]{64}; nothing was installed/,
    },
    {
      name: 'a release that is not there',
      answer: (_request, response) => void response.writeHead(404).end(),
      message: /could not be downloaded \(HTTP 404\)/,
    },
    {
      name: 'an answer that breaks off',
      answer: (_request, response) => {
        response.writeHead(200, { 'content-length': String(RELEASE.length) });
        response.write(RELEASE.subarray(0, 40), () => response.destroy());
      },
      message: /could not be downloaded/,
    },
    {
      name: 'a program of another version',
      release: zipOf({ terraform: fakeTerraform('1.0.0') }),
      answer: (_request, response) => void response.end(zipOf({ terraform: fakeTerraform('1.0.0') })),
      message: /says it is version 1\.0\.0, but 1\.11\.4 was expected/,
    },
    {
      name: 'an archive without the program',
      release: zipOf({ 'LICENSE.txt': Buffer.from('BUSL') }),
      answer: (_request, response) => void response.end(zipOf({ 'LICENSE.txt': Buffer.from('BUSL') })),
      message: /holds no "terraform"/,
    },
  ];
  it.each(failures)('installs nothing from $name, and says so', async ({ answer, release, message }) => {
    const options = await machine(answer, release);
    const error = await findTool('terraform', options).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ToolMissing);
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).toContain('install Terraform');
    expect(filesIn(folder)).toEqual([]);
  });

  it('says so when the mirror cannot be reached', async () => {
    const mirror = `http://${NOBODY}`;
    const env = { PATH: '', XDG_CACHE_HOME: folder, PLUMBLINE_TERRAFORM_MIRROR: mirror };
    await expect(findTool('terraform', { env, target: 'darwin_arm64' })).rejects.toThrow(
      /terraform_1\.11\.4_darwin_arm64\.zip could not be downloaded \(.*ECONNREFUSED/,
    );
  });

  it('knows the releases of the machines it has checksums for', () => {
    expect(targetOf('linux', 'x64')).toBe('linux_amd64');
    expect(targetOf('darwin', 'arm64')).toBe('darwin_arm64');
    expect(targetOf('win32', 'x64')).toBeUndefined();
    expect(targetOf('linux', 'riscv64')).toBeUndefined();
  });
});
