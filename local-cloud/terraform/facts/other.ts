/** Facts about registries, worker pools, identities, IAM members, services, connections, buckets and secrets. */
import { words, type TypeFacts } from './facts.ts';

const CONDITION = words('condition condition.description condition.expression condition.title');

/** `user:`, `serviceAccount:` and the like need an address; the two everybody-members stand alone. */
const MEMBER = /^(allUsers|allAuthenticatedUsers|[a-zA-Z]+:.+)$/;

const iamMember = (...more: string[]): TypeFacts => ({
  forceNew: [...words('member role'), ...more, ...CONDITION],
  patterns: { member: MEMBER },
  same: { member: 'ignoring-case', repository: 'resource', project: 'project' },
});

export const OTHER: Readonly<Record<string, TypeFacts>> = {
  google_artifact_registry_repository: {
    forceNew: words(`format kms_key_name location mode project repository_id remote_repository_config
      maven_config.allow_snapshot_overwrites maven_config.version_policy`),
    defaults: {
      mode: 'STANDARD_REPOSITORY',
      'cleanup_policies.condition.tag_state': 'ANY',
      'maven_config.version_policy': 'VERSION_POLICY_UNSPECIFIED',
      'remote_repository_config.docker_repository.public_repository': 'DOCKER_HUB',
      'remote_repository_config.maven_repository.public_repository': 'MAVEN_CENTRAL',
      'remote_repository_config.npm_repository.public_repository': 'NPMJS',
      'remote_repository_config.python_repository.public_repository': 'PYPI',
    },
    enums: {
      mode: ['STANDARD_REPOSITORY', 'VIRTUAL_REPOSITORY', 'REMOTE_REPOSITORY', ''],
      'cleanup_policies.action': ['DELETE', 'KEEP', ''],
      'cleanup_policies.condition.tag_state': ['TAGGED', 'UNTAGGED', 'ANY', ''],
      'vulnerability_scanning_config.enablement_config': ['INHERITED', 'DISABLED', ''],
    },
    same: {
      format: 'ignoring-case',
      'cleanup_policies.condition.newer_than': 'duration',
      'cleanup_policies.condition.older_than': 'duration',
    },
    conflicts: [['remote_repository_config', 'virtual_repository_config']],
  },
  google_artifact_registry_repository_iam_member: iamMember('location', 'project', 'repository'),
  google_cloudbuild_worker_pool: {
    forceNew: words(`location name project network_config network_config.peered_network
      network_config.peered_network_ip_range private_service_connect private_service_connect.network_attachment
      private_service_connect.route_all_traffic`),
    same: {
      project: 'resource',
      'network_config.peered_network': 'resource',
      'private_service_connect.network_attachment': 'resource',
    },
    conflicts: [['network_config', 'private_service_connect']],
  },
  google_project_iam_member: iamMember('project'),
  google_project_service: {
    forceNew: words('project service'),
    defaults: { disable_on_destroy: true },
    patterns: { service: /^[a-z0-9-]+(\.[a-z0-9-]+)+$/ },
    same: { project: 'resource' },
  },
  google_secret_manager_secret: {
    forceNew: words(`project secret_id tags replication replication.auto replication.user_managed
      replication.user_managed.replicas replication.user_managed.replicas.location`),
    exactlyOne: [['replication.auto', 'replication.user_managed']],
  },
  google_service_account: {
    forceNew: words('account_id project'),
    patterns: { account_id: /^[a-z]([-a-z0-9]{4,28}[a-z0-9])$/, description: /^[^]{0,256}$/ },
  },
  google_service_account_iam_member: iamMember('service_account_id'),
  google_service_networking_connection: {
    forceNew: words('network service'),
    enums: { deletion_policy: ['ABANDON', ''] },
    same: { network: 'resource' },
  },
  google_storage_bucket: {
    forceNew: words(`enable_object_retention location name project custom_placement_config.data_locations
      hierarchical_namespace hierarchical_namespace.enabled`),
    defaults: { storage_class: 'STANDARD', 'soft_delete_policy.retention_duration_seconds': 604_800 },
    enums: {
      'ip_filter.mode': ['Enabled', 'Disabled'],
      'lifecycle_rule.condition.with_state': ['LIVE', 'ARCHIVED', 'ANY', ''],
    },
    same: { location: 'ignoring-case' },
    maxItems: { lifecycle_rule: 100 },
  },
};
