/** Every flow, run from its deployed text by the local Workflows engine: what it does, and what it leaves when it cannot. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ApiError } from '../../local-cloud/core/errors.ts';
import type { Flow } from '../../reconciler/model.ts';
import type { ExecutionArgument } from '../../workflow-defs/argument.ts';
import { inputOf, openIntent, programOf } from './fakes.ts';
import { argument } from './told.ts';
import { openWorld, type World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(async () => {
  await world.close();
  expect([...world.transactions], 'begun, and neither committed nor rolled back').toEqual([]);
});

const ledger = () => world.tables.Ledger.get('acme');
const execution = (flow: Flow) => world.tables.Executions.get(`acme/acme-g3-${flow}-1`);
const programs = () => world.builds.map(programOf);

/** Opens the intent and runs the flow. */
async function launch(
  flow: Flow,
  more: Partial<ExecutionArgument> = {},
  before: Record<string, unknown> = {},
) {
  const told = argument(flow, more);
  openIntent(world, told, before);
  return world.run(flow, told);
}

describe('provision', () => {
  test('goes from CREATING to DEPLOYED and leaves everything it learnt', async () => {
    const ran = await launch('provision', {}, { last_error: 'of yesterday' });
    expect(ran).toMatchObject({ state: 'SUCCEEDED', result: { outcome: 'succeeded' } });
    expect(world.statuses).toEqual(['CREATING', 'READY', 'DEPLOYING', 'DEPLOYED']);
    expect(programs()).toEqual(['terraform apply', 'build-image build', 'deploy apply', 'health-check ask']);
    expect(ledger()).toEqual({
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
    expect(execution('provision')).toMatchObject({ state: 'SUCCEEDED', error: null });
    expect(world.sessions.size).toBe(0);
  });

  test('runs Terraform in the management pool and the rest in the tenant’s, each as its own account', async () => {
    await launch('provision');
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
    await launch('provision', { image: { ...image, build, digest } });
    expect(programs().includes('build-image build')).toBe(deployed === 'sha256:new');
    expect(inputOf(world.builds.find((each) => programOf(each) === 'deploy apply')!)).toMatchObject({
      image: `r.dev/acme/web@${deployed}`,
    });
    expect(ledger()).toMatchObject({ image_digest: deployed });
  });

  test('a build that fails marks the tenant with cause, build and log, and frees it for another try', async () => {
    world.endings.set('terraform apply', { error: 'terraform apply: quota' });
    const ran = await launch('provision');
    const cause =
      'the infrastructure change failed: terraform apply: quota (build build-1, log https://log/build-1)';
    expect(ran.state).toBe('FAILED');
    expect(ran.error).toContain(cause);
    expect(ledger()).toMatchObject({
      status: 'FAILED',
      last_error: cause,
      build_id: 'build-1',
      fence: null,
      tf_vars_snapshot: '{"tenant":"acme"}',
    });
    expect(execution('provision')).toMatchObject({ state: 'FAILED', error: cause });
    expect(world.sessions.size).toBe(0);
  });

  test.each([['TIMEOUT'], ['CANCELLED'], ['EXPIRED'], ['INTERNAL_ERROR']])(
    'a build that ends as %s without a word is named by that',
    async (status) => {
      world.endings.set('deploy apply', { status });
      await launch('provision');
      expect(ledger()).toMatchObject({
        status: 'FAILED',
        last_error: `the deployment ended as ${status} (build build-3, log https://log/build-3)`,
      });
    },
  );

  test('a build that fails without a word of its step is told in Cloud Build’s', async () => {
    const detail = 'build step 0 "steps:1" failed: step exited with non-zero status: 137';
    world.endings.set('deploy apply', { status: 'FAILURE', statusDetail: detail });
    await launch('provision');
    expect(ledger()).toMatchObject({
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
    await launch('provision');
    expect(ledger()).toMatchObject({
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
    await launch('provision');
    expect(ledger()).toMatchObject({
      last_error: expect.stringContaining(
        'the infrastructure change succeeded but left no readable output (build build-1',
      ) as string,
    });
  });

  test('says when Terraform reports no endpoint', async () => {
    world.endings.set('terraform apply', { output: { outputs: {} } });
    await launch('provision');
    expect(ledger()).toMatchObject({ last_error: expect.stringContaining('cluster_endpoint') as string });
    expect(programs()).toEqual(['terraform apply']);
  });
});

describe('the other flows', () => {
  test('redeploy runs neither Terraform nor an image build', async () => {
    await launch('redeploy');
    expect(world.statuses).toEqual(['REDEPLOYING', 'REDEPLOYED']);
    expect(programs()).toEqual(['deploy apply', 'health-check ask']);
    expect(ledger()).toMatchObject({ image_digest: 'sha256:old', applied_generation: '3', fence: null });
  });

  test('redeploy without an image says to ask for a rebuild, and forgets neither build nor health', async () => {
    const { image } = argument('redeploy');
    const known = { build_id: 'kept', health: 'kept' };
    await launch('redeploy', { image: { ...image, digest: null } }, known);
    expect(ledger()).toMatchObject({
      ...known,
      status: 'FAILED',
      last_error: expect.stringContaining('ask for a rebuild') as string,
    });
    expect(world.builds).toEqual([]);
  });

  test('rebuild skips Terraform and leaves the applied generation as it was', async () => {
    await launch('rebuild', {}, { applied_generation: '2' });
    expect(world.statuses).toEqual(['REBUILDING', 'REDEPLOYING', 'REDEPLOYED']);
    expect(programs()).toEqual(['build-image build', 'deploy apply', 'health-check ask']);
    expect(ledger()).toMatchObject({ image_digest: 'sha256:new', applied_generation: '2' });
  });

  test('health-check changes the health and nothing else of the tenant, be it good or bad', async () => {
    const health = { checkedAt: 'now', code: 503, healthy: false, reason: 'answered 503', url: 'u' };
    world.endings.set('health-check ask', { output: health });
    const begun: unknown[] = [];
    world.disturb = (method) => {
      if (method === 'builds.create') begun.push(structuredClone(ledger()));
    };
    const before = { status: 'DEPLOYED', last_error: 'kept', build_id: 'kept' };
    const ran = await launch('health-check', {}, before);
    expect(ran.state).toBe('SUCCEEDED');
    expect(begun[0], 'while it looks').toEqual({ name: 'acme', fence: 'acme-g3-health-check-1', ...before });
    expect(ledger()).toMatchObject({ status: 'DEPLOYED', last_error: 'kept', build_id: 'kept', fence: null, health: JSON.stringify(health) });
    expect(execution('health-check')).toMatchObject({ state: 'SUCCEEDED' });
  }); // prettier-ignore

  test('a health check that cannot be made fails by itself and leaves the tenant as it is', async () => {
    world.endings.set('health-check ask', { error: 'no' });
    const ran = await launch('health-check', {}, { status: 'DEPLOYED', health: 'kept', build_id: 'kept' });
    expect(ran.state).toBe('FAILED');
    expect(ledger()).toMatchObject({ status: 'DEPLOYED', health: 'kept', build_id: 'kept', fence: null });
    expect(execution('health-check')).toMatchObject({
      state: 'FAILED',
      error: expect.stringContaining('no') as string,
    });
  });

  test('a health check of a tenant whose endpoint is not known says to deploy it first', async () => {
    const { health } = argument('health-check');
    const ran = await launch('health-check', { health: { ...health, url: null } }, { status: 'READY' });
    expect(ran.error).toContain('the endpoint is not known yet; the tenant must be deployed first');
    expect(world.builds).toEqual([]);
    expect(ledger()).toMatchObject({ status: 'READY', fence: null });
  });

  test('deep-check answers what it found and changes nothing of the tenant', async () => {
    const ran = await launch('deep-check', {}, { status: 'DEPLOYED', last_error: 'kept', build_id: 'kept', health: 'kept' });
    expect(ran).toMatchObject({
      state: 'SUCCEEDED',
      result: { outcome: 'succeeded', check: { drift: [{ address: 'x.a', before: 1, after: 2 }], omitted: 0 } },
    });
    expect(programs()).toEqual(['terraform plan-refresh']);
    expect(world.builds[0]).toMatchObject({ project: 'plumbline-platform', location: 'us-central1' });
    expect(inputOf(world.builds[0]!)).toEqual({ bucket: 'plumbline-platform-state', prefix: 'tenants/acme', vars: { tenant: 'acme' } });
    expect(ledger()).toEqual({ name: 'acme', status: 'DEPLOYED', last_error: 'kept', build_id: 'kept', health: 'kept', fence: null, updated_at: 'spanner.commit_timestamp()', deep_check: expect.any(String) as string, deep_check_intent: ledger()?.['deep_check_intent'], deep_check_asked_at: 'spanner.commit_timestamp()' });
    expect(JSON.parse(String(ledger()?.['deep_check']))).toMatchObject({ intent: ledger()?.['deep_check_intent'], checkedAt: '2026-01-01T00:00:00Z', drift: [{ address: 'x.a' }], omitted: 0 });
    expect(execution('deep-check')).toMatchObject({ state: 'SUCCEEDED', error: null });
  }); // prettier-ignore

  test('a deep check that cannot be made fails by itself and leaves the tenant as it is', async () => {
    world.endings.set('terraform plan-refresh', { error: 'terraform init: no such bucket' });
    const ran = await launch('deep-check', {}, { status: 'DEPLOYED', last_error: 'kept' });
    expect(ran.state).toBe('FAILED');
    expect(ledger()).toMatchObject({ status: 'DEPLOYED', last_error: 'kept', fence: null });
    expect(ledger()).not.toHaveProperty('deep_check');
    expect(ledger()?.['deep_check_intent']).toContain('deep-check');
    expect(execution('deep-check')).toMatchObject({
      state: 'FAILED',
      error: expect.stringContaining('the look at the infrastructure failed: terraform init: no') as string,
    });
  });

  test('decommission takes away namespace, infrastructure and objects, in that order', async () => {
    await launch(
      'decommission',
      {},
      { image_digest: 'x', outputs: 'x', health: 'x', tf_vars_snapshot: 'kept' },
    );
    expect(world.statuses).toEqual(['DECOMMISSIONING', 'DECOMMISSIONED']);
    expect(programs()).toEqual(['deploy remove', 'terraform destroy', 'cleanup objects']);
    expect(inputOf(world.builds[1]!)).toMatchObject({ vars: { tenant: 'acme' }, allowDestroy: true });
    expect(ledger()).toMatchObject({
      build_id: null,
      kubeconfig_ref: null,
      service_endpoint: null,
      image_digest: null,
      outputs: null,
      worker_pool: null,
      health: null,
      tf_vars_snapshot: 'kept',
    });
  });

  test('decommission goes on when the namespace cannot be removed, or was never there', async () => {
    world.endings.set('deploy remove', { error: 'the control plane cannot be reached' });
    expect(await launch('decommission')).toMatchObject({ state: 'SUCCEEDED' });
    const { deploy } = argument('decommission');
    world.builds.length = 0;
    await launch('decommission', { deploy: { ...deploy, endpoint: null } });
    expect(programs()).toEqual(['terraform destroy', 'cleanup objects']);
  });

  test('decommission is not done while objects are left', async () => {
    world.endings.set('cleanup objects', { output: { deleted: 1, left: ['gs://state/tenants/acme/x'] } });
    await launch('decommission');
    expect(ledger()).toMatchObject({
      status: 'FAILED',
      last_error: expect.stringContaining('the cleanup left ["gs://state/tenants/acme/x"]') as string,
    });
  });
});

describe('the fence', () => {
  test.each<Flow>(['provision', 'redeploy', 'rebuild', 'health-check', 'deep-check', 'decommission'])(
    '%s does nothing when another intent holds it',
    async (flow) => {
      openIntent(world, argument(flow), { fence: 'acme-g4-provision-1', status: 'DEPLOYED' });
      const before = structuredClone(world.tables);
      expect(await world.run(flow, argument(flow))).toMatchObject({
        state: 'SUCCEEDED',
        result: { outcome: 'superseded', intent: `acme-g3-${flow}-1` },
      });
      expect(world.tables).toEqual(before);
      expect(world.builds).toEqual([]);
      expect(world.sessions.size).toBe(0);
    },
  );

  test('does nothing when nobody holds it, or there is no such tenant', async () => {
    openIntent(world, argument('redeploy'), { fence: null });
    expect(await world.run('redeploy', argument('redeploy'))).toMatchObject({
      result: { outcome: 'superseded' },
    });
    expect(await world.run('redeploy', argument('redeploy', { tenant: 'globex' }))).toMatchObject({
      result: { outcome: 'superseded' },
    });
    expect(world.statuses).toEqual([]);
  });

  test('lost half way, nothing more is written and nothing more is built', async () => {
    world.disturb = (method, moment) => {
      if (method === 'builds.create' && moment === 'out') ledger()!['fence'] = 'another';
    };
    expect(await launch('provision')).toMatchObject({
      state: 'SUCCEEDED',
      result: { outcome: 'superseded' },
    });
    expect(world.statuses).toEqual(['CREATING']);
    expect(programs()).toEqual(['terraform apply']);
  });

  test('lost before a failure, the failure is not written over what the other has done', async () => {
    world.endings.set('terraform apply', { error: 'no' });
    world.disturb = (method, moment) => {
      if (method === 'builds.create' && moment === 'out') ledger()!['fence'] = 'another';
    };
    expect(await launch('provision')).toMatchObject({ state: 'FAILED' });
    expect(ledger()).toMatchObject({ status: 'CREATING', fence: 'another' });
  });
});

describe('when calls fail', () => {
  /** Lets the calls of `method` numbered in `which` (from 1) fail at `moment`. */
  const failing = (method: string, moment: 'in' | 'out', status: ConstructorParameters<typeof ApiError>[0], which: number[]) => {
    let count = 0;
    world.disturb = (called, at) => {
      if (called === method && at === moment && which.includes(++count)) throw new ApiError(status, `${method} broke`);
    };
  }; // prettier-ignore

  test.each([
    ['sessions.create', 'UNAVAILABLE'],
    ['beginTransaction', 'ABORTED'],
    ['read', 'ABORTED'],
    ['commit', 'ABORTED'],
    ['builds.list', 'RESOURCE_EXHAUSTED'],
    ['builds.get', 'UNAVAILABLE'],
  ] as const)('%s may answer %s twice', async (method, status) => {
    failing(method, 'in', status, [1, 2]);
    expect(await launch('redeploy')).toMatchObject({ state: 'SUCCEEDED' });
    expect(world.statuses).toEqual(['REDEPLOYING', 'REDEPLOYED']);
    expect(world.sessions.size).toBe(0);
  });

  test('a transaction that cannot be rolled back changes neither the cause nor the outcome', async () => {
    let commits = 0;
    world.disturb = (method, moment) => {
      if (method === 'commit' && moment === 'in' && ++commits === 2) {
        throw new ApiError('PERMISSION_DENIED', 'commit broke');
      }
      // After its effect, so that the world still ends with nothing open.
      if (method === 'rollback' && moment === 'out') throw new ApiError('UNAVAILABLE', 'rollback broke');
    };
    await launch('redeploy');
    expect(ledger()).toMatchObject({
      status: 'FAILED',
      last_error: expect.stringMatching(
        /^the ledger of acme cannot be written \(SUCCEEDED\): .*: commit broke$/,
      ) as string,
    });
    expect(world.sessions.size).toBe(0);
  });

  test('a build whose answer is lost is adopted, not created again', async () => {
    failing('builds.create', 'out', 'DEADLINE_EXCEEDED', [1]);
    expect(await launch('redeploy')).toMatchObject({ state: 'SUCCEEDED' });
    expect(programs()).toEqual(['deploy apply', 'health-check ask']);
  });

  test('a commit whose answer is lost is not taken for a lost fence', async () => {
    failing('commit', 'out', 'DEADLINE_EXCEEDED', [2]);
    expect(await launch('redeploy')).toMatchObject({ state: 'SUCCEEDED', result: { outcome: 'succeeded' } });
    expect(execution('redeploy')).toMatchObject({ state: 'SUCCEEDED' });
  });

  test('a refusal is told in the service’s own words', async () => {
    failing('builds.create', 'in', 'PERMISSION_DENIED', [1]);
    await launch('redeploy');
    expect(ledger()).toMatchObject({
      status: 'FAILED',
      last_error: expect.stringMatching(
        /^the deployment could not be started in projects\/acme-prod\/locations\/europe-west1: .*403.*: builds\.create broke$/,
      ) as string,
    });
  });

  test('a build that can no longer be followed is named', async () => {
    failing('builds.get', 'in', 'NOT_FOUND', [1]);
    await launch('redeploy');
    expect(ledger()).toMatchObject({
      last_error: expect.stringContaining(
        'the deployment (build build-1, log https://log/build-1) cannot be followed: ',
      ) as string,
      build_id: 'build-1',
    });
  });

  test('a ledger that cannot be opened ends the execution with that cause', async () => {
    failing('sessions.create', 'in', 'PERMISSION_DENIED', [1]);
    const ran = await launch('redeploy');
    expect(ran.state).toBe('FAILED');
    expect(ran.error).toContain('the ledger of acme cannot be opened: ');
    expect(world.builds).toEqual([]);
  });

  test('a failure that cannot be recorded still ends the execution with its own cause', async () => {
    world.endings.set('deploy apply', { error: 'no room' });
    failing('sessions.create', 'in', 'PERMISSION_DENIED', [2]);
    const ran = await launch('redeploy');
    expect(ran.error).toContain('no room');
    expect(ledger()).toMatchObject({ status: 'REDEPLOYING', fence: 'acme-g3-redeploy-1' });
  });
});

test('hostile values of a tenant arrive as they are and are never evaluated', async () => {
  const hostile = fc.constantFrom(
    '${sys.get_env("GOOGLE_CLOUD_PROJECT_ID")}', '${1+1}', '$$', '$PATH', '${', '}', '"', "'", '\\', '\n', '`id`', '$(id)', '\u0000', '\u2028', '😀', '../..', '*', '&a', '!!x',
  ); // prettier-ignore
  const text = fc
    .array(fc.oneof(hostile, fc.string({ unit: 'grapheme', maxLength: 5 })), { maxLength: 4 })
    .map((p) => p.join(''));
  await fc.assert(
    fc.asyncProperty(text, text, text, async (value, key, namespace) => {
      world.builds.length = 0;
      const { deploy } = argument('redeploy');
      const manifests = [{ kind: value, nested: [{ [`k${key}`]: value }] }];
      const ran = await launch('redeploy', { namespace, deploy: { ...deploy, manifests, container: value } });
      expect(ran.state).toBe('SUCCEEDED');
      expect(inputOf(world.builds[0]!)).toMatchObject({ manifests, namespace, container: value });
      expect(world.builds[0]!.body.steps[0]!.env[0]).not.toMatch(/\$/);
    }),
    { numRuns: 60 },
  );
});
