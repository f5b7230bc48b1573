/**
 * The machines of node pools: instances with their disks, and the groups and template that keep them, as Compute
 * Engine resources of the project. They come and go with their pool, and an instance that is deleted comes back.
 * Source: what `gcloud compute` lists in a project with a cluster; counts and times are assumed.
 */
import { isObject, listField, objectField, stringField } from '../core/body.ts';
import type { Cloud } from '../core/cloud.ts';
import { projectNumber } from '../core/projects.ts';
import { pathOf, type Body, type Json, type Resource } from '../core/store.ts';
import {
  DISKS,
  INSTANCE_GROUP_MANAGERS,
  INSTANCE_GROUPS,
  INSTANCE_TEMPLATES,
  INSTANCES,
  linkTo,
  pathFor,
  storeName as computeName,
  type ComputeKind,
} from '../compute/kinds.ts';
import { addressIn } from '../terraform/models/ranges.ts';
import { nodeName, nodeTag, poolStem } from './gke-names.ts';
import { NODE_POOL, storeName } from './names.ts';

/** How soon a group has replaced an instance that went away. */
const REPAIR_MS = 60_000;
/** A regional cluster has nodes in three zones unless it says otherwise. */
const ZONES = ['a', 'b', 'c'];

interface Wanted {
  readonly kind: ComputeKind;
  readonly location: string;
  readonly body: Body;
}

/** Begins to keep the machines of every pool; gives how to stop. */
export function keepNodes(cloud: Cloud): () => void {
  const kept = new Map<string, Set<string>>();
  const settle = (name: string) => {
    const pool = cloud.resources.get(name);
    const have = kept.get(name) ?? new Set<string>();
    if (pool && pool.body['status'] !== 'RUNNING') return;
    const want = pool ? machinesOf(cloud, pool) : new Map<string, Wanted>();
    kept.set(name, new Set(want.keys()));
    for (const gone of have) if (!want.has(gone)) cloud.resources.delete(gone);
    for (const [machine, { kind, location, body }] of want) {
      if (cloud.resources.get(machine)) continue;
      cloud.resources.create({
        name: machine,
        assetType: kind.assetType,
        project: pool?.project ?? '',
        location,
        body: kind === INSTANCES ? addressed(cloud, body) : body,
      });
    }
    if (!pool) kept.delete(name);
  };
  return cloud.resources.onChange(({ type, resource }) => {
    if (resource.assetType === NODE_POOL) {
      settle(resource.name);
      return;
    }
    if (type === 'put' || resource.assetType !== INSTANCES.assetType) return;
    for (const [pool, machines] of kept) {
      if (machines.has(resource.name)) cloud.clock.after(REPAIR_MS, () => settle(pool));
    }
  });
}

function machinesOf(cloud: Cloud, pool: Resource): Map<string, Wanted> {
  const [clusterPath = ''] = pathOf(pool.name).split('/nodePools/');
  const cluster = cloud.resources.get(storeName(clusterPath));
  const zones = zonesOf(pool, cluster?.body ?? {});
  const made = new Map<string, Wanted>();
  const add = (kind: ComputeKind, location: string, name: string, body: Body): string => {
    const path = pathFor(kind, pool.project, location, name);
    made.set(computeName(path), {
      kind,
      location,
      body: { kind: kind.kind, name, ...body, selfLink: linkTo(path) },
    });
    return linkTo(path);
  };
  for (const zone of zones) {
    const stem = poolStem(pathOf(pool.name), zone);
    const place = { zone: linkTo(`projects/${pool.project}/zones/${zone}`) };
    const properties = propertiesOf(pool, clusterPath, cluster?.body ?? {});
    const template = add(INSTANCE_TEMPLATES, 'global', stem, { properties });
    const group = `${stem}-grp`;
    const instanceGroup = add(INSTANCE_GROUPS, zone, group, place);
    const size = sizeOf(pool.body);
    const manager = add(INSTANCE_GROUP_MANAGERS, zone, group, {
      ...place,
      baseInstanceName: stem,
      instanceTemplate: template,
      instanceGroup,
      targetSize: size,
    });
    for (let index = 0; index < size; index += 1) {
      const name = nodeName(stem, index);
      const instance = linkTo(pathFor(INSTANCES, pool.project, zone, name));
      const source = add(DISKS, zone, name, {
        ...place,
        ...diskOf(pool.body),
        labels: properties['labels'] ?? {},
        users: [instance],
      });
      add(INSTANCES, zone, name, {
        ...place,
        ...properties,
        status: 'RUNNING',
        machineType: `${place.zone}/machineTypes/${stringField(properties, 'machineType') ?? ''}`,
        disks: [{ boot: true, autoDelete: true, source }],
        metadata: { items: [{ key: 'created-by', value: createdBy(manager, pool.project) }] },
      });
    }
  }
  return made;
}

/** Nodes take their addresses from the end of their subnet here, and load balancers from its beginning. */
function addressed(cloud: Cloud, instance: Body): Body {
  const [nic] = listField(instance, 'networkInterfaces').filter(isObject);
  const subnetwork = nic && stringField(nic, 'subnetwork');
  const subnet =
    subnetwork && cloud.resources.get(computeName(subnetwork.slice(subnetwork.indexOf('projects/'))));
  const range = subnet ? stringField(subnet.body, 'ipCidrRange') : undefined;
  if (!nic || range === undefined) return instance;
  const taken = new Set(
    cloud.resources
      .list({ assetType: INSTANCES.assetType, project: subnet ? subnet.project : '' })
      .flatMap(({ body }) => listField(body, 'networkInterfaces').filter(isObject))
      .map((each) => each['networkIP']),
  );
  const size = 2 ** (32 - Number(range.split('/')[1] ?? '32'));
  // The last address is the broadcast address, and Google keeps the one before it.
  for (let host = size - 3; host > 1; host -= 1) {
    const networkIP = addressIn(range, host);
    if (!taken.has(networkIP)) return { ...instance, networkInterfaces: [{ ...nic, networkIP }] };
  }
  return instance;
}

const createdBy = (manager: string, project: string): string =>
  manager
    .slice(manager.indexOf('projects/'))
    .replace(`projects/${project}/`, `projects/${projectNumber(project)}/`);

/** Zones a pool has nodes in: its own, its cluster's, or three of the region. */
function zonesOf(pool: Resource, cluster: Body): string[] {
  const named = [listField(pool.body, 'locations'), listField(cluster, 'locations')].find(
    (zones) => zones.length > 0,
  );
  if (named) return named.filter((zone) => typeof zone === 'string');
  const { location } = pool;
  return /-[a-z]$/.test(location) ? [location] : ZONES.map((zone) => `${location}-${zone}`);
}

/** Nodes per zone: what was asked for last, within the autoscaler's limits. */
function sizeOf(pool: Body): number {
  const asked = Number(pool['initialNodeCount'] ?? 1);
  const limits = objectField(pool, 'autoscaling');
  if (limits?.['enabled'] !== true || limits['maxNodeCount'] === undefined) return asked;
  return Math.min(Math.max(asked, Number(limits['minNodeCount'] ?? 0)), Number(limits['maxNodeCount']));
}

/** What an instance of the pool is made from; the template carries it too. */
function propertiesOf(pool: Resource, clusterPath: string, cluster: Body): Body {
  const config = objectField(pool.body, 'config') ?? {};
  const network = stringField(cluster, 'network') ?? 'default';
  const subnetwork = stringField(cluster, 'subnetwork') ?? 'default';
  const region = pool.location.replace(/-[a-z]$/, '');
  const labels: Body = {
    'goog-gke-node': '',
    'goog-gke-node-pool-provisioning-model': 'on-demand',
    'goog-k8s-cluster-location': pool.location,
    'goog-k8s-cluster-name': clusterPath.slice(clusterPath.lastIndexOf('/') + 1),
    'goog-k8s-node-pool-name': pool.name.slice(pool.name.lastIndexOf('/') + 1),
  };
  return {
    labels,
    machineType: stringField(config, 'machineType') ?? 'e2-medium',
    tags: { items: [nodeTag(clusterPath)] },
    networkInterfaces: [
      {
        name: 'nic0',
        network: linkTo(`projects/${pool.project}/global/networks/${tail(network)}`),
        subnetwork: linkTo(`projects/${pool.project}/regions/${region}/subnetworks/${tail(subnetwork)}`),
      },
    ],
    serviceAccounts: [{ email: stringField(config, 'serviceAccount') ?? 'default' }],
  };
}

function diskOf(pool: Body): Record<string, Json> {
  const size = objectField(pool, 'config')?.['diskSizeGb'];
  return { sizeGb: String(typeof size === 'number' ? size : 100) };
}

const tail = (reference: string): string => reference.slice(reference.lastIndexOf('/') + 1);
