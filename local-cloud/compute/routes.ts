/** The routes that come with networks and subnetworks, and go with them: nobody makes these. */
import { createHash } from 'node:crypto';
import { isObject, listField, stringField } from '../core/body.ts';
import type { Cloud } from '../core/cloud.ts';
import type { Body, Resource } from '../core/store.ts';
import { linkTo, NETWORKS, pathFor, ROUTES, storeName, SUBNETWORKS } from './kinds.ts';

/** Source: cloud.google.com/vpc/docs/routes, system-generated routes; names as `gcloud compute routes list` shows them. */
export function keepRoutes(cloud: Cloud): () => void {
  const kept = new Map<string, readonly string[]>();
  return cloud.resources.onChange(({ type, resource, previous }) => {
    const isNetwork = resource.assetType === NETWORKS.assetType;
    if (!isNetwork && resource.assetType !== SUBNETWORKS.assetType) return;
    if (type === 'delete') {
      for (const name of kept.get(resource.name) ?? []) cloud.resources.delete(name);
      kept.delete(resource.name);
    } else if (previous === undefined) {
      const made = isNetwork ? [internetRoute(resource)] : subnetRoutes(resource);
      kept.set(
        resource.name,
        made.map((route) => add(cloud, resource.project, route)),
      );
    }
  });
}

function internetRoute({ name, project, body }: Resource): Body {
  return {
    name: `default-route-${hashed(name)}`,
    description: 'Default route to the Internet.',
    network: stringField(body, 'selfLink') ?? linkTo(name.slice(name.indexOf('/') + 1)),
    destRange: '0.0.0.0/0',
    nextHopGateway: linkTo(`projects/${project}/global/gateways/default-internet-gateway`),
    priority: 1000,
  };
}

function subnetRoutes({ name, body }: Resource): Body[] {
  const network = stringField(body, 'network') ?? '';
  const secondary = listField(body, 'secondaryIpRanges').filter(isObject);
  const ranges = [body, ...secondary].flatMap((range) => stringField(range, 'ipCidrRange') ?? []);
  return ranges.map((destRange) => ({
    name: `default-route-r-${hashed(name + destRange)}`,
    description: `Default local route to the subnetwork ${destRange}.`,
    network,
    destRange,
    nextHopNetwork: network,
    priority: 0,
  }));
}

function add(cloud: Cloud, project: string, body: Body): string {
  const path = pathFor(ROUTES, project, '', stringField(body, 'name') ?? '');
  const name = storeName(path);
  cloud.resources.create({
    name,
    assetType: ROUTES.assetType,
    project,
    location: 'global',
    body: { kind: ROUTES.kind, ...body, selfLink: linkTo(path) },
  });
  return name;
}

const hashed = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);
