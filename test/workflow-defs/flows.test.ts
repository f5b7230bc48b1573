/** The flows beside provision, run from their deployed text by the local Workflows engine: what they do, and what they leave. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { inputOf } from './fakes.ts';
import { executionIn, launchIn, leave, ledgerIn, programsIn } from './flow-world.ts';
import { argument } from './told.ts';
import { openWorld, type World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => leave(world));

describe('the other flows', () => {
  test('redeploy runs neither Terraform nor an image build', async () => {
    await launchIn(world, 'redeploy');
    expect(world.statuses).toEqual(['REDEPLOYING', 'REDEPLOYED']);
    expect(programsIn(world)).toEqual(['deploy apply', 'health-check ask']);
    expect(ledgerIn(world)).toMatchObject({
      image_digest: 'sha256:old',
      applied_generation: '3',
      fence: null,
    });
  });

  test('redeploy without an image says to ask for a rebuild, and forgets neither build nor health', async () => {
    const { image } = argument('redeploy');
    const known = { build_id: 'kept', health: 'kept' };
    await launchIn(world, 'redeploy', { image: { ...image, digest: null } }, known);
    expect(ledgerIn(world)).toMatchObject({
      ...known,
      status: 'FAILED',
      last_error: expect.stringContaining('ask for a rebuild') as string,
    });
    expect(world.builds).toEqual([]);
  });

  test('rebuild skips Terraform and leaves the applied generation as it was', async () => {
    await launchIn(world, 'rebuild', {}, { applied_generation: '2' });
    expect(world.statuses).toEqual(['REBUILDING', 'REDEPLOYING', 'REDEPLOYED']);
    expect(programsIn(world)).toEqual(['build-image build', 'deploy apply', 'health-check ask']);
    expect(ledgerIn(world)).toMatchObject({ image_digest: 'sha256:new', applied_generation: '2' });
  });

  test('health-check changes the health and nothing else of the tenant, be it good or bad', async () => {
    const health = { checkedAt: 'now', code: 503, healthy: false, reason: 'answered 503', url: 'u' };
    world.endings.set('health-check ask', { output: health });
    const begun: unknown[] = [];
    world.disturb = (method) => {
      if (method === 'builds.create') begun.push(structuredClone(ledgerIn(world)));
    };
    const before = { status: 'DEPLOYED', last_error: 'kept', build_id: 'kept' };
    const ran = await launchIn(world, 'health-check', {}, before);
    expect(ran.state).toBe('SUCCEEDED');
    expect(begun[0], 'while it looks').toEqual({ name: 'acme', fence: 'acme-g3-health-check-1', ...before });
    expect(ledgerIn(world)).toMatchObject({ status: 'DEPLOYED', last_error: 'kept', build_id: 'kept', fence: null, health: JSON.stringify(health) });
    expect(executionIn(world, 'health-check')).toMatchObject({ state: 'SUCCEEDED' });
  }); // prettier-ignore

  test('a health check that cannot be made fails by itself and leaves the tenant as it is', async () => {
    world.endings.set('health-check ask', { error: 'no' });
    const ran = await launchIn(
      world,
      'health-check',
      {},
      { status: 'DEPLOYED', health: 'kept', build_id: 'kept' },
    );
    expect(ran.state).toBe('FAILED');
    expect(ledgerIn(world)).toMatchObject({
      status: 'DEPLOYED',
      health: 'kept',
      build_id: 'kept',
      fence: null,
    });
    expect(executionIn(world, 'health-check')).toMatchObject({
      state: 'FAILED',
      error: expect.stringContaining('no') as string,
    });
  });

  test('a health check of a tenant whose endpoint is not known says to deploy it first', async () => {
    const { health } = argument('health-check');
    const ran = await launchIn(
      world,
      'health-check',
      { health: { ...health, url: null } },
      { status: 'READY' },
    );
    expect(ran.error).toContain('the endpoint is not known yet; the tenant must be deployed first');
    expect(world.builds).toEqual([]);
    expect(ledgerIn(world)).toMatchObject({ status: 'READY', fence: null });
  });

  test('deep-check answers what it found and changes nothing of the tenant', async () => {
    const ran = await launchIn(world, 'deep-check', {}, { status: 'DEPLOYED', last_error: 'kept', build_id: 'kept', health: 'kept' });
    expect(ran).toMatchObject({
      state: 'SUCCEEDED',
      result: { outcome: 'succeeded', check: { drift: [{ address: 'x.a', before: 1, after: 2 }], omitted: 0 } },
    });
    expect(programsIn(world)).toEqual(['terraform plan-refresh']);
    expect(world.builds[0]).toMatchObject({ project: 'plumbline-platform', location: 'us-central1' });
    expect(inputOf(world.builds[0]!)).toEqual({ bucket: 'plumbline-platform-state', prefix: 'tenants/acme', vars: { tenant: 'acme' } });
    expect(ledgerIn(world)).toEqual({ name: 'acme', status: 'DEPLOYED', last_error: 'kept', build_id: 'kept', health: 'kept', fence: null, updated_at: 'spanner.commit_timestamp()', deep_check: expect.any(String) as string, deep_check_intent: ledgerIn(world)?.['deep_check_intent'], deep_check_asked_at: 'spanner.commit_timestamp()' });
    expect(JSON.parse(String(ledgerIn(world)?.['deep_check']))).toMatchObject({ intent: ledgerIn(world)?.['deep_check_intent'], checkedAt: '2026-01-01T00:00:00Z', drift: [{ address: 'x.a' }], omitted: 0 });
    expect(executionIn(world, 'deep-check')).toMatchObject({ state: 'SUCCEEDED', error: null });
  }); // prettier-ignore

  test('a deep check that cannot be made fails by itself and leaves the tenant as it is', async () => {
    world.endings.set('terraform plan-refresh', { error: 'terraform init: no such bucket' });
    const ran = await launchIn(world, 'deep-check', {}, { status: 'DEPLOYED', last_error: 'kept' });
    expect(ran.state).toBe('FAILED');
    expect(ledgerIn(world)).toMatchObject({ status: 'DEPLOYED', last_error: 'kept', fence: null });
    expect(ledgerIn(world)).not.toHaveProperty('deep_check');
    expect(ledgerIn(world)?.['deep_check_intent']).toContain('deep-check');
    expect(executionIn(world, 'deep-check')).toMatchObject({
      state: 'FAILED',
      error: expect.stringContaining('the look at the infrastructure failed: terraform init: no') as string,
    });
  });

  test('decommission takes away namespace, infrastructure and objects, in that order', async () => {
    await launchIn(
      world,
      'decommission',
      {},
      { image_digest: 'x', outputs: 'x', health: 'x', tf_vars_snapshot: 'kept' },
    );
    expect(world.statuses).toEqual(['DECOMMISSIONING', 'DECOMMISSIONED']);
    expect(programsIn(world)).toEqual(['deploy remove', 'terraform destroy', 'cleanup objects']);
    expect(inputOf(world.builds[1]!)).toMatchObject({ vars: { tenant: 'acme' }, allowDestroy: true });
    expect(ledgerIn(world)).toMatchObject({
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
    expect(await launchIn(world, 'decommission')).toMatchObject({ state: 'SUCCEEDED' });
    const { deploy } = argument('decommission');
    world.builds.length = 0;
    await launchIn(world, 'decommission', { deploy: { ...deploy, endpoint: null } });
    expect(programsIn(world)).toEqual(['terraform destroy', 'cleanup objects']);
  });

  test('decommission is not done while objects are left', async () => {
    world.endings.set('cleanup objects', { output: { deleted: 1, left: ['gs://state/tenants/acme/x'] } });
    await launchIn(world, 'decommission');
    expect(ledgerIn(world)).toMatchObject({
      status: 'FAILED',
      last_error: expect.stringContaining('the cleanup left ["gs://state/tenants/acme/x"]') as string,
    });
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
      const ran = await launchIn(world, 'redeploy', {
        namespace,
        deploy: { ...deploy, manifests, container: value },
      });
      expect(ran.state).toBe('SUCCEEDED');
      expect(inputOf(world.builds[0]!)).toMatchObject({ manifests, namespace, container: value });
      expect(world.builds[0]!.body.steps[0]!.env[0]).not.toMatch(/\$/);
    }),
    { numRuns: 60 },
  );
});
