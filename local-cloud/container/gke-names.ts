/** What Kubernetes Engine calls the things it makes in a project for a cluster, as people see them there. */
import { createHash } from 'node:crypto';

/** A name in Compute Engine has 63 characters; hash and instance id take their share of it. */
const LONGEST_PART = 22;

const hex = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 8);

/** Eight characters of a hash in base 36, as the controllers of load balancers use them. */
export function shortHash(text: string): string {
  return BigInt(`0x${createHash('sha256').update(text).digest('hex').slice(0, 16)}`)
    .toString(36)
    .padStart(8, '0')
    .slice(-8);
}

/** `gke-CLUSTER-HASH`: the stem of the cluster's firewall rules. `cluster` is `projects/P/locations/L/clusters/C`. */
export const clusterStem = (cluster: string): string =>
  `gke-${cut(cluster.slice(cluster.lastIndexOf('/') + 1))}-${hex(cluster)}`;

/** The network tag of all its nodes. */
export const nodeTag = (cluster: string): string => `${clusterStem(cluster)}-node`;

/** `gke-CLUSTER-POOL-HASH`: the stem of a pool's instances in one zone. `pool` is the cluster's path and its own. */
export function poolStem(pool: string, zone: string): string {
  const [cluster = '', name = ''] = pool.split('/nodePools/');
  return `gke-${cut(cluster.slice(cluster.lastIndexOf('/') + 1))}-${cut(name)}-${hex(`${pool} ${zone}`)}`;
}

/** `gke-CLUSTER-POOL-HASH-ID` of the nth instance. */
export const nodeName = (stem: string, index: number): string =>
  `${stem}-${shortHash(`${stem} ${index}`).slice(-4)}`;

const cut = (name: string): string => name.slice(0, LONGEST_PART).replace(/-+$/, '');
