/** The docker stand-in inside builds: from a Dockerfile to an image in Artifact Registry. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildCloud, outputOf, shell, type BuildCloud, type Built } from './builds.ts';

const IMAGE = 'us-central1-docker.pkg.dev/acme-prod/acme/backend';
const FILES = {
  Dockerfile: 'FROM node:22\nCOPY server.js .\nCMD ["node", "server.js"]\n',
  'server.js': 'listen();\n',
};

let builds: BuildCloud;
beforeAll(async () => {
  builds = await buildCloud();
  const path = '/v1/projects/acme-prod/locations/us-central1/repositories?repositoryId=acme';
  await builds.call('artifactregistry', 'POST', path, { format: 'DOCKER' });
  await builds.cloud.clock.advance(60_000);
});
afterAll(() => builds.close());

let folders = 0;

/** A folder of its own with these files. */
function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = join(builds.dataDir, `context-${String(folders++)}`);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

/** Builds the files with real `docker build` arguments; the build's output is what inspect says. */
const dockerBuild = (files: Readonly<Record<string, string>>): Promise<Built> =>
  builds.run({
    steps: [
      {
        name: 'gcr.io/cloud-builders/docker',
        args: ['build', `--tag=${IMAGE}:t`, folderWith(files)],
      },
      { name: 'gcr.io/cloud-builders/docker', args: ['push', `${IMAGE}:t`] },
      shell(`docker inspect --format='{{json .RepoDigests}}' ${IMAGE}:t > $BUILDER_OUTPUT/output`),
    ],
  });

describe('docker in a build', () => {
  it('builds, pushes, and tells the digest that Artifact Registry then has', async () => {
    const build = await dockerBuild(FILES);
    expect(build.statusDetail).toBeUndefined();
    const [pushed] = JSON.parse(outputOf(build, 2)) as string[];
    const digest = pushed!.slice(`${IMAGE}@`.length);
    const log = await builds.log(build.id);
    expect(log).toContain('Step 2/3 : COPY server.js .');
    expect(log).toMatch(new RegExp(`t: digest: ${digest} size: \\d+`));
    const path = `/v1/projects/acme-prod/locations/us-central1/repositories/acme/dockerImages/backend@${digest}`;
    expect((await builds.call('artifactregistry', 'GET', path)).body).toMatchObject({
      uri: pushed,
      tags: ['t'],
    });
  });

  it('fails the step with its own words', async () => {
    const run = await builds.run({ steps: [{ name: 'docker', args: ['run', 'x'] }] });
    expect(run.statusDetail).toContain("'run' is not part of the docker stand-in");
  });
});

describe("a build's images", () => {
  const images = (reference: string): Promise<Built> =>
    builds.run({
      steps: [{ name: 'gcr.io/cloud-builders/docker', args: ['build', '-t', reference, folderWith(FILES)] }],
      images: [reference],
    });

  it('are pushed when the steps are done, and told with their digest', async () => {
    const build = await images(`${IMAGE}:final`);
    expect(build.results?.images).toMatchObject([
      { name: `${IMAGE}:final`, digest: expect.stringMatching(/^sha256:/) as string },
    ]);
  });

  it('fail the build when they were not built, or their repository is not there', async () => {
    const missing = await builds.run({ steps: [shell('true')], images: [`${IMAGE}:never`] });
    expect(missing.failureInfo).toMatchObject({ type: 'PUSH_IMAGE_NOT_FOUND' });
    const nowhere = await images('us-central1-docker.pkg.dev/acme-prod/gone/backend:v1');
    expect(nowhere).toMatchObject({
      status: 'FAILURE',
      failureInfo: {
        type: 'PUSH_FAILED',
        detail: expect.stringContaining('name unknown: Repository "gone" not found') as string,
      },
    });
  });
});
