/** Facts about the arguments of networks, subnetworks, global addresses, routers and NATs. */
import { words, type TypeFacts } from './facts.ts';

/** Names of Compute Engine resources: RFC 1035 labels. */
const GCE_NAME = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/;
const CIDR = /^(\d{1,3}\.){3}\d{1,3}\/([0-9]|[12][0-9]|3[0-2])$/;

const network: TypeFacts = {
  forceNew: words(`auto_create_subnetworks description enable_ula_internal_ipv6 internal_ipv6_range name
    network_profile project params params.resource_manager_tags`),
  defaults: {
    auto_create_subnetworks: true,
    network_firewall_policy_enforcement_order: 'AFTER_CLASSIC_FIREWALL',
  },
  enums: {
    bgp_best_path_selection_mode: ['LEGACY', 'STANDARD', ''],
    bgp_inter_region_cost: ['DEFAULT', 'ADD_COST_TO_MED', ''],
    network_firewall_policy_enforcement_order: ['BEFORE_CLASSIC_FIREWALL', 'AFTER_CLASSIC_FIREWALL', ''],
    routing_mode: ['REGIONAL', 'GLOBAL', ''],
  },
  patterns: { name: GCE_NAME },
  same: { network_profile: 'resource' },
};

const subnetwork: TypeFacts = {
  forceNew: words(`description enable_flow_logs external_ipv6_prefix ip_collection name network project region
    reserved_internal_range params params.resource_manager_tags`),
  defaults: {
    'log_config.aggregation_interval': 'INTERVAL_5_SEC',
    'log_config.filter_expr': 'true',
    'log_config.flow_sampling': 0.5,
    'log_config.metadata': 'INCLUDE_ALL_METADATA',
  },
  enums: {
    ipv6_access_type: ['EXTERNAL', 'INTERNAL', ''],
    role: ['ACTIVE', 'BACKUP', ''],
    stack_type: ['IPV4_ONLY', 'IPV4_IPV6', 'IPV6_ONLY', ''],
    'log_config.aggregation_interval': words(
      'INTERVAL_5_SEC INTERVAL_30_SEC INTERVAL_1_MIN INTERVAL_5_MIN INTERVAL_10_MIN INTERVAL_15_MIN',
    ),
    'log_config.metadata': ['EXCLUDE_ALL_METADATA', 'INCLUDE_ALL_METADATA', 'CUSTOM_METADATA', ''],
  },
  patterns: {
    name: GCE_NAME,
    ip_cidr_range: CIDR,
    'secondary_ip_range.ip_cidr_range': CIDR,
    'secondary_ip_range.range_name': GCE_NAME,
  },
  same: {
    network: 'resource',
    region: 'resource',
    reserved_internal_range: 'resource',
    'secondary_ip_range.reserved_internal_range': 'resource',
  },
};

const globalAddress: TypeFacts = {
  forceNew: words('address address_type description ip_version name network prefix_length project purpose'),
  defaults: { address_type: 'EXTERNAL' },
  enums: {
    address_type: ['EXTERNAL', 'INTERNAL', ''],
    ip_version: ['IPV4', 'IPV6', ''],
  },
  patterns: { name: GCE_NAME },
  same: { network: 'resource' },
};

const router: TypeFacts = {
  forceNew: words('encrypted_interconnect_router name network project region'),
  defaults: { 'bgp.advertise_mode': 'DEFAULT', 'bgp.keepalive_interval': 20 },
  enums: { 'bgp.advertise_mode': ['DEFAULT', 'CUSTOM', ''] },
  patterns: { name: GCE_NAME },
  same: { network: 'resource', region: 'resource' },
};

const routerNat: TypeFacts = {
  forceNew: words('endpoint_types initial_nat_ips name project region router type'),
  defaults: {
    icmp_idle_timeout_sec: 30,
    tcp_established_idle_timeout_sec: 1200,
    tcp_time_wait_timeout_sec: 120,
    tcp_transitory_idle_timeout_sec: 30,
    type: 'PUBLIC',
    udp_idle_timeout_sec: 30,
  },
  enums: {
    auto_network_tier: ['PREMIUM', 'STANDARD', ''],
    nat_ip_allocate_option: ['MANUAL_ONLY', 'AUTO_ONLY', ''],
    source_subnetwork_ip_ranges_to_nat: words(
      'ALL_SUBNETWORKS_ALL_IP_RANGES ALL_SUBNETWORKS_ALL_PRIMARY_IP_RANGES LIST_OF_SUBNETWORKS',
    ),
    source_subnetwork_ip_ranges_to_nat64: ['ALL_IPV6_SUBNETWORKS', 'LIST_OF_IPV6_SUBNETWORKS', ''],
    type: ['PUBLIC', 'PRIVATE', ''],
    'log_config.filter': ['ERRORS_ONLY', 'TRANSLATIONS_ONLY', 'ALL'],
  },
  patterns: { name: /^[a-z]([-a-z0-9]{0,61}[a-z0-9])$/ },
  same: {
    region: 'resource',
    router: 'resource',
    'nat64_subnetwork.name': 'resource',
    'subnetwork.name': 'resource',
  },
  conflicts: [
    ['initial_nat_ips', 'nat_ips'],
    ['initial_nat_ips', 'drain_nat_ips'],
  ],
};

export const COMPUTE: Readonly<Record<string, TypeFacts>> = {
  google_compute_global_address: globalAddress,
  google_compute_network: network,
  google_compute_subnetwork: subnetwork,
  google_compute_router: router,
  google_compute_router_nat: routerNat,
};
