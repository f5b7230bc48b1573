/** What networks, subnetworks, routers and NATs share: links, names, places. */
import { linkTo } from '../../compute/kinds.ts';
import { timestamp } from '../../core/clock.ts';
import type { Cloud } from '../../core/cloud.ts';
import { ApiError } from '../../core/errors.ts';
import { numericId, type Body } from '../../core/store.ts';
import { lastSegment, relativeName } from '../compare.ts';
import type { FieldRule, Identity } from '../mapping.ts';
import type { Methods } from '../model.ts';
import { isEmpty, type Value } from '../values.ts';

/** The discovery document's method ids of a collection, e.g. `compute.networks.insert`. */
export const computeMethods = (collection: string): Methods => ({
  get: `compute.${collection}.get`,
  create: `compute.${collection}.insert`,
  update: `compute.${collection}.patch`,
  delete: `compute.${collection}.delete`,
});

/** `projects/P/global/networks/N` from a link, a relative name or a bare name. */
export function networkPath(value: Value, project: string): string {
  const reference = relativeName(typeof value === 'string' ? value : '');
  return reference.includes('/') ? reference : `projects/${project}/global/networks/${reference}`;
}

/** An argument that refers to a network: any spelling in the configuration, a full link in the API. */
export const networkRule: FieldRule = {
  write: (value, { project = '' }) => (isEmpty(value) ? undefined : linkTo(networkPath(value, project))),
  read: (json) => (typeof json === 'string' ? json : null),
};

/** The region: a bare name for Terraform, a link in the API. */
export const regionRule: FieldRule = {
  write: (_value, { project = '', region = '' }) => linkTo(`projects/${project}/regions/${region}`),
  read: (json, have) => (typeof json === 'string' ? lastSegment(json) : have),
};

/** The project is part of a resource's name and not a field of its body. */
export const projectRule: FieldRule = {
  write: () => undefined,
  read: (_json, _have, { project = '' }) => project,
};

/** Fields every Compute Engine resource is given when it is made. */
export function computeFields(cloud: Cloud, kind: string, path: string): Body {
  return {
    kind: `compute#${kind}`,
    id: numericId(path),
    creationTimestamp: timestamp(cloud.clock.now()),
    selfLink: linkTo(path),
  };
}

/** Throws Compute Engine's 404 when the network that a new resource names does not exist. */
export function requireNetwork(cloud: Cloud, value: Value, { project = '' }: Identity): void {
  const path = networkPath(value, project);
  if (cloud.resources.get(`compute.googleapis.com/${path}`)) return;
  throw new ApiError('NOT_FOUND', `The resource '${path}' was not found`, { reason: 'notFound' });
}
