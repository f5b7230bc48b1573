/** Keeps the Kubernetes APIs of the local cloud: one per GKE cluster, begun on first use, ended with the cluster. */
import type { Cloud } from '../core/cloud.ts';
import type { ClusterEndpoint, ClusterPlacement, KubernetesHost } from '../core/parts.ts';
import { writeCa } from './certificates.ts';
import { serveCluster, type RunningCluster } from './server.ts';

const CLUSTER_ASSET = 'container.googleapis.com/Cluster';

/** Where a cluster stands that nobody placed: GKE's auto-mode range of us-central1, in a network of its own. */
const UNPLACED: ClusterPlacement = {
  network: 'projects/local/global/networks/default',
  subnetRange: '10.128.0.0/20',
};

/** A cluster's API also ends when its `container.googleapis.com/Cluster` leaves the resource store. */
export function createKubernetesHost(cloud: Cloud): KubernetesHost {
  const clusters = new Map<string, Promise<RunningCluster>>();
  const remove = async (cluster: string): Promise<void> => {
    const running = clusters.get(cluster);
    clusters.delete(cluster);
    await (await running)?.close();
  };
  const stopListening = cloud.resources.onChange(({ type, resource }) => {
    if (type !== 'delete' || resource.assetType !== CLUSTER_ASSET) return;
    remove(resource.name.slice(resource.name.indexOf('/') + 1)).catch((error: unknown) =>
      cloud.log('error', `kubernetes: removing ${resource.name}: ${String(error)}`),
    );
  });
  return {
    async ensure(cluster, placement): Promise<ClusterEndpoint> {
      let starting = clusters.get(cluster);
      if (!starting) {
        starting = start(cloud, cluster, placement ?? UNPLACED);
        clusters.set(cluster, starting);
        // A start that failed must not answer every later caller with the same old failure.
        starting.catch(() => clusters.delete(cluster));
      }
      return (await starting).endpoint;
    },
    remove,
    list: () => [...clusters.keys()],
    async close() {
      stopListening();
      await Promise.all([...clusters.keys()].map(remove));
    },
  };
}

async function start(cloud: Cloud, cluster: string, placement: ClusterPlacement): Promise<RunningCluster> {
  return serveCluster(cloud, cluster, placement, await writeCa(cloud.config.dataDir));
}
