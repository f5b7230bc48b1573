/** The one tenant that all others of a measured fleet are copies of: what stands in its project and in its cluster. */
import { autoscalerOf } from '../../manifests/autoscaler.ts';
import { deploymentOf } from '../../manifests/deployment.ts';
import { namespaceOf } from '../../manifests/namespace.ts';
import { serviceOf } from '../../manifests/service.ts';
import { expect } from '../../reconciler/expect.ts';
import type { Json } from '../../reconciler/model.ts';
import { imageOf, namesOf } from '../../reconciler/names.ts';
import { kindOf } from '../../reconciler/resources/index.ts';
import { bodyOf } from './bodies.ts';
import { Random } from './random.ts';
import { tenant } from './records.ts';
import { ZERO } from './stencil.ts';

export const DIGEST = `sha256:${'a'.repeat(64)}`;
export const AT = '2026-01-01T00:00:00Z';

export const TEMPLATE = tenant(`t${ZERO}`);

/** What nobody compares, of about so many bytes: real bodies are mostly that. */
const noise = (bytes: number): object[] =>
  Array.from({ length: Math.ceil(bytes / 110) }, (_, n) => ({
    key: `some-setting-${n}`,
    value: 'x'.repeat(40),
    enabled: n % 2 === 0,
    revision: n,
  }));

export interface Resource {
  /** Full name, with the leading `//`. */
  readonly name: string;
  readonly assetType: string;
  readonly body: object;
}

export function resources(): Resource[] {
  const { project, region } = TEMPLATE.spec;
  const names = namesOf(TEMPLATE);
  const compute = `compute.googleapis.com/projects/${project}`;
  const of = (assetType: string, name: string, body: object, bytes = 1800): Resource => ({
    name: `//${name}`,
    assetType,
    body: { name: name.split('/').at(-1), ...body, details: noise(bytes) },
  });
  const link = {
    network: `https://www.googleapis.com/compute/v1/projects/${project}/global/networks/${names.network}`,
  };
  const exact = { random: new Random(0), amount: 0 };
  const wanted = new Map<string, Resource>();
  for (const want of expect(TEMPLATE, DIGEST)) {
    const kind = kindOf(want);
    if (kind?.plane !== 'gcp') continue;
    const fields = Object.fromEntries(Object.entries(want.fields).map(([path, wish]) => [path, wish.want]));
    const body = bodyOf(kind, want, fields, exact) as object;
    // A router and its NAT are one body.
    const { assetType } = kind;
    const before = wanted.get(want.name)?.body;
    wanted.set(
      want.name,
      of(assetType, want.name, { ...before, ...body, ...ENDPOINTS[kind.kind] }, BYTES[kind.kind]),
    );
  }
  return [
    ...wanted.values(),
    // Of the same types, and nobody's want.
    ...['one', 'two', 'three', 'four'].map((name) =>
      of(
        'compute.googleapis.com/Disk',
        `${compute}/zones/${region}-a/disks/gke-${names.cluster}-cpu-${name}`,
        {
          labels: { 'goog-k8s-cluster-name': names.cluster },
        },
      ),
    ),
    ...['one', 'two', 'three', 'four'].map((name) =>
      of('compute.googleapis.com/Route', `${compute}/global/routes/default-route-${name}`, link, 2500),
    ),
    of('compute.googleapis.com/Address', `${compute}/regions/${region}/addresses/nat-auto-ip`, {
      purpose: 'NAT_AUTO',
    }),
  ];
}

/** A rule in the tenant's network that no record asked for. */
export const foreignRule = (): Resource => {
  const { project } = TEMPLATE.spec;
  const name = `compute.googleapis.com/projects/${project}/global/firewalls/somebody-elses`;
  const network = `https://www.googleapis.com/compute/v1/projects/${project}/global/networks/${namesOf(TEMPLATE).network}`;
  return {
    name: `//${name}`,
    assetType: 'compute.googleapis.com/Firewall',
    body: { name: 'somebody-elses', network, direction: 'INGRESS', sourceRanges: ['0.0.0.0/0'] },
  };
};

/** What real bodies hold beside what is compared, in bytes. */
const BYTES: Readonly<Record<string, number>> = { cluster: 9000, 'node-pool': 3000, 'service-account': 300 };

/** Read along with what is compared. */
const ENDPOINTS: Readonly<Record<string, object>> = {
  cluster: {
    controlPlaneEndpointsConfig: {
      dnsEndpointConfig: { allowExternalTraffic: true, endpoint: `t${ZERO}.gke.example` },
    },
  },
};

export function objects(): Record<string, { full: object[]; drifted: object[] }> {
  const image = `${imageOf(TEMPLATE)}@${DIGEST}`;
  const live = (manifest: Json, uid: number, bytes = 1500): object => {
    const { metadata, ...rest } = manifest as { metadata: object };
    return {
      metadata: {
        ...metadata,
        uid: `00000000-0000-4000-8000-t${ZERO}${uid}`,
        resourceVersion: `1${uid}`,
        generation: 1,
        creationTimestamp: AT,
        managedFields: [
          {
            manager: 'plumbline',
            operation: 'Apply',
            apiVersion: 'v1',
            time: AT,
            fieldsType: 'FieldsV1',
            fieldsV1: { 'f:spec': { 'f:template': {} } },
          },
          {
            manager: 'controller',
            operation: 'Update',
            apiVersion: 'v1',
            time: AT,
            subresource: 'status',
            fieldsType: 'FieldsV1',
            fieldsV1: { 'f:status': {} },
          },
        ],
      },
      ...rest,
      status: { conditions: noise(bytes) },
    };
  };
  const others = (count: number, from: number) =>
    Array.from({ length: count }, (_, n) =>
      live({ metadata: { name: `other-${n}`, namespace: `t${ZERO}-app` } }, from + n),
    );
  const deployment = deploymentOf(TEMPLATE, image);
  const drifted = structuredClone(deployment) as {
    spec: { template: { spec: { containers: { env: object[] }[] } } };
  };
  drifted.spec.template.spec.containers[0]?.env.push({ name: 'DEBUG', value: '1' });
  const moved = live(drifted as unknown as Json, 2) as {
    metadata: { resourceVersion: string; generation: number };
  };
  moved.metadata.resourceVersion = '999';
  moved.metadata.generation = 2;
  const list = (manifest: Json, uid: number, more: number) => {
    const full = [live(manifest, uid), ...others(more, uid * 10)];
    return { full, drifted: full };
  };
  const deployments = list(deployment, 2, 3);
  return {
    namespaces: list(namespaceOf(TEMPLATE), 1, 4),
    deployments: {
      ...deployments,
      drifted: [moved, ...deployments.full.slice(1)],
    },
    services: list(serviceOf(TEMPLATE), 3, 3),
    horizontalpodautoscalers: list(autoscalerOf(TEMPLATE), 4, 1),
  };
}

/** As an API server answers when it is asked for nothing but metadata. */
export const partial = (object: object): object => ({
  kind: 'PartialObjectMetadata',
  apiVersion: 'meta.k8s.io/v1',
  metadata: (object as { metadata: object }).metadata,
});
