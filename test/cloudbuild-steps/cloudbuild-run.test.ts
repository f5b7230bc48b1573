/**
 * The build of Plumbline itself, run by the local Cloud Build from the files `gcloud builds submit` would upload: the
 * docker steps for real, as far as that goes without a container engine; npm and gcloud as programs that write down
 * how they were called, because the suite cannot run inside itself.
 */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { buildCloud, type BuildCloud, type Built } from '../local-cloud/cloudbuild/builds.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const build = parse(readFileSync(join(ROOT, 'cloudbuild.yaml'), 'utf8')) as object;

let builds: BuildCloud;
let calls: string;
beforeAll(async () => {
  builds = await buildCloud();
  calls = join(builds.dataDir, 'calls');
  // The folder a step's PATH begins with.
  mkdirSync(join(builds.dataDir, 'bin'));
  for (const tool of ['npm', 'gcloud']) {
    const file = join(builds.dataDir, 'bin', tool);
    writeFileSync(file, `#!/bin/sh\n[ -f package-lock.json ] && echo "CI=$CI ${tool} $*" >> '${calls}'\n`);
    chmodSync(file, 0o755);
  }
  await builds.call('storage', 'POST', '/storage/v1/b?project=acme-prod', { name: 'acme-sources' });
  const repository = '/v1/projects/acme-prod/locations/us-central1/repositories?repositoryId=plumbline';
  await builds.call('artifactregistry', 'POST', repository, { format: 'DOCKER' });
  await builds.cloud.clock.advance(60_000);
});
afterAll(() => builds.close());

/** What git does not ignore, which is what gcloud uploads. */
function checkout(): string {
  const folder = mkdtempSync(join(builds.dataDir, 'checkout-'));
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  for (const path of listed.split('\0')) {
    if (path === '' || !existsSync(join(ROOT, path))) continue;
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    cpSync(join(ROOT, path), join(folder, path));
  }
  return folder;
}

async function submit(folder: string): Promise<Built> {
  const body = execFileSync('tar', ['-czf', '-', '-C', folder, '.'], { maxBuffer: 1024 ** 3 });
  const upload = `${builds.cloud.endpoints['storage']!}/upload/storage/v1/b/acme-sources/o?uploadType=media&name=s.tgz`;
  await fetch(upload, { method: 'POST', body });
  writeFileSync(calls, '');
  return builds.run({ ...build, source: { storageSource: { bucket: 'acme-sources', object: 's.tgz' } } });
}

/** `job` and `steps` with the digest the registry has for this build's tag. */
async function pushed(id: string): Promise<Record<string, string>> {
  const path = '/v1/projects/acme-prod/locations/us-central1/repositories/plumbline/dockerImages';
  const { body } = await builds.call('artifactregistry', 'GET', path);
  const images = body['dockerImages'] as { uri: string; tags: string[] }[];
  return Object.fromEntries(
    images.filter(({ tags }) => tags.includes(id)).map(({ uri }) => uri.split('/').at(-1)?.split('@') ?? []),
  ) as Record<string, string>;
}

test('checks, tests, builds and pushes both images, then gives the job its new one', { timeout: 30_000 }, async () => {
  const folder = checkout();
  const built = await submit(folder);
  expect(built).toMatchObject({ status: 'SUCCESS' });
  const called = readFileSync(calls, 'utf8').trim().split('\n');
  // The README's commands; and no CI=true, which would ask for tools that the image does not have.
  expect(called[0]).toBe('CI= npm ci');
  expect(called.slice(1, 3).sort()).toEqual(['CI= npm run check', 'CI= npm test']);
  const images = 'us-central1-docker.pkg.dev/acme-prod/plumbline';
  expect(called[3]).toMatch(/^CI= gcloud run jobs deploy plumbline-pass /);
  expect(called[3]).toContain(` --image=${images}/job:${built.id} `);
  expect(called[3]).toContain(`PLUMBLINE_STEPS_IMAGE=${images}/steps:${built.id} `);

  const first = await pushed(built.id);
  expect(Object.keys(first).sort()).toEqual(['job', 'steps']);
  rmSync(join(folder, 'test'), { recursive: true });
  mkdirSync(join(folder, 'terraform', 'tenant', 'gcp', '.terraform'), { recursive: true });
  writeFileSync(join(folder, 'terraform', 'tenant', 'gcp', '.terraform', 'left-over'), '');
  writeFileSync(join(folder, 'terraform', 'terraform.tfstate'), '{}');
  expect(await pushed((await submit(folder)).id)).toEqual(first);
  writeFileSync(join(folder, 'reconciler', 'more.ts'), '');
  expect(await pushed((await submit(folder)).id)).not.toEqual(first);
}); // prettier-ignore
