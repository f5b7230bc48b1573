/** Facts about the arguments of GKE clusters and node pools. */
import { together, under, words, type TypeFacts } from './facts.ts';

/** `node_config` means the same in a node pool, in a cluster and in a cluster's inline pools. */
const nodeConfig: TypeFacts = {
  forceNew: words(`boot_disk_kms_key enable_confidential_storage flex_start local_ssd_count
    local_ssd_encryption_mode max_run_duration metadata min_cpu_platform node_group oauth_scopes preemptible
    service_account spot
    advanced_machine_features advanced_machine_features.enable_nested_virtualization
    advanced_machine_features.threads_per_core
    confidential_nodes.confidential_instance_type
    ephemeral_storage_local_ssd_config ephemeral_storage_local_ssd_config.data_cache_count
    ephemeral_storage_local_ssd_config.local_ssd_count
    guest_accelerator guest_accelerator.count guest_accelerator.gpu_partition_size guest_accelerator.type
    guest_accelerator.gpu_driver_installation_config
    guest_accelerator.gpu_driver_installation_config.gpu_driver_version
    guest_accelerator.gpu_sharing_config guest_accelerator.gpu_sharing_config.gpu_sharing_strategy
    guest_accelerator.gpu_sharing_config.max_shared_clients_per_gpu
    host_maintenance_policy host_maintenance_policy.maintenance_interval
    local_nvme_ssd_block_config local_nvme_ssd_block_config.local_ssd_count
    reservation_affinity reservation_affinity.consume_reservation_type reservation_affinity.key
    reservation_affinity.values
    secondary_boot_disks secondary_boot_disks.disk_image secondary_boot_disks.mode
    shielded_instance_config shielded_instance_config.enable_integrity_monitoring
    shielded_instance_config.enable_secure_boot
    sole_tenant_config sole_tenant_config.node_affinity sole_tenant_config.node_affinity.key
    sole_tenant_config.node_affinity.operator sole_tenant_config.node_affinity.values`),
  defaults: {
    'shielded_instance_config.enable_integrity_monitoring': true,
    'windows_node_config.osversion': 'OS_VERSION_UNSPECIFIED',
  },
  enums: {
    local_ssd_encryption_mode: ['STANDARD_ENCRYPTION', 'EPHEMERAL_KEY_ENCRYPTION'],
    logging_variant: ['DEFAULT', 'MAX_THROUGHPUT'],
    'guest_accelerator.gpu_driver_installation_config.gpu_driver_version': words(
      'GPU_DRIVER_VERSION_UNSPECIFIED INSTALLATION_DISABLED DEFAULT LATEST',
    ),
    'taint.effect': ['NO_SCHEDULE', 'PREFER_NO_SCHEDULE', 'NO_EXECUTE'],
    'workload_metadata_config.mode': ['MODE_UNSPECIFIED', 'GCE_METADATA', 'GKE_METADATA'],
  },
  same: {
    image_type: 'ignoring-case',
    'guest_accelerator.type': 'resource',
    'linux_node_config.cgroup_mode': 'empty-or-default',
  },
  computed: ['labels', 'metadata'],
  maxItems: { secondary_boot_disks: 127 },
};

const nodePool: TypeFacts = together(
  {
    forceNew: words(`cluster initial_node_count location max_pods_per_node name name_prefix project
      network_config.create_pod_range network_config.pod_ipv4_cidr_block network_config.pod_range
      network_config.additional_node_network_configs network_config.additional_node_network_configs.network
      network_config.additional_node_network_configs.subnetwork network_config.additional_pod_network_configs
      network_config.additional_pod_network_configs.max_pods_per_node
      network_config.additional_pod_network_configs.secondary_pod_range
      network_config.additional_pod_network_configs.subnetwork
      network_config.pod_cidr_overprovision_config
      node_config placement_policy placement_policy.policy_name queued_provisioning queued_provisioning.enabled`),
    defaults: {
      'management.auto_repair': true,
      'management.auto_upgrade': true,
      'upgrade_settings.strategy': 'SURGE',
    },
    enums: {
      'autoscaling.location_policy': ['BALANCED', 'ANY'],
      'upgrade_settings.strategy': ['SURGE', 'BLUE_GREEN'],
    },
    conflicts: [['name', 'name_prefix']],
  },
  under('node_config', nodeConfig),
);

const cluster: TypeFacts = together(
  {
    forceNew:
      words(`cluster_ipv4_cidr datapath_provider default_max_pods_per_node description enable_autopilot
      enable_kubernetes_alpha enable_tpu initial_node_count location name network networking_mode project subnetwork
      confidential_nodes confidential_nodes.confidential_instance_type confidential_nodes.enabled
      ip_allocation_policy ip_allocation_policy.cluster_ipv4_cidr_block
      ip_allocation_policy.cluster_secondary_range_name ip_allocation_policy.pod_cidr_overprovision_config
      ip_allocation_policy.services_ipv4_cidr_block ip_allocation_policy.services_secondary_range_name
      master_auth.client_certificate_config master_auth.client_certificate_config.issue_client_certificate
      node_config node_pool private_cluster_config.enable_private_nodes private_cluster_config.master_ipv4_cidr_block
      private_cluster_config.private_endpoint_subnetwork user_managed_keys_config.aggregation_ca
      user_managed_keys_config.cluster_ca user_managed_keys_config.etcd_api_ca
      user_managed_keys_config.etcd_peer_ca`),
    defaults: {
      deletion_protection: true,
      enable_shielded_nodes: true,
      network: 'default',
      'cluster_autoscaling.autoscaling_profile': 'BALANCED',
      'cluster_autoscaling.auto_provisioning_defaults.disk_size': 100,
      'cluster_autoscaling.auto_provisioning_defaults.disk_type': 'pd-standard',
      'cluster_autoscaling.auto_provisioning_defaults.image_type': 'COS_CONTAINERD',
      'cluster_autoscaling.auto_provisioning_defaults.service_account': 'default',
      'dns_config.cluster_dns': 'PROVIDER_UNSPECIFIED',
      'ip_allocation_policy.stack_type': 'IPV4',
      'resource_usage_export_config.enable_resource_consumption_metering': true,
    },
    enums: {
      datapath_provider: ['DATAPATH_PROVIDER_UNSPECIFIED', 'LEGACY_DATAPATH', 'ADVANCED_DATAPATH'],
      logging_service: ['logging.googleapis.com', 'logging.googleapis.com/kubernetes', 'none'],
      monitoring_service: ['monitoring.googleapis.com', 'monitoring.googleapis.com/kubernetes', 'none'],
      networking_mode: ['VPC_NATIVE', 'ROUTES'],
      'binary_authorization.evaluation_mode': ['DISABLED', 'PROJECT_SINGLETON_POLICY_ENFORCE'],
      'cluster_autoscaling.autoscaling_profile': ['BALANCED', 'OPTIMIZE_UTILIZATION'],
      'database_encryption.state': ['ENCRYPTED', 'DECRYPTED'],
      'dns_config.cluster_dns': ['PROVIDER_UNSPECIFIED', 'PLATFORM_DEFAULT', 'CLOUD_DNS'],
      'dns_config.cluster_dns_scope': ['DNS_SCOPE_UNSPECIFIED', 'CLUSTER_SCOPE', 'VPC_SCOPE'],
      'gateway_api_config.channel': ['CHANNEL_DISABLED', 'CHANNEL_EXPERIMENTAL', 'CHANNEL_STANDARD'],
      'ip_allocation_policy.stack_type': ['IPV4', 'IPV4_IPV6'],
      'network_policy.provider': ['PROVIDER_UNSPECIFIED', 'CALICO'],
      'release_channel.channel': ['UNSPECIFIED', 'RAPID', 'REGULAR', 'STABLE', 'EXTENDED'],
      'security_posture_config.mode': ['DISABLED', 'BASIC', 'ENTERPRISE', 'MODE_UNSPECIFIED'],
    },
    patterns: { name: /^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$/ },
    same: {
      datapath_provider: 'empty-or-default',
      network: 'resource',
      subnetwork: 'resource',
      'network_policy.provider': 'empty-or-default',
      'security_posture_config.mode': 'empty-or-default',
      'security_posture_config.vulnerability_mode': 'empty-or-default',
    },
    conflicts: [
      ['cluster_ipv4_cidr', 'ip_allocation_policy'],
      ['enable_autopilot', 'default_max_pods_per_node'],
      ['enable_autopilot', 'enable_intranode_visibility'],
      ['enable_autopilot', 'enable_shielded_nodes'],
      ['enable_autopilot', 'network_policy'],
      ['enable_autopilot', 'node_pool'],
      ['enable_autopilot', 'remove_default_node_pool'],
      ['ip_allocation_policy.cluster_ipv4_cidr_block', 'ip_allocation_policy.cluster_secondary_range_name'],
      ['ip_allocation_policy.services_ipv4_cidr_block', 'ip_allocation_policy.services_secondary_range_name'],
    ],
    notComputed: ['enable_tpu'],
    sensitive: ['master_auth.client_key'],
    maxItems: { 'addons_config.ray_operator_config': 3, 'maintenance_policy.maintenance_exclusion': 20 },
  },
  under('node_config', nodeConfig),
  { computed: ['node_pool.node_config.labels', 'node_pool.node_config.metadata'] },
);

export const CONTAINER: Readonly<Record<string, TypeFacts>> = {
  google_container_cluster: cluster,
  google_container_node_pool: nodePool,
};
