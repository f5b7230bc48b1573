/** What Cloud Build refuses, how builds are found again, and that the real client library speaks to it. */
import { CloudBuildClient } from '@google-cloud/cloudbuild';
import { PassThroughClient } from 'google-auth-library';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BUILDS, buildCloud, shell, type BuildCloud, type Built } from './builds.ts';

type Options = NonNullable<ConstructorParameters<typeof CloudBuildClient>[0]>;

let builds: BuildCloud;
beforeAll(async () => {
  builds = await buildCloud();
});
afterAll(() => builds.close());

const step = shell('true');

describe('a build is refused', () => {
  it.each([
    ['without steps', {}, 'cannot specify Build with no steps'],
    [
      'with more than 300 steps',
      { steps: Array(301).fill(step) },
      'number of build steps 301 exceeds the limit of 300',
    ],
    [
      'with more than 100 arguments',
      { steps: [{ name: 'x', args: Array(101).fill('a') }] },
      'number of arguments 101',
    ],
    [
      'with a very long argument',
      { steps: [{ name: 'x', args: ['a'.repeat(10_001)] }] },
      'length of an argument',
    ],
    ['with more than 64 tags', { steps: [step], tags: Array(65).fill('t') }, 'number of tags 65'],
    ['with a tag that is no tag', { steps: [step], tags: ['a b'] }, 'invalid tag "a b"'],
    ['with a timeout of more than a day', { steps: [step], timeout: '86401s' }, 'timeout in seconds 86401'],
    ['with a timeout that is none', { steps: [step], timeout: '10m' }, "Invalid value at 'build.timeout'"],
    [
      'with an unknown field',
      { steps: [{ name: 'x', arguments: [] }] },
      `Unknown name "arguments" at 'build.steps[0]'`,
    ],
    [
      'with an unknown enum',
      { steps: [step], options: { logging: 'LOUD' } },
      "Invalid value at 'build.options.logging'",
    ],
    [
      'when a step waits for one that comes later',
      { steps: [shell('true', { waitFor: ['b'] }), shell('true', { id: 'b' })] },
      'depends on "b", which has not been defined',
    ],
    [
      'when two steps have one id',
      { steps: [shell('true', { id: 'a' }), shell('true', { id: 'a' })] },
      'id "a" is not unique',
    ],
    [
      'when a variable has no value',
      { steps: [shell('true', { env: ['A'] })] },
      'must be of the form KEY=VALUE',
    ],
    [
      'when a secret is not defined',
      { steps: [shell('true', { secretEnv: ['A'] })] },
      'secretEnv "A" is not defined',
    ],
    [
      'when a step leaves the workspace',
      { steps: [shell('true', { dir: '../..' })] },
      'must not contain ".."',
    ],
    [
      'with a script and arguments',
      { steps: [shell('true', { script: 'x' })] },
      'script cannot be specified together',
    ],
    [
      'when it has an account of its own and no place for its log',
      { steps: [step], serviceAccount: 'projects/p/serviceAccounts/a@b' },
      "if 'build.service_account' is specified, the build must either (a) specify 'build.logs_bucket'",
    ],
  ])('%s', async (_, build, message) => {
    const { status, body } = await builds.create(build);
    expect([status, (body['error'] as { message: string }).message]).toEqual([
      400,
      expect.stringContaining(message),
    ]);
  });

  it('with 501 by name for what the local cloud cannot do', async () => {
    const { status, body } = await builds.create({ steps: [step], source: { repoSource: {} } });
    expect(status).toBe(501);
    expect(body['error']).toMatchObject({ message: expect.stringContaining('source.repoSource') as string });
  });
});

describe('builds are found', () => {
  it('by tag, by status and by both, newest first, page by page', async () => {
    const first = await builds.run({ steps: [step], tags: ['intent-1', 'tenant-acme'] });
    const second = await builds.run({ steps: [shell('false')], tags: ['intent-2', 'tenant-acme'] });
    const ids = async (filter: string, more = '') => {
      const { body } = await builds.call(
        'cloudbuild',
        'GET',
        `${BUILDS}?filter=${encodeURIComponent(filter)}${more}`,
      );
      return ((body['builds'] ?? []) as Built[]).map(({ id }) => id);
    };
    expect(await ids('tags="intent-1"')).toEqual([first.id]);
    expect(await ids('tags=tenant-acme')).toEqual([second.id, first.id]);
    expect(await ids('tags="tenant-acme" AND status="FAILURE"')).toEqual([second.id]);
    expect(await ids(`build_id=${first.id} status!=WORKING`)).toEqual([first.id]);
    expect(await ids(`create_time>"${first.startTime}" tags=tenant-acme`)).toEqual([second.id]);
    expect(await ids('tags=nothing')).toEqual([]);
    const page = await builds.call('cloudbuild', 'GET', `${BUILDS}?filter=tags%3Dtenant-acme&pageSize=1`);
    const token = String(page.body['nextPageToken']);
    expect(await ids('tags=tenant-acme', `&pageSize=1&pageToken=${token}`)).toEqual([first.id]);
    expect((await builds.call('cloudbuild', 'GET', `${BUILDS}?filter=trigger%3Dx`)).status).toBe(400);
  });

  it('only in their own location', async () => {
    const { id } = await builds.run({ steps: [step] });
    expect((await builds.call('cloudbuild', 'GET', `/v1/projects/acme-prod/builds/${id}`)).status).toBe(404);
    expect(
      (
        await builds.call(
          'cloudbuild',
          'GET',
          `/v1/projects/acme-prod/builds/${id}?name=projects/acme-prod/locations/us-central1/builds/${id}`,
        )
      ).status,
    ).toBe(200);
  });
});

describe('@google-cloud/cloudbuild', () => {
  it('creates a build, follows its operation and reads it back', async () => {
    // gax brings a second copy of the auth library, whose private fields make the same class another type.
    const authClient = new PassThroughClient() as unknown as NonNullable<Options['authClient']>;
    const { hostname, port } = new URL(builds.cloud.endpoints['cloudbuild']!);
    const client = new CloudBuildClient({
      fallback: true,
      protocol: 'http',
      apiEndpoint: hostname,
      port: Number(port),
      authClient,
      projectId: 'acme-prod',
    });
    const parent = 'projects/acme-prod/locations/us-central1';
    const [operation] = await client.createBuild({
      parent,
      build: {
        steps: [{ name: 'ubuntu', entrypoint: 'sh', args: ['-c', 'echo out > $$BUILDER_OUTPUT/output'] }],
        timeout: { seconds: 600 },
        options: { logging: 'CLOUD_LOGGING_ONLY', substitutionOption: 'ALLOW_LOOSE' },
        tags: ['from-client'],
      },
    });
    const { id } = (operation.metadata as unknown as { build: { id: string } }).build;
    await operation.promise();
    const [build] = await client.getBuild({ name: `${parent}/builds/${id}`, projectId: 'acme-prod', id });
    expect(build).toMatchObject({
      id,
      status: 'SUCCESS',
      tags: ['from-client'],
      options: { logging: 'CLOUD_LOGGING_ONLY' },
    });
    expect(Buffer.from(build.results!.buildStepOutputs![0]!).toString()).toBe('out\n');
    const [found] = await client.listBuilds({ parent, projectId: 'acme-prod', filter: 'tags="from-client"' });
    expect(found.map((each) => each.id)).toEqual([id]);
    await client.close();
  });
});
