/** The kinds of Compute Engine resources served here: where they live in paths, and what their lists are called. */
import type { Resource } from '../core/store.ts';

export interface ComputeKind {
  /** As in paths, e.g. `subnetworks`. Addresses of a region and global ones share theirs. */
  readonly collection: string;
  /** As in method ids, e.g. `subnetworks`. */
  readonly methods: string;
  readonly scope: 'global' | 'region' | 'zone';
  readonly assetType: string;
  /** `kind` of its lists without the ending `List`, e.g. `compute#subnetwork`. */
  readonly kind: string;
}

const kind = (
  collection: string,
  scope: ComputeKind['scope'],
  type: string,
  word: string,
  methods = collection,
): ComputeKind => ({
  collection,
  methods,
  scope,
  assetType: `compute.googleapis.com/${type}`,
  kind: `compute#${word}`,
});

export const NETWORKS = kind('networks', 'global', 'Network', 'network');
export const SUBNETWORKS = kind('subnetworks', 'region', 'Subnetwork', 'subnetwork');
export const ROUTERS = kind('routers', 'region', 'Router', 'router');
export const FIREWALLS = kind('firewalls', 'global', 'Firewall', 'firewall');
const ADDRESSES = kind('addresses', 'region', 'Address', 'address');
const GLOBAL_ADDRESSES = kind('addresses', 'global', 'GlobalAddress', 'address', 'globalAddresses');
export const FORWARDING_RULES = kind('forwardingRules', 'region', 'ForwardingRule', 'forwardingRule');
export const ROUTES = kind('routes', 'global', 'Route', 'route');
export const INSTANCES = kind('instances', 'zone', 'Instance', 'instance');
export const DISKS = kind('disks', 'zone', 'Disk', 'disk');
export const INSTANCE_GROUPS = kind('instanceGroups', 'zone', 'InstanceGroup', 'instanceGroup');
export const INSTANCE_GROUP_MANAGERS = kind(
  'instanceGroupManagers',
  'zone',
  'InstanceGroupManager',
  'instanceGroupManager',
);
export const INSTANCE_TEMPLATES = kind('instanceTemplates', 'global', 'InstanceTemplate', 'instanceTemplate');
export const KINDS = [
  NETWORKS,
  SUBNETWORKS,
  ROUTERS,
  FIREWALLS,
  ROUTES,
  ADDRESSES,
  GLOBAL_ADDRESSES,
  FORWARDING_RULES,
  INSTANCES,
  DISKS,
  INSTANCE_GROUPS,
  INSTANCE_GROUP_MANAGERS,
  INSTANCE_TEMPLATES,
] as const;

/** `regions/us-central1`, `zones/us-central1-a`, or `global`. */
export const placeOf = (kind: ComputeKind, location: string): string =>
  kind.scope === 'global' ? 'global' : `${kind.scope}s/${location}`;

/** The place as it stands in a method's path: `regions/{region}`, `zones/{zone}`, or `global`. */
export const placeTemplate = (kind: ComputeKind): string => placeOf(kind, `{${kind.scope}}`);

/** Path below `/compute/v1/`, e.g. `projects/p/regions/us-central1/routers/r`; also its place in the store. */
export const pathFor = (kind: ComputeKind, project: string, location: string, name: string): string =>
  `projects/${project}/${placeOf(kind, location)}/${kind.collection}/${name}`;

export const storeName = (path: string): string => `compute.googleapis.com/${path}`;

/** The URL form that Compute Engine puts into `selfLink` and every reference. */
export const linkTo = (path: string): string => `https://www.googleapis.com/compute/v1/${path}`;

export const byName = (resource: Resource): string => resource.name;
