/** google_container_node_pool: nodes of one shape in a cluster. */
import { ApiError } from '../../core/errors.ts';
import type { Body } from '../../core/store.ts';
import { checkAutoscaling } from '../../container/node-pool-update.ts';
import { lastSegment } from '../compare.ts';
import { isBody, under, type Identity } from '../mapping.ts';
import { identityOf, inStore, invalid, placed, seconds, type Model } from '../model.ts';
import { only, text, type State } from '../values.ts';
import { projectRule } from './compute.ts';
import {
  clusterPath,
  completeNodeConfig,
  NODE_CONFIG_RULES,
  requireCluster,
  setStatus,
  storeName,
} from './container.ts';

const path = (identity: Identity): string => `${clusterPath(identity)}/nodePools/${identity['name'] ?? ''}`;

export const NODE_POOL = 'container.googleapis.com/NodePool';

/** Nodes of a pool that says neither how many nor between which limits. */
const DEFAULT_NODE_COUNT = 1;

const POOLS = 'container.projects.locations.clusters.nodePools';

export const containerNodePool: Model = {
  service: 'container',
  methods: {
    get: `${POOLS}.get`,
    create: `${POOLS}.create`,
    update: `${POOLS}.update`,
    delete: `${POOLS}.delete`,
  },
  title: 'NodePool',
  storage: inStore({
    name: (identity) => storeName(path(identity)),
    assetType: NODE_POOL,
    location: ({ location = '' }) => location,
  }),
  identity: (state) => {
    const identity = identityOf(state, ['project', 'location', 'cluster', 'name']);
    return { ...identity, cluster: lastSegment(identity['cluster'] ?? '') };
  },
  path: (identity) => `/v1/${path(identity)}`,
  id: path,
  imports: [
    /^projects\/(?<project>[^/]+)\/locations\/(?<location>[^/]+)\/clusters\/(?<cluster>[^/]+)\/nodePools\/(?<name>[^/]+)$/,
    /^(?<project>[^/]+)\/(?<location>[^/]+)\/(?<cluster>[^/]+)\/(?<name>[^/]+)$/,
    /^(?<location>[^/]+)\/(?<cluster>[^/]+)\/(?<name>[^/]+)$/,
  ],
  delays: { create: seconds(90), update: seconds(60), delete: seconds(60) },
  predict: (config, _prior, provider) => {
    // The cluster's full id says where the pool is, even when nothing else does.
    const [, project, location] =
      /^projects\/([^/]+)\/locations\/([^/]+)\//.exec(text(config['cluster'])) ?? [];
    const known = {
      ...provider,
      ...(project !== undefined && { project }),
      ...(location !== undefined && { region: location, zone: undefined }),
    };
    return placed(config, known, ['project', 'location']);
  },
  rules: {
    project: projectRule,
    location: { write: () => undefined, read: (_json, _have, { location = '' }) => location },
    cluster: { write: () => undefined, read: (_json, have, { cluster = '' }) => have ?? cluster },
    initial_node_count: { to: 'initialNodeCount' },
    // Without autoscaling, the pool's size; the API calls the size asked for last the initial one.
    node_count: { to: 'initialNodeCount' },
    node_locations: { to: 'locations' },
    max_pods_per_node: { to: 'maxPodsConstraint.maxPodsPerNode', int64: true },
    name_prefix: { local: true },
    managed_instance_group_urls: { to: 'instanceGroupUrls' },
    autoscaling: {
      write: (value) => {
        const limits = only(value);
        if (!limits) return undefined;
        const given = Object.entries(AUTOSCALING).flatMap(([name, field]) => {
          const limit = limits[name] ?? null;
          return typeof limit === 'number' || typeof limit === 'string' ? [[field, limit] as const] : [];
        });
        return { enabled: true, ...Object.fromEntries(given) };
      },
      read: (json) => (isBody(json) && json['enabled'] === true ? [autoscalingState(json)] : []),
    },
    node_config: { to: 'config' },
    ...under('node_config', NODE_CONFIG_RULES),
  },
  check: (cloud, identity, state) => {
    requireCluster(cloud, clusterPath(identity));
    const limits = only(state['autoscaling']);
    if (!limits) return;
    checkAutoscaling({
      enabled: true,
      ...Object.fromEntries(
        Object.entries(AUTOSCALING).flatMap(([name, field]) =>
          (limits[name] ?? null) === null || (name.startsWith('total') && limits[name] === 0)
            ? []
            : [[field, limits[name]]],
        ),
      ),
    });
  },
  complete: (cloud, identity, body) => {
    const cluster = requireCluster(cloud, clusterPath(identity));
    if (cluster['status'] !== 'RUNNING') {
      throw new ApiError('FAILED_PRECONDITION', `Cluster ${clusterPath(identity)} is not RUNNING.`);
    }
    return { ...newNodePool(identity, cluster, body), status: 'PROVISIONING' };
  },
  ready: (cloud, identity) => setStatus(cloud, storeName(path(identity)), 'RUNNING'),
  deleting: (cloud, identity) => setStatus(cloud, storeName(path(identity)), 'STOPPING'),
};

const AUTOSCALING: Readonly<Record<string, string>> = {
  min_node_count: 'minNodeCount',
  max_node_count: 'maxNodeCount',
  total_min_node_count: 'totalMinNodeCount',
  total_max_node_count: 'totalMaxNodeCount',
  location_policy: 'locationPolicy',
};

function autoscalingState(json: Body): State {
  const state: State = {};
  for (const [name, field] of Object.entries(AUTOSCALING)) {
    const limit = json[field];
    state[name] =
      typeof limit === 'string' || typeof limit === 'number' ? limit : name === 'location_policy' ? null : 0;
  }
  return state;
}

/** A pool's body with all the service fills in; `body` is what the request said. */
export function newNodePool(identity: Identity, cluster: Body, body: Body): Body {
  const name = identity['name'] ?? '';
  if (!/^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$/.test(name)) throw invalid(`Invalid node pool name "${name}".`);
  const autoscaling = body['autoscaling'];
  const limits = isBody(autoscaling) ? autoscaling : {};
  return {
    initialNodeCount: limits['minNodeCount'] ?? DEFAULT_NODE_COUNT,
    management: { autoUpgrade: true, autoRepair: true },
    maxPodsConstraint: { maxPodsPerNode: '110' },
    upgradeSettings: { maxSurge: 1, strategy: 'SURGE' },
    version: cluster['currentNodeVersion'] ?? null,
    ...body,
    name,
    ...(isBody(autoscaling) && { autoscaling: { locationPolicy: 'BALANCED', ...autoscaling } }),
    config: completeNodeConfig(isBody(body['config']) ? body['config'] : {}),
    selfLink: `https://container.googleapis.com/v1/${path(identity)}`,
  };
}
