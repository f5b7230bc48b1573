/** What `clusters.update` does with each `desired…` field: which field of the cluster takes the value. */
import { invalid, isObject, stringField } from '../core/body.ts';
import { ApiError } from '../core/errors.ts';
import type { Body } from '../core/store.ts';
import { checkAutoscaling } from './node-pool-update.ts';

/** Field of the update → field of the cluster that it replaces whole. */
const REPLACES: Readonly<Record<string, string>> = {
  desiredAddonsConfig: 'addonsConfig',
  desiredBinaryAuthorization: 'binaryAuthorization',
  desiredControlPlaneEndpointsConfig: 'controlPlaneEndpointsConfig',
  desiredDatabaseEncryption: 'databaseEncryption',
  desiredLocations: 'locations',
  desiredLoggingConfig: 'loggingConfig',
  desiredLoggingService: 'loggingService',
  desiredMasterAuthorizedNetworksConfig: 'masterAuthorizedNetworksConfig',
  desiredMonitoringConfig: 'monitoringConfig',
  desiredMonitoringService: 'monitoringService',
  desiredNotificationConfig: 'notificationConfig',
  desiredReleaseChannel: 'releaseChannel',
  desiredShieldedNodes: 'shieldedNodes',
  desiredVerticalPodAutoscaling: 'verticalPodAutoscaling',
  desiredWorkloadIdentityConfig: 'workloadIdentityConfig',
};

export interface ClusterUpdate {
  /** The cluster after the update. */
  readonly cluster: Body;
  /** Set when the update is one of a node pool. */
  readonly nodePool?: { readonly name: string; readonly change: (pool: Body) => Body };
}

/**
 * Applies the `update` of a request. Kubernetes Engine takes exactly one change per request, and so does this.
 * Throws INVALID_ARGUMENT for none, several or wrong ones, UNIMPLEMENTED for a change that is not modelled here.
 */
export function applyClusterUpdate(cluster: Body, update: unknown): ClusterUpdate {
  if (!isObject(update)) throw invalid('update must be given.');
  const pool = stringField(update, 'desiredNodePoolId');
  const changes = Object.entries(update).filter(([name]) => name !== 'desiredNodePoolId' && name !== 'etag');
  const [change, ...others] = changes;
  if (change === undefined || others.length > 0) {
    throw invalid('Exactly one update can be applied to a cluster with each request.');
  }
  const [name, value] = change;
  if (name === 'desiredNodePoolAutoscaling') {
    const autoscaling = checkAutoscaling(value);
    if (pool === undefined) throw invalid('desiredNodePoolId must be given with desiredNodePoolAutoscaling.');
    return { cluster, nodePool: { name: pool, change: (body) => ({ ...body, autoscaling }) } };
  }
  if (name === 'desiredNodeVersion' && pool !== undefined) {
    return { cluster, nodePool: { name: pool, change: (body) => ({ ...body, version: value }) } };
  }
  if (name === 'desiredMasterVersion') {
    return { cluster: { ...cluster, currentMasterVersion: resolveVersion(cluster, value) } };
  }
  const field = REPLACES[name];
  if (field === undefined) {
    throw new ApiError('UNIMPLEMENTED', `clusters.update: ${name} is not part of the local cloud.`);
  }
  return { cluster: { ...cluster, [field]: value } };
}

/** `-` and `latest` mean "the default version": here, the one the cluster has. */
function resolveVersion(cluster: Body, value: unknown) {
  if (typeof value !== 'string' || value === '') throw invalid('desiredMasterVersion must be a version.');
  return value === '-' || value === 'latest' ? (cluster['currentMasterVersion'] ?? null) : value;
}
