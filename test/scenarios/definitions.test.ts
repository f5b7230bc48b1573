/**
 * Definitions over the wire: what a preview prints is what is launched, a deep check sees what nobody models, and a
 * definition goes when nothing can need it any more.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { argumentOf } from '../../reconciler/argument.ts';
import { deepCheckFindings } from '../../reconciler/deep-check.ts';
import { labelsOf, launch } from '../../reconciler/launch.ts';
import type { Flow, Json } from '../../reconciler/model.ts';
import { previewRun } from '../../reconciler/preview-run.ts';
import { GRACE_MS } from '../../reconciler/sweep.ts';
import { compile } from '../../workflow-defs/compile.ts';
import { describeWorld, PROJECT, startWorld, type World } from './world.ts';

interface Workflow {
  readonly name: string;
  readonly sourceContents: string;
}

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

  async function ended(execution: string) {
    for (;;) {
      const found = await world.ports.workflows.get(execution);
      if (found?.state === 'SUCCEEDED') return found;
      await world.clock.sleep(20);
    }
  }

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

  it('finds with a deep check what somebody changed, and changes nothing but what we know', async () => {
    const before = await world.ports.store.getLedger('acme');
    const check = async () => {
      const stored = await world.ports.store.getTenant('acme');
      const tenant = await world.apply('acme');
      const launched = await launch(world.ports, world.platform, {
        tenant,
        applied: tenant,
        ledger: await world.ports.store.getLedger('acme'),
        generation: stored?.generation ?? 0,
        flow: 'deep-check',
        because: ['a scenario'],
        requester: 'plumbline',
      });
      expect(launched).toMatchObject({ outcome: 'launched' });
      await world.settleDown('acme');
      const { entry, execution } = await newest('acme');
      expect(entry).toMatchObject({ flow: 'deep-check', state: 'SUCCEEDED' });
      // The ledger knows of the success a moment before the execution returns its result.
      const { result } = await ended(execution);
      return deepCheckFindings({
        tenant: 'acme',
        result,
        at: world.clock.now().toISOString(),
        since: () => undefined,
      });
    };
    expect(await check()).toEqual([]);

    const network = `/compute/v1/projects/${PROJECT('acme')}/regions/us-central1/routers/acme-router`;
    const router = await world.ask<{ nats: Record<string, Json>[] }>('compute', 'GET', network);
    await world.ask('compute', 'PATCH', network, {
      nats: router.nats.map((nat) => ({ ...nat, minPortsPerVm: 4096 })),
    });
    expect(await check()).toMatchObject([
      {
        class: 'changed',
        resource: expect.stringContaining('google_compute_router_nat') as string,
        field: 'min_ports_per_vm',
        want: 128,
        have: 4096,
      },
    ]);
    expect(await world.ports.store.getLedger('acme')).toEqual({
      ...before,
      fence: null,
      updatedAt: expect.any(String) as string,
      deepCheck: expect.objectContaining({
        drift: [expect.objectContaining({ after: 4096 })],
        omitted: 0,
      }) as Json,
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
