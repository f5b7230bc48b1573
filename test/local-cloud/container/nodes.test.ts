/** What Kubernetes Engine makes in the project for a cluster: machines and firewall rules that come and go with it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cloudAssetService } from '../../../local-cloud/cloudasset/service.ts';
import { computeService } from '../../../local-cloud/compute/service.ts';
import { containerService } from '../../../local-cloud/container/service.ts';
import type { Body } from '../../../local-cloud/core/store.ts';
import { bareCloud, type BareCloud } from '../../support/bare-cloud.ts';
import { putTenant } from '../../support/tenant-resources.ts';

const BASE = '/compute/v1/projects/acme-prod';
const POOLS = '/v1/projects/acme-prod/locations/us-central1/clusters/acme/nodePools';

describe('what a cluster brings into its project', () => {
  let local: BareCloud;
  const compute = (http: string, path: string, body?: unknown) =>
    local.call('compute', http, BASE + path, body);
  const container = (http: string, path: string, body?: unknown) => local.call('container', http, path, body);
  /** Every resource of one kind in all zones, by name. */
  const all = async (collection: string): Promise<Body[]> => {
    const { body } = await compute('GET', `/aggregated/${collection}`);
    return Object.values(body['items'] as Record<string, Record<string, Body[]>>).flatMap(
      (scope) => scope[collection] ?? [],
    );
  };
  const nodes = async (pool: string) =>
    (await all('instances')).filter(
      ({ labels }) => (labels as Body | undefined)?.['goog-k8s-node-pool-name'] === pool,
    );
  const rules = async () =>
    ((await compute('GET', '/global/firewalls')).body['items'] ?? []) as { name: string }[];

  beforeEach(async () => {
    local = await bareCloud([computeService, containerService, cloudAssetService]);
    putTenant(local.cloud);
  });
  afterEach(() => local.close());

  it('is the machines of each pool, in three zones, as people know them', async () => {
    const found = await nodes('cpu');
    expect(found).toHaveLength(3);
    expect(new Set(found.map(({ zone }) => zone)).size).toBe(3);
    for (const { name, ...node } of found) {
      expect(name).toMatch(/^gke-acme-cpu-[0-9a-f]{8}-[0-9a-z]{4}$/);
      expect(node).toMatchObject({
        status: 'RUNNING',
        labels: { 'goog-gke-node': '', 'goog-k8s-cluster-name': 'acme' },
        tags: { items: [expect.stringMatching(/^gke-acme-[0-9a-f]{8}-node$/)] },
        networkInterfaces: [{ networkIP: expect.stringMatching(/^10\.10\.15\.2\d\d$/) as unknown }],
      });
    }
    expect(new Set(found.map((node) => JSON.stringify(node['networkInterfaces']))).size).toBe(3);
    expect(await all('disks')).toHaveLength(6);
    const managers = await all('instanceGroupManagers');
    expect(managers.map(({ targetSize }) => targetSize)).toEqual([1, 1, 1, 1, 1, 1]);
    expect(managers.every(({ name }) => typeof name === 'string' && name.endsWith('-grp'))).toBe(true);
  });

  it('is what the inventory shows as well', async () => {
    const type = 'assetTypes=compute.googleapis.com/Instance';
    const { body } = await local.call('cloudasset', 'GET', `/v1/projects/acme-prod/assets?${type}`);
    expect(body['assets']).toHaveLength(6);
  });

  it('follows the size of its pool', async () => {
    await container('POST', `${POOLS}/cpu:setSize`, { nodeCount: 2 });
    await local.cloud.clock.advance(60_000);
    expect(await nodes('cpu')).toHaveLength(6);
    await container('POST', `${POOLS}/cpu:setSize`, { nodeCount: 0 });
    await local.cloud.clock.advance(60_000);
    expect(await nodes('cpu')).toHaveLength(0);
    expect(await nodes('gpu')).toHaveLength(3);
  });

  it('brings an instance back that somebody deleted', async () => {
    const [node] = await nodes('cpu');
    const link = node?.['selfLink'] as string;
    const path = link.slice(link.indexOf('/zones/'));
    await compute('DELETE', path);
    await local.cloud.clock.advance(8_000);
    expect(await nodes('cpu')).toHaveLength(2);
    await local.cloud.clock.advance(60_000);
    expect((await nodes('cpu')).map(({ name }) => name)).toContain(node?.['name']);
  });

  it('is the firewall rules of its traffic', async () => {
    expect((await rules()).map(({ name }) => name.replace(/^gke-acme-[0-9a-f]{8}-/, ''))).toEqual([
      'all',
      'exkubelet',
      'inkubelet',
      'vms',
    ]);
  });

  it('goes with the cluster, all of it', async () => {
    await container('DELETE', '/v1/projects/acme-prod/locations/us-central1/clusters/acme');
    await local.cloud.clock.advance(600_000);
    expect(await all('instances')).toEqual([]);
    expect(await rules()).toEqual([]);
    const left = local.cloud.resources.list({ project: 'acme-prod' }).map(({ assetType }) => assetType);
    expect(left.filter((type) => /Instance|Disk|Firewall/.test(type))).toEqual([]);
  });
});
