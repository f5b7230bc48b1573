/** The docker stand-in inside builds: the same content is the same image, and what docker refuses is refused. */
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
const dockerBuild = (files: Readonly<Record<string, string>>, ...flags: string[]): Promise<Built> =>
  builds.run({
    steps: [
      {
        name: 'gcr.io/cloud-builders/docker',
        args: ['build', `--tag=${IMAGE}:t`, ...flags, folderWith(files)],
      },
      { name: 'gcr.io/cloud-builders/docker', args: ['push', `${IMAGE}:t`] },
      shell(`docker inspect --format='{{json .RepoDigests}}' ${IMAGE}:t > $BUILDER_OUTPUT/output`),
    ],
  });

async function digestOf(files: Readonly<Record<string, string>>, ...flags: string[]): Promise<string> {
  const build = await dockerBuild(files, ...flags);
  expect(build.statusDetail).toBeUndefined();
  const [digest] = JSON.parse(outputOf(build, 2)) as string[];
  return digest!.slice(`${IMAGE}@`.length);
}

describe('docker build and push', () => {
  it('give one digest to one content, another to any other content, label, argument or mode', async () => {
    const first = await digestOf(FILES);
    expect(first).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(await digestOf(FILES)).toBe(first);
    const others = [
      await digestOf({ ...FILES, 'server.js': 'listen(1);\n' }),
      await digestOf({ ...FILES, more: '' }),
      await digestOf({ ...FILES, Dockerfile: `${FILES.Dockerfile}USER node\n` }),
      await digestOf(FILES, '--label', 'revision=abc'),
      await digestOf(FILES, '--build-arg=V=1'),
    ];
    expect(new Set([first, ...others]).size).toBe(6);
  });

  it('leave out what .dockerignore excludes, and git', async () => {
    const ignoring = { ...FILES, '.dockerignore': 'logs\n*.tmp\n!keep.tmp\n' };
    const first = await digestOf(ignoring);
    expect(await digestOf({ ...ignoring, 'logs/a': '1', 'x.tmp': '1', '.git/index': '1' })).toBe(first);
    expect(await digestOf({ ...ignoring, 'keep.tmp': '1' })).not.toBe(first);
  });

  it('record the image in Artifact Registry and print its digest as docker does', async () => {
    const build = await dockerBuild(FILES);
    const log = await builds.log(build.id);
    const digest = /t: digest: (sha256:[0-9a-f]{64}) size: \d+/.exec(log)?.[1];
    expect(log).toContain('Step 2/3 : COPY server.js .');
    const path = `/v1/projects/acme-prod/locations/us-central1/repositories/acme/dockerImages/backend@${digest!}`;
    expect((await builds.call('artifactregistry', 'GET', path)).body).toMatchObject({
      uri: `${IMAGE}@${digest!}`,
    });
  });

  it.each([
    ['no FROM', { Dockerfile: 'RUN true\n' }, 'no build stage in current context'],
    ['an unknown instruction', { Dockerfile: 'FROM x\nRUNN true\n' }, 'on line 2: unknown instruction: RUNN'],
    ['a source that is not there', { Dockerfile: 'FROM x\nCOPY gone .\n' }, 'stat gone: file does not exist'],
    ['an ignored source', { ...FILES, '.dockerignore': 'server.js' }, 'stat server.js: file does not exist'],
    ['no Dockerfile', { 'server.js': '' }, 'no such file or directory'],
  ])('refuse %s', async (_, files, message) => {
    const build = await dockerBuild(files);
    expect(build.statusDetail).toContain(message);
  });

  it('understand stages, continued lines, comments and arguments before FROM', async () => {
    const Dockerfile = [
      '# syntax=docker/dockerfile:1',
      'ARG BASE=node:22',
      'FROM ${BASE} AS build',
      'RUN npm ci && \\',
      '  # a comment in between',
      '  npm run build',
      'COPY --chown=node ["server.js", "/app/"]',
      'FROM scratch',
      'COPY --from=build /app /app',
      'COPY *.js /',
      '',
    ].join('\n');
    expect(await digestOf({ ...FILES, Dockerfile })).toMatch(/^sha256:/);
  });

  it('refuse a flag and a command the stand-in does not know', async () => {
    expect((await dockerBuild(FILES, '--squash')).statusDetail).toContain('unknown flag: --squash');
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
