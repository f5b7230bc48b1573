/** Every resource kind, in order. A new kind is one file and one line here; every law of a pass then holds for it. */
import type { Want } from '../model.ts';
import { autoscaler } from './autoscaler.ts';
import { cluster } from './cluster.ts';
import { deployment } from './deployment.ts';
import type { ClusterKind, GcpKind, ResourceKind } from './kind.ts';
import { namespace } from './namespace.ts';
import { nat } from './nat.ts';
import { network } from './network.ts';
import { nodePool } from './node-pool.ts';
import { poolRange, servicePeering } from './private-services.ts';
import { registry } from './registry.ts';
import { router } from './router.ts';
import { serviceAccount } from './service-account.ts';
import { service } from './service.ts';
import { subnet } from './subnet.ts';
import { workerPool } from './worker-pool.ts';

export const GCP_KINDS: readonly GcpKind[] = [
  network,
  serviceAccount,
  subnet,
  router,
  nat,
  cluster,
  nodePool,
  registry,
  poolRange,
  servicePeering,
  workerPool,
];

export const CLUSTER_KINDS: readonly ClusterKind[] = [namespace, deployment, service, autoscaler];

const BY_NAME: ReadonlyMap<string, ResourceKind> = new Map(
  [...GCP_KINDS, ...CLUSTER_KINDS].map((kind) => [kind.kind, kind]),
);

/** The kind of a want; undefined for the endpoint, which is a plane of its own and no resource. */
export const kindOf = (want: Pick<Want, 'kind'>): ResourceKind | undefined => BY_NAME.get(want.kind);
