/** What an account with the role `view` meets inside a cluster. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { mintToken } from '../../../local-cloud/core/identity.ts';
import { CLUSTER, clientOf, NETWORK, smallCloud, type Client, type SmallCloud } from './support.ts';

const VIEWER = 'observer@acme-prod.iam.gserviceaccount.com';

let small: SmallCloud;
let viewer: Client;
let deployer: Client;

beforeAll(async () => {
  small = smallCloud(0, { viewers: [VIEWER] });
  const endpoint = await small.cloud.kubernetes.ensure(CLUSTER, {
    network: NETWORK,
    subnetRange: '10.10.0.0/20',
  });
  viewer = clientOf(endpoint, mintToken(VIEWER));
  deployer = clientOf(endpoint);
  await deployer.apply('/api/v1/namespaces/app', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'app' },
  });
});
afterAll(() => small.close());

it('sees what is there', async () => {
  expect((await viewer.get('/api/v1/namespaces/app')).status).toBe(200);
  expect((await viewer.get('/apis/apps/v1/namespaces/app/deployments')).status).toBe(200);
});

it('is refused every change in the words of the API server, and nothing has changed', async () => {
  const before = (await deployer.get('/api/v1/namespaces/app')).body;
  const patch = { metadata: { labels: { a: 'b' } } };
  const refused = [
    await viewer.patch('/api/v1/namespaces/app', 'merge', patch),
    await viewer.apply('/api/v1/namespaces/app', { apiVersion: 'v1', kind: 'Namespace', ...patch }),
    await viewer.delete('/api/v1/namespaces/app'),
    await viewer.post('/api/v1/namespaces/app/configmaps', { metadata: { name: 'x' } }),
  ];
  expect(refused.map(({ status }) => status)).toEqual([403, 403, 403, 403]);
  expect(refused[0]?.body).toMatchObject({
    reason: 'Forbidden',
    message: `namespaces "app" is forbidden: User "${VIEWER}" cannot patch resource "namespaces" in API group "" at the cluster scope`,
  });
  expect((await deployer.get('/api/v1/namespaces/app')).body).toEqual(before);
});
