/** Kubernetes Engine over HTTP: clusters joined with their node pools, one change at a time, deletes that reach the API. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { containerService } from '../../../local-cloud/container/service.ts';
import { bareCloud, type BareCloud } from '../../support/bare-cloud.ts';
import { putTenant } from '../../support/tenant-resources.ts';

const BASE = '/v1/projects/acme-prod/locations/us-central1';
const CLUSTER = `${BASE}/clusters/acme`;
const GPU = `${CLUSTER}/nodePools/gpu`;

describe('Kubernetes Engine', () => {
  let local: BareCloud;
  const call = (http: string, path: string, body?: unknown) => local.call('container', http, path, body);
  const finish = () => local.cloud.clock.advance(600_000);

  beforeEach(async () => {
    local = await bareCloud([containerService]);
    putTenant(local.cloud);
  });
  afterEach(() => local.close());

  it.each(['locations/-', 'locations/us-central1', 'zones/-'])(
    'lists clusters with node pools under %s',
    async (place) => {
      const { body } = await call('GET', `/v1/projects/acme-prod/${place}/clusters`);
      expect(body).toMatchObject({
        clusters: [{ name: 'acme', nodePools: [{ name: 'cpu' }, { name: 'gpu' }] }],
      });
    },
  );

  it('lists no clusters of another place or project', async () => {
    expect((await call('GET', '/v1/projects/acme-prod/locations/europe-west1/clusters')).body).toEqual({
      clusters: [],
    });
    expect((await call('GET', '/v1/projects/other/locations/-/clusters')).body).toEqual({ clusters: [] });
  });

  it('raises a node pool maximum through the cluster, as gcloud does', async () => {
    const autoscaling = { enabled: true, minNodeCount: 0, maxNodeCount: 8 };
    const update = { desiredNodePoolId: 'gpu', desiredNodePoolAutoscaling: autoscaling };
    const operation = await call('PUT', CLUSTER, { update });
    expect(operation.body).toMatchObject({ operationType: 'UPDATE_CLUSTER', status: 'PENDING' });
    await finish();
    expect((await call('GET', GPU)).body['autoscaling']).toEqual(autoscaling);
    const path = `${BASE}/operations/${String(operation.body['name'])}`;
    expect((await call('GET', path)).body).toMatchObject({ status: 'DONE' });
  });

  it('changes a node pool by its own methods', async () => {
    await call('POST', `${GPU}:setAutoscaling`, { autoscaling: { enabled: true, maxNodeCount: 5 } });
    await finish();
    await call('POST', `${GPU}:setSize`, { nodeCount: 3 });
    await finish();
    await call('PUT', GPU, { labels: { labels: { pool: 'gpu', new: 'yes' } } });
    await finish();
    expect((await call('GET', GPU)).body).toMatchObject({
      autoscaling: { maxNodeCount: 5 },
      initialNodeCount: 3,
      config: { machineType: 'e2-standard-4', labels: { new: 'yes' } },
    });
  });

  it.each([
    [{ update: {} }, 400],
    [{ update: { desiredLoggingService: 'none', desiredMonitoringService: 'none' } }, 400],
    [
      {
        update: {
          desiredNodePoolId: 'gpu',
          desiredNodePoolAutoscaling: { enabled: true, minNodeCount: 3, maxNodeCount: 2 },
        },
      },
      400,
    ],
    [{ update: { desiredNodePoolId: 'none', desiredNodePoolAutoscaling: { enabled: false } } }, 404],
    [{ update: { desiredFleet: {} } }, 501],
  ])('refuses %j with %i', async (request, status) => {
    expect((await call('PUT', CLUSTER, request)).status).toBe(status);
  });

  it('does one thing at a time on a cluster', async () => {
    await call('POST', `${GPU}:setSize`, { nodeCount: 1 });
    const second = await call('DELETE', GPU);
    expect(second).toMatchObject({ status: 400, body: { error: { status: 'FAILED_PRECONDITION' } } });
    await finish();
    expect((await call('DELETE', GPU)).status).toBe(200);
  });

  it('removes node pools and the Kubernetes API with the cluster', async () => {
    await local.cloud.kubernetes.ensure('projects/acme-prod/locations/us-central1/clusters/acme');
    await call('DELETE', CLUSTER);
    expect((await call('GET', CLUSTER)).body).toMatchObject({ status: 'STOPPING' });
    await finish();
    expect((await call('GET', CLUSTER)).body).toMatchObject({ error: { status: 'NOT_FOUND' } });
    expect(local.cloud.resources.list({ prefix: 'container.googleapis.com/' })).toEqual([]);
    expect(local.clusters.size).toBe(0);
  });

  it('creates a cluster with a default pool that kubectl can reach', async () => {
    const created = await call('POST', `${BASE}/clusters`, {
      cluster: { name: 'mine', initialNodeCount: 2 },
    });
    expect(created.body).toMatchObject({ operationType: 'CREATE_CLUSTER' });
    expect((await call('GET', `${BASE}/clusters/mine`)).body).toMatchObject({ status: 'PROVISIONING' });
    await finish();
    expect((await call('GET', `${BASE}/clusters/mine`)).body).toMatchObject({
      status: 'RUNNING',
      controlPlaneEndpointsConfig: { dnsEndpointConfig: { endpoint: '127.0.0.1:6443' } },
      nodePools: [{ name: 'default-pool', initialNodeCount: 2 }],
    });
    expect((await call('POST', `${BASE}/clusters`, { cluster: { name: 'mine' } })).status).toBe(409);
    expect((await call('POST', `${BASE}/clusters`, { cluster: { name: 'Not-A-Name' } })).status).toBe(400);
  });
});
