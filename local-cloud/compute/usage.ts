/** Who still uses a network or subnetwork: Compute Engine refuses to delete what something else stands on. */
import type { Cloud } from '../core/cloud.ts';
import { isObject, listField, stringField } from '../core/body.ts';
import { ApiError } from '../core/errors.ts';
import { pathOf, type Resource } from '../core/store.ts';

/** Fields that point at networks and subnetworks, in Compute Engine's and Kubernetes Engine's bodies. */
const REFERENCES = ['network', 'subnetwork'];

/**
 * Throws 400 `resourceInUseByAnotherResource` when another resource of the project points at `resource`, or when it
 * is a network that is still peered with another one.
 */
export function refuseWhenUsed(cloud: Cloud, resource: Resource): void {
  const user = cloud.resources
    .list({ project: resource.project })
    .find((other) => other.name !== resource.name && pointsAt(other, resource));
  const path = pathOf(resource.name);
  const [peering] = listField(resource.body, 'peerings').filter(isObject);
  const by = user
    ? pathOf(user.name)
    : peering && `${path}/networkPeerings/${stringField(peering, 'name') ?? ''}`;
  if (by === undefined) return;
  throw new ApiError('FAILED_PRECONDITION', `The resource '${path}' is already being used by '${by}'`, {
    reason: 'resourceInUseByAnotherResource',
  });
}

function pointsAt(other: Resource, resource: Resource): boolean {
  // Routes that came with it go with it.
  if (other.assetType === 'compute.googleapis.com/Route' && other.name.includes('/routes/default-route-')) {
    return false;
  }
  const path = pathOf(resource.name);
  const field = path.includes('/networks/') ? 'network' : 'subnetwork';
  const reference = REFERENCES.includes(field) ? other.body[field] : undefined;
  if (typeof reference !== 'string') return false;
  if (reference.includes('/')) return reference.endsWith(path);
  // A GKE cluster gives bare names, meant in its own project and region.
  return (
    reference === path.split('/').at(-1) && (field === 'network' || other.location === resource.location)
  );
}
