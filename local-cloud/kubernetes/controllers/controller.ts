/** What the simulated controllers share: delayed work that ends with the cluster, and writes under their own names. */
import type { Body } from '../../core/store.ts';
import type { Cluster } from '../cluster.ts';
import type { Kind } from '../kinds.ts';
import { objectsAt, textAt, type Kube } from '../object.ts';
import { replace, type WriteOptions } from '../write.ts';
import type { ChangeListener } from '../store.ts';

export interface ControllerContext {
  readonly cluster: Cluster;
  /** Runs `work` after `ms` of cloud time, unless the cluster is gone by then. */
  readonly later: (ms: number, work: () => void) => void;
}

export interface Controller {
  readonly onChange: ChangeListener;
  /** Gives back what the controller holds outside the cluster. */
  stop?(): void;
}

export const CONTROLLER_MANAGER = 'kube-controller-manager';

/** As the controllers' clients write: unknown fields are their own business, and nothing is a dry run. */
export const asManager = (manager: string, subresource: WriteOptions['subresource'] = ''): WriteOptions => ({
  manager,
  subresource,
  dryRun: false,
  validation: 'Ignore',
});

export function writeStatus(
  cluster: Cluster,
  kind: Kind,
  live: Kube,
  status: Body,
  manager = CONTROLLER_MANAGER,
): Kube {
  return replace(cluster, kind, live, { ...live, status }, asManager(manager, 'status')).object;
}

/** The object as it stands now; undefined when it is gone or another one took its name. */
export function current(cluster: Cluster, kind: Kind, { metadata }: Kube): Kube | undefined {
  const found = cluster.store.get(kind, metadata.namespace, metadata.name);
  return found?.metadata.uid === metadata.uid ? found : undefined;
}

/**
 * `conditions` with one of them set. Times move only with what they tell of, so that writing the same twice changes
 * nothing.
 */
export function withCondition(
  status: Body | undefined,
  time: string,
  condition: { type: string; status: string; reason: string; message: string },
): Body[] {
  const conditions = objectsAt(status, 'conditions');
  const known = conditions.find((other) => other['type'] === condition.type);
  const same = known?.['status'] === condition.status;
  const lastTransitionTime = (same ? textAt(known, 'lastTransitionTime') : undefined) ?? time;
  const made = { ...condition, lastTransitionTime };
  return [...conditions.filter((other) => other !== known), made];
}

/** Whether a test or demo ordered this controller to be slow or to get nothing done; asked before each piece of work. */
export function orderedFault(
  cluster: Cluster,
  controller: string,
  object: Kube,
): { readonly delayMs: number | undefined } | undefined {
  const fault = cluster.cloud.faults.take({
    service: 'kubernetes-controller',
    method: controller,
    path: `${object.metadata.namespace ?? ''}/${object.metadata.name}`,
    target: cluster.name,
  });
  return fault && { delayMs: fault.delayMs };
}
