/** Keeps the Kubernetes APIs of the local cloud: one per GKE cluster, begun on first use, ended with the cluster. */
import type { Cloud } from '../core/cloud.ts';
import type { ClusterEndpoint, ClusterPlacement, KubernetesHost } from '../core/parts.ts';
import { writeCa } from './certificates.ts';
import type { Cluster } from './cluster.ts';
import { Addresses } from './addresses.ts';
import { startControllers } from './controllers/start.ts';
import { listen } from './server.ts';
import { ObjectStore } from './store.ts';

const CLUSTER_ASSET = 'container.googleapis.com/Cluster';

/** Where a cluster stands that nobody placed: GKE's auto-mode range of us-central1, in a network of its own. */
const UNPLACED: ClusterPlacement = {
  network: 'projects/local/global/networks/default',
  subnetRange: '10.128.0.0/20',
};

interface Running {
  readonly cluster: Cluster;
  readonly endpoint: ClusterEndpoint;
  close(): Promise<void>;
}

/** A cluster's API also ends when its `container.googleapis.com/Cluster` leaves the resource store. */
export function createKubernetesHost(cloud: Cloud): KubernetesHost {
  const clusters = new Map<string, Promise<Running>>();
  // Load balancers of all clusters in one VPC share its addresses.
  const addresses = new Addresses();
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
        starting = start(cloud, addresses, cluster, placement ?? UNPLACED);
        clusters.set(cluster, starting);
        // A start that failed must not answer every later caller with the same old failure.
        starting.catch(() => clusters.delete(cluster));
      }
      const { cluster: running, endpoint } = await starting;
      if (placement) running.placement = placement;
      return endpoint;
    },
    remove,
    list: () => [...clusters.keys()],
    async close() {
      stopListening();
      await Promise.all([...clusters.keys()].map(remove));
    },
  };
}

async function start(
  cloud: Cloud,
  addresses: Addresses,
  name: string,
  placement: ClusterPlacement,
): Promise<Running> {
  const certificates = await writeCa(cloud.config.dataDir);
  const cluster: Cluster = {
    cloud,
    name,
    placement,
    addresses,
    store: new ObjectStore(),
    caCertificate: certificates.ca,
  };
  const stopControllers = startControllers(cluster);
  const api = await listen(cluster, certificates);
  return {
    cluster,
    endpoint: { endpoint: api.endpoint, caCertificate: certificates.ca },
    async close() {
      stopControllers();
      await api.close();
    },
  };
}
