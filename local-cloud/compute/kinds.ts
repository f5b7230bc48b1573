/** The kinds of Compute Engine resources served here: where they live in paths, and what their lists are called. */
import type { Resource } from '../core/store.ts';

export interface ComputeKind {
  /** As in paths, e.g. `subnetworks`. Addresses of a region and global ones share theirs. */
  readonly collection: string;
  /** As in method ids, e.g. `subnetworks`. */
  readonly methods: string;
  readonly scope: 'global' | 'region';
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
const FIREWALLS = kind('firewalls', 'global', 'Firewall', 'firewall');
const ADDRESSES = kind('addresses', 'region', 'Address', 'address');
const GLOBAL_ADDRESSES = kind('addresses', 'global', 'GlobalAddress', 'address', 'globalAddresses');
const FORWARDING_RULES = kind('forwardingRules', 'region', 'ForwardingRule', 'forwardingRule');
export const KINDS = [
  NETWORKS,
  SUBNETWORKS,
  ROUTERS,
  FIREWALLS,
  ADDRESSES,
  GLOBAL_ADDRESSES,
  FORWARDING_RULES,
] as const;

/** `regions/us-central1`, or `global`. */
export const placeOf = (kind: ComputeKind, region: string): string =>
  kind.scope === 'global' ? 'global' : `regions/${region}`;

/** Path below `/compute/v1/`, e.g. `projects/p/regions/us-central1/routers/r`; also its place in the store. */
export const pathFor = (kind: ComputeKind, project: string, region: string, name: string): string =>
  `projects/${project}/${placeOf(kind, region)}/${kind.collection}/${name}`;

export const storeName = (path: string): string => `compute.googleapis.com/${path}`;

/** The URL form that Compute Engine puts into `selfLink` and every reference. */
export const linkTo = (path: string): string => `https://www.googleapis.com/compute/v1/${path}`;

export const byName = (resource: Resource): string => resource.name;
