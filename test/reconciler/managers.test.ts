/** Who owns a field of a cluster object: every field we compare is found in what a real write leaves behind. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { manifestsOf } from '../../manifests/index.ts';
import { attributed } from '../../reconciler/attribute.ts';
import { diff } from '../../reconciler/diff.ts';
import { at, textAt } from '../../reconciler/json.ts';
import { ownersOf } from '../../reconciler/managers.ts';
import type { Finding, Json, Reading, Fields } from '../../reconciler/model.ts';
import { CLUSTER_KINDS } from '../../reconciler/resources/index.ts';
import type { ClusterKind } from '../../reconciler/resources/kind.ts';
import { tenant } from '../support/records.ts';
import { newCluster, type Client } from '../local-cloud/kubernetes/support.ts';

const RECORD = tenant();
const IMAGE = 'us-central1-docker.pkg.dev/acme-prod-1/acme/web@sha256:1';
const NAMESPACE = RECORD.spec.workload.namespace;

/** Where an object is in the API. */
const PATHS: Readonly<Record<string, string>> = {
  namespace: `/api/v1/namespaces/${NAMESPACE}`,
  deployment: `/apis/apps/v1/namespaces/${NAMESPACE}/deployments/web`,
  service: `/api/v1/namespaces/${NAMESPACE}/services/web`,
  autoscaler: `/apis/autoscaling/v2/namespaces/${NAMESPACE}/horizontalpodautoscalers/web`,
};

/** Left at a default that we never send, or filled in by the server: nobody's write owns such a field. */
const neverSent = (kind: ClusterKind, path: string): boolean => kind.risk(path) === 'none';

describe('the owner of a field', () => {
  let cluster: Awaited<ReturnType<typeof newCluster>>;
  let client: Client;
  const read = async (kind: string): Promise<Json> => (await client.get(PATHS[kind] ?? '')).body;

  beforeAll(async () => {
    cluster = await newCluster();
    ({ client } = cluster);
    for (const manifest of manifestsOf(RECORD, IMAGE)) {
      const kind = CLUSTER_KINDS.find(({ kind: each }) =>
        textAt(manifest, 'kind')?.toLowerCase().endsWith(each),
      );
      const answer = await client.apply(PATHS[kind?.kind ?? ''] ?? '', manifest as object);
      expect(answer.status).toBeLessThan(300);
    }
  });
  afterAll(() => cluster.close());

  it.each(CLUSTER_KINDS.map((kind) => [kind.kind, kind] as const))(
    'is known for every wanted field of a %s',
    async (name, kind) => {
      const managed = at(await read(name), 'metadata', 'managedFields');
      const paths = kind.wants(RECORD, IMAGE).flatMap((want) => Object.keys(want.fields));
      const owned = paths.filter((path) => ownersOf(managed, kind.owned(path))[0]?.manager === 'plumbline');
      expect(paths.filter((path) => !owned.includes(path) && !neverSent(kind, path))).toEqual([]);
      expect(owned.length).toBeGreaterThan(0);
    },
  );

  /** What people do to a workload, and the finding each comes out as. */
  const DEEDS: Readonly<Record<string, readonly [kind: string, patch: object, field: string]>> = {
    'another image': [
      'deployment',
      { spec: { template: { spec: { containers: [{ name: 'web', image: 'nginx:1' }] } } } },
      'containers[web].image',
    ],
    'a variable more': [
      'deployment',
      {
        spec: { template: { spec: { containers: [{ name: 'web', env: [{ name: 'DEBUG', value: '1' }] }] } } },
      },
      'containers[web].env[DEBUG]',
    ],
    'a sidecar': [
      'deployment',
      { spec: { template: { spec: { containers: [{ name: 'side', image: 'side:1' }] } } } },
      'containers[side]',
    ],
    'an open port': ['service', { spec: { ports: [{ port: 22, name: 'ssh' }] } }, 'ports[22/TCP]'],
    'a higher limit': ['autoscaler', { spec: { maxReplicas: 50 } }, 'maxReplicas'],
    'another label': [
      'deployment',
      { metadata: { labels: { 'app.kubernetes.io/managed-by': 'me' } } },
      'metadata.labels[app.kubernetes.io/managed-by]',
    ],
  };

  it.each(Object.entries(DEEDS))('is who brought %s', async (_what, [name, patch, field]) => {
    const who = `tool-${field.replace(/\W/g, '')}`;
    await cluster.cloud.clock.advance(5_000);
    const path = `${PATHS[name] ?? ''}?fieldManager=${who}`;
    expect((await client.patch(path, 'strategic-merge', patch)).status).toBe(200);
    const finding = (await findings(name)).find((each) => each.field === field);
    expect(finding?.attribution).toEqual({
      found: true,
      who,
      when: new Date(cluster.cloud.clock.now()).toISOString().replace(/\.\d+Z$/, 'Z'),
      how: 'Update',
      from: 'managed-fields',
      confidence: 'high',
      ownRun: null,
    });
  });

  /** The findings of one object as a pass has them. */
  async function findings(name: string): Promise<Finding[]> {
    const kind = CLUSTER_KINDS.find((each) => each.kind === name);
    const body = await read(name);
    const [want] = kind?.wants(RECORD, IMAGE) ?? [];
    const value = want && kind?.read(body, want);
    if (!want || !value) throw new Error(`there is no ${name}`);
    const reading: Reading<Fields> = {
      state: 'present',
      value,
      source: 'test',
      at: '2026-01-01T00:00:00Z',
      managers: at(body, 'metadata', 'managedFields') ?? null,
    };
    const found = diff({
      tenant: 'acme',
      wants: [want],
      applied: [want],
      have: new Map([[want.id, reading]]),
      generation: 1,
      appliedGeneration: 1,
      unfinished: null,
      since: () => undefined,
      now: '2026-01-01T00:00:00Z',
    });
    return found.map((finding) => attributed(finding, undefined, reading));
  }
});

describe('managed fields', () => {
  const entry = (manager: string, time: string, fieldsV1: Json): Json => ({
    manager,
    operation: 'Update',
    apiVersion: 'apps/v1',
    time,
    fieldsType: 'FieldsV1',
    fieldsV1,
  });
  const path = ['f:spec', 'k:{"containerPort":80,"protocol":"TCP"}', 'f:name'];

  it('name the owner that wrote last first', () => {
    const fields = { 'f:spec': { 'f:a': {} } };
    const entries = [
      entry('early', '2026-01-01T00:00:00Z', fields),
      entry('late', '2026-01-02T00:00:00Z', fields),
    ];
    expect(ownersOf(entries, ['f:spec', 'f:a']).map(({ manager }) => manager)).toEqual(['late', 'early']);
  });

  it('know an item whatever order its keys stand in, and a leaf for all below it', () => {
    const turned = { 'f:spec': { 'k:{"protocol":"TCP","containerPort":80}': { '.': {}, 'f:name': {} } } };
    const leaf = { 'f:spec': {} };
    for (const fields of [turned, leaf]) {
      expect(ownersOf([entry('x', '2026-01-01T00:00:00Z', fields)], path)).toHaveLength(1);
    }
  });

  it('name nobody for a field nobody owns, or in entries nobody can read', () => {
    const unreadable: Json[] = [
      entry('x', 'no time', { 'f:spec': {} }),
      entry('x', '2026-01-01T00:00:00Z', {}),
      entry('x', '2026-01-01T00:00:00Z', null),
      entry('x', '2026-01-01T00:00:00Z', { 'f:spec': { 'k:not json': {} } }),
      null,
      7,
    ];
    expect(ownersOf(unreadable, path)).toEqual([]);
    expect(ownersOf(undefined, path)).toEqual([]);
  });
});
