/** Makes a cluster by hand: what `gcloud container clusters create` needs to end with a cluster that kubectl reaches. */
import { timestamp } from '../core/clock.ts';
import type { Cloud } from '../core/cloud.ts';
import { invalid, isObject, listField, objectField, stringField } from '../core/body.ts';
import { ApiError } from '../core/errors.ts';
import type { Body, Json } from '../core/store.ts';
import { CLUSTER, linkTo, NODE_POOL, storeName } from './names.ts';

/** What the REGULAR channel gave when this was written; clusters made by Terraform bring their own. */
export const DEFAULT_VERSION = '1.33.5-gke.1080000';
/** Where a cluster stands whose network nobody made: the `default` network's range of us-central1. */
const DEFAULT_RANGE = '10.128.0.0/20';
/** Fields of the request that the store keeps as node pools. */
const BECOME_POOLS = ['nodePools', 'initialNodeCount'];
/** cloud.google.com/kubernetes-engine/docs: lower case, digits and hyphens, 40 characters at most. */
const NAME = /^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$/;

export interface Place {
  readonly project: string;
  readonly location: string;
}

/**
 * Puts the cluster and its node pools into the store as PROVISIONING. Gives the cluster's path and what finishes it:
 * its Kubernetes API then runs, and the cluster is RUNNING.
 * Throws INVALID_ARGUMENT for a bad request, ALREADY_EXISTS for a taken name.
 */
export function beginCluster(
  cloud: Cloud,
  place: Place,
  request: Record<string, unknown>,
): { path: string; finish: () => Promise<void> } {
  const cluster = objectField(request, 'cluster');
  const name = cluster && stringField(cluster, 'name');
  if (!cluster || !name || !NAME.test(name)) {
    throw invalid(
      `Invalid value for field "cluster.name": "${name ?? ''}". Must be a match of regex ${NAME.source}.`,
    );
  }
  const path = `projects/${place.project}/locations/${place.location}/clusters/${name}`;
  if (cloud.resources.get(storeName(path))) throw new ApiError('ALREADY_EXISTS', `Already exists: ${path}.`);
  const given = Object.entries(cluster).filter(([field]) => !BECOME_POOLS.includes(field));
  cloud.resources.create({
    name: storeName(path),
    assetType: CLUSTER,
    ...place,
    body: {
      initialClusterVersion: DEFAULT_VERSION,
      currentMasterVersion: DEFAULT_VERSION,
      currentNodeVersion: DEFAULT_VERSION,
      network: 'default',
      subnetwork: 'default',
      ...Object.fromEntries(given),
      location: place.location,
      zone: place.location,
      createTime: timestamp(cloud.clock.now()),
      status: 'PROVISIONING',
      selfLink: linkTo(path),
    },
  });
  for (const pool of poolsOf(cluster)) addPool(cloud, place, path, pool);
  return { path, finish: () => finish(cloud, path) };
}

function poolsOf(cluster: Body): Body[] {
  const pools = listField(cluster, 'nodePools').filter(isObject);
  if (pools.length > 0) return pools;
  return [{ name: 'default-pool', initialNodeCount: cluster['initialNodeCount'] ?? 1 }];
}

function addPool(cloud: Cloud, place: Place, cluster: string, pool: Body): void {
  const name = stringField(pool, 'name');
  if (!name || !NAME.test(name)) throw invalid(`Invalid node pool name "${name ?? ''}".`);
  const path = `${cluster}/nodePools/${name}`;
  const standard: Record<string, Json> = { config: { machineType: 'e2-medium', diskSizeGb: 100 } };
  cloud.resources.create({
    name: storeName(path),
    assetType: NODE_POOL,
    ...place,
    body: { ...standard, version: DEFAULT_VERSION, ...pool, status: 'RUNNING', selfLink: linkTo(path) },
  });
}

async function finish(cloud: Cloud, path: string): Promise<void> {
  const { body, project, location } = cloud.resources.require(storeName(path));
  const subnet = cloud.resources.get(
    `compute.googleapis.com/projects/${project}/regions/${location}/subnetworks/${tail(body['subnetwork'])}`,
  );
  const range = subnet?.body['ipCidrRange'];
  const { endpoint, caCertificate } = await cloud.kubernetes.ensure(path, {
    network: `projects/${project}/global/networks/${tail(body['network'])}`,
    subnetRange: typeof range === 'string' ? range : DEFAULT_RANGE,
    version: DEFAULT_VERSION,
  });
  cloud.resources.update(storeName(path), (cluster) => ({
    ...cluster,
    status: 'RUNNING',
    endpoint: endpoint.split(':')[0] ?? endpoint,
    masterAuth: { clusterCaCertificate: Buffer.from(caCertificate).toString('base64') },
    controlPlaneEndpointsConfig: { dnsEndpointConfig: { endpoint, allowExternalTraffic: true } },
  }));
}

const tail = (reference: Json | undefined): string =>
  typeof reference === 'string' ? reference.slice(reference.lastIndexOf('/') + 1) : 'default';
