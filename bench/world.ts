/**
 * A fleet as its APIs would answer: pages of Asset Inventory and lists of the clusters, with what real answers are full
 * of — defaults written out, sets in another order, units and names in other spellings, fields of the service and of
 * field managers — and resources that nobody declared beside the wanted ones.
 */
import { tenantSchema, type Tenant } from '../desired-state/tenant.ts';
import { expect } from '../reconciler/expect.ts';
import type { Fields, Json, Want } from '../reconciler/model.ts';
import { kindOf } from '../reconciler/resources/index.ts';
import { bodyOf, type Noise } from '../test/support/bodies.ts';
import { Random } from '../test/support/random.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const AT = '2026-01-01T00:00:00Z';

/** What one tenant's answers weigh in the design's estimate of a fleet: 60 objects, 75 kB. */
const OBJECTS = 60;
const BYTES = 75_000;
/** Share of what may vary that does. */
const NOISE = 0.4;

export interface FleetTenant {
  readonly tenant: Tenant;
  readonly wants: readonly Want[];
  /** Wants by the name of the answer they are to be found in. */
  readonly byName: ReadonlyMap<string, Want>;
  /** What an inventory and the lists of a cluster answer for it, as JSON text. */
  readonly text: string;
}

/** One answer: of the inventory by its full name, of a cluster's list by kind and name. */
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
    const noise = { random: new Random(seed + n), amount: NOISE };
    const wanted = wants.flatMap((want) => answerOf(want, drifted(n), noise) ?? []);
    const byName = new Map(wants.filter(kindOf).map((want) => [nameOf(want), want]));
    return { tenant, wants, byName, text: JSON.stringify({ answers: filledUp(wanted, noise.random) }) };
  });
}

const nameOf = ({ plane, kind, name }: Want): string => `${plane}/${kind}/${name}`;

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

/** Undefined for the endpoint, which no API answers for. */
function answerOf(want: Want, drifted: boolean, noise: Noise): Answer | undefined {
  const kind = kindOf(want);
  if (kind === undefined) return undefined;
  const fields: Fields = Object.fromEntries(
    Object.entries(want.fields).map(([path, { want: value }]) => [path, value]),
  );
  const changed = drifted && want.kind === 'nat' ? { ...fields, minPortsPerVm: 7 } : fields;
  const body = bodyOf(kind, want, changed, noise) as Record<string, Json>;
  return {
    name: `${want.plane}/${want.kind}/${want.name}`,
    data: { ...body, ...besides(want, noise.random) },
  };
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
      selfLink: `https://www.googleapis.com/compute/v1/${want.name}`,
      creationTimestamp: AT,
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
  return { name: `gcp/other/compute.googleapis.com/projects/p/zones/z/instances/gke-node-${n}`, data };
}
