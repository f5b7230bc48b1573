/** Building an image with a docker of our own making. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { buildArguments, buildImage, digestOf } from '../../cloudbuild-steps/build-image.ts';
import { openBench, type Bench } from './bench.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const REFERENCE = 'us-central1-docker.pkg.dev/acme-prod/acme/web';
const INPUT = {
  reference: REFERENCE,
  repository: 'https://example.com/web.git',
  revision: 'main',
  intent: 'acme-g1-provision-1',
};

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
  bench.tool('git', 'echo 0123456789abcdef0123456789abcdef01234567');
  bench.tool(
    'docker',
    `[ "$1" = inspect ] && echo '["other.dev/x@sha256:0","${REFERENCE}@${DIGEST}"]'; exit 0`,
  );
});
afterEach(() => bench.close());

test('labels the image with where it comes from', () => {
  expect(buildArguments(INPUT, 'abc')).toEqual([
    'build',
    '--label=org.opencontainers.image.source=https://example.com/web.git',
    '--label=org.opencontainers.image.revision=abc',
    '--label=dev.plumbline.intent=acme-g1-provision-1',
    `--tag=${REFERENCE}:acme-g1-provision-1`,
    '.',
  ]);
});

test('gives the digest of the registry it pushed to, and the commit', async () => {
  expect(await buildImage(INPUT, bench.context)).toEqual({
    digest: DIGEST,
    image: `${REFERENCE}@${DIGEST}`,
    revision: '0123456789abcdef0123456789abcdef01234567',
  });
});

test('takes the revision that was asked for when the source has no history', async () => {
  bench.tool('git', 'echo "fatal: not a git repository" >&2; exit 128');
  expect(await buildImage(INPUT, bench.context)).toMatchObject({ revision: 'main' });
});

test.each([
  ['build', /^docker build of https:\/\/example\.com\/web\.git at 0123\w+: ERROR: no Dockerfile$/],
  ['push', /^docker push of .*:acme-g1-provision-1: ERROR: no Dockerfile$/],
])('says in docker’s words why %s failed', async (command, message) => {
  bench.tool('docker', `[ "$1" = ${command} ] && { echo 'ERROR: no Dockerfile' >&2; exit 1; }; exit 0`);
  await expect(buildImage(INPUT, bench.context)).rejects.toThrow(message);
});

test.each(['[]', 'null', 'x', `["other.dev/x@${DIGEST}"]`])('refuses %s for a digest', (inspected) => {
  expect(() => digestOf(inspected, REFERENCE)).toThrow(/docker reports no digest of .* after the push/);
});

test('refuses an intent that is no tag', async () => {
  await expect(buildImage({ ...INPUT, intent: '-x; rm' }, bench.context)).rejects.toThrow(
    'intent: must be usable',
  );
});
