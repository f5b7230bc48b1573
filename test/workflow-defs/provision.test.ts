/** The flow provision, run from its deployed text by the local Workflows engine: what it does, and what it leaves when it cannot. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { inputOf, programOf } from './fakes.ts';
import { executionIn, launchIn, leave, ledgerIn, programsIn } from './flow-world.ts';
import { argument } from './told.ts';
import { openWorld, type World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => leave(world));

describe('provision', () => {
  test('goes from CREATING to DEPLOYED and leaves everything it learnt', async () => {
    const ran = await launchIn(world, 'provision', {}, { last_error: 'of yesterday' });
    expect(ran).toMatchObject({ state: 'SUCCEEDED', result: { outcome: 'succeeded' } });
    expect(world.statuses).toEqual(['CREATING', 'READY', 'DEPLOYING', 'DEPLOYED']);
    expect(programsIn(world)).toEqual([
      'terraform apply',
      'build-image build',
      'deploy apply',
      'health-check ask',
    ]);
    expect(ledgerIn(world)).toEqual({
      name: 'acme',
      status: 'DEPLOYED',
      fence: null,
      request_id: 'acme-g3-provision-1',
      namespace: 'web',
      tf_state_uri: 'gs://plumbline-platform-state/tenants/acme/default.tfstate',
      tf_vars_snapshot: '{"tenant":"acme"}',
      cluster: 'acme',
      region: 'europe-west1',
      build_id: 'build-3',
      kubeconfig_ref: 'gs://state/kubeconfig.json',
      worker_pool: 'projects/acme-prod/locations/europe-west1/workerPools/acme-pool',
      service_endpoint: 'http://10.0.0.9',
      image_digest: 'sha256:new',
      outputs: '{"cluster_endpoint":"gke.example","cluster_name":"acme"}',
      applied_generation: '3',
      deep_check: null,
      deep_check_intent: null,
      deep_check_asked_at: null,
      health: expect.stringContaining('"healthy":true') as string,
      last_error: null,
      updated_at: 'spanner.commit_timestamp()',
    });
    expect(executionIn(world, 'provision')).toMatchObject({ state: 'SUCCEEDED', error: null });
    expect(world.sessions.size).toBe(0);
  });

  test('runs Terraform in the management pool and the rest in the tenant’s, each as its own account', async () => {
    await launchIn(world, 'provision');
    const [terraform, image, deploy] = world.builds;
    expect(terraform).toMatchObject({ project: 'plumbline-platform', location: 'us-central1' });
    expect(terraform?.body).toMatchObject({
      serviceAccount: expect.stringMatching(
        /^projects\/plumbline-platform\/serviceAccounts\/plumbline-infra@/,
      ) as string,
      options: { logging: 'CLOUD_LOGGING_ONLY' },
      tags: ['acme-g3-provision-1', 'tenant-acme', 'acme-g3-provision-1-terraform'],
    });
    expect(terraform?.body['options']).not.toHaveProperty('pool');
    for (const build of [terraform, deploy]) expect(build?.body).not.toHaveProperty('source');
    expect(image).toMatchObject({ project: 'acme-prod', location: 'europe-west1' });
    expect(image?.body).toMatchObject({
      source: { gitSource: { url: 'https://git.example/web.git', revision: 'main', dir: '.' } },
    });
    expect(deploy?.body).toMatchObject({
      serviceAccount: 'projects/acme-prod/serviceAccounts/acme-deploy@x',
      options: { pool: { name: 'projects/acme-prod/locations/europe-west1/workerPools/acme-pool' } },
      timeout: '1800s',
    });
    expect(inputOf(deploy!)).toMatchObject({ endpoint: 'gke.example', image: 'r.dev/acme/web@sha256:new' });
  });

  test.each([
    ['builds no image when it is told to take the one that is there', false, 'sha256:old', 'sha256:old'],
    ['builds an image when it is told to, though there is one', true, 'sha256:old', 'sha256:new'],
    ['builds an image when there is none to take', false, null, 'sha256:new'],
  ])('%s', async (_, build, digest, deployed) => {
    const { image } = argument('provision');
    await launchIn(world, 'provision', { image: { ...image, build, digest } });
    expect(programsIn(world).includes('build-image build')).toBe(deployed === 'sha256:new');
    expect(inputOf(world.builds.find((each) => programOf(each) === 'deploy apply')!)).toMatchObject({
      image: `r.dev/acme/web@${deployed}`,
    });
    expect(ledgerIn(world)).toMatchObject({ image_digest: deployed });
  });

  test('a build that fails marks the tenant with cause, build and log, and frees it for another try', async () => {
    world.endings.set('terraform apply', { error: 'terraform apply: quota' });
    const ran = await launchIn(world, 'provision');
    const cause =
      'the infrastructure change failed: terraform apply: quota (build build-1, log https://log/build-1)';
    expect(ran.state).toBe('FAILED');
    expect(ran.error).toContain(cause);
    expect(ledgerIn(world)).toMatchObject({
      status: 'FAILED',
      last_error: cause,
      build_id: 'build-1',
      fence: null,
      tf_vars_snapshot: '{"tenant":"acme"}',
    });
    expect(executionIn(world, 'provision')).toMatchObject({ state: 'FAILED', error: cause });
    expect(world.sessions.size).toBe(0);
  });

  test.each([['TIMEOUT'], ['CANCELLED'], ['EXPIRED'], ['INTERNAL_ERROR']])(
    'a build that ends as %s without a word is named by that',
    async (status) => {
      world.endings.set('deploy apply', { status });
      await launchIn(world, 'provision');
      expect(ledgerIn(world)).toMatchObject({
        status: 'FAILED',
        last_error: `the deployment ended as ${status} (build build-3, log https://log/build-3)`,
      });
    },
  );

  test('a build that fails without a word of its step is told in Cloud Build’s', async () => {
    const detail = 'build step 0 "steps:1" failed: step exited with non-zero status: 137';
    world.endings.set('deploy apply', { status: 'FAILURE', statusDetail: detail });
    await launchIn(world, 'provision');
    expect(ledgerIn(world)).toMatchObject({
      last_error: `the deployment ended as FAILURE: ${detail} (build build-3, log https://log/build-3)`,
    });
  });

  test('an unhealthy endpoint is a failure that names the code and is kept as health', async () => {
    // In the order of the JSON the service writes: by key.
    const health = {
      checkedAt: 'now',
      code: 500,
      healthy: false,
      reason: 'answered 500',
      url: 'http://10.0.0.9/health',
    };
    world.endings.set('health-check ask', { output: health });
    await launchIn(world, 'provision');
    expect(ledgerIn(world)).toMatchObject({
      status: 'FAILED',
      last_error: expect.stringContaining(
        'the endpoint is unhealthy: http://10.0.0.9/health answered 500',
      ) as string,
      health: JSON.stringify(health),
      build_id: 'build-4',
    });
  });

  test('a build without readable output is a failure, not a guess', async () => {
    world.endings.set('terraform apply', { status: 'SUCCESS' });
    await launchIn(world, 'provision');
    expect(ledgerIn(world)).toMatchObject({
      last_error: expect.stringContaining(
        'the infrastructure change succeeded but left no readable output (build build-1',
      ) as string,
    });
  });

  test('says when Terraform reports no endpoint', async () => {
    world.endings.set('terraform apply', { output: { outputs: {} } });
    await launchIn(world, 'provision');
    expect(ledgerIn(world)).toMatchObject({
      last_error: expect.stringContaining('cluster_endpoint') as string,
    });
    expect(programsIn(world)).toEqual(['terraform apply']);
  });
});
