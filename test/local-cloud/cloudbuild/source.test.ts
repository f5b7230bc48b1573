/** Where a build's source comes from: folders served as git repositories, and archives in Cloud Storage. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { repositories } from '../../../local-cloud/cloudbuild/repositories.ts';
import { buildCloud, outputOf, shell, type BuildCloud } from './builds.ts';

const URL = 'https://git.example/acme/backend';

let builds: BuildCloud;
let folder: string;
beforeAll(async () => {
  builds = await buildCloud();
  folder = join(builds.dataDir, 'backend');
  mkdirSync(join(folder, 'app'), { recursive: true });
  writeFileSync(join(folder, 'app', 'version'), 'one\n');
});
afterAll(() => builds.close());

const head = shell('git rev-parse HEAD > $BUILDER_OUTPUT/output');

describe('a repository', () => {
  it('has the same commit for the same content, wherever the folder is', async () => {
    const other = await buildCloud();
    const mine = await repositories(builds.cloud).register(URL, folder);
    expect(await repositories(other.cloud).register('https://elsewhere.example/x', folder)).toMatchObject({
      commit: mine.commit,
    });
    expect(await repositories(builds.cloud).register(`${URL}.git`, folder)).toMatchObject({
      commit: mine.commit,
    });
    await other.close();
  });

  it('is cloned by builds, by its plain URL or with .git, at any revision', async () => {
    const first = await repositories(builds.cloud).register(URL, folder);
    writeFileSync(join(folder, 'app', 'version'), 'two\n');
    const second = await repositories(builds.cloud).register(URL, folder);
    expect(second.commit).not.toBe(first.commit);

    const tip = await builds.run({
      source: { gitSource: { url: URL } },
      steps: [head, shell('cat app/version > $BUILDER_OUTPUT/output')],
    });
    expect([outputOf(tip, 0).trim(), outputOf(tip, 1)]).toEqual([second.commit, 'two\n']);
    const old = await builds.run({
      source: { gitSource: { url: `${URL}.git`, revision: first.commit, dir: 'app' } },
      steps: [shell('cat version > $BUILDER_OUTPUT/output')],
    });
    expect(outputOf(old, 0)).toBe('one\n');
    const inside = await builds.run({
      steps: [shell(`git clone -q ${URL} x && cat x/app/version > $BUILDER_OUTPUT/output`)],
    });
    expect(outputOf(inside, 0)).toBe('two\n');
  });

  it('that is not there, or lacks the revision, fails the build before its steps', async () => {
    const gone = await builds.run({
      source: { gitSource: { url: URL, revision: 'no-such' } },
      steps: [head],
    });
    expect(gone).toMatchObject({ status: 'FAILURE', failureInfo: { type: 'FETCH_SOURCE_FAILED' } });
    expect(gone.statusDetail).toContain('no-such');
    await expect(repositories(builds.cloud).register(URL, '/no/such/folder')).rejects.toThrow(
      'does not exist',
    );
  });
});

describe('an archive', () => {
  it('is unpacked into the workspace, whatever its compression', async () => {
    await builds.call('storage', 'POST', '/storage/v1/b?project=acme-prod', { name: 'acme-sources' });
    const archive = join(builds.dataDir, 'source.tgz');
    execFileSync('tar', ['-czf', archive, '-C', folder, '.']);
    const upload = `${builds.cloud.endpoints['storage']!}/upload/storage/v1/b/acme-sources/o?uploadType=media&name=s.tgz`;
    await fetch(upload, { method: 'POST', body: execFileSync('cat', [archive]) });
    const build = await builds.run({
      source: { storageSource: { bucket: 'acme-sources', object: 's.tgz' } },
      steps: [shell('cat app/version > $BUILDER_OUTPUT/output')],
    });
    expect(outputOf(build, 0)).toBe('two\n');
    const missing = await builds.run({
      source: { storageSource: { bucket: 'acme-sources', object: 'gone.tgz' } },
      steps: [shell('true')],
    });
    expect(missing.failureInfo).toMatchObject({
      type: 'FETCH_SOURCE_FAILED',
      detail: expect.stringContaining('No such object: acme-sources/gone.tgz') as string,
    });
  });
});
