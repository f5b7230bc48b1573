import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { clientOf, CLUSTER, DEPLOYER, deployment, newCluster, path, smallCloud, itemsAt } from './support.ts';

describe('the API server of a cluster', () => {
  let cluster: Awaited<ReturnType<typeof newCluster>>;
  beforeAll(async () => {
    cluster = await newCluster();
  });
  afterAll(() => cluster.close());
  afterEach(() => cluster.cloud.faults.clear());

  it('refuses callers without a token', async () => {
    const answer = await clientOf(cluster.endpoint, '').get('/version');
    expect(answer.status).toBe(401);
    expect(answer.body).toMatchObject({
      kind: 'Status',
      status: 'Failure',
      reason: 'Unauthorized',
      code: 401,
    });
  });

  it('writes its authority where SSL_CERT_FILE can point at it', () => {
    const file = readFileSync(join(cluster.cloud.config.dataDir, 'ca.pem'), 'utf8');
    expect(file).toBe(cluster.endpoint.caCertificate);
  });

  it('reports the version GKE runs there', async () => {
    const { body } = await cluster.client.get('/version');
    expect(body).toMatchObject({ major: '1', minor: '32', gitVersion: 'v1.32.4-gke.1106006' });
    expect((await cluster.client.get('/readyz')).body).toEqual({ text: 'ok' });
  });

  it('lists its kinds in both forms of discovery', async () => {
    const { body: groups } = await cluster.client.get('/apis');
    expect(itemsAt(groups, 'groups').map(({ name }) => name)).toContain('apps');
    const { body: apps } = await cluster.client.get('/apis/apps/v1');
    expect(itemsAt(apps, 'resources').map(({ name }) => name)).toEqual([
      'deployments',
      'deployments/status',
      'deployments/scale',
    ]);
    expect((await cluster.client.get('/apis/nowhere.io/v1')).status).toBe(404);
  });

  it('names what it could not find, with the details kubectl prints from', async () => {
    const { status, body } = await cluster.client.get(path.deployment('nobody'));
    expect(status).toBe(404);
    expect(body).toMatchObject({
      reason: 'NotFound',
      message: 'deployments.apps "nobody" not found',
      details: { name: 'nobody', group: 'apps', kind: 'deployments' },
    });
  });

  it('records each call under the caller and the method', async () => {
    await cluster.client.get(path.deployment('nobody'));
    const entry = cluster.cloud.audit.list({ service: 'kubernetes', method: 'apps.deployments.get' }).at(-1);
    expect(entry).toMatchObject({ principal: DEPLOYER, status: 404, http: 'GET' });
  });

  describe('under ordered faults', () => {
    it('answers the ordered status as often as ordered, then as usual', async () => {
      cluster.cloud.faults.order({
        service: 'kubernetes',
        method: 'apps.deployments.list',
        status: 429,
        times: 1,
      });
      const first = await cluster.client.get(path.deployment());
      expect(first).toMatchObject({ status: 429, body: { kind: 'Status', reason: 'TooManyRequests' } });
      expect(first.headers['retry-after']).toBe('1');
      expect((await cluster.client.get(path.deployment())).status).toBe(200);
    });

    it('hits one cluster by name and leaves the other alone', async () => {
      const other = clientOf(
        await cluster.cloud.kubernetes.ensure(CLUSTER.replace('acme-prod', 'globex-prod')),
      );
      cluster.cloud.faults.order({ service: 'kubernetes', contains: 'projects/globex-prod/', status: 403 });
      expect((await other.get('/version')).body).toMatchObject({ reason: 'Forbidden', code: 403 });
      expect((await cluster.client.get('/version')).status).toBe(200);
    });

    it('sends nonsense when told to', async () => {
      cluster.cloud.faults.order({
        service: 'kubernetes',
        rawBody: '{"kind":"Depl',
        headers: { 'content-type': 'text/plain' },
      });
      expect((await cluster.client.get(path.deployment())).body).toEqual({ text: '{"kind":"Depl' });
    });

    it('drops the connection before or after the work is done', async () => {
      cluster.cloud.faults.order({
        service: 'kubernetes',
        method: 'core.configmaps.create',
        loseAnswer: true,
      });
      const map = { metadata: { name: 'lost' }, data: { a: '1' } };
      await expect(cluster.client.post(path.configMap(), map)).rejects.toThrow();
      expect((await cluster.client.get(path.configMap('lost'))).status).toBe(200);

      cluster.cloud.faults.order({ service: 'kubernetes', method: 'core.configmaps.get', reset: true });
      await expect(cluster.client.get(path.configMap('lost'))).rejects.toThrow();
    });
  });
});

describe('the host of clusters', () => {
  it('keeps clusters apart and ends one when its GKE cluster is deleted', async () => {
    const small = smallCloud();
    const { cloud } = small;
    const name = `container.googleapis.com/${CLUSTER}`;
    cloud.resources.create({
      name,
      assetType: 'container.googleapis.com/Cluster',
      project: 'acme-prod',
      location: 'us-central1',
      body: {},
    });
    const endpoint = await cloud.kubernetes.ensure(CLUSTER);
    const other = await cloud.kubernetes.ensure(CLUSTER.replace('acme-prod', 'globex-prod'));
    expect(await cloud.kubernetes.ensure(CLUSTER)).toEqual(endpoint);
    await clientOf(endpoint).post('/apis/apps/v1/namespaces/default/deployments', {
      ...deployment(),
      metadata: { name: 'app' },
    });
    expect((await clientOf(other).get(path.deployment('app', 'default'))).status).toBe(404);

    cloud.resources.delete(name);
    expect(cloud.kubernetes.list()).toEqual([CLUSTER.replace('acme-prod', 'globex-prod')]);
    await expect
      .poll(() =>
        clientOf(endpoint)
          .get('/version')
          .then(
            () => 'up',
            () => 'down',
          ),
      )
      .toBe('down');
    await small.close();
  });

  it('places a cluster that was asked for before it was placed', async () => {
    const small = smallCloud();
    const { kubernetes } = small.cloud;
    const client = clientOf(await kubernetes.ensure(CLUSTER));
    const placement = {
      network: 'projects/p/global/networks/n',
      subnetRange: '10.0.0.0/24',
      version: '1.33.1-gke.1',
    };
    await kubernetes.ensure(CLUSTER, placement);
    expect((await client.get('/version')).body).toMatchObject({ minor: '33', gitVersion: 'v1.33.1-gke.1' });
    await small.close();
  });
});
