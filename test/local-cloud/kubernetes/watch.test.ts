import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Addresses } from '../../../local-cloud/kubernetes/addresses.ts';
import { certificates } from '../../../local-cloud/kubernetes/certificates.ts';
import { kindNamed } from '../../../local-cloud/kubernetes/kinds.ts';
import { listen } from '../../../local-cloud/kubernetes/server.ts';
import { LOG_LIMIT, ObjectStore } from '../../../local-cloud/kubernetes/store.ts';
import { textOf, clientOf, CLUSTER, NETWORK, newCluster, path, smallCloud, type Client } from './support.ts';

describe('watches', () => {
  let cluster: Awaited<ReturnType<typeof newCluster>>;
  let client: Client;
  beforeAll(async () => {
    cluster = await newCluster();
    ({ client } = cluster);
  });
  afterAll(() => cluster.close());

  const put = (name: string, labels: Record<string, string> = {}) =>
    client.apply(path.configMap(name), {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, labels },
    });
  const version = async () => textOf((await client.get(path.configMap())).body, 'metadata.resourceVersion');

  it('begins with what stands there, then tells each change', async () => {
    await put('first');
    const watch = await client.watch(`${path.configMap()}?watch=true&fieldSelector=metadata.name%3Dfirst`);
    expect(await watch.next()).toMatchObject({ type: 'ADDED', object: { metadata: { name: 'first' } } });
    await put('other');
    await put('first', { changed: 'yes' });
    expect(await watch.next()).toMatchObject({
      type: 'MODIFIED',
      object: { metadata: { labels: { changed: 'yes' } } },
    });
    await client.delete(path.configMap('first'));
    expect(await watch.next()).toMatchObject({ type: 'DELETED', object: { kind: 'ConfigMap' } });
    watch.close();
  });

  it('replays what happened since a version', async () => {
    const from = await version();
    await put('late');
    const watch = await client.watch(`${path.configMap()}?watch=1&resourceVersion=${from}`);
    expect(await watch.next()).toMatchObject({ type: 'ADDED', object: { metadata: { name: 'late' } } });
    watch.close();
  });

  it('shows objects that come to match a selector or stop matching it', async () => {
    await put('moving', { tier: 'db' });
    const from = await version();
    const watch = await client.watch(
      `${path.configMap()}?watch=1&resourceVersion=${from}&labelSelector=tier%3Dweb`,
    );
    await put('moving', { tier: 'web' });
    expect(await watch.next()).toMatchObject({ type: 'ADDED' });
    await put('moving', { tier: 'db' });
    expect(await watch.next()).toMatchObject({ type: 'DELETED' });
    watch.close();
  });

  it('marks the end of the first state when asked to stream it', async () => {
    const watch = await client.watch(
      `${path.configMap()}?watch=1&sendInitialEvents=true&fieldSelector=metadata.name%3Dnobody`,
    );
    expect(await watch.next()).toMatchObject({
      type: 'BOOKMARK',
      object: { metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } } },
    });
    watch.close();
  });

  it('ends after the time its client asked for', async () => {
    const watch = await client.watch(
      `${path.configMap()}?watch=1&timeoutSeconds=1&resourceVersion=${await version()}`,
    );
    expect(await watch.next()).toBeUndefined();
  });
});

describe('a watch from long ago', () => {
  it('is told 410 inside the stream, so that its client lists again', async () => {
    const { cloud, close } = smallCloud();
    const kind = kindNamed('ConfigMap');
    const store = new ObjectStore();
    const metadata = {
      name: 'churn',
      namespace: 'default',
      uid: '1',
      resourceVersion: '',
      creationTimestamp: '',
    };
    for (let i = 0; i < LOG_LIMIT + 10; i += 1) {
      store.put(kind, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { i: String(i) } });
    }
    const placement = { network: NETWORK, subnetRange: '10.10.0.0/20' };
    const pems = await certificates();
    const api = await listen(
      { cloud, name: CLUSTER, placement, store, addresses: new Addresses(), caCertificate: pems.ca },
      pems,
    );
    const client = clientOf({ endpoint: api.endpoint, caCertificate: pems.ca });
    const watch = await client.watch(`/api/v1/configmaps?watch=1&resourceVersion=${store.compacted - 1}`);
    expect(await watch.next()).toMatchObject({
      type: 'ERROR',
      object: { kind: 'Status', code: 410, reason: 'Expired' },
    });
    expect(await watch.next()).toBeUndefined();

    const reachable = await client.watch(`/api/v1/configmaps?watch=1&resourceVersion=${store.compacted}`);
    expect(await reachable.next()).toMatchObject({ type: 'MODIFIED' });
    reachable.close();
    await api.close();
    await close();
  });
});
