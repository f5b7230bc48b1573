/** What a sweep shows of a project, told apart: declared, made by Google on our behalf, unexplained. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cloudAssetService } from '../../local-cloud/cloudasset/service.ts';
import { computeService } from '../../local-cloud/compute/service.ts';
import { containerService } from '../../local-cloud/container/service.ts';
import { inventoryOf } from '../../reconciler/clouds/inventory.ts';
import {
  classify,
  contextOf,
  MOST_LISTED,
  MOST_STRAYS,
  Survey,
  SWEPT_TYPES,
} from '../../reconciler/coverage.ts';
import { RULES, ruleFor } from '../../reconciler/coverage-rules.ts';
import { expect as wantsOf } from '../../reconciler/expect.ts';
import type { Json } from '../../reconciler/model.ts';
import type { Asset } from '../../reconciler/ports.ts';
import { bareCloud, type BareCloud } from '../support/bare-cloud.ts';
import { impatientClock, restAt } from '../support/clients.ts';
import { tenant } from '../support/records.ts';
import { putTenant } from '../support/tenant-resources.ts';

const HASH = '1a2b3c4d';
const NODE_TAG = `gke-acme-${HASH}-node`;
const LABELS = { 'goog-gke-node': '', 'goog-k8s-cluster-name': 'acme' };
const VPC = 'https://www.googleapis.com/compute/v1/projects/acme-prod/global/networks/acme-vpc';
const FOR_SERVICE = {
  description: '{"networking.gke.io/service-name":"acme-app/web","networking.gke.io/api-version":"ga"}',
};
const UID = 'a0123456789abcdef0123456789abcde';
const CONTEXT = {
  ...contextOf('acme', 'acme-prod', wantsOf(tenant(), null)),
  project: 'acme-prod',
};

interface Example {
  readonly type: string;
  readonly name: string;
  readonly data?: Json;
}
const example = (type: string, name: string, data: Json = {}): Example => ({ type, name, data });
const compute = (kind: string, name: string, data?: Json) =>
  example(`compute.googleapis.com/${kind}`, name, data);

/** Of every rule something it explains, and something close to it that nobody explains. */
const EXAMPLES: Readonly<Record<string, readonly { readonly of: Example; readonly not: Example }[]>> = {
  'a node of the cluster': [
    {
      of: compute('Instance', `gke-acme-cpu-${HASH}-x1y2`, { labels: LABELS }),
      not: compute('Instance', `gke-acme-cpu-${HASH}-x1y2`, {}),
    },
    {
      of: compute('Instance', 'gk3-acme-pool-1-abc', { labels: LABELS }),
      not: compute('Instance', 'rogue', { labels: { ...LABELS, 'goog-k8s-cluster-name': 'other' } }),
    },
  ],
  'the boot disk of a node': [
    {
      of: compute('Disk', `gke-acme-cpu-${HASH}-x1y2`, { users: [`…/instances/gke-acme-cpu-${HASH}-x1y2`] }),
      not: compute('Disk', `gke-acme-cpu-${HASH}-x1y2`, { users: ['…/instances/rogue'] }),
    },
  ],
  'a volume that a claim in the cluster asked for': [
    {
      of: compute('Disk', 'pvc-0021ac5b-a400-4688-bd2a-cf6011f71afb', {
        description: '{"kubernetes.io/created-for/pv/name":"pvc-0021"}',
      }),
      not: compute('Disk', 'pvc-0021ac5b-a400-4688-bd2a-cf6011f71afb'),
    },
  ],
  'the instance groups of a node pool': [
    {
      of: compute('InstanceGroupManager', `gke-acme-cpu-${HASH}-grp`),
      not: compute('InstanceGroupManager', `gke-other-cpu-${HASH}-grp`),
    },
  ],
  'the template of a node pool’s instances': [
    {
      of: compute('InstanceTemplate', `gke-acme-cpu-${HASH}`),
      not: compute('InstanceTemplate', 'web-servers'),
    },
  ],
  'the instance group of a load balancer': [
    { of: compute('InstanceGroup', 'k8s-ig--0a1b2c3d4e5f6a7b'), not: compute('InstanceGroup', 'k8s-other') },
  ],
  'the rules of the cluster’s own traffic': [
    ...['all', 'vms', 'master', 'inkubelet', 'exkubelet', 'ipv6-all'].map((what) => ({
      of: compute('Firewall', `gke-acme-${HASH}-${what}`, { network: VPC }),
      not: compute('Firewall', `gke-acme-${HASH}-${what}`, { network: `${VPC}-2` }),
    })),
    {
      of: compute('Firewall', `gke-acme-${HASH}-all`, { network: VPC }),
      not: compute('Firewall', 'gke-acme-open-all', { network: VPC }),
    },
  ],
  'the rules of a Service’s load balancer': [
    ...[
      'k8s-fw-a0123',
      'k8s2-0a1b2c3d-acme-app-web-9z8y7x6w',
      'k8s2-0a1b2c3d-l4-shared-hc-fw',
      'k8s-0a1b2c-node-http-hc',
    ].map((name) => ({
      of: compute('Firewall', name, { network: VPC, targetTags: [NODE_TAG] }),
      not: compute('Firewall', name, { network: VPC, targetTags: ['web'] }),
    })),
  ],
  'the rules of a Gateway': [
    {
      of: compute('Firewall', 'gkegw1-l7-acme-vpc-us-central1', { network: VPC }),
      not: compute('Firewall', 'gateway-l7', { network: VPC }),
    },
  ],
  'the load balancer of a Service': [
    {
      of: compute('ForwardingRule', 'k8s2-tcp-0a1b2c3d-acme-app-web-9z8y7x6w', FOR_SERVICE),
      not: compute('ForwardingRule', 'k8s2-tcp-0a1b2c3d-acme-app-web-9z8y7x6w'),
    },
    {
      of: compute('ForwardingRule', UID, { description: '{"kubernetes.io/service-name":"acme-app/web"}' }),
      not: compute('ForwardingRule', 'front', FOR_SERVICE),
    },
  ],
  'the cluster’s private control plane endpoint': [
    {
      of: compute('ForwardingRule', `gke-acme-${HASH}-pe`),
      not: compute('ForwardingRule', `gke-other-${HASH}-pe`),
    },
    { of: compute('Subnetwork', `gke-acme-${HASH}-pe-subnet`), not: compute('Subnetwork', 'acme-pe') },
  ],
  'an address of the NAT': [
    {
      of: compute('Address', 'nat-auto-ip-6086885-2-1720490595712813', { purpose: 'NAT_AUTO' }),
      not: compute('Address', 'nat-auto-ip-mine', { purpose: 'GCE_ENDPOINT' }),
    },
  ],
  'the address of a Service’s load balancer': [
    { of: compute('Address', UID, FOR_SERVICE), not: compute('Address', 'bought', FOR_SERVICE) },
  ],
  'the routes every network, subnet and peering brings': [
    { of: compute('Route', 'default-route-0123456789abcdef'), not: compute('Route', 'to-the-office') },
    { of: compute('Route', 'peering-route-0123456789abcdef'), not: compute('Route', 'peering') },
  ],
  'the routes to the pods of a routes-based cluster': [
    {
      of: compute('Route', `gke-acme-${HASH}-0123-4567`, { network: VPC }),
      not: compute('Route', `gke-acme-${HASH}-0123-4567`, { network: 'other' }),
    },
  ],
  'the network every new project is given': [
    {
      of: compute('Network', 'default', { autoCreateSubnetworks: true }),
      not: compute('Network', 'default', { autoCreateSubnetworks: false }),
    },
  ],
  'the subnets and rules of the network every new project is given': [
    {
      of: compute('Firewall', 'default-allow-ssh', { network: '…/networks/default' }),
      not: compute('Firewall', 'default-allow-ssh', { network: VPC }),
    },
    {
      of: compute('Subnetwork', 'default', { network: '…/networks/default' }),
      not: compute('Subnetwork', 'more', { network: '…/networks/default' }),
    },
  ],
  'a node pool that auto-provisioning made': [
    {
      of: example('container.googleapis.com/NodePool', 'nap-1', { autoscaling: { autoprovisioned: true } }),
      not: example('container.googleapis.com/NodePool', 'nap-1', { autoscaling: { enabled: true } }),
    },
  ],
  'an account that comes with an enabled API': [
    {
      of: example('iam.googleapis.com/ServiceAccount', '1234', {
        email: '123456789012-compute@developer.gserviceaccount.com',
      }),
      not: example('iam.googleapis.com/ServiceAccount', '1234', {
        email: 'ci@acme-prod.iam.gserviceaccount.com',
      }),
    },
  ],
  'the bucket of a Google service': [
    {
      of: example('storage.googleapis.com/Bucket', 'acme-prod_cloudbuild'),
      not: example('storage.googleapis.com/Bucket', 'globex-prod_cloudbuild'),
    },
  ],
};

describe('the rules of what Google makes for us', () => {
  const made = ({ type, name, data = {} }: Example) => ruleFor(type, name, data, CONTEXT)?.made;

  it('each have an example', () => {
    expect(Object.keys(EXAMPLES).sort()).toEqual(RULES.map((rule) => rule.made).sort());
    for (const { source } of RULES)
      expect(source).toMatch(/^(cloud\.google\.com|github\.com|compute v1|container v1)/);
  });

  it.each(Object.entries(EXAMPLES))('explain %s, and nothing that only looks like it', (rule, pairs) => {
    for (const { of, not } of pairs) {
      expect(made(of), JSON.stringify(of)).toBe(rule);
      expect(made(not), JSON.stringify(not)).toBeUndefined();
    }
  });

  it('know a cluster whose long name was cut, and not one that merely begins alike', () => {
    const around = { ...CONTEXT, clusters: ['a-very-long-cluster-name-for-acme'] };
    const group = (name: string) => ruleFor('compute.googleapis.com/InstanceGroupManager', name, {}, around);
    expect(group(`gke-a-very-long-cluster-na-cpu-${HASH}-grp`)).toBeDefined();
    expect(group(`gke-a-very-short-cpu-${HASH}-grp`)).toBeUndefined();
  });

  it('survive any body, and never explain by a body that is none', () => {
    const types = [...new Set(RULES.flatMap((rule) => rule.types))];
    fc.assert(
      fc.property(fc.constantFrom(...types), fc.string(), fc.jsonValue(), (type, name, data) => {
        const standing = classify(
          {
            name: `x/projects/acme-prod/${name}`,
            assetType: type,
            project: null,
            data: data as Json,
            updateTime: '',
          },
          CONTEXT,
        );
        expect(['declared', 'platform', 'unexplained']).toContain(standing);
      }),
    );
  });
});

describe('a survey', () => {
  const context = contextOf('acme', 'acme-prod-1', wantsOf(tenant(), null), [
    'plumbline-infra@acme-prod-1.iam.gserviceaccount.com',
  ]);
  const asset = (path: string, type: string, data: Json = {}, project: string | null = null): Asset => ({
    name: path,
    assetType: type,
    project,
    data,
    updateTime: '',
  });
  const vm = (name: string): Asset =>
    asset(
      `compute.googleapis.com/projects/acme-prod-1/zones/z/instances/${name}`,
      'compute.googleapis.com/Instance',
    );
  const rule = (name: string, network = 'acme-vpc'): Asset =>
    asset(
      `compute.googleapis.com/projects/acme-prod-1/global/firewalls/${name}`,
      'compute.googleapis.com/Firewall',
      {
        network: `…/networks/${network}`,
      },
    );
  const surveyOf = (assets: readonly Asset[], end = true): Survey => {
    const survey = new Survey([context]);
    for (const each of assets) survey.see(each);
    if (end) survey.done();
    return survey;
  };

  it('says the same whatever order assets come in', () => {
    const assets = [
      ...Array.from({ length: MOST_LISTED + 5 }, (_, n) => vm(`rogue-${n}`)),
      ...Array.from({ length: MOST_STRAYS + 5 }, (_, n) => rule(`open-${n}`)),
      ...wantsOf(tenant(), null).map(({ name }) => asset(name, 'x')),
    ];
    const said = (survey: Survey) => [survey.coverageOf('acme'), survey.straysOf('acme')];
    fc.assert(
      fc.property(fc.shuffledSubarray(assets, { minLength: assets.length }), (shuffled) => {
        expect(said(surveyOf(shuffled))).toEqual(said(surveyOf(assets)));
      }),
      { numRuns: 25 },
    );
  });

  it('lists the first by name and counts the rest', () => {
    const survey = surveyOf(Array.from({ length: 100 }, (_, n) => vm(`rogue-${String(n).padStart(3, '0')}`)));
    const coverage = survey.coverageOf('acme');
    expect(coverage?.unexplained.map(({ name }) => name.slice(-3))).toEqual(
      Array.from({ length: MOST_LISTED }, (_, n) => String(n).padStart(3, '0')),
    );
    expect(coverage?.more).toBe(100 - MOST_LISTED);
  });

  it('claims nothing of a sweep that did not come to its end', () => {
    const survey = surveyOf([vm('rogue'), rule('open')], false);
    expect(survey.coverageOf('acme')).toBeNull();
    expect(survey.straysOf('acme')).toEqual([]);
  });

  it('passes over other projects, and says nothing of tenants it was not asked about', () => {
    const other = { ...vm('x'), name: 'compute.googleapis.com/projects/acme-prod-12/zones/z/instances/x' };
    expect(surveyOf([other]).coverageOf('acme')).toMatchObject({ declared: 0, platform: 0, unexplained: [] });
    expect(surveyOf([]).coverageOf('globex')).toBeNull();
  });

  it('counts a rule in another network, and keeps those in the tenant’s own as strays', () => {
    const survey = surveyOf([rule('open'), rule('elsewhere', 'other')]);
    expect(survey.straysOf('acme').map(({ name }) => name.split('/').at(-1))).toEqual(['open']);
    expect(survey.coverageOf('acme')?.unexplained).toHaveLength(2);
  });

  it('knows whose a bucket is by the number other assets tell, whichever comes first', () => {
    const bucket = (name: string, project: string) =>
      asset(`storage.googleapis.com/${name}`, 'storage.googleapis.com/Bucket', {}, project);
    const known = { ...vm('rogue'), project: 'projects/77' };
    const assets = [
      bucket('things', 'projects/77'),
      known,
      bucket('acme-prod-1_cloudbuild', 'projects/77'),
      bucket('x', 'projects/78'),
    ];
    expect(surveyOf(assets).coverageOf('acme')).toMatchObject({
      platform: 1,
      unexplained: [{ name: known.name }, { name: 'storage.googleapis.com/things' }],
    });
  });

  it('takes an account for declared by its email too, where it is named by number', () => {
    const numbered = (email: string) =>
      asset(
        'iam.googleapis.com/projects/acme-prod-1/serviceAccounts/1234',
        'iam.googleapis.com/ServiceAccount',
        { email },
      );
    for (const id of ['acme-nodes', 'plumbline-infra']) {
      expect(classify(numbered(`${id}@acme-prod-1.iam.gserviceaccount.com`), context)).toBe('declared');
    }
    expect(classify(numbered('ci@acme-prod-1.iam.gserviceaccount.com'), context)).toBe('unexplained');
  });
});

describe('a project with a cluster, its nodes and rules, and one machine nobody declared', () => {
  let local: BareCloud;
  beforeAll(async () => {
    local = await bareCloud([computeService, containerService, cloudAssetService]);
    putTenant(local.cloud);
    local.cloud.resources.create({
      name: 'compute.googleapis.com/projects/acme-prod/zones/us-central1-a/instances/rogue',
      assetType: 'compute.googleapis.com/Instance',
      project: 'acme-prod',
      location: 'us-central1-a',
      body: { name: 'rogue', labels: {} },
    });
  });
  afterAll(() => local.close());

  it('has everything explained but that one', async () => {
    const inventory = inventoryOf(restAt(local.cloud.endpoints['cloudasset'] ?? ''), impatientClock());
    const record = tenant('acme', ({ spec }) => (spec.project = 'acme-prod'));
    const survey = new Survey([contextOf('acme', 'acme-prod', wantsOf(record, null))]);
    let seen = 0;
    const request = {
      scope: 'folders/1000',
      assetTypes: SWEPT_TYPES,
      content: 'bodies',
      until: Infinity,
    } as const;
    for await (const assets of inventory.sweep(request)) {
      for (const asset of assets) survey.see(asset);
      seen += assets.length;
    }
    survey.done();
    const coverage = survey.coverageOf('acme');
    expect(coverage?.unexplained).toEqual([
      {
        name: 'compute.googleapis.com/projects/acme-prod/zones/us-central1-a/instances/rogue',
        assetType: 'compute.googleapis.com/Instance',
      },
    ]);
    expect(coverage?.declared).toBe(10);
    expect((coverage?.declared ?? 0) + (coverage?.platform ?? 0) + 1).toBe(seen);
    expect(coverage?.platform).toBeGreaterThan(25);
  });
});
