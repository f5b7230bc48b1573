/** Artifact Registry over HTTP: what a build may push, and what is left when a repository goes. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { artifactRegistryService } from '../../../local-cloud/artifactregistry/service.ts';
import { mintToken } from '../../../local-cloud/core/identity.ts';
import { bareCloud, type BareCloud } from '../../support/bare-cloud.ts';

const PARENT = '/v1/projects/acme-prod/locations/us-central1';
const REPOSITORY = `${PARENT}/repositories/acme`;
const IMAGE = 'us-central1-docker.pkg.dev/acme-prod/acme/backend';
const digest = (digit: string) => `sha256:${digit.repeat(64)}`;

let bare: BareCloud;
beforeAll(async () => {
  bare = await bareCloud([artifactRegistryService]);
  await createRepository('acme');
});
afterAll(() => bare.close());

async function createRepository(id: string, body: object = { format: 'DOCKER' }): Promise<void> {
  await bare.call('artifactregistry', 'POST', `${PARENT}/repositories?repositoryId=${id}`, body);
  await bare.cloud.clock.advance(60_000);
}

const push = (
  reference: string,
  sha: string,
  email: string | null = 'acme-deploy@acme-prod.iam.gserviceaccount.com',
) =>
  bare.call(
    'artifactregistry',
    'POST',
    '/local/push',
    { reference, digest: sha, sizeBytes: 42 },
    email === null ? {} : { authorization: `Bearer ${mintToken(email)}` },
  );

describe('repositories', () => {
  it('exist once their operation is done, and not before', async () => {
    const { body } = await bare.call(
      'artifactregistry',
      'POST',
      `${PARENT}/repositories?repositoryId=later`,
      {
        format: 'DOCKER',
      },
    );
    expect(body['done']).toBe(false);
    expect((await bare.call('artifactregistry', 'GET', `${PARENT}/repositories/later`)).status).toBe(404);
    await bare.cloud.clock.advance(60_000);
    const operation = await bare.call('artifactregistry', 'GET', `/v1/${String(body['name'])}`);
    expect(operation.body).toMatchObject({ done: true, response: { format: 'DOCKER' } });
    const got = await bare.call('artifactregistry', 'GET', `${PARENT}/repositories/later`);
    expect(got.body).toMatchObject({
      name: 'projects/acme-prod/locations/us-central1/repositories/later',
      format: 'DOCKER',
      sizeBytes: '0',
    });
  });

  it('refuse an unknown format, a second of the same name, and a change of what is fixed', async () => {
    const create = (id: string, body: object) =>
      bare.call('artifactregistry', 'POST', `${PARENT}/repositories?repositoryId=${id}`, body);
    expect((await create('odd', { format: 'ZIP' })).status).toBe(400);
    expect((await create('acme', { format: 'DOCKER' })).status).toBe(409);
    const patch = await bare.call('artifactregistry', 'PATCH', `${REPOSITORY}?updateMask=format`, {
      format: 'NPM',
    });
    expect(patch.status).toBe(400);
  });

  it('take labels by patch, whichever way the mask is spelled', async () => {
    const path = `${REPOSITORY}?updateMask=labels,cleanup_policy_dry_run`;
    const { body } = await bare.call('artifactregistry', 'PATCH', path, {
      labels: { tenant: 'acme' },
      cleanupPolicyDryRun: true,
    });
    expect(body).toMatchObject({ labels: { tenant: 'acme' }, cleanupPolicyDryRun: true });
  });
});

describe('pushing', () => {
  it('makes a docker image resource that tells its size, tag and time', async () => {
    const { body } = await push(`${IMAGE}:v1`, digest('a'));
    expect(body).toEqual({ uri: `${IMAGE}@${digest('a')}`, digest: digest('a') });
    const got = await bare.call(
      'artifactregistry',
      'GET',
      `${REPOSITORY}/dockerImages/backend@${digest('a')}`,
    );
    expect(got.body).toMatchObject({ uri: `${IMAGE}@${digest('a')}`, tags: ['v1'], imageSizeBytes: '42' });
    expect(
      bare.cloud.resources
        .list({ assetType: 'artifactregistry.googleapis.com/DockerImage' })
        .map(({ name }) => name),
    ).toContain(
      `artifactregistry.googleapis.com/projects/acme-prod/locations/us-central1/repositories/acme/dockerImages/backend@${digest('a')}`,
    );
  });

  it('moves a tag to the image pushed last and leaves the other one untagged', async () => {
    await push(`${IMAGE}:moving`, digest('b'));
    await push(`${IMAGE}:moving`, digest('c'));
    const { body } = await bare.call('artifactregistry', 'GET', `${REPOSITORY}/dockerImages`);
    const tagsOf = (sha: string) =>
      (body['dockerImages'] as { uri: string; tags: string[] }[]).find(({ uri }) => uri.endsWith(sha))?.tags;
    expect([tagsOf(digest('b')), tagsOf(digest('c'))]).toEqual([[], ['moving']]);
  });

  it('keeps tags fixed where the repository says so', async () => {
    await createRepository('fixed', { format: 'DOCKER', dockerConfig: { immutableTags: true } });
    const image = 'us-central1-docker.pkg.dev/acme-prod/fixed/app:v1';
    expect((await push(image, digest('1'))).status).toBe(200);
    expect((await push(image, digest('1'))).status).toBe(200);
    expect((await push(image, digest('2'))).body['error']).toMatchObject({
      message: expect.stringContaining('tag immutability') as string,
    });
  });

  it('is refused in a registry’s words without a repository, an identity or a Docker format', async () => {
    const nowhere = await push('us-central1-docker.pkg.dev/acme-prod/nowhere/app:v1', digest('a'));
    expect(nowhere).toMatchObject({
      status: 404,
      body: { error: { message: 'name unknown: Repository "nowhere" not found' } },
    });
    const nobody = await push(`${IMAGE}:v1`, digest('a'), null);
    expect(nobody.body['error']).toMatchObject({
      message: expect.stringMatching(/^denied: Unauthenticated/) as string,
    });
    await createRepository('packages', { format: 'NPM' });
    const wrong = await push('us-central1-docker.pkg.dev/acme-prod/packages/app:v1', digest('a'));
    expect(wrong.body['error']).toMatchObject({ message: expect.stringContaining('not DOCKER') as string });
    expect((await push('example.com/app', digest('a'))).status).toBe(400);
  });
});

describe('what goes', () => {
  it('takes all images of a package when the package is deleted', async () => {
    await push('us-central1-docker.pkg.dev/acme-prod/acme/team/worker:v1', digest('e'));
    const list = await bare.call('artifactregistry', 'GET', `${REPOSITORY}/packages`);
    expect((list.body['packages'] as { name: string }[]).map(({ name }) => name)).toContain(
      'projects/acme-prod/locations/us-central1/repositories/acme/packages/team%2Fworker',
    );
    const tags = await bare.call('artifactregistry', 'GET', `${REPOSITORY}/packages/team%2Fworker/tags`);
    expect(tags.body['tags']).toHaveLength(1);
    await bare.call('artifactregistry', 'DELETE', `${REPOSITORY}/packages/team%2Fworker`);
    await bare.cloud.clock.advance(60_000);
    expect((await bare.call('artifactregistry', 'GET', `${REPOSITORY}/packages/team%2Fworker`)).status).toBe(
      404,
    );
  });

  it('takes the images along when a repository is deleted by whatever way', async () => {
    await createRepository('brief');
    await push('us-central1-docker.pkg.dev/acme-prod/brief/app:v1', digest('f'));
    const name =
      'artifactregistry.googleapis.com/projects/acme-prod/locations/us-central1/repositories/brief';
    bare.cloud.resources.delete(name);
    expect(bare.cloud.resources.list({ prefix: name })).toEqual([]);
  });
});
