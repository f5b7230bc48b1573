/**
 * What the controllers of load balancers make in the project for a Service: forwarding rule and firewall rules. Backend
 * services and health checks are left out: nothing here asks for them.
 * Source: names and descriptions as in github.com/kubernetes/ingress-gce, pkg/l4resources and pkg/utils/namer (internal
 * ones with subsetting) and github.com/kubernetes/cloud-provider-gcp, providers/gce (external ones).
 */
import type { Body } from '../../core/store.ts';
import {
  FIREWALLS,
  FORWARDING_RULES,
  linkTo,
  pathFor,
  storeName,
  type ComputeKind,
} from '../../compute/kinds.ts';
import { nodeTag, shortHash } from '../../container/gke-names.ts';
import type { Cluster } from '../cluster.ts';
import type { Kube } from '../object.ts';

export interface Front {
  readonly internal: boolean;
  readonly ip: string;
  readonly ports: readonly number[];
}

/** Google's health checkers come from these. */
const CHECKERS = ['130.211.0.0/22', '35.191.0.0/16', '209.85.152.0/22', '209.85.204.0/22'];
/** Characters namespace and name may take together in a name of 63. */
const LONGEST = 38;

/** Store names of everything that stands for the Service, made or changed to what it says now. */
export function putFront(cluster: Cluster, service: Kube, front: Front): string[] {
  const [, project = '', , location = ''] = cluster.name.split('/');
  const region = location.replace(/-[a-z]$/, '');
  const names = namesOf(cluster, service, front.internal);
  const network = linkTo(front.internal ? cluster.placement.network : networkOf(cluster, project));
  const ports = front.ports.map(String);
  const description = descriptionOf(service, front.internal);
  const firewall = (name: string, more: Body) =>
    put(cluster, FIREWALLS, pathFor(FIREWALLS, project, '', name), 'global', {
      network,
      direction: 'INGRESS',
      priority: 1000,
      disabled: false,
      description,
      targetTags: [nodeTag(cluster.name)],
      ...more,
    });
  const rule = put(
    cluster,
    FORWARDING_RULES,
    pathFor(FORWARDING_RULES, project, region, names.rule),
    region,
    {
      IPAddress: front.ip,
      IPProtocol: 'TCP',
      ports,
      loadBalancingScheme: front.internal ? 'INTERNAL' : 'EXTERNAL',
      description,
      region: linkTo(`projects/${project}/regions/${region}`),
      ...(front.internal && { network }),
    },
  );
  const open = firewall(names.firewall, {
    allowed: [{ IPProtocol: 'tcp', ports }],
    sourceRanges: ['0.0.0.0/0'],
    destinationRanges: [front.ip],
  });
  const check = firewall(names.check, {
    allowed: [{ IPProtocol: 'tcp', ports: ['10256'] }],
    sourceRanges: CHECKERS,
    // Every Service of the cluster uses this one.
    description: descriptionOf(undefined, front.internal),
  });
  return [rule, open, check];
}

/** Takes away what stands for a Service, but what others still stand on. */
export function removeFront(cluster: Cluster, names: readonly string[], others: ReadonlySet<string>): void {
  for (const name of names) if (!others.has(name)) cluster.cloud.resources.delete(name);
}

function namesOf(cluster: Cluster, { metadata }: Kube, internal: boolean) {
  const id = shortHash(cluster.name);
  if (!internal) {
    const name = `a${metadata.uid.replaceAll('-', '')}`.slice(0, 32);
    return { rule: name, firewall: `k8s-fw-${name}`, check: `k8s-${id}-node-http-hc` };
  }
  const service = `${metadata.namespace ?? ''}-${metadata.name}`;
  const tail = `${service.slice(0, LONGEST)}-${shortHash(`${cluster.name} ${service}`)}`;
  return {
    rule: `k8s2-tcp-${id}-${tail}`,
    firewall: `k8s2-${id}-${tail}`,
    check: `k8s2-${id}-l4-shared-hc-fw`,
  };
}

/** Which Service it is for, as the controllers write it; empty for what several share. */
function descriptionOf(service: Kube | undefined, internal: boolean): string {
  const name = service ? `${service.metadata.namespace ?? ''}/${service.metadata.name}` : '';
  return JSON.stringify(
    internal
      ? { 'networking.gke.io/service-name': name, 'networking.gke.io/api-version': 'ga' }
      : { 'kubernetes.io/service-name': name },
  );
}

/** The network the nodes stand in, whatever the balancer is open to. */
const networkOf = ({ placement }: Cluster, project: string): string =>
  placement.network || `projects/${project}/global/networks/default`;

function put(
  { cloud, name: cluster }: Cluster,
  kind: ComputeKind,
  path: string,
  location: string,
  body: Body,
): string {
  const name = storeName(path);
  const whole: Body = {
    kind: kind.kind,
    name: path.slice(path.lastIndexOf('/') + 1),
    ...body,
    selfLink: linkTo(path),
  };
  if (cloud.resources.get(name)) cloud.resources.update(name, () => whole);
  else {
    const [, project = ''] = cluster.split('/');
    cloud.resources.create({ name, assetType: kind.assetType, project, location, body: whole });
  }
  return name;
}
