import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { getThrough } from '../network/support.ts';
import {
  at,
  autoscaler,
  balancer,
  deployment,
  itemsAt,
  NETWORK,
  newCluster,
  path,
  textOf,
  type Client,
} from './support.ts';

const MINUTE = 60_000;

describe('the simulated controllers', () => {
  let cluster: Awaited<ReturnType<typeof newCluster>>;
  let client: Client;
  beforeEach(async () => {
    cluster = await newCluster();
    ({ client } = cluster);
  });
  afterEach(() => cluster.close());

  const pass = (ms: number) => cluster.cloud.clock.advance(ms);
  const read = async (at: string) => (await client.get(at)).body;
  const condition = async (name: string, type: string) =>
    itemsAt(await read(path.deployment(name)), 'status.conditions').find((one) => one['type'] === type);
  const named = (name: string, container: object = {}, spec: object = {}) => ({
    ...deployment(container, spec),
    metadata: { name, namespace: 'acme' },
  });

  describe('a rollout', () => {
    it('takes its time: seen at once, ready later', async () => {
      await client.post(path.deployment(), deployment({}, { replicas: 2 }));
      expect(await read(path.deployment('app'))).toMatchObject({ status: {} });
      await pass(1_000);
      expect(await read(path.deployment('app'))).toMatchObject({
        metadata: { annotations: { 'deployment.kubernetes.io/revision': '1' } },
        status: { observedGeneration: 1, replicas: 2, updatedReplicas: 2, unavailableReplicas: 2 },
      });
      expect(await condition('app', 'Available')).toMatchObject({ status: 'False' });
      await pass(MINUTE);
      const { status } = await read(path.deployment('app'));
      expect(status).toMatchObject({ readyReplicas: 2, availableReplicas: 2 });
      expect(status).not.toHaveProperty('unavailableReplicas');
      expect(await condition('app', 'Available')).toMatchObject({ status: 'True' });
      expect(await condition('app', 'Progressing')).toMatchObject({ reason: 'NewReplicaSetAvailable' });
    });

    it('keeps the old pods serving while a new image comes, and counts a revision', async () => {
      await client.post(path.deployment(), deployment({}, { replicas: 2 }));
      await pass(MINUTE);
      await client.patch(path.deployment('app'), 'strategic-merge', {
        spec: { template: { spec: { containers: [{ name: 'app', image: 'app:2' }] } } },
      });
      await pass(1_000);
      expect(await read(path.deployment('app'))).toMatchObject({
        metadata: { annotations: { 'deployment.kubernetes.io/revision': '2' } },
        status: { observedGeneration: 2, replicas: 3, updatedReplicas: 1, availableReplicas: 2 },
      });
      await pass(MINUTE);
      expect(await read(path.deployment('app'))).toMatchObject({
        status: { replicas: 2, updatedReplicas: 2 },
      });
    });

    it('is no new revision when only the number of replicas changes', async () => {
      await client.post(path.deployment(), deployment());
      await pass(MINUTE);
      await client.patch(`${path.deployment('app')}/scale`, 'merge', { spec: { replicas: 3 } });
      await pass(MINUTE);
      expect(await read(path.deployment('app'))).toMatchObject({
        metadata: { annotations: { 'deployment.kubernetes.io/revision': '1' } },
        status: { observedGeneration: 2, availableReplicas: 3 },
      });
    });

    it('exceeds its deadline on an image that never becomes ready, and heals with the next one', async () => {
      await client.post(
        path.deployment(),
        deployment({ image: 'app:broken' }, { progressDeadlineSeconds: 60 }),
      );
      await pass(MINUTE / 2);
      expect(await condition('app', 'Progressing')).toMatchObject({ status: 'True' });
      await pass(MINUTE);
      expect(await condition('app', 'Progressing')).toMatchObject({
        status: 'False',
        reason: 'ProgressDeadlineExceeded',
      });
      await client.patch(path.deployment('app'), 'strategic-merge', {
        spec: { template: { spec: { containers: [{ name: 'app', image: 'app:1' }] } } },
      });
      await pass(MINUTE);
      expect(await condition('app', 'Available')).toMatchObject({ status: 'True' });
    });

    it('shows its pods, and why they wait', async () => {
      const pods = async () =>
        itemsAt(await read('/api/v1/namespaces/acme/pods?labelSelector=app%3Dapp'), 'items');
      const waiting = (pod: Parameters<typeof at>[0]) =>
        at(pod, 'status.containerStatuses.0.state.waiting.reason');
      const image = (name: string) =>
        client.patch(path.deployment('app'), 'strategic-merge', {
          spec: { template: { spec: { containers: [{ name: 'app', image: name }] } } },
        });
      await client.post(path.deployment(), deployment({}, { replicas: 2 }));
      await pass(2_000);
      expect((await pods()).map(waiting)).toEqual(['ContainerCreating', 'ContainerCreating']);
      await pass(MINUTE);
      expect((await pods()).map((pod) => at(pod, 'status.phase'))).toEqual(['Running', 'Running']);
      await image('app:broken');
      await pass(MINUTE);
      expect((await pods()).map(waiting).sort()).toEqual(['ImagePullBackOff', undefined, undefined]);
      await image('app:2');
      await pass(MINUTE);
      expect((await pods()).map((pod) => at(pod, 'spec.containers.0.image'))).toEqual(['app:2', 'app:2']);
      await client.delete(`/api/v1/namespaces/acme/pods/${textOf((await pods())[0], 'metadata.name')}`);
      await pass(MINUTE);
      expect(await pods()).toHaveLength(2);
      await client.delete(path.deployment('app'));
      await pass(MINUTE);
      expect(await pods()).toEqual([]);
    });

    it('needs images of Artifact Registry to be there', async () => {
      const repository =
        'artifactregistry.googleapis.com/projects/acme-prod/locations/us-central1/repositories/acme';
      const image = 'us-central1-docker.pkg.dev/acme-prod/acme/app';
      const digest = `sha256:${'ab'.repeat(32)}`;
      const put = (name: string, body: object) =>
        cluster.cloud.resources.create({
          name,
          assetType: 'artifactregistry.googleapis.com/DockerImage',
          project: 'acme-prod',
          location: 'us-central1',
          body: { ...body },
        });
      put(repository, {});
      put(`${repository}/dockerImages/app@${digest}`, { tags: ['v1'] });
      await client.post(path.deployment(), named('by-digest', { image: `${image}@${digest}` }));
      await client.post(path.deployment(), named('by-tag', { image: `${image}:v1` }));
      await client.post(path.deployment(), named('no-tag', { image: `${image}:v2` }));
      await client.post(
        path.deployment(),
        named('no-digest', { image: `${image}@sha256:${'cd'.repeat(32)}` }),
      );
      await client.post(
        path.deployment(),
        named('no-repository', { image: `${image.replace('/acme/', '/other/')}:v1` }),
      );
      await pass(MINUTE);
      const available = async (name: string) => (await condition(name, 'Available'))?.['status'];
      expect(await available('by-digest')).toBe('True');
      expect(await available('by-tag')).toBe('True');
      for (const name of ['no-tag', 'no-digest', 'no-repository'])
        expect(await available(name)).toBe('False');

      put(`${repository}/dockerImages/app@sha256:${'cd'.repeat(32)}`, { tags: [] });
      await pass(MINUTE);
      expect(await available('no-digest')).toBe('True');
    });

    it('can be ordered never to become ready', async () => {
      const { id } = cluster.cloud.faults.order({
        service: 'kubernetes-controller',
        method: 'deployment',
        contains: 'acme/app',
      });
      await client.post(path.deployment(), deployment());
      await pass(5 * MINUTE);
      expect(await condition('app', 'Available')).toMatchObject({ status: 'False' });
      cluster.cloud.faults.lift(id);
      await pass(MINUTE);
      expect(await condition('app', 'Available')).toMatchObject({ status: 'True' });
    });
  });

  describe('an internal load balancer', () => {
    const ipOf = async (name = 'app') =>
      textOf(await read(path.service(name)), 'status.loadBalancer.ingress.0.ip');
    /** GET inside the VPC, as a build in the private pool makes it. */
    const fetchInside = async (url: string) =>
      getThrough(await cluster.cloud.networks.proxyUrl(NETWORK), url);

    it('gets an address of the subnet after a while, behind which the workload answers', async () => {
      await client.post(path.service(), balancer());
      await pass(5_000);
      expect(await ipOf()).toBe('');
      expect(at(await read(path.service('app')), 'metadata.finalizers')).toEqual([
        'gke.networking.io/l4-ilb-v2',
      ]);
      await pass(MINUTE);
      expect(at(await read(path.service('app')), 'status.loadBalancer.ingress')).toEqual([
        { ip: '10.10.0.5', ipMode: 'VIP' },
      ]);
      expect(await fetchInside('http://10.10.0.5/health')).toMatchObject({ status: 503, body: { ready: 0 } });
      await client.post(path.deployment(), deployment());
      await pass(MINUTE);
      expect(await fetchInside('http://10.10.0.5:80/health')).toEqual({
        status: 200,
        body: { status: 'ok', deployment: 'app', image: 'app:1', ready: 1 },
      });
    });

    it('is a forwarding rule and firewall rules in the project, which go with the last Service that needs them', async () => {
      const inProject = () =>
        cluster.cloud.resources
          .list({ project: 'acme-prod', prefix: 'compute.googleapis.com/' })
          .map(({ name }) => name.slice(name.lastIndexOf('/') + 1));
      await client.post(path.service(), balancer());
      await client.post(path.service(), balancer('second'));
      await pass(MINUTE);
      expect(inProject()).toEqual([
        expect.stringMatching(/^k8s2-[a-z0-9]{8}-acme-app-[a-z0-9]{8}$/),
        expect.stringMatching(/^k8s2-[a-z0-9]{8}-acme-second-[a-z0-9]{8}$/),
        expect.stringMatching(/^k8s2-[a-z0-9]{8}-l4-shared-hc-fw$/),
        expect.stringMatching(/^k8s2-tcp-[a-z0-9]{8}-acme-app-[a-z0-9]{8}$/),
        expect.stringMatching(/^k8s2-tcp-[a-z0-9]{8}-acme-second-[a-z0-9]{8}$/),
      ]);
      await client.delete(path.service('app'));
      await pass(MINUTE);
      expect(inProject()).toHaveLength(3);
      await client.delete(path.service('second'));
      await pass(MINUTE);
      expect(inProject()).toEqual([]);
    });

    it('keeps its address while the Service changes, and answers on its new port', async () => {
      await client.post(path.deployment(), deployment());
      await client.post(path.service(), balancer());
      await pass(MINUTE);
      await client.patch(path.service('app'), 'merge', { spec: { ports: [{ port: 8080 }] } });
      expect(await ipOf()).toBe('10.10.0.5');
      expect(await fetchInside('http://10.10.0.5:8080/')).toMatchObject({ status: 200 });
      await expect(fetchInside('http://10.10.0.5:80/')).rejects.toThrow();
    });

    it('holds its Service until it is gone, and frees the address for the next', async () => {
      await client.post(path.service(), balancer());
      await client.post(path.service(), balancer('second'));
      await pass(MINUTE);
      expect(await ipOf('second')).toBe('10.10.0.6');
      const { body } = await client.delete(path.service('app'));
      expect(textOf(body, 'metadata.deletionTimestamp')).not.toBe('');
      expect((await client.get(path.service('app'))).status).toBe(200);
      await pass(MINUTE);
      expect((await client.get(path.service('app'))).status).toBe(404);
      await expect(fetchInside('http://10.10.0.5/')).rejects.toThrow();
      await client.post(path.service(), balancer('third'));
      await pass(MINUTE);
      expect(await ipOf('third')).toBe('10.10.0.5');
    });

    it('becomes an ordinary Service when its type changes', async () => {
      await client.post(path.service(), balancer());
      await pass(MINUTE);
      await client.patch(path.service('app'), 'merge', { spec: { type: 'ClusterIP' } });
      await pass(MINUTE);
      const service = await read(path.service('app'));
      expect(at(service, 'metadata.finalizers')).toBeUndefined();
      expect(at(service, 'status')).toEqual({ loadBalancer: {} });
      expect(at(service, 'spec')).not.toHaveProperty('allocateLoadBalancerNodePorts');
      expect(at(service, 'spec.ports')).toEqual([{ port: 80, protocol: 'TCP', targetPort: 8080 }]);
    });

    it('takes the address it asks for when that is free', async () => {
      await client.post(path.service(), balancer('app', { loadBalancerIP: '10.10.3.7' }));
      await client.post(path.service(), balancer('outside', { loadBalancerIP: '10.99.0.1' }));
      await pass(MINUTE);
      expect(await ipOf()).toBe('10.10.3.7');
      expect(await ipOf('outside')).toBe('');
    });

    it('can be ordered to stay without an address, or to be slow', async () => {
      const { id } = cluster.cloud.faults.order({ service: 'kubernetes-controller', method: 'loadBalancer' });
      await client.post(path.service(), balancer());
      await pass(10 * MINUTE);
      expect(await ipOf()).toBe('');
      cluster.cloud.faults.lift(id);
      await pass(MINUTE);
      expect(await ipOf()).toBe('10.10.0.5');
    });
  });

  describe('the autoscaler', () => {
    it('keeps a Deployment within its bounds and says so', async () => {
      await client.post(path.deployment(), deployment());
      await client.post(path.autoscaler(), autoscaler());
      await pass(MINUTE);
      expect(at(await read(path.deployment('app')), 'spec.replicas')).toBe(2);
      expect(await read(path.autoscaler('app'))).toMatchObject({
        status: { currentReplicas: 2, desiredReplicas: 2, currentMetrics: [{ type: 'Resource' }] },
      });
      await client.patch(`${path.deployment('app')}/scale`, 'merge', { spec: { replicas: 9 } });
      await pass(MINUTE);
      expect(at(await read(path.deployment('app')), 'spec.replicas')).toBe(4);
    });

    it('leaves a Deployment alone that was scaled to zero', async () => {
      await client.post(path.deployment(), deployment({}, { replicas: 0 }));
      await client.post(path.autoscaler(), autoscaler());
      await pass(MINUTE);
      expect(at(await read(path.deployment('app')), 'spec.replicas')).toBe(0);
    });

    it('says that its target is missing', async () => {
      await client.post(path.autoscaler(), autoscaler());
      await pass(MINUTE);
      expect(await read(path.autoscaler('app'))).toMatchObject({
        status: { conditions: [{ type: 'AbleToScale', status: 'False', reason: 'FailedGetScale' }] },
      });
    });
  });

  describe('a namespace', () => {
    it('is filled with its default account and the authority of the cluster', async () => {
      await pass(1_000);
      expect((await client.get('/api/v1/namespaces/acme/serviceaccounts/default')).status).toBe(200);
      expect(at(await read(path.configMap('kube-root-ca.crt')), 'data')).toEqual({
        'ca.crt': cluster.endpoint.caCertificate,
      });
    });

    it('takes no new objects while it ends, and ends when its load balancers are gone', async () => {
      await client.post(path.service(), balancer());
      await pass(MINUTE);
      const { body } = await client.delete('/api/v1/namespaces/acme');
      expect(body).toMatchObject({ kind: 'Namespace', status: { phase: 'Terminating' } });
      const refused = await client.post(path.configMap(), { metadata: { name: 'late' } });
      expect(refused).toMatchObject({
        status: 403,
        body: {
          message:
            'configmaps "late" is forbidden: unable to create new content in namespace acme because it is being terminated',
        },
      });
      await pass(4_000);
      expect((await client.get('/api/v1/namespaces/acme')).status).toBe(200);
      await pass(MINUTE);
      expect((await client.get('/api/v1/namespaces/acme')).status).toBe(404);
      expect((await client.get(path.service('app'))).status).toBe(404);
    });
  });

  it('finish Jobs, count quotas and let deleted claims go', async () => {
    const jobs = '/apis/batch/v1/namespaces/acme/jobs';
    const { template } = deployment().spec;
    await client.post(jobs, {
      metadata: { name: 'migrate' },
      spec: { template: { spec: { ...template.spec, restartPolicy: 'Never' } } },
    });
    const quotas = '/api/v1/namespaces/acme/resourcequotas';
    await client.post(quotas, { metadata: { name: 'limits' }, spec: { hard: { pods: 5 } } });
    const claims = '/api/v1/namespaces/acme/persistentvolumeclaims';
    await client.post(claims, {
      metadata: { name: 'data' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    });
    await client.delete(`${claims}/data`);
    expect((await client.get(`${claims}/data`)).status).toBe(200);
    await pass(MINUTE);
    expect(await read(`${jobs}/migrate`)).toMatchObject({
      status: { succeeded: 1, conditions: [{ type: 'Complete' }] },
    });
    expect(await read(`${quotas}/limits`)).toMatchObject({
      status: { hard: { pods: '5' }, used: { pods: '0' } },
    });
    expect((await client.get(`${claims}/data`)).status).toBe(404);
  });
});
