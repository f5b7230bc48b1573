/** Flows that fail half way, are cancelled, are parked, and how each goes on: one fleet of four, told in order. */
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { LedgerEntry } from '../../desired-state/store.ts';
import { describeWorld, of, PROJECT, startWorld, type World } from './world.ts';

const TENANTS = ['acme', 'globex', 'hooli', 'initech'] as const;

describeWorld('flows that fail', () => {
  let world: World;
  /** Ends what makes every change of acme fail. */
  let mend: () => Promise<void>;
  /** Ends the illness of initech's endpoint. */
  let heal: () => Promise<void>;
  /** What a tenant that never met a fault has, with its name taken out. */
  let whole: string[];

  const ledger = async (name: string): Promise<LedgerEntry> => {
    const entry = await world.ports.store.getLedger(name);
    if (!entry) throw new Error(`${name} has no ledger entry`);
    return entry;
  };
  const shape = async (name: string): Promise<string[]> =>
    // How often an image was built is no matter here, and neither is what Google makes under names of its own.
    [
      ...new Set(
        (await world.resources(PROJECT(name)))
          .filter((resource) => !/\/(gke-|k8s2-|default-route-)[^/]*$/.test(resource))
          .map((resource) => resource.replaceAll(name, 'TENANT').replace(/sha256:.*/, 'sha256')),
      ),
    ].sort();
  const isWhole = async (name: string) => {
    expect(await shape(name)).toEqual(whole);
    expect(await ledger(name)).toMatchObject({
      status: 'DEPLOYED',
      appliedGeneration: 1,
      lastError: null,
      fence: null,
    });
    expect(of(await world.pass({ dryRun: true }), name).verdict).toBe('in-sync');
  };
  const noNodePools = (name: string) =>
    world.order({
      method: 'container.projects.locations.clusters.nodePools.create',
      contains: PROJECT(name),
      status: 403,
      message: 'Required "container.nodePools.create" permission',
    });

  beforeAll(async () => {
    world = await startWorld();
    for (const name of TENANTS) await world.apply(name);
  });
  afterAll(() => world.close());

  it('marks each failed tenant with its cause, build and log, and leaves the others alone', async () => {
    const lifts = [
      await noNodePools('acme'),
      await noNodePools('hooli'),
      await world.order({
        service: 'kubernetes-controller',
        method: 'deployment',
        contains: PROJECT('initech'),
      }),
    ];
    expect((await world.pass()).summary).toMatchObject({ launched: 4, verdicts: { pending: 4 } });
    const ended = await world.settleDown(...TENANTS);
    for (const lift of lifts) await lift();

    expect(ended.map(({ tenant, status, state }) => [tenant, status, state])).toEqual([
      ['acme', 'FAILED', 'FAILED'],
      ['globex', 'DEPLOYED', 'SUCCEEDED'],
      ['hooli', 'FAILED', 'FAILED'],
      ['initech', 'FAILED', 'FAILED'],
    ]);
    for (const [name, cause] of [
      ['acme', /403: .*container\.nodePools\.create/],
      ['initech', /rollout of initech-app\/web/],
    ] as const) {
      const { lastError, buildId, fence } = await ledger(name);
      expect(lastError).toMatch(cause);
      expect(lastError).toContain(`build ${String(buildId)}, log http`);
      expect(fence).toBeNull();
    }
    whole = await shape('globex');
    expect(await ledger('globex')).toMatchObject({ appliedGeneration: 1, lastError: null });
  });

  it('tries the failed ones again, and nobody else', async () => {
    heal = await world.order({ service: 'endpoint', contains: PROJECT('initech'), status: 503 });
    mend = await world.order({
      method: 'cloudbuild.projects.locations.builds.create',
      contains: 'acme-g1-provision',
      status: 403,
      message: 'no builds for acme',
    });
    const report = await world.pass({ only: ['acme', 'globex', 'initech'] });
    expect(report.summary.launched).toBe(2);
    expect(of(report, 'globex').verdict).toBe('in-sync');
  });

  it('takes a half-made tenant away, and does not bring back what an unfinished removal has taken', async () => {
    expect(await world.resources(PROJECT('hooli'))).not.toEqual([]);

    const stuck = await world.order({
      method: 'compute.networks.delete',
      contains: PROJECT('hooli'),
      status: 403,
    });
    expect(await world.request('hooli', 'decommission', { confirm: 'hooli' })).toMatchObject({
      accepted: true,
    });
    await world.settleDown('hooli');
    await stuck();
    expect(await ledger('hooli')).toMatchObject({
      status: 'FAILED',
      lastError: expect.stringContaining('403') as string,
    });
    const left = await world.resources(PROJECT('hooli'));
    const report = await world.pass({ only: ['hooli'] });
    expect(report.summary.launched).toBe(0);
    expect(of(report, 'hooli').held[0]).toMatchObject({
      reason: 'approval',
      message: expect.stringContaining('decommission') as string,
    });
    expect(await world.resources(PROJECT('hooli'))).toEqual(left);

    expect(await world.request('hooli', 'decommission', { confirm: 'hooli' })).toMatchObject({
      accepted: true,
    });
    await world.settleDown('hooli');
    expect(await ledger('hooli')).toMatchObject({ status: 'DECOMMISSIONED', lastError: null });
    expect(await world.resources(PROJECT('hooli'))).toEqual([]);
    const prefix = encodeURIComponent('tenants/hooli/');
    const objects = `/storage/v1/b/${world.platform.stateBucket}/o?prefix=${prefix}`;
    expect(await world.ask('storage', 'GET', objects)).not.toHaveProperty('items');
  });

  it('parks a tenant after three failures and says how to go on', async () => {
    await world.settleDown('acme');
    await world.pass({ only: ['acme'] });
    await world.settleDown('acme');
    expect((await world.ports.store.listExecutions('acme')).map(({ state }) => state)).toEqual([
      'FAILED',
      'FAILED',
      'FAILED',
    ]);
    for (const when of ['still broken', 'mended']) {
      if (when === 'mended') await mend();
      const acme = of(await world.pass({ dryRun: true }), 'acme');
      expect(acme).toMatchObject({
        actions: [],
        held: [
          {
            reason: 'budget',
            flow: 'provision',
            message: expect.stringContaining('plumb reconcile acme') as string,
          },
        ],
        error: expect.stringContaining('no builds for acme') as string,
      });
    }
  });

  it('tries a parked tenant again when a person names it, and carries on where Terraform stopped', async () => {
    expect((await world.pass({ only: ['acme'] })).summary.launched).toBe(1);
    await world.settleDown('acme');
    await isWhole('acme');
  });

  it('closes what was cancelled by hand, and brings the tenant back to rest', async () => {
    const asked = await world.request('globex', 'rebuild');
    const execution = asked.accepted ? asked.execution : '';
    await vi.waitFor(async () => expect((await ledger('globex')).status).toBe('REBUILDING'));
    await world.ask('workflowexecutions', 'POST', `/v1/${execution}:cancel`);
    const report = await world.pass({ only: ['globex'] });
    expect(of(report, 'globex')).toMatchObject({
      verdict: 'pending',
      status: 'FAILED',
      findings: [{ kind: 'record', field: 'status', have: 'FAILED' }],
      actions: [{ flow: 'provision' }],
    });
    expect((await world.ports.store.listExecutions('globex'))[1]).toMatchObject({
      flow: 'rebuild',
      state: 'FAILED',
      error: expect.stringMatching(/cancel/i) as string,
    });
    const [ended] = await world.settleDown('globex');
    expect(ended).toMatchObject({ state: 'SUCCEEDED', status: 'DEPLOYED' });
    expect(await ledger('globex')).toMatchObject({ fence: null, lastError: null });
  });

  it('refuses a rebuild while another one is under way, and says which', async () => {
    const first = await world.request('globex', 'rebuild');
    expect(first).toMatchObject({ accepted: true });
    expect(await world.request('globex', 'rebuild')).toMatchObject({
      accepted: false,
      reason: expect.stringContaining('rebuild (globex-g1-rebuild-2) is under way') as string,
    });
    const [ended] = await world.settleDown('globex');
    expect(ended).toMatchObject({ state: 'SUCCEEDED', status: 'REDEPLOYED' });
    expect((await world.ports.store.listRequests('globex')).map(({ state }) => state).sort()).toEqual([
      'ACCEPTED',
      'ACCEPTED',
      'REFUSED',
    ]);
  });

  it('refuses whoever does not own the tenant or does not confirm its name', async () => {
    const stranger = await world.request('acme', 'decommission', {
      requester: 'stranger@elsewhere.example',
      confirm: 'acme',
    });
    expect(stranger).toMatchObject({ accepted: false });
    const unsure = await world.request('acme', 'decommission', { confirm: 'acne' });
    expect(unsure).toMatchObject({ accepted: false });
    expect(await world.ports.store.listActive('acme')).toEqual([]);
    const recorded = await world.ports.store.listRequests('acme');
    expect(recorded.map(({ reason }) => reason).sort()).toEqual(
      [stranger, unsure].map((answer) => (answer.accepted ? '' : answer.reason)).sort(),
    );
  });

  it('says what the endpoint answered when health fails at the end', async () => {
    await world.settleDown('initech');
    await heal();
    const { status, lastError, health, buildId } = await ledger('initech');
    expect(status).toBe('FAILED');
    expect(lastError).toMatch(/unhealthy: http.* 503/);
    expect(lastError).toContain(`build ${String(buildId)}, log http`);
    expect(health).toMatchObject({ healthy: false, code: 503 });
  });

  it('goes on with a tenant whose endpoint was ill, to exactly what one has that never failed', async () => {
    expect((await world.pass()).summary.launched).toBe(1);
    await world.settleDown('initech');
    await isWhole('initech');
  });

  it('says so when what is asked for has been done', async () => {
    expect(await world.request('hooli', 'decommission', { confirm: 'hooli' })).toEqual({
      accepted: false,
      reason: 'hooli is already decommissioned',
    });
    const report = await world.pass();
    expect(report.summary).toMatchObject({
      launched: 0,
      verdicts: { 'in-sync': 3, decommissioned: 1 },
    });
  });
});
