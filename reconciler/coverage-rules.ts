/**
 * What Google makes in a tenant's project on our behalf, as a table: asset type, what it is, how it is known, and
 * where that naming rule is written. A name alone is never enough where a body says more: names can be given by anybody.
 */
import { at, isObject, listAt, textAt } from './json.ts';
import type { Json } from './model.ts';
import { tail } from './resources/kind.ts';

/** One tenant's project, as far as the rules ask. */
export interface Surroundings {
  readonly project: string;
  /** Short name of the tenant's VPC. */
  readonly network: string;
  /** Short names of the clusters the record asks for. */
  readonly clusters: readonly string[];
}

export interface Rule {
  /** Asset types it is about. */
  readonly types: readonly string[];
  readonly made: string;
  readonly source: string;
  /** `name` is the last part of the asset's name, `data` its body. */
  readonly holds: (name: string, data: Json, around: Surroundings) => boolean;
}

const compute = (...kinds: string[]): string[] => kinds.map((kind) => `compute.googleapis.com/${kind}`);

const FIREWALL_RULES =
  'cloud.google.com/kubernetes-engine/docs/concepts/firewall-rules; the same names in `gcloud compute firewall-rules migrate`';
const CLUSTER_LABELS = 'cloud.google.com/kubernetes-engine/docs/how-to/creating-managing-labels';
const L4_NAMES = 'github.com/kubernetes/ingress-gce, pkg/utils/namer/l4_namer.go';
const OLD_NAMES =
  'github.com/kubernetes/cloud-provider-gcp, providers/gce: gce_loadbalancer_naming.go, gce_loadbalancer.go';

/** GKE cuts a long cluster's name; what is left of it is never shorter. */
const SHORTEST_CUT = 15;

/** `gke-CLUSTER-…` of a cluster of ours, whole or cut; `gk3-` for Autopilot. */
function isGke(name: string, { clusters }: Surroundings): boolean {
  if (!name.startsWith('gke-') && !name.startsWith('gk3-')) return false;
  return clusters.some((cluster) => {
    let same = 0;
    while (same < cluster.length && name[4 + same] === cluster[same]) same += 1;
    return (same === cluster.length || same >= SHORTEST_CUT) && name[4 + same] === '-';
  });
}

/** Labels GKE puts on what it makes for a cluster. */
const isLabelled = (data: Json, { clusters }: Surroundings): boolean =>
  clusters.includes(textAt(data, 'labels', 'goog-k8s-cluster-name') ?? '');

/** Rules of the firewall that GKE makes apply to its nodes, by the tag every node of the cluster has. */
const isForNodes = (data: Json, around: Surroundings): boolean =>
  listAt(data, 'targetTags').some((tag) => typeof tag === 'string' && isGke(tag, around));

const isInNetwork = (data: Json, { network }: Surroundings): boolean =>
  tail(textAt(data, 'network')) === network;

/** Controllers write which Service a thing is for into its description. */
const isForService = (data: Json): boolean =>
  /"(networking\.gke\.io|kubernetes\.io)\/(service-name|ingress-name)"/.test(
    textAt(data, 'description') ?? '',
  );

const GKE_RULE = /-[0-9a-f]{8}-(?:ipv6-)?(?:all|vms|master|ssh|inkubelet|exkubelet|mcsd|webhooks?)$/;
const SERVICE_RULE =
  /^(?:k8s-fw-|k8s2-[a-z0-9]{8}-|k8s-[a-z0-9]+-(?:node|http|node-http)-hc$|a[0-9a-f]{31}-hc$)/;
const GATEWAY_RULE = /^gke(?:gw|mcg)1-l7-/;
const BALANCER = /^(?:k8s2-(?:tcp|udp|l3)-[a-z0-9]{8}-|k8s2-[a-z0-9]{8}-|a[0-9a-f]{31}(?:-ipv6)?$)/;

/** Read from above; the first rule that holds explains the asset. */
export const RULES: readonly Rule[] = [
  {
    types: compute('Instance'),
    made: 'a node of the cluster',
    source: CLUSTER_LABELS,
    holds: (name, data, around) =>
      isLabelled(data, around) && (at(data, 'labels', 'goog-gke-node') !== undefined || isGke(name, around)),
  },
  {
    types: compute('Disk'),
    made: 'the boot disk of a node',
    source: CLUSTER_LABELS,
    holds: (name, data, around) =>
      isGke(name, around) &&
      (isLabelled(data, around) ||
        listAt(data, 'users').some((user) => typeof user === 'string' && tail(user) === name)),
  },
  {
    types: compute('Disk'),
    made: 'a volume that a claim in the cluster asked for',
    source: 'github.com/kubernetes-sigs/gcp-compute-persistent-disk-csi-driver, pkg/common/parameters.go',
    holds: (name, data, around) =>
      name.startsWith('pvc-') &&
      (isLabelled(data, around) ||
        (textAt(data, 'description') ?? '').includes('kubernetes.io/created-for/pv/name')),
  },
  {
    types: compute('InstanceGroupManager', 'InstanceGroup'),
    made: 'the instance groups of a node pool',
    source:
      'cloud.google.com/kubernetes-engine/docs/concepts/node-pools; names as clusters.get lists them in instanceGroupUrls',
    holds: (name, _data, around) => name.endsWith('-grp') && isGke(name, around),
  },
  {
    types: compute('InstanceTemplate'),
    made: 'the template of a node pool’s instances',
    source: CLUSTER_LABELS,
    holds: (name, _data, around) => isGke(name, around),
  },
  {
    types: compute('InstanceGroup'),
    made: 'the instance group of a load balancer',
    source: 'github.com/kubernetes/ingress-gce, pkg/utils/namer/namer.go',
    holds: (name, _data, { clusters }) => name.startsWith('k8s-ig--') && clusters.length > 0,
  },
  {
    types: compute('Firewall'),
    made: 'the rules of the cluster’s own traffic',
    source: FIREWALL_RULES,
    holds: (name, data, around) => isGke(name, around) && GKE_RULE.test(name) && isInNetwork(data, around),
  },
  {
    types: compute('Firewall'),
    made: 'the rules of a Service’s load balancer',
    source: FIREWALL_RULES,
    holds: (name, data, around) =>
      SERVICE_RULE.test(name) && isInNetwork(data, around) && isForNodes(data, around),
  },
  {
    types: compute('Firewall'),
    made: 'the rules of a Gateway',
    source: FIREWALL_RULES,
    holds: (name, data, around) =>
      GATEWAY_RULE.test(name) && isInNetwork(data, around) && around.clusters.length > 0,
  },
  {
    types: compute('ForwardingRule', 'GlobalForwardingRule'),
    made: 'the load balancer of a Service',
    source: `${L4_NAMES}; ${OLD_NAMES}`,
    holds: (name, data, { clusters }) => clusters.length > 0 && BALANCER.test(name) && isForService(data),
  },
  {
    types: compute('ForwardingRule', 'Address', 'Subnetwork'),
    made: 'the cluster’s private control plane endpoint',
    source:
      'cloud.google.com/kubernetes-engine/docs/concepts/network-overview: Private Service Connect, `gke-CLUSTER-HASH-pe`',
    holds: (name, _data, around) => isGke(name, around) && /-pe(?:-subnet)?$/.test(name),
  },
  {
    types: compute('Address'),
    made: 'an address of the NAT',
    source: 'compute v1, Address.purpose NAT_AUTO: "addresses allocated automatically by Cloud NAT"',
    holds: (_name, data) => textAt(data, 'purpose') === 'NAT_AUTO',
  },
  {
    types: compute('Address'),
    made: 'the address of a Service’s load balancer',
    source: OLD_NAMES,
    holds: (name, data, { clusters }) => clusters.length > 0 && BALANCER.test(name) && isForService(data),
  },
  {
    types: compute('Route'),
    made: 'the routes every network, subnet and peering brings',
    source: 'cloud.google.com/vpc/docs/routes: system-generated and peering routes cannot be made by hand',
    holds: (name) => /^(?:default-route-|peering-route-)/.test(name),
  },
  {
    types: compute('Route'),
    made: 'the routes to the pods of a routes-based cluster',
    source: 'cloud.google.com/kubernetes-engine/docs/how-to/routes-based-cluster',
    holds: (name, data, around) => isGke(name, around) && isInNetwork(data, around),
  },
  {
    types: compute('Network'),
    made: 'the network every new project is given',
    source: 'cloud.google.com/vpc/docs/vpc: default network',
    holds: (name, data) => name === 'default' && at(data, 'autoCreateSubnetworks') === true,
  },
  {
    types: compute('Subnetwork', 'Firewall'),
    made: 'the subnets and rules of the network every new project is given',
    source:
      'cloud.google.com/vpc/docs/vpc and /vpc/docs/firewalls: pre-populated rules in the default network',
    holds: (name, data) =>
      tail(textAt(data, 'network')) === 'default' &&
      /^default(?:-allow-(?:icmp|internal|rdp|ssh))?$/.test(name),
  },
  {
    types: ['container.googleapis.com/NodePool'],
    made: 'a node pool that auto-provisioning made',
    source: 'container v1, NodePoolAutoscaling.autoprovisioned',
    holds: (_name, data) => at(data, 'autoscaling', 'autoprovisioned') === true,
  },
  {
    types: ['iam.googleapis.com/ServiceAccount'],
    made: 'an account that comes with an enabled API',
    source: 'cloud.google.com/iam/docs/service-account-types: default service accounts',
    holds: (name, data, { project }) => {
      const email = textAt(data, 'email') ?? name;
      return (
        email === `${project}@appspot.gserviceaccount.com` ||
        /^\d+-compute@developer\.gserviceaccount\.com$/.test(email)
      );
    },
  },
  {
    types: ['storage.googleapis.com/Bucket'],
    made: 'the bucket of a Google service',
    source:
      'cloud.google.com/build/docs: PROJECT_cloudbuild; cloud.google.com/appengine: default and staging buckets',
    holds: (name, _data, { project }) =>
      [`${project}_cloudbuild`, `${project}.appspot.com`, `staging.${project}.appspot.com`].includes(name),
  },
];

/** Rules by asset type: looked up once per asset. */
const BY_TYPE: ReadonlyMap<string, readonly Rule[]> = new Map(
  Object.entries(
    Object.groupBy(
      RULES.flatMap((rule) => rule.types.map((type) => ({ type, rule }))),
      ({ type }) => type,
    ),
  ).map(([type, rows]) => [type, (rows ?? []).map(({ rule }) => rule)]),
);

/** The rule that explains the asset; undefined when nothing does. Bodies that are no objects explain nothing. */
export function ruleFor(assetType: string, name: string, data: Json, around: Surroundings): Rule | undefined {
  const rules = BY_TYPE.get(assetType);
  if (rules === undefined) return undefined;
  return rules.find((rule) => rule.holds(name, isObject(data) ? data : {}, around));
}

/** What of a body any rule asks for. */
const ASKED: readonly string[] = [
  ...['autoCreateSubnetworks', 'autoscaling', 'description', 'email', 'labels', 'network', 'purpose'],
  ...['targetTags', 'users'],
];

/** An asset's body without what no rule asks for, so that a fleet's may be kept until each tenant's turn. */
export function evidenceIn(data: Json): Json {
  if (!isObject(data)) return null;
  const kept: Record<string, Json> = {};
  for (const key of ASKED) {
    const value = data[key];
    if (value !== undefined) kept[key] = value;
  }
  return kept;
}
