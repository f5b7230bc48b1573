/** google_container_cluster: a GKE cluster and the Kubernetes API that comes with it. */
import type { Cloud } from '../../core/cloud.ts';
import { timestamp } from '../../core/clock.ts';
import { ApiError } from '../../core/errors.ts';
import { numericId, type Body } from '../../core/store.ts';
import { lastSegment, relativeName } from '../compare.ts';
import { labelFingerprint, labelRules, predictLabels } from '../labels.ts';
import { isBody, type Identity, type Rules } from '../mapping.ts';
import { identityOf, inStore, placed, seconds, type Model } from '../model.ts';
import { isEmpty, only, text, type State } from '../values.ts';
import { networkPath, projectRule } from './compute.ts';
import { setStatus, storeName, versionFor } from './container.ts';
import { newNodePool, NODE_POOL } from './container-node-pool.ts';
import { addressIn } from './ranges.ts';

const path = ({ project = '', location = '', name = '' }: Identity): string =>
  `projects/${project}/locations/${location}/clusters/${name}`;

const METHODS = 'container.projects.locations.clusters';

/** The range of a control plane nobody chose one for. */
const DEFAULT_CONTROL_PLANE_RANGE = '172.16.0.0/28';
const DEFAULT_SUBNET_RANGE = '10.128.0.0/20';

const rules: Rules = {
  project: projectRule,
  ...labelRules('resource_labels', 'resourceLabels'),
  // The body has bare names, as the API answers; Terraform shows the full ones of networkConfig.
  network: {
    write: (value) => lastSegment(text(value)),
    read: (json, _have, { project = '' }) =>
      networkPath(typeof json === 'string' ? json : 'default', project),
  },
  subnetwork: {
    write: (value) => lastSegment(text(value)),
    read: (json, have, { project = '', location = '' }) =>
      typeof json === 'string' ? subnetworkPath(json, project, location) : have,
  },
  allow_net_admin: { local: true },
  cluster_autoscaling: { to: 'autoscaling' },
  'cluster_autoscaling.enabled': { to: 'enableNodeAutoprovisioning' },
  datapath_provider: { to: 'networkConfig.datapathProvider' },
  default_max_pods_per_node: { to: 'defaultMaxPodsConstraint.maxPodsPerNode', int64: true },
  default_snat_status: { to: 'networkConfig.defaultSnatStatus' },
  deletion_protection: { local: true },
  dns_config: { to: 'networkConfig.dnsConfig' },
  enable_autopilot: { to: 'autopilot.enabled' },
  enable_cilium_clusterwide_network_policy: { to: 'networkConfig.enableCiliumClusterwideNetworkPolicy' },
  enable_intranode_visibility: { to: 'networkConfig.enableIntraNodeVisibility' },
  enable_l4_ilb_subsetting: { to: 'networkConfig.enableL4ilbSubsetting' },
  enable_legacy_abac: { to: 'legacyAbac.enabled' },
  enable_multi_networking: { to: 'networkConfig.enableMultiNetworking' },
  enable_shielded_nodes: { to: 'shieldedNodes.enabled' },
  gateway_api_config: { to: 'networkConfig.gatewayApiConfig' },
  initial_node_count: { local: true },
  logging_config: { to: 'loggingConfig.componentConfig' },
  master_version: { to: 'currentMasterVersion' },
  min_master_version: { local: true },
  monitoring_config: { to: 'monitoringConfig' },
  'monitoring_config.enable_components': { to: 'componentConfig.enableComponents' },
  'monitoring_config.managed_prometheus': { to: 'managedPrometheusConfig' },
  networking_mode: {
    write: () => undefined,
    read: (_json, have) => (isEmpty(have) || typeof have !== 'string' ? 'VPC_NATIVE' : have),
  },
  node_config: { local: true },
  node_locations: { to: 'locations' },
  node_pool: { local: true },
  node_version: { to: 'currentNodeVersion' },
  private_ipv6_google_access: { to: 'networkConfig.privateIpv6GoogleAccess' },
  remove_default_node_pool: { local: true },
};

export const containerCluster: Model = {
  service: 'container',
  methods: {
    get: `${METHODS}.get`,
    create: `${METHODS}.create`,
    update: `${METHODS}.update`,
    delete: `${METHODS}.delete`,
  },
  storage: inStore({
    name: (identity) => storeName(path(identity)),
    assetType: 'container.googleapis.com/Cluster',
    location: ({ location = '' }) => location,
  }),
  identity: (state) => identityOf(state, ['project', 'location', 'name']),
  path: (identity) => `/v1/${path(identity)}`,
  id: path,
  imports: [
    /^projects\/(?<project>[^/]+)\/locations\/(?<location>[^/]+)\/clusters\/(?<name>[^/]+)$/,
    /^(?<project>[^/]+)\/(?<location>[^/]+)\/(?<name>[^/]+)$/,
    /^(?<location>[^/]+)\/(?<name>[^/]+)$/,
  ],
  delays: { create: seconds(300), update: seconds(60), delete: seconds(180) },
  predict: (config, prior, provider) => ({
    ...placed(config, provider, ['project', 'location']),
    ...predictLabels(config, prior, provider, 'resource_labels'),
  }),
  rules,
  seal: (body) => ({ ...body, labelFingerprint: labelFingerprint(body['resourceLabels']) }),
  check: (cloud, identity, state) => {
    if (Array.isArray(state['node_pool']) && state['node_pool'].length > 0) {
      throw new ApiError(
        'UNIMPLEMENTED',
        'node_pool blocks inside a cluster are not part of the local cloud; use google_container_node_pool.',
      );
    }
    for (const reference of referencesOf(identity, state)) {
      if (!cloud.resources.get(`compute.googleapis.com/${reference}`)) {
        throw new ApiError('NOT_FOUND', `The resource '${reference}' was not found`, { reason: 'notFound' });
      }
    }
  },
  complete: newCluster,
  ready: startCluster,
  protects: (state) =>
    state['deletion_protection'] === true
      ? 'Cannot destroy cluster because deletion_protection is set to true. Set it to false to proceed with cluster deletion.'
      : undefined,
  deleting: (cloud, identity) => setStatus(cloud, storeName(path(identity)), 'STOPPING'),
  deleted: async (cloud, identity) => {
    for (const pool of cloud.resources.list({ prefix: `${storeName(path(identity))}/nodePools/` })) {
      cloud.resources.delete(pool.name);
    }
    await cloud.kubernetes.remove(path(identity));
  },
};

function subnetworkPath(reference: string, project: string, location: string): string {
  const name = relativeName(reference);
  // A zonal cluster's subnetwork belongs to the zone's region.
  const region = location.replace(/-[a-z]$/, '');
  return name.includes('/') ? name : `projects/${project}/regions/${region}/subnetworks/${name}`;
}

function referencesOf({ project = '', location = '' }: Identity, state: State): string[] {
  const network = text(state['network']);
  const subnetwork = text(state['subnetwork']);
  return [
    // Every project is born with a network called `default`; the local cloud does not store it.
    ...(lastSegment(network) === 'default' || network === '' ? [] : [networkPath(network, project)]),
    ...(subnetwork === '' ? [] : [subnetworkPath(subnetwork, project, location)]),
  ];
}

function newCluster(cloud: Cloud, identity: Identity, body: Body, state: State): Body {
  const { project = '', location = '' } = identity;
  const channel = isBody(body['releaseChannel']) ? body['releaseChannel']['channel'] : undefined;
  const version = versionFor(channel, text(state['min_master_version']));
  const privateCluster = isBody(body['privateClusterConfig']) ? body['privateClusterConfig'] : {};
  const range = privateCluster['masterIpv4CidrBlock'];
  const address = addressIn(typeof range === 'string' ? range : DEFAULT_CONTROL_PLANE_RANGE, 2);
  return {
    addonsConfig: {
      gcePersistentDiskCsiDriverConfig: { enabled: true },
      networkPolicyConfig: { disabled: true },
    },
    databaseEncryption: { state: 'DECRYPTED' },
    defaultMaxPodsConstraint: { maxPodsPerNode: '110' },
    loggingService: 'logging.googleapis.com/kubernetes',
    monitoringService: 'monitoring.googleapis.com/kubernetes',
    releaseChannel: { channel: 'REGULAR' },
    ...body,
    id: numericId(path(identity), 32),
    networkConfig: {
      network: networkPath(body['network'] ?? null, project),
      ...(typeof body['subnetwork'] === 'string' && {
        subnetwork: subnetworkPath(body['subnetwork'], project, location),
      }),
      ...(body['networkConfig'] as Body | undefined),
    },
    ipAllocationPolicy: allocated(cloud, identity, body),
    privateClusterConfig: { ...privateCluster, privateEndpoint: address },
    location,
    zone: location,
    endpoint: address,
    initialClusterVersion: version,
    currentMasterVersion: version,
    currentNodeVersion: version,
    createTime: timestamp(cloud.clock.now()),
    selfLink: `https://container.googleapis.com/v1/${path(identity)}`,
    status: 'PROVISIONING',
  };
}

/** The ranges behind the secondary range names, as the service adds them. */
function allocated(cloud: Cloud, { project = '', location = '' }: Identity, body: Body): Body {
  const policy = isBody(body['ipAllocationPolicy']) ? body['ipAllocationPolicy'] : {};
  const subnet = subnetOf(cloud, project, location, body);
  const ranges = Array.isArray(subnet?.['secondaryIpRanges'])
    ? subnet['secondaryIpRanges'].filter(isBody)
    : [];
  const rangeOf = (field: string): string | undefined => {
    const name = policy[field];
    const range = ranges.find((item) => item['rangeName'] === name);
    if (typeof name === 'string' && name !== '' && !range) {
      throw new ApiError(
        'INVALID_ARGUMENT',
        `Services or pods secondary range "${name}" does not exist in subnetwork "${text(body['subnetwork'])}".`,
      );
    }
    return typeof range?.['ipCidrRange'] === 'string' ? range['ipCidrRange'] : undefined;
  };
  const pods = rangeOf('clusterSecondaryRangeName');
  const services = rangeOf('servicesSecondaryRangeName');
  return {
    useIpAliases: true,
    stackType: 'IPV4',
    ...(pods !== undefined && { clusterIpv4CidrBlock: pods }),
    ...(services !== undefined && { servicesIpv4CidrBlock: services }),
    ...policy,
  };
}

function subnetOf(cloud: Cloud, project: string, location: string, body: Body): Body | undefined {
  const name = body['subnetwork'];
  if (typeof name !== 'string') return undefined;
  return cloud.resources.get(`compute.googleapis.com/${subnetworkPath(name, project, location)}`)?.body;
}

/** Starts the cluster's Kubernetes API and writes where it is; adds the default pool unless Terraform removes it. */
async function startCluster(cloud: Cloud, identity: Identity, state: State): Promise<void> {
  const { project = '', location = '' } = identity;
  const name = storeName(path(identity));
  const { body } = cloud.resources.require(name);
  const range = subnetOf(cloud, project, location, body)?.['ipCidrRange'];
  const version = body['currentMasterVersion'];
  const { endpoint, caCertificate } = await cloud.kubernetes.ensure(path(identity), {
    network: networkPath(body['network'] ?? null, project),
    subnetRange: typeof range === 'string' ? range : DEFAULT_SUBNET_RANGE,
    ...(typeof version === 'string' && { version }),
  });
  const external = only(only(state['control_plane_endpoints_config'])?.['dns_endpoint_config']);
  cloud.resources.update(name, (cluster) => ({
    ...cluster,
    status: 'RUNNING',
    masterAuth: {
      ...(isBody(cluster['masterAuth']) ? cluster['masterAuth'] : {}),
      clusterCaCertificate: Buffer.from(caCertificate).toString('base64'),
    },
    controlPlaneEndpointsConfig: {
      ...(isBody(cluster['controlPlaneEndpointsConfig']) ? cluster['controlPlaneEndpointsConfig'] : {}),
      dnsEndpointConfig: { endpoint, allowExternalTraffic: external?.['allow_external_traffic'] === true },
    },
  }));
  if (state['remove_default_node_pool'] === true || state['enable_autopilot'] === true) return;
  const pool = { project, location, cluster: identity['name'] ?? '', name: 'default-pool' };
  cloud.resources.create({
    name: `${name}/nodePools/default-pool`,
    assetType: NODE_POOL,
    project,
    location,
    body: {
      ...newNodePool(pool, body, { initialNodeCount: Number(state['initial_node_count'] ?? 1) }),
      status: 'RUNNING',
    },
  });
}
