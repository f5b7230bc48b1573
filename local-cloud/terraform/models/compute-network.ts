/** google_compute_network: a VPC. */
import { refuseWhenUsed } from '../../compute/usage.ts';
import { inStore, identityOf, placed, seconds, type Model } from '../model.ts';
import { computeFields, computeMethods, projectRule } from './compute.ts';
import type { Identity } from '../mapping.ts';

const path = ({ project = '', name = '' }: Identity): string => `projects/${project}/global/networks/${name}`;
const storeName = (identity: Identity): string => `compute.googleapis.com/${path(identity)}`;

/** The bytes a packet may have unless the network says otherwise. */
const DEFAULT_MTU = 1460;

export const computeNetwork: Model = {
  service: 'compute',
  methods: computeMethods('networks'),
  title: 'Network',
  storage: inStore({
    name: storeName,
    assetType: 'compute.googleapis.com/Network',
    location: () => 'global',
  }),
  identity: (state) => identityOf(state, ['project', 'name']),
  path: (identity) => `/compute/v1/${path(identity)}`,
  id: path,
  imports: [
    /^projects\/(?<project>[^/]+)\/global\/networks\/(?<name>[^/]+)$/,
    /^(?<project>[^/]+)\/(?<name>[^/]+)$/,
    /^(?<name>[^/]+)$/,
  ],
  delays: { create: seconds(12), update: seconds(8), delete: seconds(12) },
  predict: (config, _prior, provider) => placed(config, provider, ['project']),
  rules: {
    project: projectRule,
    routing_mode: { to: 'routingConfig.routingMode' },
    bgp_best_path_selection_mode: { to: 'routingConfig.bgpBestPathSelectionMode' },
    bgp_always_compare_med: { to: 'routingConfig.bgpAlwaysCompareMed' },
    bgp_inter_region_cost: { to: 'routingConfig.bgpInterRegionCost' },
    delete_default_routes_on_create: { local: true },
    gateway_ipv4: { to: 'gatewayIPv4' },
    network_id: { to: 'id' },
    numeric_id: { to: 'id' },
    params: { local: true },
  },
  complete: (cloud, identity, body) => ({
    ...computeFields(cloud, 'network', path(identity)),
    mtu: DEFAULT_MTU,
    ...body,
    routingConfig: {
      routingMode: 'REGIONAL',
      bgpBestPathSelectionMode: 'LEGACY',
      ...(body['routingConfig'] as object | undefined),
    },
  }),
  checkDelete: (cloud, identity) => refuseWhenUsed(cloud, cloud.resources.require(storeName(identity))),
};
