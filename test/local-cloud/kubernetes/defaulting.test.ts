import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Body } from '../../../local-cloud/core/store.ts';
import { apiVersionOf, KINDS } from '../../../local-cloud/kubernetes/kinds.ts';
import { at, newCluster, textOf, type Client } from './support.ts';

interface Case {
  readonly name: string;
  readonly sent: Body;
  readonly stored: Body;
}

const { cases } = JSON.parse(readFileSync(new URL('fixtures/defaulting.json', import.meta.url), 'utf8')) as {
  cases: Case[];
};

const VOLATILE = ['uid', 'resourceVersion', 'creationTimestamp', 'managedFields'];

/** The answer as the fixtures spell it: without what differs from run to run. */
function steady(body: Body): Body {
  const text = JSON.stringify(body)
    .replaceAll(textOf(body, 'metadata.uid'), '<uid>')
    .replaceAll(textOf(body, 'spec.clusterIP') || '<none>', (ip) => (ip === 'None' ? ip : '<allocated>'));
  const object = JSON.parse(text) as Body;
  const metadata = Object.entries(object['metadata'] as Body).filter(([key]) => !VOLATILE.includes(key));
  return { ...object, metadata: Object.fromEntries(metadata) };
}

function collectionOf(object: Body): string {
  const kind = KINDS.find((k) => k.kind === object['kind'] && apiVersionOf(k) === object['apiVersion'])!;
  const root = `/${kind.group === '' ? 'api' : 'apis'}/${apiVersionOf(kind)}`;
  return `${root}/${kind.namespaced ? 'namespaces/acme/' : ''}${kind.resource}`;
}

describe('what the API server adds', () => {
  let cluster: Awaited<ReturnType<typeof newCluster>>;
  let client: Client;
  beforeAll(async () => {
    cluster = await newCluster();
    ({ client } = cluster);
    // The namespace itself is one of the recorded cases.
    await client.delete('/api/v1/namespaces/acme');
    await cluster.cloud.clock.advance(60_000);
  });
  afterAll(() => cluster.close());

  it.each(cases)('$name: stores what the real server stored', async ({ sent, stored }) => {
    const { status, body } = await client.post(`${collectionOf(sent)}?fieldValidation=Strict`, sent);
    expect(status).toBe(201);
    expect(steady(body)).toEqual(stored);
  });

  it.each(cases)('$name: is unchanged by writing back what was read', async ({ sent }) => {
    const one = `${collectionOf(sent)}/${textOf(sent, 'metadata.name')}`;
    const { body } = await client.get(one);
    expect((await client.put(one, body)).body).toEqual(body);
  });

  it('carries allocated addresses and ports over a replacing write', async () => {
    const collection = '/api/v1/namespaces/acme/services';
    const sent = { metadata: { name: 'lb' }, spec: { type: 'LoadBalancer', ports: [{ port: 80 }] } };
    const { body: created } = await client.post(collection, sent);
    expect(at(created, 'spec')).toMatchObject({
      allocateLoadBalancerNodePorts: true,
      externalTrafficPolicy: 'Cluster',
      ports: [{ nodePort: expect.any(Number) as number, targetPort: 80 }],
    });
    const { body: replaced } = await client.put(`${collection}/lb`, sent);
    expect(at(replaced, 'spec')).toEqual(at(created, 'spec'));
  });

  it('fills both directions of a scaling behaviour', async () => {
    const { body } = await client.post('/apis/autoscaling/v2/namespaces/acme/horizontalpodautoscalers', {
      metadata: { name: 'behaved' },
      spec: {
        scaleTargetRef: { kind: 'Deployment', name: 'app' },
        maxReplicas: 3,
        behavior: { scaleDown: { stabilizationWindowSeconds: 60 } },
      },
    });
    expect(at(body, 'spec.behavior')).toEqual({
      scaleUp: {
        stabilizationWindowSeconds: 0,
        selectPolicy: 'Max',
        policies: [
          { type: 'Pods', value: 4, periodSeconds: 15 },
          { type: 'Percent', value: 100, periodSeconds: 15 },
        ],
      },
      scaleDown: {
        stabilizationWindowSeconds: 60,
        selectPolicy: 'Max',
        policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
      },
    });
  });
});
