/**
 * A fleet as its APIs would answer: pages of Asset Inventory and lists of the clusters, with what real answers are full
 * of — defaults written out, sets in another order, units and names in other spellings, fields of the service and of
 * field managers — and resources that nobody declared beside the wanted ones.
 */
import { tenantSchema, type Tenant } from '../desired-state/tenant.ts';
import { expect } from '../reconciler/expect.ts';
import { listAt, textAt } from '../reconciler/json.ts';
import type { Fields, Json, Want } from '../reconciler/model.ts';
import { kindOf } from '../reconciler/resources/index.ts';
import { bodyOf, type Noise } from '../test/support/bodies.ts';
import { Random } from '../test/support/random.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const AT = '2026-01-01T00:00:00Z';

/** What one tenant's answers weigh in the design's estimate of a fleet: 60 objects, 75 kB. */
const OBJECTS = 60;
const BYTES = 75_000;
/** Share of what may vary that does, and in how many ways over the fleet. */
const NOISE = 0.4;
const WAYS = 16;

export interface FleetTenant {
  readonly tenant: Tenant;
  readonly wants: readonly Want[];
  /** What an inventory and the lists of a cluster answer for it, as JSON text. */
  readonly text: string;
}

/** What a pass knows of a tenant before it looks. */
export interface Wanted {
  readonly wants: readonly Want[];
  /** Of the record that was last applied, which is the same one. */
  readonly applied: readonly Want[];
  /** Wants by the name of the answer they are to be found in: a router's holds the NAT as well. */
  readonly byName: ReadonlyMap<string, readonly Want[]>;
}

export function wantedOf({ tenant }: FleetTenant): Wanted {
  const wants = expect(tenant, DIGEST);
  return { wants, applied: expect(tenant, DIGEST), byName: Map.groupBy(wants.filter(kindOf), nameOf) };
}

/** One answer of the inventory, or one item of a cluster's list. */
export interface Answer {
  readonly name: string;
  readonly data: Json;
}

/** `drifted` says which tenants hold one difference. The same seed gives the same bytes. */
export function fleet(size: number, seed: number, drifted: (n: number) => boolean): FleetTenant[] {
  return Array.from({ length: size }, (_, n) => {
    const tenant = tenantOf(`t${n}`);
    const wants = expect(tenant, DIGEST);
    // The noise of a tenant does not depend on its drift, so that a drifted fleet is the same one with a difference.
    const noise = { random: new Random(seed + (n % WAYS)), amount: NOISE };
    const byName = Map.groupBy(wants.filter(kindOf), nameOf);
    const wanted = withPools([...byName].map(([name, inside]) => answerOf(name, inside, drifted(n), noise)));
    return { tenant, wants, text: JSON.stringify({ answers: filledUp(wanted, noise.random) }) };
  });
}

/** As the inventory has it; objects of a cluster are told apart by their lists. */
const nameOf = ({ plane, kind, name }: Want): string => (plane === 'gcp' ? name : `${kind}/${name}`);

function tenantOf(name: string): Tenant {
  return tenantSchema.parse({
    apiVersion: 'plumbline.dev/v1alpha1',
    kind: 'Tenant',
    metadata: { name },
    spec: {
      owner: 'owner@example.com',
      project: `${name}-project`,
      region: 'us-central1',
      network: { subnet: { range: '10.0.0.0/20', pods: '10.16.0.0/14', services: '10.32.0.0/20' } },
      cluster: {
        controlPlaneRange: '172.16.0.0/28',
        nodePools: [
          { name: 'cpu', machineType: 'e2-standard-4', min: 1, max: 3 },
          {
            name: 'gpu',
            machineType: 'g2-standard-8',
            min: 0,
            max: 2,
            accelerator: { type: 'nvidia-l4', count: 1 },
            labels: { pool: 'gpu' },
            taints: [{ key: 'workload', value: 'gpu', effect: 'NO_SCHEDULE' }],
          },
        ],
      },
      workload: {
        namespace: 'app',
        name: 'web',
        source: { repository: 'https://source.example.com/hello.git' },
        env: [
          { name: 'LOG_LEVEL', value: 'info' },
          { name: 'REGION', value: 'us-central1' },
        ],
        resources: { cpu: '1', memory: '1Gi' },
      },
    },
  });
}

function answerOf(name: string, wants: readonly Want[], drifted: boolean, noise: Noise): Answer {
  const bodies = wants.map((want) => {
    const fields: Fields = Object.fromEntries(
      Object.entries(want.fields).map(([path, { want: value }]) => [path, value]),
    );
    const changed = drifted && want.kind === 'nat' ? { ...fields, minPortsPerVm: 7 } : fields;
    const kind = kindOf(want);
    if (kind === undefined) return {};
    const body = bodyOf(kind, want, changed, noise) as Record<string, Json>;
    return { ...besides(want, noise.random), ...body, ...only(want, body) };
  });
  return { name, data: Object.assign({}, ...bodies) as Json };
}

/** The list that holds the resource, without what others put there: the router is wanted as a whole. */
function only(want: Want, body: Readonly<Record<string, Json>>): Record<string, Json> {
  const kind = kindOf(want);
  if (kind?.plane !== 'gcp' || kind.within === undefined) return {};
  const { list, name } = kind.within;
  return { [list]: listAt(body, list).filter((item) => textAt(item, 'name') === name(want)) };
}

/** A cluster answers with the whole of its node pools, which answer for themselves as well. */
function withPools(answers: readonly Answer[]): Answer[] {
  const pools = answers.filter(({ name }) => name.includes('/nodePools/')).map(({ data }) => data);
  return answers.map((answer) =>
    /\/clusters\/[^/]+$/.test(answer.name)
      ? { ...answer, data: { ...(answer.data as Record<string, Json>), nodePools: pools } }
      : answer,
  );
}

/**
 * Settings that a body shows beside those that are wanted, by kind: a cluster answers with some 15 kB, its pools among
 * them, a network with less than one.
 */
const FEATURES: Readonly<Record<string, number>> = { cluster: 130, 'node-pool': 30 };
const FEATURES_ELSEWHERE = 5;

/** What stands in every body of the plane and says nothing of what is wanted. */
function besides(want: Want, random: Random): Record<string, Json> {
  if (want.plane === 'gcp') {
    return {
      description: 'made by Terraform',
      ...Object.fromEntries(
        Array.from({ length: FEATURES[want.kind] ?? FEATURES_ELSEWHERE }, (_, n) => [
          `feature${n}Config`,
          feature(random),
        ]),
      ),
    };
  }
  const condition = (type: string) => ({
    type,
    status: 'True',
    reason: `${type}Reason`,
    message: 'all is as it should be',
    lastTransitionTime: AT,
    lastUpdateTime: AT,
  });
  return {
    status: { observedGeneration: 3, conditions: ['Available', 'Progressing', 'Ready'].map(condition) },
    managed: ['plumbline', 'kube-controller-manager'].map((manager) => ({
      manager,
      operation: 'Apply',
      time: AT,
      fieldsType: 'FieldsV1',
      fieldsV1: managedFields(want),
    })),
  };
}

const feature = (random: Random): Json => ({
  enabled: random.chance(0.5),
  mode: random.pick(['BASIC', 'STANDARD', 'ADVANCED']),
  limits: { low: 1, high: 100, unit: 'PERCENT' },
});

/** As an API server keeps who owns which field: nested, one empty object per field. */
const managedFields = (want: Want): Json =>
  Object.fromEntries(Object.keys(want.fields).map((path) => [`f:${path}`, { '.': {}, 'f:value': {} }]));

/** With as many undeclared resources as a project has beside the declared ones, of the size that is missing. */
function filledUp(wanted: readonly Answer[], random: Random): Answer[] {
  const missing = BYTES - JSON.stringify({ answers: wanted }).length;
  const count = OBJECTS - wanted.length;
  const others = Array.from({ length: count }, (_, n) => undeclared(n, missing / count, random));
  return random.shuffled([...wanted, ...others]);
}

function undeclared(n: number, bytes: number, random: Random): Answer {
  const data: Record<string, Json> = {
    kind: 'compute#instance',
    name: `gke-node-${n}`,
    creationTimestamp: AT,
  };
  for (let item = 0; JSON.stringify(data).length < bytes - 150; item += 1)
    data[`part${item}`] = feature(random);
  return { name: `compute.googleapis.com/projects/p/zones/z/instances/gke-node-${n}`, data };
}
