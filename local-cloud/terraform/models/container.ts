/** What clusters and node pools share: paths, versions, the node configuration. */
import type { Cloud } from '../../core/cloud.ts';
import { ApiError } from '../../core/errors.ts';
import type { Body } from '../../core/store.ts';
import { lastSegment } from '../compare.ts';
import type { Identity, Rules } from '../mapping.ts';

/** What each release channel gave when this was written; the `-gke.` suffix is Google's patch number. */
const CHANNEL_VERSIONS: Readonly<Record<string, string>> = {
  RAPID: '1.34.1-gke.1829001',
  REGULAR: '1.33.5-gke.1080000',
  STABLE: '1.32.9-gke.1108000',
  EXTENDED: '1.31.13-gke.1008000',
};
const NO_CHANNEL_VERSION = '1.33.5-gke.1080000';

/** The version a new control plane gets. An asked-for minimum wins when it is a full version. */
export function versionFor(channel: unknown, minimum: string): string {
  if (minimum.includes('-gke.')) return minimum;
  return (typeof channel === 'string' ? CHANNEL_VERSIONS[channel] : undefined) ?? NO_CHANNEL_VERSION;
}

export const clusterPath = ({ project = '', location = '', cluster = '' }: Identity): string =>
  `projects/${project}/locations/${location}/clusters/${lastSegment(cluster)}`;

export const storeName = (path: string): string => `container.googleapis.com/${path}`;

/** The body of what has a status while its operation runs. */
export function setStatus(cloud: Cloud, name: string, status: string): void {
  cloud.resources.update(name, (body) => ({ ...body, status }));
}

/** Throws Kubernetes Engine's 404 for a node pool whose cluster is gone. */
export function requireCluster(cloud: Cloud, path: string): Body {
  const cluster = cloud.resources.get(storeName(path));
  if (!cluster) throw new ApiError('NOT_FOUND', `Not found: ${path}.`);
  return cluster.body;
}

/** `node_config` of a pool, relative to the block. */
export const NODE_CONFIG_RULES: Rules = {
  effective_taints: { to: 'taints' },
  guest_accelerator: { to: 'accelerators' },
  'guest_accelerator.count': { to: 'acceleratorCount', int64: true },
  'guest_accelerator.type': { to: 'acceleratorType' },
  'guest_accelerator.gpu_sharing_config.max_shared_clients_per_gpu': {
    to: 'maxSharedClientsPerGpu',
    int64: true,
  },
  'advanced_machine_features.threads_per_core': { to: 'threadsPerCore', int64: true },
  'boot_disk.size_gb': { to: 'sizeGb', int64: true },
  taint: { to: 'taints' },
};

/** What Kubernetes Engine chooses for a node when the request does not say. */
export function completeNodeConfig(config: Body): Body {
  return {
    machineType: 'e2-medium',
    diskSizeGb: 100,
    diskType: 'pd-balanced',
    imageType: 'COS_CONTAINERD',
    metadata: { 'disable-legacy-endpoints': 'true' },
    oauthScopes: ['https://www.googleapis.com/auth/cloud-platform'],
    serviceAccount: 'default',
    shieldedInstanceConfig: { enableIntegrityMonitoring: true },
    ...config,
  };
}
