/** One cluster's state: its objects, where it stands, and the numbers it hands out. */
import type { Cloud } from '../core/cloud.ts';
import type { ClusterPlacement } from '../core/parts.ts';
import type { Body } from '../core/store.ts';
import type { Addresses } from './addresses.ts';
import { kindNamed } from './kinds.ts';
import { kubeTime, numberAt, objectAt, objectsAt, textAt } from './object.ts';
import type { ObjectStore } from './store.ts';

/** GKE's default Service range. */
const SERVICE_RANGE = [34, 118, 224] as const;
const FIRST_NODE_PORT = 30_000;

export interface Cluster {
  readonly cloud: Cloud;
  /** `projects/P/locations/L/clusters/C`. */
  readonly name: string;
  /** Changes when the cluster is placed after its API was first asked for, or upgraded. */
  placement: ClusterPlacement;
  readonly store: ObjectStore;
  /** Shared by all clusters of the process. */
  readonly addresses: Addresses;
  /** PEM of the authority, which every namespace holds a copy of. */
  readonly caCertificate: string;
}

/** The cluster's time, as objects carry it. */
export const now = ({ cloud }: Cluster): string => kubeTime(cloud.clock.now());

const specs = ({ store }: Cluster): Body[] =>
  store.list(kindNamed('Service')).map((service) => objectAt(service, 'spec'));

/** The lowest cluster IP no Service holds. */
export function freeClusterIp(cluster: Cluster): string {
  const taken = new Set(specs(cluster).map((spec) => textAt(spec, 'clusterIP')));
  for (let host = 10; ; host += 1) {
    const [a, b, c] = SERVICE_RANGE;
    const ip = `${a}.${b}.${c + (host >> 8)}.${host & 255}`;
    if (!taken.has(ip)) return ip;
  }
}

/** The lowest node port no Service holds. */
export function freeNodePort(cluster: Cluster, reserved: ReadonlySet<number>): number {
  const taken = new Set(
    specs(cluster).flatMap((spec) => [
      numberAt(spec, 'healthCheckNodePort'),
      ...objectsAt(spec, 'ports').map((port) => numberAt(port, 'nodePort')),
    ]),
  );
  for (let port = FIRST_NODE_PORT; ; port += 1) {
    if (!taken.has(port) && !reserved.has(port)) return port;
  }
}
