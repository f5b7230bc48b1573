/** Private services access: a VPC peered with the network of Google's services, and the worker pools that need it. */
import type { Cloud } from '../../core/cloud.ts';
import { objectField, stringField } from '../../core/body.ts';
import type { Body, Resource } from '../../core/store.ts';
import { isBody } from '../mapping.ts';
import { networkPath } from './compute.ts';

/** The one service of Google's own; others may offer theirs. */
export const GOOGLE_SERVICES = 'servicenetworking.googleapis.com';
export const WORKER_POOL = 'cloudbuild.googleapis.com/WorkerPool';

/** What the peering is called on the VPC: the service with hyphens for dots. */
export const peeringName = (service: string): string => service.replaceAll('.', '-');

export const peeringsOf = (network: Body | undefined): Body[] =>
  Array.isArray(network?.['peerings']) ? network['peerings'].filter(isBody) : [];

/** Does the VPC have a peering of this name? */
export const hasPeering = (network: Body | undefined, name: string): boolean =>
  peeringsOf(network).some((peering) => peering['name'] === name);

/** The worker pools whose builds run in `network` (`projects/P/global/networks/N`). */
export function poolsIn(cloud: Cloud, network: string): Resource[] {
  return cloud.resources.list({ assetType: WORKER_POOL }).filter(({ project, body }) => {
    const config = objectField(objectField(body, 'privatePoolV1Config') ?? {}, 'networkConfig') ?? {};
    const peered = stringField(config, 'peeredNetwork');
    return peered !== undefined && networkPath(peered, project) === network;
  });
}
