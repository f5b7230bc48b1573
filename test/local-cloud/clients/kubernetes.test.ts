import { AppsV1Api, CoreV1Api, KubeConfig, Watch } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningCloud } from '../../../local-cloud/start.ts';
import { sharedCloud } from '../../support/cloud.ts';

const CLUSTER = 'projects/client-node/locations/us-central1/clusters/main';

/** Google's clusters are reached with a server, a certificate authority and a bearer token; so is this one. */
describe('the official Kubernetes client against a local cluster', () => {
  let running: RunningCloud;
  const config = new KubeConfig();

  beforeAll(async () => {
    running = await sharedCloud();
    const { endpoint, caCertificate } = await running.cloud.kubernetes.ensure(CLUSTER);
    config.loadFromClusterAndUser(
      {
        name: 'local',
        server: `https://${endpoint}`,
        caData: Buffer.from(caCertificate).toString('base64'),
        skipTLSVerify: false,
      },
      { name: 'developer', token: 'a-person' },
    );
  });
  afterAll(() => running.cloud.kubernetes.remove(CLUSTER));

  it('creates, reads and deletes objects', async () => {
    const core = config.makeApiClient(CoreV1Api);
    await core.createNamespace({ body: { metadata: { name: 'blue' } } });
    await core.createNamespacedConfigMap({
      namespace: 'blue',
      body: { metadata: { name: 'c' }, data: { a: '1' } },
    });
    const found = await core.readNamespacedConfigMap({ namespace: 'blue', name: 'c' });
    expect(found.data).toEqual({ a: '1' });
    await core.deleteNamespacedConfigMap({ namespace: 'blue', name: 'c' });
    await expect(core.readNamespacedConfigMap({ namespace: 'blue', name: 'c' })).rejects.toMatchObject({
      code: 404,
    });
  });

  it('watches a rollout reach its end', async () => {
    const apps = config.makeApiClient(AppsV1Api);
    await config.makeApiClient(CoreV1Api).createNamespace({ body: { metadata: { name: 'green' } } });
    const available = new Promise<void>((resolve, reject) => {
      void new Watch(config).watch(
        '/apis/apps/v1/namespaces/green/deployments',
        {},
        (_type, object: { status?: { availableReplicas?: number } }) => {
          if (object.status?.availableReplicas === 1) resolve();
        },
        (error) => reject(error instanceof Error ? error : new Error('the watch ended')),
      );
    });
    await apps.createNamespacedDeployment({
      namespace: 'green',
      body: {
        metadata: { name: 'web' },
        spec: {
          selector: { matchLabels: { app: 'web' } },
          template: {
            metadata: { labels: { app: 'web' } },
            spec: { containers: [{ name: 'web', image: 'docker.io/library/nginx:1.29' }] },
          },
        },
      },
    });
    await available;
  });
});
