/** Who made a difference: the last write that touches it, as far as a log tells, before it was seen. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answer, tooOld, withRun } from '../../reconciler/attribute.ts';
import { expect as wantsOf } from '../../reconciler/expect.ts';
import { writesIn } from '../../reconciler/log-entries.ts';
import { LONGEST_QUERY, queriesOf, questionOf, type Question } from '../../reconciler/log-question.ts';
import { UNKNOWN_PAST, type Attribution, type Finding, type Json } from '../../reconciler/model.ts';
import type { ExecutionEntry } from '../../desired-state/store.ts';
import { parseLogFilter } from '../../local-cloud/logging/filter.ts';
import type { LogEntry } from '../../local-cloud/logging/entries.ts';
import { tenant } from '../support/records.ts';
import { entry, type Told } from './log.ts';

const WANTS = wantsOf(tenant(), `sha256:${'a'.repeat(64)}`);
const PROJECT = 'projects/acme-prod-1';
const ROUTER = `${PROJECT}/regions/us-central1/routers/acme-router`;
const NETWORK = `${PROJECT}/global/networks/acme-vpc`;
const CLUSTER = `${PROJECT}/locations/us-central1/clusters/acme`;
const POOL = `${CLUSTER}/nodePools/gpu`;
const DEPLOYMENT = 'apps/v1/namespaces/acme-app/deployments/web';
const PATCH = 'v1.compute.routers.patch';
const AUTOSCALE = 'google.container.v1.ClusterManager.SetNodePoolAutoscaling';
const SEEN = '2026-03-01T12:00:00.000Z';
const SINCE = '2026-02-01T00:00:00.000Z';
const INFRA = 'plumbline-infra@acme-prod-1.iam.gserviceaccount.com';
const MOVER = 'plumbline-terraform@plumbline-platform.iam.gserviceaccount.com';
const OURS = new Set([INFRA, MOVER]);

function question(part: Partial<Finding> & Pick<Finding, 'class' | 'resource'>): Question {
  const want = WANTS.find(({ id }) => id === part.resource);
  if (!want) throw new Error(`${part.resource} is not wanted`);
  return questionOf(
    {
      tenant: 'acme',
      plane: want.plane,
      kind: want.kind,
      field: null,
      want: null,
      have: null,
      from: null,
      risk: 'in-place',
      message: '',
      source: 'test',
      at: SEEN,
      since: SEEN,
      ...UNKNOWN_PAST,
      ...part,
    },
    want,
  );
}

const ask = (about: Question, told: readonly Told[], more = false): Attribution =>
  answer(about, { writes: writesIn(told.map(entry)), more, before: SEEN, since: SINCE, ours: OURS });

const minute = (n: number): string => new Date(Date.parse(SEEN) - n * 60_000).toISOString();
const write = (at: string, who: string, part: Partial<Told>): Told => ({
  at,
  who,
  method: PATCH,
  resource: ROUTER,
  ...part,
});

const natGone = question({ class: 'missing', resource: 'nat/acme-nat' });
const natPorts = question({
  class: 'changed',
  resource: 'nat/acme-nat',
  field: 'minPortsPerVm',
  want: 128,
  have: 64,
});
const maxRaised = question({
  class: 'changed',
  resource: 'node-pool/gpu',
  field: 'autoscaling.maxNodeCount',
  want: 2,
  have: 8,
});

describe('the author of a difference', () => {
  it('is the last of two writers that touched this very field, not who touched the resource last', () => {
    const told = [
      write(minute(40), 'early@x', {
        method: AUTOSCALE,
        resource: POOL,
        request: { autoscaling: { maxNodeCount: 5 } },
      }),
      write(minute(30), 'alice@x', {
        method: AUTOSCALE,
        resource: POOL,
        request: { autoscaling: { maxNodeCount: 8 } },
      }),
      write(minute(20), 'bob@x', {
        method: 'google.container.v1.ClusterManager.UpdateNodePool',
        resource: POOL,
        request: { labels: { labels: { team: 'b' } } },
      }),
    ];
    expect(ask(maxRaised, told)).toEqual({
      found: true,
      who: 'alice@x',
      when: minute(30),
      how: AUTOSCALE,
      from: 'audit-log',
      confidence: 'high',
      ownRun: null,
    });
  });

  it('is nobody whose write came after the difference was seen', () => {
    const after = new Date(Date.parse(SEEN) + 1000).toISOString();
    const told = [
      write(minute(5), 'alice@x', { request: { nats: [] } }),
      write(after, 'bob@x', { request: { nats: [] } }),
    ];
    expect(ask(natGone, told)).toMatchObject({ who: 'alice@x' });
    expect(ask(natGone, told.slice(1))).toMatchObject({ found: false });
  });

  it('is nobody who was refused, at once or at the end of an operation', () => {
    const told = [
      write(minute(9), 'alice@x', { request: { nats: [] } }),
      write(minute(5), 'bob@x', { request: { nats: [] }, status: 7 }),
      write(minute(4), 'carol@x', { request: { nats: [] }, operation: { id: 'o', first: true } }),
      write(minute(3), 'carol@x', { operation: { id: 'o', last: true }, status: 10 }),
    ];
    expect(ask(natGone, told)).toMatchObject({ who: 'alice@x' });
  });

  it('is told from the beginning of an operation, where the request stands', () => {
    const told = [
      write(minute(4), 'carol@x', { request: { nats: [] }, operation: { id: 'o', first: true } }),
      write(minute(3), 'carol@x', { operation: { id: 'o', last: true } }),
    ];
    expect(ask(natGone, told)).toMatchObject({ who: 'carol@x', when: minute(4), confidence: 'high' });
  });

  it('is less sure where requests are not told', () => {
    const [one, two] = [
      write(minute(9), 'alice@x', { method: AUTOSCALE, resource: POOL }),
      write(minute(5), 'bob@x', {
        method: 'google.container.v1.ClusterManager.UpdateNodePool',
        resource: POOL,
      }),
    ];
    expect(ask(maxRaised, [one])).toMatchObject({ who: 'alice@x', confidence: 'medium' });
    expect(ask(maxRaised, [two])).toMatchObject({ who: 'bob@x', confidence: 'medium' });
    expect(ask(maxRaised, [one, two])).toMatchObject({ who: 'bob@x', confidence: 'low' });
  });

  /** What was done, and to whom it is put down. */
  const REMOVALS: Readonly<Record<string, readonly [Question, Partial<Told>, 'high' | 'medium' | 'low']>> = {
    'a patch that leaves the NAT out': [natGone, { request: { nats: [{ name: 'other' }] } }, 'high'],
    'an update that speaks of no NAT': [
      natGone,
      { method: 'v1.compute.routers.update', request: { network: 'x' } },
      'medium',
    ],
    'a patch nobody can read': [natGone, {}, 'low'],
    'the router’s end': [natGone, { method: 'v1.compute.routers.delete' }, 'high'],
    'the end of the pool’s cluster': [
      question({ class: 'missing', resource: 'node-pool/gpu' }),
      { method: 'google.container.v1.ClusterManager.DeleteCluster', resource: CLUSTER },
      'high',
    ],
    'the end of a pool by its zonal name': [
      question({ class: 'missing', resource: 'node-pool/gpu' }),
      {
        method: 'google.container.v1.ClusterManager.DeleteNodePool',
        resource: POOL.replace('/locations/', '/zones/'),
      },
      'high',
    ],
    'the end of the peering’s connection': [
      question({ class: 'missing', resource: 'service-peering/acme-vpc' }),
      { method: 'v1.compute.networks.removePeering', resource: NETWORK },
      'high',
    ],
    'the end of a Deployment’s namespace': [
      question({ class: 'missing', resource: 'deployment/web' }),
      { method: 'io.k8s.core.v1.namespaces.delete', resource: 'core/v1/namespaces/acme-app' },
      'high',
    ],
    'the end of an account, known by its email': [
      question({ class: 'missing', resource: 'service-account/acme-nodes' }),
      {
        method: 'google.iam.admin.v1.DeleteServiceAccount',
        resource: 'projects/-/serviceAccounts/1234',
        email: 'acme-nodes@acme-prod-1.iam.gserviceaccount.com',
      },
      'high',
    ],
  };
  it.each(Object.entries(REMOVALS))('removed it by %s', (_what, [about, told, confidence]) => {
    const [kept, ...others] = [
      write(minute(3), 'later@x', {
        ...told,
        method: 'x.y.UpdateSomething',
        request: { nats: [{ name: 'acme-nat' }] },
      }),
      write(minute(5), 'alice@x', told),
    ];
    expect(ask(about, [kept, ...others])).toMatchObject({ who: 'alice@x', confidence });
  });

  /** Changes told in the words of each service. */
  const CHANGES: Readonly<Record<string, readonly [Question, Partial<Told>, 'high' | 'medium' | 'low']>> = {
    'a NAT among others': [
      natPorts,
      {
        request: {
          nats: [
            { name: 'other', minPortsPerVm: 64 },
            { name: 'acme-nat', minPortsPerVm: 64 },
          ],
        },
      },
      'high',
    ],
    'a field in capitals and quotes': [
      question({
        class: 'changed',
        resource: 'node-pool/gpu',
        field: 'config.diskSizeGb',
        want: 100,
        have: 50,
      }),
      { resource: POOL, method: 'x.UpdateNodePool', request: { nodePool: { config: { diskSizeGb: '50' } } } },
      'high',
    ],
    'a reference by its full name': [
      question({
        class: 'changed',
        resource: 'router/acme-router',
        field: 'network',
        want: 'acme-vpc',
        have: 'other',
      }),
      { request: { network: 'https://www.googleapis.com/compute/v1/projects/p/global/networks/other' } },
      'high',
    ],
    'a pool through its cluster': [
      maxRaised,
      {
        resource: CLUSTER,
        method: 'google.container.v1.ClusterManager.UpdateCluster',
        request: { update: { desiredNodePoolId: 'gpu', desiredNodePoolAutoscaling: { maxNodeCount: 8 } } },
      },
      'high',
    ],
    'a label of a map': [
      question({ class: 'extra', resource: 'node-pool/gpu', field: 'config.labels[pool]', have: 'x' }),
      { resource: POOL, method: 'x.UpdateNodePool', request: { labels: { labels: { pool: 'x' } } } },
      'high',
    ],
    'a switched off account': [
      question({
        class: 'changed',
        resource: 'service-account/acme-nodes',
        field: 'disabled',
        want: false,
        have: true,
      }),
      {
        resource: 'projects/-/serviceAccounts/1234',
        email: 'acme-nodes@acme-prod-1.iam.gserviceaccount.com',
        method: 'google.iam.admin.v1.DisableServiceAccount',
        request: { name: 'projects/-/serviceAccounts/1234' },
      },
      'medium',
    ],
    'an image in a patch': [
      question({
        class: 'changed',
        resource: 'deployment/web',
        field: 'containers[web].image',
        want: 'a',
        have: 'b',
      }),
      {
        resource: DEPLOYMENT,
        method: 'io.k8s.apps.v1.deployments.patch',
        request: { spec: { template: { spec: { containers: [{ name: 'web', image: 'b' }] } } } },
      },
      'high',
    ],
    'a write that names another field only': [
      natPorts,
      { request: { nats: [{ name: 'acme-nat', type: 'X' }] } },
      'low',
    ],
  };
  it.each(Object.entries(CHANGES))('changed %s', (_what, [about, told, confidence]) => {
    expect(ask(about, [write(minute(5), 'alice@x', told)])).toMatchObject({ who: 'alice@x', confidence });
  });

  it('is not looked for in writes to a pool’s cluster that speak of another pool', () => {
    const told = write(minute(5), 'alice@x', {
      resource: CLUSTER,
      method: 'google.container.v1.ClusterManager.UpdateCluster',
      request: { update: { desiredNodePoolId: 'cpu', desiredNodePoolAutoscaling: { maxNodeCount: 8 } } },
    });
    expect(ask(maxRaised, [told])).toMatchObject({ found: false });
  });

  it('is told with the tool they used, as far as it says what it is', () => {
    const agents: [string, string][] = [
      [
        'google-cloud-sdk gcloud/528.0.0 command/gcloud.compute.routers.nats.delete x',
        ' with gcloud compute routers nats delete',
      ],
      ['Terraform/1.11.4 (+https://www.terraform.io) terraform-provider-google/6.1', ' with Terraform'],
      ['kubectl/v1.33.0 (linux/amd64) kubernetes/abc', ' with kubectl'],
      ['Mozilla/5.0 (X11; Linux x86_64)', ' in a browser'],
      ['my-script/1', ''],
    ];
    for (const [agent, words] of agents) {
      const said = ask(natGone, [write(minute(5), 'alice@x', { request: { nats: [] }, agent })]);
      expect(said).toMatchObject({ how: `${PATCH}${words}` });
    }
  });

  it('is the person who borrowed one of our accounts, not us', () => {
    const borrowed = write(minute(5), INFRA, { behind: 'alice@x', request: { nats: [] } });
    expect(ask(natGone, [borrowed])).toMatchObject({ who: 'alice@x', how: `${PATCH}, acting as ${INFRA}` });
    const ours = write(minute(5), INFRA, { behind: MOVER, request: { nats: [] } });
    expect(ask(natGone, [ours])).toMatchObject({ who: INFRA, how: PATCH });
  });

  it('is not known when the log holds nothing, and what was asked is said', () => {
    expect(ask(natGone, [])).toEqual({
      found: false,
      reason: `not in the log window: no removal of it from ${SINCE} to ${SEEN} is in the Admin Activity log`,
    });
    expect(ask(natGone, [], true)).toMatchObject({
      reason: expect.stringContaining('more writes') as unknown,
    });
    const kept = write(minute(5), 'alice@x', { request: { nats: [{ name: 'acme-nat' }] } });
    expect(ask(natGone, [kept])).toMatchObject({
      reason: expect.stringContaining('none that explains this') as unknown,
    });
  });

  it('is not looked for where the log is forgotten', () => {
    const { finding } = natGone;
    const day = (n: number) => new Date(Date.parse(SEEN) + n * 24 * 3_600_000);
    expect(tooOld(finding, day(400))).toBeNull();
    expect(tooOld(finding, day(401))).toMatchObject({
      reason: expect.stringContaining('400 days') as unknown,
    });
  });

  it('survives whatever an entry looks like', () => {
    fc.assert(
      fc.property(fc.array(fc.json().map((text) => JSON.parse(text) as Json)), (entries) => {
        expect(writesIn(entries)).toEqual([]);
      }),
    );
  });
});

describe('a law of attribution', () => {
  const someWrite = fc.record({
    at: fc.integer({ min: -600, max: 600 }),
    who: fc.constantFrom('a@x', 'b@x', 'c@x'),
    does: fc.constantFrom('sets', 'sets another', 'touches another field', 'fails'),
    id: fc.uuid(),
  });
  type SomeWrite = typeof someWrite extends fc.Arbitrary<infer T> ? T : never;
  const toldOf = ({ at, who, does }: SomeWrite): Told => ({
    at: new Date(Date.parse(SEEN) + at * 1000).toISOString(),
    who,
    method: AUTOSCALE,
    resource: POOL,
    request:
      does === 'touches another field'
        ? { labels: { labels: { team: who } } }
        : { autoscaling: { maxNodeCount: does === 'sets another' ? 3 : 8 } },
    ...(does === 'fails' && { status: 9 }),
  });

  it('the last successful write of the value before it was seen is the one, in whatever order entries come', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(someWrite, { selector: ({ at }) => at, maxLength: 12 }),
        fc.func(fc.integer()),
        (writes, order) => {
          const told = writes.toSorted((one, other) => order(one.id) - order(other.id)).map(toldOf);
          const expected = writes
            .filter(({ at, does }) => at <= 0 && does === 'sets')
            .toSorted((one, other) => other.at - one.at)[0];
          const said = ask(maxRaised, told);
          if (expected !== undefined)
            expect(said).toMatchObject({ who: expected.who, when: toldOf(expected).at });
          else expect(said.found && said.confidence === 'high').toBe(false);
        },
      ),
    );
  });
});

describe('a run of our own', () => {
  const run = (intent: string, from: number, to: number | null): ExecutionEntry => ({
    name: 'acme',
    intent,
    generation: 1,
    flow: 'provision',
    state: to === null ? 'RUNNING' : 'SUCCEEDED',
    workflow: 'w',
    execution: null,
    revision: null,
    because: [],
    requester: 'plumbline',
    deadline: SEEN,
    error: null,
    createdAt: minute(from),
    updatedAt: minute(to ?? from),
  });
  const said: Attribution & { found: true } = {
    found: true,
    who: INFRA,
    when: minute(30),
    how: PATCH,
    from: 'audit-log',
    confidence: 'high',
    ownRun: null,
  };
  const runs = [
    run('acme-g1-provision-2', 20, 10),
    run('acme-g1-provision-1', 40, 25),
    run('acme-g1-provision-0', 60, 50),
  ];

  it('is the one that was under way when our account wrote', () => {
    expect(withRun(said, runs, 0)).toMatchObject({ ownRun: 'acme-g1-provision-1' });
    expect(withRun({ ...said, when: minute(5) }, [run('still', 9, null)], 0)).toMatchObject({
      ownRun: 'still',
    });
  });

  it('is none, and that is said, when our account wrote by itself', () => {
    expect(withRun({ ...said, when: minute(45) }, runs, 0)).toMatchObject({
      ownRun: null,
      how: `${PATCH}, while no run of ours was under way`,
    });
  });

  it('is found through a log whose clock is ahead', () => {
    const ahead = 3_600_000;
    const when = new Date(Date.parse(minute(30)) + ahead).toISOString();
    expect(withRun({ ...said, when }, runs, ahead)).toMatchObject({ ownRun: 'acme-g1-provision-1' });
  });
});

describe('the query', () => {
  const questions = WANTS.filter(({ plane }) => plane !== 'endpoint').map(({ id }) =>
    question({ class: 'missing', resource: id }),
  );
  const matches = (filter: string, told: Told): boolean =>
    parseLogFilter(filter)(entry(told) as unknown as LogEntry);

  it('is one for all of a tenant’s resources, and finds the writes to each of them', () => {
    const [query, ...more] = queriesOf('acme-prod-1', questions, new Date(SINCE));
    expect(more).toEqual([]);
    for (const { names, email } of questions) {
      expect(names.length).toBeGreaterThan(0);
      for (const resource of names)
        expect(matches(query?.filter ?? '', write(minute(1), 'a@x', { resource }))).toBe(true);
      if (email !== null) {
        expect(
          matches(query?.filter ?? '', write(minute(1), 'a@x', { resource: 'projects/-/x', email })),
        ).toBe(true);
      }
    }
    expect(matches(query?.filter ?? '', write(minute(1), 'a@x', { resource: 'elsewhere' }))).toBe(false);
    expect(matches(query?.filter ?? '', write('2026-01-31T23:59:59Z', 'a@x', {}))).toBe(false);
  });

  it('is split before it is longer than the service takes, and asks about everything once', () => {
    const many = Array.from({ length: 400 }, (_, n) =>
      questionOf(natGone.finding, {
        kind: 'router',
        name: `compute.googleapis.com/${PROJECT}/regions/us-central1/routers/router-${n}-${'x'.repeat(40)}`,
      }),
    );
    const queries = queriesOf('acme-prod-1', many, new Date(SINCE));
    expect(queries.length).toBeGreaterThan(1);
    expect(queries.every(({ filter }) => filter.length <= LONGEST_QUERY)).toBe(true);
    expect(queries.flatMap((query) => query.questions)).toEqual(many);
  });

  it('cannot be broken out of by a name', () => {
    const odd = questionOf(natGone.finding, { kind: 'router', name: 'x/a" OR logName:"' });
    const [query] = queriesOf('acme-prod-1', [odd], new Date(SINCE));
    expect(matches(query?.filter ?? '', write(minute(1), 'a@x', { resource: 'another' }))).toBe(false);
  });
});
