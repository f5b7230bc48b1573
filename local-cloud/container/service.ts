/** Kubernetes Engine v1: clusters and node pools as people and gcloud read and change them. */
import type { Cloud } from '../core/cloud.ts';
import { objectField } from '../core/body.ts';
import type { Call, Method, Service, Source } from '../core/service.ts';
import { pathOf, type Body } from '../core/store.ts';
import { applyClusterUpdate } from './cluster-update.ts';
import { beginCluster, DEFAULT_VERSION } from './create.ts';
import { keepFirewallRules } from './firewall.ts';
import {
  CLUSTER,
  clusterBody,
  clusterPath,
  nodePoolPath,
  nodePoolsOf,
  requireResource,
  storeName,
} from './names.ts';
import { checkAutoscaling, resized, updatedNodePool } from './node-pool-update.ts';
import { keepNodes } from './nodes.ts';
import { ClusterOperations } from './operations.ts';
import { methodPair } from './paths.ts';

const REFERENCE: Source = {
  kind: 'documented',
  from: 'container v1 REST reference; fields gcloud 528 insists on',
};
const ASSUMED: Source = {
  kind: 'assumed',
  from: 'container v1 REST reference; durations and side effects are guesses',
};

/** Orders of magnitude of the real service; cloud time makes them short. */
const DELAY_MS = { create: 300_000, delete: 180_000, update: 30_000, nodePool: 60_000 };

export function containerService(cloud: Cloud): Service {
  const operations = new ClusterOperations(cloud);
  const ends = [keepNodes(cloud), keepFirewallRules(cloud)];
  return {
    name: 'container',
    title: 'Kubernetes Engine',
    host: 'container.googleapis.com',
    operations,
    methods: [
      ...clusterReads(cloud),
      ...clusterChanges(cloud, operations),
      ...nodePoolReads(cloud),
      ...nodePoolChanges(cloud, operations),
      ...operations.methods,
    ],
    close: async () => {
      for (const end of ends) end();
    },
  };
}

function clusterReads(cloud: Cloud): Method[] {
  return [
    ...methodPair('clusters.list', 'GET', 'clusters', REFERENCE, (call) => {
      const location = call.param('location');
      const clusters = cloud.resources.list({
        assetType: CLUSTER,
        project: call.param('project'),
        ...(location !== '-' && { location }),
      });
      return { clusters: clusters.map((cluster) => clusterBody(cloud, cluster)) };
    }),
    ...methodPair('clusters.get', 'GET', 'clusters/{cluster}', REFERENCE, (call) =>
      clusterBody(cloud, requireResource(cloud, clusterPath(call))),
    ),
    ...methodPair('getServerConfig', 'GET', 'serverConfig', ASSUMED, () => ({
      defaultClusterVersion: DEFAULT_VERSION,
      validMasterVersions: [DEFAULT_VERSION],
      validNodeVersions: [DEFAULT_VERSION],
      channels: ['RAPID', 'REGULAR', 'STABLE'].map((channel) => ({
        channel,
        defaultVersion: DEFAULT_VERSION,
        validVersions: [DEFAULT_VERSION],
      })),
    })),
  ];
}

function clusterChanges(cloud: Cloud, operations: ClusterOperations): Method[] {
  return [
    ...methodPair('clusters.create', 'POST', 'clusters', ASSUMED, (call) => {
      const place = { project: call.param('project'), location: call.param('location') };
      const { path, finish } = beginCluster(cloud, place, call.json());
      const params = { ...call.params, cluster: path.slice(path.lastIndexOf('/') + 1) };
      const named: Call = {
        ...call,
        params,
        param: (name) => (name === 'cluster' ? params.cluster : call.param(name)),
      };
      return operations.start(named, {
        type: 'CREATE_CLUSTER',
        target: path,
        delayMs: DELAY_MS.create,
        run: finish,
      });
    }),
    ...methodPair('clusters.delete', 'DELETE', 'clusters/{cluster}', ASSUMED, (call) => {
      const path = clusterPath(call);
      requireResource(cloud, path);
      const operation = operations.start(call, {
        type: 'DELETE_CLUSTER',
        target: path,
        delayMs: DELAY_MS.delete,
        run: () => removeCluster(cloud, path),
      });
      cloud.resources.update(storeName(path), (cluster) => ({ ...cluster, status: 'STOPPING' }));
      return operation;
    }),
    ...methodPair('clusters.update', 'PUT', 'clusters/{cluster}', ASSUMED, (call) => {
      const path = clusterPath(call);
      const update = objectField(call.json(), 'update');
      const { nodePool } = applyClusterUpdate(requireResource(cloud, path).body, update);
      if (nodePool) {
        const pool = `${path}/nodePools/${nodePool.name}`;
        return changePool(cloud, operations, call, pool, 'UPDATE_CLUSTER', nodePool.change);
      }
      return operations.start(call, {
        type: 'UPDATE_CLUSTER',
        target: path,
        delayMs: DELAY_MS.update,
        run: () =>
          cloud.resources.update(storeName(path), (body) => applyClusterUpdate(body, update).cluster),
      });
    }),
  ];
}

function nodePoolReads(cloud: Cloud): Method[] {
  return [
    ...methodPair('clusters.nodePools.list', 'GET', 'clusters/{cluster}/nodePools', REFERENCE, (call) => ({
      nodePools: nodePoolsOf(cloud, pathOf(requireResource(cloud, clusterPath(call)).name)).map(
        (pool) => pool.body,
      ),
    })),
    ...methodPair(
      'clusters.nodePools.get',
      'GET',
      'clusters/{cluster}/nodePools/{nodePool}',
      REFERENCE,
      (call) => {
        return requireResource(cloud, nodePoolPath(call)).body;
      },
    ),
  ];
}

function nodePoolChanges(cloud: Cloud, operations: ClusterOperations): Method[] {
  const pool = 'clusters/{cluster}/nodePools/{nodePool}';
  const change =
    (type: string, apply: (body: Body, request: Record<string, unknown>) => Body) => (call: Call) => {
      const request = call.json();
      return changePool(cloud, operations, call, nodePoolPath(call), type, (body) => apply(body, request));
    };
  const autoscale = change('SET_NODE_POOL_SIZE', (body, request) => ({
    ...body,
    autoscaling: checkAutoscaling(request['autoscaling']),
  }));
  return [
    ...methodPair('clusters.nodePools.delete', 'DELETE', pool, ASSUMED, (call) => {
      const path = nodePoolPath(call);
      requireResource(cloud, path);
      const run = () => cloud.resources.delete(storeName(path));
      return operations.start(call, {
        type: 'DELETE_NODE_POOL',
        target: path,
        delayMs: DELAY_MS.nodePool,
        run,
      });
    }),
    ...methodPair(
      'clusters.nodePools.update',
      'PUT',
      pool,
      ASSUMED,
      change('UPGRADE_NODES', updatedNodePool),
    ),
    ...methodPair(
      'clusters.nodePools.setSize',
      'POST',
      `${pool}:setSize`,
      ASSUMED,
      change('SET_NODE_POOL_SIZE', resized),
    ),
    ...methodPair('clusters.nodePools.setAutoscaling', 'POST', `${pool}:setAutoscaling`, ASSUMED, autoscale),
  ];
}

/** Checks the change against the pool as it is now, and makes it when the operation ends. */
function changePool(
  cloud: Cloud,
  operations: ClusterOperations,
  call: Call,
  path: string,
  type: string,
  apply: (pool: Body) => Body,
): object {
  apply(requireResource(cloud, path).body);
  const run = () => cloud.resources.update(storeName(path), apply);
  return operations.start(call, { type, target: path, delayMs: DELAY_MS.update, run });
}

async function removeCluster(cloud: Cloud, path: string): Promise<void> {
  for (const pool of nodePoolsOf(cloud, path)) cloud.resources.delete(pool.name);
  cloud.resources.delete(storeName(path));
  await cloud.kubernetes.remove(path);
}
