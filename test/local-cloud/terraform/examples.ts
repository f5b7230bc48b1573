/** One configuration of every resource type, in a project `p-prod`, and what must stand before each. */
import type { State } from '../../../local-cloud/terraform/values.ts';

/** A resource type and a configuration of it. */
type Example = readonly [type: string, config: State];

export const NETWORK: Example = ['google_compute_network', { name: 'vpc', auto_create_subnetworks: false }];
export const SUBNET: Example = [
  'google_compute_subnetwork',
  {
    name: 'nodes',
    network: 'vpc',
    ip_cidr_range: '10.10.0.0/20',
    log_config: [{ flow_sampling: 0.1 }],
    secondary_ip_range: [
      { range_name: 'pods', ip_cidr_range: '10.20.0.0/16' },
      { range_name: 'services', ip_cidr_range: '10.30.0.0/20' },
    ],
  },
];
export const RANGE: Example = [
  'google_compute_global_address',
  {
    name: 'pools',
    network: 'projects/p-prod/global/networks/vpc',
    purpose: 'VPC_PEERING',
    address_type: 'INTERNAL',
    prefix_length: 24,
    labels: { own: 'x' },
  },
];
export const CONNECTION: Example = [
  'google_service_networking_connection',
  {
    network: 'projects/p-prod/global/networks/vpc',
    service: 'servicenetworking.googleapis.com',
    reserved_peering_ranges: ['pools'],
  },
];
export const POOL: Example = [
  'google_cloudbuild_worker_pool',
  {
    name: 'pool',
    location: 'us-central1',
    worker_config: [{ machine_type: 'e2-standard-2', disk_size_gb: 200, no_external_ip: true }],
    network_config: [{ peered_network: 'projects/p-prod/global/networks/vpc' }],
  },
];
const ROUTER: Example = ['google_compute_router', { name: 'router', network: 'vpc', bgp: [{ asn: 64_514 }] }];
export const CLUSTER: Example = [
  'google_container_cluster',
  {
    name: 'c',
    network: 'vpc',
    subnetwork: 'nodes',
    deletion_protection: false,
    initial_node_count: 1,
    remove_default_node_pool: true,
    resource_labels: { a: 'b' },
    release_channel: [{ channel: 'STABLE' }],
    ip_allocation_policy: [
      { cluster_secondary_range_name: 'pods', services_secondary_range_name: 'services' },
    ],
    private_cluster_config: [{ enable_private_nodes: true, master_ipv4_cidr_block: '172.16.0.0/28' }],
    addons_config: [
      {
        http_load_balancing: [{ disabled: true }],
        gce_persistent_disk_csi_driver_config: [{ enabled: true }],
      },
    ],
    logging_config: [{ enable_components: ['SYSTEM_COMPONENTS'] }],
    monitoring_config: [
      { enable_components: ['SYSTEM_COMPONENTS'], managed_prometheus: [{ enabled: true }] },
    ],
    maintenance_policy: [{ daily_maintenance_window: [{ start_time: '03:00' }] }],
    vertical_pod_autoscaling: [{ enabled: true }],
    workload_identity_config: [{ workload_pool: 'p-prod.svc.id.goog' }],
  },
];
const ACCOUNT: Example = ['google_service_account', { account_id: 'deployer', display_name: 'D' }];
const REPOSITORY: Example = [
  'google_artifact_registry_repository',
  {
    repository_id: 'images',
    location: 'us-central1',
    format: 'docker',
    labels: { own: 'x' },
    cleanup_policies: [{ id: 'old', action: 'DELETE', condition: [{ older_than: '30d' }] }],
  },
];

/** Each type with what must stand before it. */
export const CASES: Record<string, { before: Example[]; config: State }> = {
  google_compute_network: { before: [], config: NETWORK[1] },
  google_compute_subnetwork: { before: [NETWORK], config: SUBNET[1] },
  google_compute_router: { before: [NETWORK], config: ROUTER[1] },
  google_compute_router_nat: {
    before: [NETWORK, ROUTER],
    config: {
      name: 'nat',
      router: 'router',
      nat_ip_allocate_option: 'AUTO_ONLY',
      source_subnetwork_ip_ranges_to_nat: 'LIST_OF_SUBNETWORKS',
      subnetwork: [{ name: 'nodes', source_ip_ranges_to_nat: ['ALL_IP_RANGES'] }],
    },
  },
  google_container_cluster: { before: [NETWORK, SUBNET], config: CLUSTER[1] },
  google_container_node_pool: {
    before: [NETWORK, SUBNET, CLUSTER],
    config: {
      name: 'gpu',
      cluster: 'c',
      autoscaling: [{ min_node_count: 0, max_node_count: 4 }],
      node_config: [
        {
          machine_type: 'g2-standard-8',
          labels: { pool: 'gpu' },
          guest_accelerator: [{ type: 'nvidia-l4', count: 1 }],
          taint: [{ key: 'workload', value: 'gpu', effect: 'NO_SCHEDULE' }],
        },
      ],
    },
  },
  google_artifact_registry_repository: { before: [], config: REPOSITORY[1] },
  google_artifact_registry_repository_iam_member: {
    before: [REPOSITORY],
    config: { repository: 'images', role: 'roles/artifactregistry.reader', member: 'user:a@b.c' },
  },
  google_cloudbuild_worker_pool: { before: [NETWORK, RANGE, CONNECTION], config: POOL[1] },
  google_compute_global_address: { before: [NETWORK], config: RANGE[1] },
  google_service_networking_connection: { before: [NETWORK, RANGE], config: CONNECTION[1] },
  google_service_account: { before: [], config: ACCOUNT[1] },
  google_project_iam_member: {
    before: [],
    config: { project: 'p-prod', role: 'roles/viewer', member: 'user:a@b.c' },
  },
  google_service_account_iam_member: {
    before: [ACCOUNT],
    config: {
      service_account_id: 'projects/p-prod/serviceAccounts/deployer@p-prod.iam.gserviceaccount.com',
      role: 'roles/iam.workloadIdentityUser',
      member: 'user:a@b.c',
    },
  },
  google_project_service: { before: [], config: { service: 'container.googleapis.com' } },
  google_storage_bucket: {
    before: [],
    config: {
      name: 'p-prod-lake',
      location: 'us',
      versioning: [{ enabled: true }],
      lifecycle_rule: [{ action: [{ type: 'Delete' }], condition: [{ age: 30 }] }],
    },
  },
  google_secret_manager_secret: {
    before: [],
    config: { secret_id: 'token', labels: { own: 'x' }, replication: [{ auto: [{}] }] },
  },
};
