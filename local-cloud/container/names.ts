/** Names and bodies of clusters and node pools as the store and Kubernetes Engine's REST API have them. */
import type { Cloud } from '../core/cloud.ts';
import { ApiError } from '../core/errors.ts';
import type { Call } from '../core/service.ts';
import { pathOf, type Body, type Resource } from '../core/store.ts';

export const CLUSTER = 'container.googleapis.com/Cluster';
export const NODE_POOL = 'container.googleapis.com/NodePool';

export const storeName = (path: string): string => `container.googleapis.com/${path}`;

/** The URL form in `selfLink` and `targetLink`. */
export const linkTo = (path: string): string => `https://container.googleapis.com/v1/${path}`;

/** `projects/P/locations/L/clusters/C` from a call's path variables, whichever path shape it came by. */
export function clusterPath(call: Call): string {
  return `projects/${call.param('project')}/locations/${call.param('location')}/clusters/${call.param('cluster')}`;
}

export const nodePoolPath = (call: Call): string =>
  `${clusterPath(call)}/nodePools/${call.param('nodePool')}`;

/** The resource, or Kubernetes Engine's own words for a 404. */
export function requireResource(cloud: Cloud, path: string): Resource {
  const resource = cloud.resources.get(storeName(path));
  if (!resource) throw new ApiError('NOT_FOUND', `Not found: ${path}.`);
  return resource;
}

/** The node pools of a cluster, in name order. */
export const nodePoolsOf = (cloud: Cloud, cluster: string): Resource[] =>
  cloud.resources.list({ assetType: NODE_POOL, prefix: `${storeName(cluster)}/nodePools/` });

/** The cluster as its API answers: the store keeps node pools apart, because they come and go by themselves. */
export function clusterBody(cloud: Cloud, cluster: Resource): Body {
  return { ...cluster.body, nodePools: nodePoolsOf(cloud, pathOf(cluster.name)).map((pool) => pool.body) };
}
