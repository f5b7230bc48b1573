/**
 * The firewall rules Kubernetes Engine makes for a cluster, and takes away with it.
 * Source: cloud.google.com/kubernetes-engine/docs/concepts/firewall-rules, GKE cluster firewall rules.
 */
import { objectField, stringField } from '../core/body.ts';
import type { Cloud } from '../core/cloud.ts';
import { pathOf, type Body, type Resource } from '../core/store.ts';
import { FIREWALLS, linkTo, pathFor, storeName } from '../compute/kinds.ts';
import { clusterStem, nodeTag } from './gke-names.ts';
import { CLUSTER } from './names.ts';

/** GKE's ranges where nobody chose any. */
const PODS = '10.4.0.0/14';
const NODES = '10.128.0.0/9';

/** Begins to keep the rules of every cluster; gives how to stop. */
export function keepFirewallRules(cloud: Cloud): () => void {
  const kept = new Map<string, readonly string[]>();
  return cloud.resources.onChange(({ type, resource }) => {
    if (resource.assetType !== CLUSTER) return;
    if (type === 'delete') {
      for (const rule of kept.get(resource.name) ?? []) cloud.resources.delete(rule);
      kept.delete(resource.name);
    } else if (resource.body['status'] === 'RUNNING' && !kept.has(resource.name)) {
      kept.set(
        resource.name,
        rulesOf(cloud, resource).map((rule) => add(cloud, resource.project, rule)),
      );
    }
  });
}

function rulesOf(cloud: Cloud, cluster: Resource): Body[] {
  const path = pathOf(cluster.name);
  const stem = clusterStem(path);
  const { body, project, location } = cluster;
  const network = linkTo(
    `projects/${project}/global/networks/${tail(stringField(body, 'network') ?? 'default')}`,
  );
  const subnet = cloud.resources.get(
    `compute.googleapis.com/projects/${project}/regions/${location.replace(/-[a-z]$/, '')}/subnetworks/${tail(stringField(body, 'subnetwork') ?? 'default')}`,
  );
  const nodes = (subnet && stringField(subnet.body, 'ipCidrRange')) ?? NODES;
  const allocation = objectField(body, 'ipAllocationPolicy') ?? {};
  const pods = stringField(allocation, 'clusterIpv4CidrBlock') ?? PODS;
  const master = stringField(objectField(body, 'privateClusterConfig') ?? {}, 'masterIpv4CidrBlock');
  const tag = nodeTag(path);
  const rule = (what: string, more: Body): Body => ({
    name: `${stem}-${what}`,
    network,
    direction: 'INGRESS',
    priority: 1000,
    disabled: false,
    targetTags: [tag],
    ...more,
  });
  const allow = (...rules: string[]): Body => ({
    allowed: rules.map((each) => {
      const [protocol = '', ports] = each.split(':');
      return { IPProtocol: protocol, ...(ports !== undefined && { ports: ports.split(',') }) };
    }),
  });
  return [
    rule('all', { ...allow('tcp', 'udp', 'icmp', 'esp', 'ah', 'sctp'), sourceRanges: [pods] }),
    rule('vms', { ...allow('icmp', 'tcp:1-65535', 'udp:1-65535'), sourceRanges: [nodes] }),
    ...(master === undefined ? [] : [rule('master', { ...allow('tcp:10250,443'), sourceRanges: [master] })]),
    rule('inkubelet', { ...allow('tcp:10255'), priority: 999, sourceRanges: [pods], sourceTags: [tag] }),
    rule('exkubelet', { denied: [{ IPProtocol: 'tcp', ports: ['10255'] }], sourceRanges: ['0.0.0.0/0'] }),
  ];
}

function add(cloud: Cloud, project: string, body: Body): string {
  const path = pathFor(FIREWALLS, project, '', stringField(body, 'name') ?? '');
  const name = storeName(path);
  // A rule somebody left under this name stands as it is: the service does not take it away either.
  if (!cloud.resources.get(name)) {
    cloud.resources.create({
      name,
      assetType: FIREWALLS.assetType,
      project,
      location: 'global',
      body: { kind: FIREWALLS.kind, ...body, selfLink: linkTo(path) },
    });
  }
  return name;
}

const tail = (reference: string): string => reference.slice(reference.lastIndexOf('/') + 1);
