/** What a cluster's writes leave in the project's audit log, as Kubernetes Engine names them there. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { logEntries } from '../../../local-cloud/logging/entries.ts';
import { balancer, DEPLOYER, deployment, newCluster, path } from './support.ts';

describe('the audit log of a cluster', () => {
  let cluster: Awaited<ReturnType<typeof newCluster>>;
  const told = () => logEntries(cluster.cloud).list();
  beforeAll(async () => {
    cluster = await newCluster();
  });
  afterAll(() => cluster.close());

  it('tells of the namespace that was made', () => {
    expect(told()).toMatchObject([
      {
        logName: 'projects/acme-prod/logs/cloudaudit.googleapis.com%2Factivity',
        resource: {
          type: 'k8s_cluster',
          labels: { project_id: 'acme-prod', location: 'us-central1', cluster_name: 'acme' },
        },
        protoPayload: {
          serviceName: 'k8s.io',
          methodName: 'io.k8s.core.v1.namespaces.create',
          resourceName: 'core/v1/namespaces/acme',
          authenticationInfo: { principalEmail: DEPLOYER },
          requestMetadata: { callerSuppliedUserAgent: 'tester/1.0' },
        },
      },
    ]);
  });

  it.each([
    [
      'an apply',
      () => cluster.client.apply(path.deployment('app'), deployment()),
      ['io.k8s.apps.v1.deployments.patch', 'apps/v1/namespaces/acme/deployments/app'],
    ],
    [
      'a create',
      () => cluster.client.post(path.service(), balancer('web')),
      ['io.k8s.core.v1.services.create', 'core/v1/namespaces/acme/services/web'],
    ],
    [
      'a scale',
      () => cluster.client.patch(`${path.deployment('app')}/scale`, 'merge', { spec: { replicas: 3 } }),
      ['io.k8s.apps.v1.deployments.scale.patch', 'apps/v1/namespaces/acme/deployments/app/scale'],
    ],
    [
      'a delete',
      () => cluster.client.delete(path.service('web')),
      ['io.k8s.core.v1.services.delete', 'core/v1/namespaces/acme/services/web'],
    ],
  ] as const)('tells of %s', async (_what, write, [methodName, resourceName]) => {
    expect((await write()).status).toBeLessThan(300);
    expect(told().at(-1)?.protoPayload).toMatchObject({ methodName, resourceName, status: {} });
  });

  it('tells of a write that was refused', async () => {
    await cluster.client.delete(path.configMap('none'));
    expect(told().at(-1)).toMatchObject({ severity: 'ERROR', protoPayload: { status: { code: 5 } } });
  });

  it('tells nothing of reads and of dry runs', async () => {
    const before = told().length;
    await cluster.client.get(path.deployment());
    await cluster.client.apply(path.deployment('app'), deployment(), 'fieldManager=x&dryRun=All');
    expect(told()).toHaveLength(before);
  });
});
