/** What a pass concludes from a world it cannot see well: nothing that is not so, and nothing is touched. */
import { tmpdir } from 'node:os';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { findingKey, type Json, type RunReport } from '../../reconciler/model.ts';
import { FRESHNESS } from '../../reconciler/passes.ts';
import { LOCAL_IDENTITIES } from '../../reconciler/platform-settings.ts';
import { CLUSTER_KINDS, GCP_KINDS } from '../../reconciler/resources/index.ts';
import { command } from '../reconciler/cli/run.ts';
import {
  describeWorld,
  keysOf,
  of,
  OWNER,
  PROJECT,
  startWorld,
  type Call,
  type Fault,
  type World,
} from './world.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** Answers nobody may draw a conclusion from. */
const BAD_ANSWERS: Readonly<Record<string, Fault>> = {
  'a 403': { status: 403 },
  'a 500 that stays': { status: 500 },
  'a 429 that stays': { status: 429 },
  'a lost connection': { reset: true },
  'JSON cut short': { rawBody: '{"name": "acme", "na' },
  'a page for people': { rawBody: '<html><body>Sign in</body></html>' },
  'an empty object': { rawBody: '{}' },
  'an empty list': { rawBody: '[]' },
  'a proxy’s 404': { status: 404, rawBody: '<html>not found</html>' },
};

/** Direct reads, and what of the tenant rests on each. */
const READS: Readonly<Record<string, { fault: Fault; blinds: RegExp }>> = {
  'the router': { fault: { service: 'compute', method: 'compute.routers.get' }, blinds: /^(router|nat)\// },
  'the network': {
    fault: { service: 'compute', method: 'compute.networks.get' },
    blinds: /^(network|service-peering)\//,
  },
  'the subnet': { fault: { service: 'compute', method: 'compute.subnetworks.get' }, blinds: /^subnet\// },
  'the cluster': {
    fault: { service: 'container', method: 'container.projects.locations.clusters.get' },
    blinds: /^(cluster|namespace|deployment|service|autoscaler)\//,
  },
  'node pools': {
    fault: { service: 'container', method: 'container.projects.locations.clusters.nodePools.get' },
    blinds: /^node-pool\//,
  },
  'the pool’s range': {
    fault: { service: 'compute', method: 'compute.globalAddresses.get' },
    blinds: /^pool-range\//,
  },
  'the registry': { fault: { service: 'artifactregistry' }, blinds: /^registry\// },
  'the worker pool': {
    fault: { service: 'cloudbuild', method: 'cloudbuild.projects.locations.workerPools.get' },
    blinds: /^worker-pool\//,
  },
  'service accounts': { fault: { service: 'iam' }, blinds: /^service-account\// },
};

const LISTS: Readonly<Record<string, { fault: Fault; blinds: RegExp }>> = {
  namespaces: {
    fault: { service: 'kubernetes', method: 'core.namespaces.list' },
    blinds: /^namespace\//,
  },
  deployments: {
    fault: { service: 'kubernetes', method: 'apps.deployments.list' },
    blinds: /^deployment\//,
  },
  services: { fault: { service: 'kubernetes', method: 'core.services.list' }, blinds: /^service\// },
  autoscalers: {
    fault: { service: 'kubernetes', method: 'autoscaling.horizontalpodautoscalers.list' },
    blinds: /^autoscaler\//,
  },
};

it('disturbs the reading of every kind there is', () => {
  const all = [...Object.values(READS), ...Object.values(LISTS)];
  for (const { kind } of [...GCP_KINDS, ...CLUSTER_KINDS]) {
    expect(
      all.some(({ blinds }) => blinds.test(`${kind}/`)),
      kind,
    ).toBe(true);
  }
});

describeWorld('a pass that cannot see well', () => {
  let world: World;
  /** What the fleet holds when nothing is wrong. */
  let before: { acme: string[]; globex: string[] };

  const resources = async () => ({
    acme: await world.resources(PROJECT('acme')),
    globex: await world.resources(PROJECT('globex')),
  });
  const executions = () => world.tables()['Executions'];

  beforeAll(async () => {
    world = await startWorld();
    await world.apply('acme');
    await world.apply('globex');
    await world.pass();
    await world.settleDown('acme', 'globex');
    before = await resources();
  });
  afterAll(() => world.close());
  afterEach(() => world.lag(0));

  /** One acting pass under these faults: nothing is started, exactly this much of acme is unknown, globex is not affected. */
  async function seesNothingOf(blinds: RegExp, faults: readonly Fault[]): Promise<void> {
    const started = executions();
    const report = await world.during(faults, () => world.pass());
    const acme = of(report, 'acme');
    expect(report.summary.launched).toBe(0);
    expect(executions()).toEqual(started);
    expect(acme.verdict).toBe('unreadable');
    expect(new Set(acme.findings.map((finding) => finding.class))).toEqual(new Set(['unreadable']));
    expect(acme.findings.every(({ resource }) => blinds.test(resource))).toBe(true);
    expect(acme.findings.length).toBeGreaterThan(0);
    expect(acme.held.map(({ reason }) => reason)).toEqual(['unreadable']);
    expect(of(report, 'globex').verdict).toBe('in-sync');
  }

  it('is in sync when it can see, and again and again, and then writes no row at all', async () => {
    expect((await world.pass()).summary.verdicts).toEqual({ 'in-sync': 2 });
    const first = world.tables();
    for (const freshness of [FRESHNESS, { fullEvery: 1, sample: 0 }]) {
      expect((await world.pass({ freshness })).summary.verdicts).toEqual({ 'in-sync': 2 });
    }
    expect(world.tables()).toEqual(first);
    expect(await resources()).toEqual(before);
  });

  it('needs no inventory to know: an empty one sends it to the owning APIs', async () => {
    await world.lag(3650 * DAY_MS);
    expect((await world.pass()).summary.verdicts).toEqual({ 'in-sync': 2 });
  });

  describe.each(Object.entries(READS))('asking for %s', (_name, { fault, blinds }) => {
    it.each(Object.entries(BAD_ANSWERS))('does not take %s for an answer', async (_answer, bad) => {
      await world.lag(3650 * DAY_MS);
      await seesNothingOf(blinds, [{ ...fault, contains: PROJECT('acme'), ...bad }]);
    });
  });

  describe.each(Object.entries(LISTS))('listing %s', (_name, { fault, blinds }) => {
    it.each(Object.entries(BAD_ANSWERS))('does not take %s for a list', async (_answer, bad) => {
      await seesNothingOf(blinds, [{ ...fault, contains: PROJECT('acme'), ...bad }]);
    });
  });

  describe('with an inventory that fails', () => {
    const page = { service: 'cloudasset', method: 'cloudasset.assets.list' };
    const failures: Readonly<Record<string, readonly Fault[]>> = {
      ...Object.fromEntries(
        Object.entries(BAD_ANSWERS)
          .filter(([name]) => name !== 'an empty object')
          .map(([name, bad]) => [name, [{ ...page, ...bad }]]),
      ),
      'a second page that is refused': [
        { ...page, contains: 'pageToken=next', status: 500 },
        { ...page, rawBody: '{"assets": [], "nextPageToken": "next"}' },
      ],
      'a page that holds something nameless': [{ ...page, rawBody: '{"assets": [{"assetType": "x"}]}' }],
    };

    it.each(Object.entries(failures))('knows nothing after %s', async (_name, faults) => {
      const started = executions();
      const report = await world.during(faults, () => world.pass());
      expect(report.summary.verdicts).toEqual({ unreadable: 2 });
      expect(Object.keys(report.summary.findings)).toEqual(['unreadable']);
      expect(report.summary.launched).toBe(0);
      expect(executions()).toEqual(started);
    });

    it('takes an empty page for what it is, and asks the owning APIs', async () => {
      const report = await world.during({ ...page, rawBody: '{}' }, () => world.pass());
      expect(report.summary.verdicts).toEqual({ 'in-sync': 2 });
    });
  });

  it('forgets what it could not read as soon as it can read again', async () => {
    expect((await world.pass()).summary.verdicts).toEqual({ 'in-sync': 2 });
    expect(world.tables()['Findings']).toEqual([]);
    expect(await resources()).toEqual(before);
  });

  describe('with an inventory that is late', () => {
    const region = `/compute/v1/projects/${PROJECT('acme')}/regions/us-central1`;
    const router = `${region}/routers/acme-router`;
    const withNats = async (made: (nats: readonly object[]) => object[], use: () => Promise<void>) => {
      const { nats } = await world.ask<{ nats: object[] }>('compute', 'GET', router);
      const change = async (body: object) => {
        const { name } = await world.ask<{ name: string }>('compute', 'PATCH', router, body);
        await world.ask('compute', 'POST', `${region}/operations/${name}/wait`);
      };
      await change({ nats: made(nats) });
      try {
        await use();
      } finally {
        await change({ nats });
      }
    };
    const withoutNat = (use: () => Promise<void>): Promise<void> => withNats(() => [], use);

    it('is told of a loss by a check that calls as a viewer alone, is refused nothing, and leaves every table as it was', async () => {
      const calls = async () => (await world.ask<{ calls: Call[] }>('control', 'GET', '/calls')).calls;
      await withoutNat(async () => {
        const [tables, resourcesBefore, earlier] = [world.tables(), await resources(), await calls()];
        const options = { cwd: tmpdir(), env: { PLUMBLINE_LOCAL: world.local.infoFile } };
        const ended = await command(['check', '--detailed-exitcode', '-o', 'json'], options);
        const report = JSON.parse(ended.stdout) as RunReport;
        expect(report.run.mode).toBe('dry-run');
        expect(of(report, 'acme').findings.map(findingKey)).toEqual(['missing:nat/acme-nat']);
        expect(ended.code).toBe(2);
        const made = (await calls()).slice(earlier.length).filter(({ service }) => service !== 'control');
        expect(made.length).toBeGreaterThan(0);
        // A viewer that changed anything would have met a 403; before it is one, it asks for its token.
        const others = made.filter(({ principal }) => principal !== LOCAL_IDENTITIES.observe);
        expect(new Set(others.map(({ service }) => service))).toEqual(new Set(['iamcredentials']));
        expect(made.filter(({ status }) => status === 403)).toEqual([]);
        expect(world.tables()).toEqual(tables);
        expect(await resources()).toEqual(resourcesBefore);
        const one = await command(['check', 'globex', '--detailed-exitcode'], options);
        expect(one.code).toBe(0);
      });
    });

    it('has what somebody made of a resource taken over as it stands now, before any pass has seen it', async () => {
      const options = { cwd: tmpdir(), env: { PLUMBLINE_LOCAL: world.local.infoFile } };
      const accept = (resource: string) =>
        command(['accept', 'acme', '--resource', resource, '--dry-run'], options);
      await withNats(
        (nats) => nats.map((nat) => ({ ...nat, minPortsPerVm: 256 })),
        async () => {
          const taken = await accept('nat/acme-nat');
          expect(taken.stdout + taken.stderr).toMatch(/spec\.network\.nat\.minPortsPerVm: \d+ → 256/);
          expect(taken.code).toBe(0);
          const other = await accept('subnet/acme-nodes');
          expect(other.stderr).toContain(
            'nothing differs in subnet/acme-nodes of tenant/acme; what does is:\n  nat/acme-nat',
          );
          expect(other.code).toBe(1);
        },
      );
      expect((await accept('nat/acme-nat')).stderr).toContain('nothing else does either');
    });

    it('learns of a loss later, and does nothing until then', async () => {
      await world.advanceCloud(DAY_MS);
      await world.lag(DAY_MS / 2);
      await withoutNat(async () => {
        expect((await world.pass()).summary).toMatchObject({ launched: 0, verdicts: { 'in-sync': 2 } });
        await world.lag(0);
        const report = await world.pass({ dryRun: true });
        expect(keysOf(of(report, 'acme'))).toEqual(['missing:nat/acme-nat']);
      });
    });

    it('does not miss what is back already', async () => {
      await withoutNat(() => world.advanceCloud(DAY_MS));
      await world.lag(DAY_MS / 2);
      expect((await world.pass()).summary).toMatchObject({ launched: 0, verdicts: { 'in-sync': 2 } });
    });
  });

  describe('with records that nobody should act on', () => {
    const store = (name: string, record: Json) =>
      world.ports.store.applyTenant({ name, record, author: OWNER(name), reason: 'a scenario' });
    const recordOf = async (name: string) =>
      ((await world.ports.store.getTenant(name))?.record ?? null) as { metadata: Json; spec: Json };

    /** The rest of the fleet is judged as ever, and nothing is started for anybody. */
    async function onlyOne(name: string, problem: RegExp): Promise<void> {
      const report = await world.pass();
      expect(of(report, name).verdict).toBe('invalid');
      expect(of(report, name).error).toMatch(problem);
      expect(report.summary).toMatchObject({ launched: 0, verdicts: { 'in-sync': 2, invalid: 1 } });
      expect(await world.executions(name)).toEqual([]);
    }

    it.each<[string, Json, RegExp]>([
      ['nothing', null, /./],
      ['a number', 7, /./],
      ['a list', [1, [2]], /./],
      ['a text', 'apiVersion: plumbline.dev/v1alpha1', /./],
      [
        'no spec',
        { apiVersion: 'plumbline.dev/v1alpha1', kind: 'Tenant', metadata: { name: 'ill' } },
        /spec/,
      ],
      [
        'text where lists belong',
        { metadata: { name: 'ill' }, spec: { cluster: { nodePools: 'two' } } },
        /spec/,
      ],
      ['a later version', { apiVersion: 'plumbline.dev/v9', kind: 'Tenant' }, /apiVersion/],
    ])('sets %s aside and judges the others', async (_name, record, problem) => {
      await store('ill', record);
      await onlyOne('ill', problem);
    });

    it('does not let a record speak for another tenant', async () => {
      await store('ill', await recordOf('acme'));
      const report = await world.pass();
      expect(of(report, 'ill').verdict).toBe('invalid');
      expect(of(report, 'ill').error).toMatch(/calls itself acme/);
      expect(report.summary.launched).toBe(0);
      await store('ill', null);
    });

    it('acts for neither of two tenants that claim one project, and refuses what either asks for', async () => {
      const { spec, ...rest } = await recordOf('acme');
      await store('ill', { ...rest, metadata: { name: 'ill' }, spec });
      const started = executions();
      const report = await world.pass();
      expect(of(report, 'acme')).toMatchObject({
        verdict: 'invalid',
        error: expect.stringContaining('claimed by ill') as string,
      });
      expect(of(report, 'ill')).toMatchObject({
        verdict: 'invalid',
        error: expect.stringContaining('claimed by acme') as string,
      });
      expect(of(report, 'globex').verdict).toBe('in-sync');
      for (const [name, owner, other] of [
        ['acme', 'acme', 'ill'],
        ['ill', 'acme', 'acme'],
      ] as const) {
        const answer = await world.request(name, 'decommission', { requester: OWNER(owner), confirm: name });
        expect(answer).toMatchObject({ accepted: false });
        expect(answer).toHaveProperty('reason', expect.stringContaining(`claimed by ${other}`));
      }
      expect(executions()).toEqual(started);
      await store('ill', null);
      expect(of(await world.pass(), 'acme').verdict).toBe('in-sync');
    });
  });

  it('has changed nothing in the cloud all the while', async () => {
    expect(await resources()).toEqual(before);
  });
});
