/**
 * Definitions over the wire: what a preview prints is what is launched, a deep check sees what nobody models, and a
 * definition goes when nothing can need it any more.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { argumentOf } from '../../reconciler/argument.ts';
import { deepChecks } from '../../reconciler/deep-checks.ts';
import { labelsOf } from '../../reconciler/launch.ts';
import type { Flow, Json } from '../../reconciler/model.ts';
import { previewRun } from '../../reconciler/preview-run.ts';
import { GRACE_MS } from '../../reconciler/sweep.ts';
import { compile } from '../../workflow-defs/compile.ts';
import { describeWorld, PROJECT, startWorld, type World } from './world.ts';

interface Workflow {
  readonly name: string;
  readonly sourceContents: string;
}

/** Held by one account alone, so that one binding goes with it. */
const LOST_ROLE = 'roles/monitoring.metricWriter';

describeWorld('workflow definitions', () => {
  let world: World;
  let parent: string;

  beforeAll(async () => {
    world = await startWorld();
    parent = `/v1/projects/${world.platform.project}/locations/${world.platform.region}/workflows`;
  });
  afterAll(() => world.close());

  const deployed = async (): Promise<string[]> => {
    const { workflows = [] } = await world.ask<{ workflows?: Workflow[] }>('workflows', 'GET', parent);
    return workflows.map(({ name }) => name.split('/').at(-1) ?? '').sort();
  };
  const newest = async (name: string) => {
    const [entry] = await world.ports.store.listExecutions(name, 1);
    if (!entry?.execution) throw new Error(`nothing was launched for ${name}`);
    return { entry, execution: entry.execution };
  };

  it('launches the very bytes that were previewed', async () => {
    const tenant = await world.apply('acme');
    const preview = previewRun({
      tenant,
      generation: 1,
      applied: null,
      ledger: undefined,
      active: undefined,
      platform: world.platform,
      requester: 'plumbline',
      rules: [],
      directives: [],
      now: world.clock.now().toISOString(),
    });
    await world.pass();
    const { entry, execution } = await newest('acme');
    expect(entry.flow).toBe('provision');
    expect(preview.plan.actions).toMatchObject([{ flow: 'provision' }]);

    const definition = preview.launch?.definition;
    const found = await world.ask<Workflow>('workflows', 'GET', `${parent}/${entry.workflow}`);
    expect(entry.workflow).toBe(definition?.name);
    expect(found.sourceContents).toBe(definition?.source);

    const { argument } = await world.ask<{ argument: string }>(
      'workflowexecutions',
      'GET',
      `/v1/${execution}`,
    );
    expect(argument).toBe(JSON.stringify({ ...preview.launch?.argument, intent: entry.intent }));
    await world.settleDown('acme');
    expect((await world.ports.store.getLedger('acme'))?.status).toBe('DEPLOYED');
  }, 120_000);

  it('reports what somebody changed of a kind nobody models, once a deep check saw it, and changes nothing', async () => {
    await world.pass();
    const before = await world.ports.store.getLedger('acme');
    const check = async () => {
      const [asked] = await deepChecks(world.ports, world.platform, { only: ['acme'] });
      expect(asked).toMatchObject({ tenant: 'acme', message: 'asked' });
      await world.settleDown('acme');
      const { entry } = await newest('acme');
      expect(entry).toMatchObject({ flow: 'deep-check', state: 'SUCCEEDED' });
      return world.pass();
    };
    expect((await check()).tenants).toMatchObject([{ verdict: 'in-sync', findings: [] }]);

    const policy = `/v1/projects/${PROJECT('acme')}`;
    const { bindings, etag } = await world.ask<{ bindings: { role: string }[]; etag: string }>(
      'cloudresourcemanager',
      'POST',
      `${policy}:getIamPolicy`,
      {},
    );
    await world.ask('cloudresourcemanager', 'POST', `${policy}:setIamPolicy`, {
      policy: { etag, bindings: bindings.filter(({ role }) => role !== LOST_ROLE) },
    });
    // No pass sees that by itself.
    expect((await world.pass()).tenants).toMatchObject([{ verdict: 'in-sync' }]);
    const [seen] = (await check()).tenants;
    expect(seen).toMatchObject({ verdict: 'drift', actions: [], held: [] });
    expect(seen?.findings.length).toBeGreaterThan(0);
    for (const finding of seen?.findings ?? []) {
      expect(finding).toMatchObject({
        class: 'missing',
        kind: 'google_project_iam_member',
        resource: expect.stringContaining('google_project_iam_member.members') as string,
        source: 'terraform plan',
        risk: 'none',
      });
    }
    expect(await world.ports.store.getLedger('acme')).toEqual({
      ...before,
      fence: null,
      updatedAt: expect.any(String) as string,
      deepCheck: expect.objectContaining({ omitted: 0 }) as Json,
      deepCheckIntent: expect.stringContaining('-deep-check-') as string,
      deepCheckAskedAt: expect.any(String) as string,
    });
  }, 120_000);

  it('removes a definition that nothing needs, and none that an execution does', async () => {
    const older = (flow: Flow) => compile(flow, { ...world.platform, stepsImage: `old/steps:${flow}` });
    const [idle, used] = [older('redeploy'), older('provision')];
    for (const definition of [idle, used]) await world.ports.workflows.ensure(definition);
    const today = await deployed();
    expect(today).toEqual(expect.arrayContaining([idle.name, used.name]));

    await world.advanceCloud(2 * GRACE_MS);
    world.clock.advance(2 * GRACE_MS);
    await world.order({
      method: 'cloudbuild.projects.locations.builds.list',
      contains: 'stuck-g1-provision-1',
      delayMs: GRACE_MS,
    });
    // An execution that is under way, of an intent that the ledger knows.
    const tenant = await world.apply('stuck');
    const now = world.clock.now();
    const opened = await world.ports.store.openIntent({
      name: 'stuck',
      generation: 1,
      flow: 'provision',
      workflow: used.name,
      because: [],
      requester: 'plumbline',
      now: now.toISOString(),
      deadline: new Date(now.getTime() + GRACE_MS).toISOString(),
    });
    if (opened.outcome !== 'opened') throw new Error(opened.outcome);
    const { intent } = opened.execution;
    const told = argumentOf({ tenant, applied: null, ledger: undefined, platform: world.platform, flow: 'provision', intent, generation: 1, requester: 'plumbline' }); // prettier-ignore
    const running = await world.ports.workflows.execute({
      workflow: used.name,
      argument: told as unknown as Json,
      labels: labelsOf(opened.execution),
    });

    await world.pass({ only: ['nobody'], dryRun: true });
    expect(await deployed()).toEqual(today);
    await world.pass({ only: ['nobody'], shard: { index: 1, count: 2 } });
    expect(await deployed()).toEqual(today);
    const events: unknown[] = [];
    await world.pass({ only: ['nobody'], onEvent: (event) => events.push(event) });
    expect(events).toContainEqual({ type: 'swept', workflows: [idle.name] });
    expect(await deployed()).toEqual(today.filter((name) => name !== idle.name));
    expect(await world.ports.workflows.get(running.name)).toMatchObject({ state: 'ACTIVE', error: null });
  }, 60_000);
});
