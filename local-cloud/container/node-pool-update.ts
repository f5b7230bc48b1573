/** How a node pool changes: autoscaling limits, size, and the fields of `nodePools.update`. */
import { integerField, invalid, isObject } from '../core/body.ts';
import { ApiError } from '../core/errors.ts';
import type { Body, Json } from '../core/store.ts';

/** cloud.google.com/kubernetes-engine/quotas: nodes per node pool zone. */
const MAX_NODES_PER_ZONE = 1_000;

const AUTOSCALING_FIELDS = [
  ...['enabled', 'minNodeCount', 'maxNodeCount', 'autoprovisioned', 'locationPolicy'],
  ...['totalMinNodeCount', 'totalMaxNodeCount'],
] as const;

/**
 * The autoscaling settings as they are stored. Switched off, they come back empty.
 * Throws INVALID_ARGUMENT for unknown fields, a minimum above the maximum, a maximum above the limit.
 */
export function checkAutoscaling(value: unknown): Body {
  if (!isObject(value)) throw invalid('autoscaling must be an object.');
  const unknown = Object.keys(value).find(
    (name) => !(AUTOSCALING_FIELDS as readonly string[]).includes(name),
  );
  if (unknown !== undefined) throw invalid(`Unknown name "${unknown}" at 'autoscaling': Cannot find field.`);
  if (value['enabled'] !== true) return {};
  const total = value['totalMaxNodeCount'] !== undefined || value['totalMinNodeCount'] !== undefined;
  if (total && (value['maxNodeCount'] !== undefined || value['minNodeCount'] !== undefined)) {
    throw invalid('autoscaling: give limits per zone or in total, not both.');
  }
  const low = total ? 'totalMinNodeCount' : 'minNodeCount';
  const high = total ? 'totalMaxNodeCount' : 'maxNodeCount';
  const min = integerField(value, low) ?? 0;
  const max = integerField(value, high) ?? 0;
  if (max < 1 || min < 0 || min > max || max > MAX_NODES_PER_ZONE) {
    throw invalid(
      `autoscaling: want 0 <= ${low} <= ${high} and 1 <= ${high} <= ${MAX_NODES_PER_ZONE}, got ${min} and ${max}.`,
    );
  }
  return value;
}

/** The pool with `nodeCount` nodes per zone. Throws INVALID_ARGUMENT for a count out of range. */
export function resized(pool: Body, request: Record<string, unknown>): Body {
  const count = integerField(request, 'nodeCount');
  if (count === undefined || count < 0 || count > MAX_NODES_PER_ZONE) {
    throw invalid(`nodeCount must be between 0 and ${MAX_NODES_PER_ZONE}.`);
  }
  return { ...pool, initialNodeCount: count };
}

type Apply = (pool: Body, value: Json) => Body;

const inConfig =
  (name: string, unwrap?: string): Apply =>
  (pool, value) => ({
    ...pool,
    config: { ...(isObject(pool['config']) && pool['config']), [name]: unwrapped(value, unwrap) },
  });
const onPool =
  (name: string): Apply =>
  (pool, value) => ({ ...pool, [name]: value });

/** `labels: {labels: {…}}`: requests wrap maps and lists so that "empty" and "not given" differ. */
const unwrapped = (value: Json, key: string | undefined): Json =>
  key !== undefined && isObject(value) ? (value[key] ?? null) : value;

const UPDATES: Readonly<Record<string, Apply>> = {
  nodeVersion: onPool('version'),
  locations: onPool('locations'),
  upgradeSettings: onPool('upgradeSettings'),
  machineType: inConfig('machineType'),
  diskSizeGb: inConfig('diskSizeGb'),
  diskType: inConfig('diskType'),
  imageType: inConfig('imageType'),
  labels: inConfig('labels', 'labels'),
  taints: inConfig('taints', 'taints'),
  tags: inConfig('tags', 'tags'),
  resourceLabels: inConfig('resourceLabels', 'labels'),
  workloadMetadataConfig: inConfig('workloadMetadataConfig'),
};

/** Old clients repeat the path in the body. */
const PATH_FIELDS = ['name', 'projectId', 'zone', 'clusterId', 'nodePoolId', 'etag'];

/** The pool after `nodePools.update`. Throws UNIMPLEMENTED for a field that is not modelled here. */
export function updatedNodePool(pool: Body, request: Record<string, unknown>): Body {
  const changes = Object.entries(request as Body).filter(([name]) => !PATH_FIELDS.includes(name));
  if (changes.length === 0) throw invalid('nodePools.update: at least one field must be given.');
  return changes.reduce((body, [name, value]) => {
    const apply = UPDATES[name];
    if (!apply)
      throw new ApiError('UNIMPLEMENTED', `nodePools.update: ${name} is not part of the local cloud.`);
    return apply(body, value);
  }, pool);
}
