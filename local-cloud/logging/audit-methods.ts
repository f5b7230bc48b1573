/**
 * How Cloud Audit Logs name the methods that change something: Admin Activity only, because the local cloud, like a
 * project nobody configured, keeps no Data Access logs. Source: each service's "audit logging" page.
 */

export interface AuditedMethod {
  /** `protoPayload.methodName`. */
  readonly name: string;
  /** Type of the monitored resource. */
  readonly type: string;
  /** The request message's field that the HTTP body becomes, where it becomes one. */
  readonly field?: string;
}

/** Compute Engine has one rule for all: the discovery id with the version before it. */
const COMPUTE_TYPES: Readonly<Record<string, string>> = {
  addresses: 'gce_reserved_address',
  firewalls: 'gce_firewall_rule',
  forwardingRules: 'gce_forwarding_rule',
  globalAddresses: 'gce_reserved_address',
  instances: 'gce_instance',
  networks: 'gce_network',
  routers: 'gce_router',
  routes: 'gce_route',
  subnetworks: 'gce_subnetwork',
};

/** The type of resources that have none of their own. */
const PLAIN = 'audited_resource';

const CLUSTERS = 'google.container.v1.ClusterManager';
const ACCOUNTS = 'google.iam.admin.v1';
const REGISTRY = 'google.devtools.artifactregistry.v1.ArtifactRegistry';
const BUILDS = 'google.devtools.cloudbuild.v1.CloudBuild';
const SECRETS = 'google.cloud.secretmanager.v1.SecretManagerService';

type Row = readonly [name: string, type?: string, field?: string];

/** Discovery id → method name, resource type and field; the field only where the body is wrapped in one. */
const METHODS: Readonly<Record<string, Row>> = {
  'container.projects.locations.clusters.create': [`${CLUSTERS}.CreateCluster`, 'gke_cluster', 'cluster'],
  'container.projects.locations.clusters.delete': [`${CLUSTERS}.DeleteCluster`, 'gke_cluster'],
  'container.projects.locations.clusters.update': [`${CLUSTERS}.UpdateCluster`, 'gke_cluster'],
  'container.projects.locations.clusters.nodePools.create': [
    `${CLUSTERS}.CreateNodePool`,
    'gke_nodepool',
    'nodePool',
  ],
  'container.projects.locations.clusters.nodePools.delete': [`${CLUSTERS}.DeleteNodePool`, 'gke_nodepool'],
  'container.projects.locations.clusters.nodePools.update': [`${CLUSTERS}.UpdateNodePool`, 'gke_nodepool'],
  'container.projects.locations.clusters.nodePools.setSize': [`${CLUSTERS}.SetNodePoolSize`, 'gke_nodepool'],
  'container.projects.locations.clusters.nodePools.setAutoscaling': [
    `${CLUSTERS}.SetNodePoolAutoscaling`,
    'gke_nodepool',
  ],
  'iam.projects.serviceAccounts.create': [
    `${ACCOUNTS}.CreateServiceAccount`,
    'service_account',
    'serviceAccount',
  ],
  'iam.projects.serviceAccounts.delete': [`${ACCOUNTS}.DeleteServiceAccount`, 'service_account'],
  'iam.projects.serviceAccounts.patch': [
    `${ACCOUNTS}.PatchServiceAccount`,
    'service_account',
    'serviceAccount',
  ],
  'iam.projects.serviceAccounts.enable': [`${ACCOUNTS}.EnableServiceAccount`, 'service_account'],
  'iam.projects.serviceAccounts.disable': [`${ACCOUNTS}.DisableServiceAccount`, 'service_account'],
  'iam.projects.serviceAccounts.setIamPolicy': [`${ACCOUNTS}.SetIAMPolicy`, 'service_account'],
  'artifactregistry.projects.locations.repositories.create': [
    `${REGISTRY}.CreateRepository`,
    PLAIN,
    'repository',
  ],
  'artifactregistry.projects.locations.repositories.patch': [
    `${REGISTRY}.UpdateRepository`,
    PLAIN,
    'repository',
  ],
  'artifactregistry.projects.locations.repositories.delete': [`${REGISTRY}.DeleteRepository`],
  'artifactregistry.projects.locations.repositories.setIamPolicy': [`${REGISTRY}.SetIamPolicy`],
  'cloudbuild.projects.locations.workerPools.create': [`${BUILDS}.CreateWorkerPool`, PLAIN, 'workerPool'],
  'cloudbuild.projects.locations.workerPools.patch': [`${BUILDS}.UpdateWorkerPool`, PLAIN, 'workerPool'],
  'cloudbuild.projects.locations.workerPools.delete': [`${BUILDS}.DeleteWorkerPool`],
  'cloudresourcemanager.projects.setIamPolicy': ['SetIamPolicy', 'project'],
  'secretmanager.projects.secrets.create': [`${SECRETS}.CreateSecret`, PLAIN, 'secret'],
  'secretmanager.projects.secrets.patch': [`${SECRETS}.UpdateSecret`, PLAIN, 'secret'],
  'secretmanager.projects.secrets.delete': [`${SECRETS}.DeleteSecret`],
  'pubsub.projects.topics.create': ['google.pubsub.v1.Publisher.CreateTopic', 'pubsub_topic'],
  'pubsub.projects.topics.delete': ['google.pubsub.v1.Publisher.DeleteTopic', 'pubsub_topic'],
  'pubsub.projects.subscriptions.create': [
    'google.pubsub.v1.Subscriber.CreateSubscription',
    'pubsub_subscription',
  ],
  'pubsub.projects.subscriptions.delete': [
    'google.pubsub.v1.Subscriber.DeleteSubscription',
    'pubsub_subscription',
  ],
  'serviceusage.services.enable': ['google.api.serviceusage.v1.ServiceUsage.EnableService'],
  'serviceusage.services.disable': ['google.api.serviceusage.v1.ServiceUsage.DisableService'],
  'servicenetworking.services.connections.create': [
    'google.cloud.servicenetworking.v1.ServicePeeringManager.CreateConnection',
  ],
  'servicenetworking.services.connections.patch': [
    'google.cloud.servicenetworking.v1.ServicePeeringManager.UpdateConnection',
  ],
  'servicenetworking.services.connections.deleteConnection': [
    'google.cloud.servicenetworking.v1.ServicePeeringManager.DeleteConnection',
  ],
  'storage.buckets.insert': ['storage.buckets.create', 'gcs_bucket'],
  'storage.buckets.patch': ['storage.buckets.update', 'gcs_bucket'],
  'storage.buckets.delete': ['storage.buckets.delete', 'gcs_bucket'],
};

/** How the log names a method by its discovery id; undefined for what only reads, or is not audited as activity. */
export function auditedMethod(id: string, http: string): AuditedMethod | undefined {
  if (http === 'GET') return undefined;
  const [service, collection = ''] = id.split('.');
  if (service === 'compute') {
    const type = COMPUTE_TYPES[collection];
    return type === undefined ? undefined : { name: `v1.${id}`, type };
  }
  const [name, type = PLAIN, field] = METHODS[id.replace('.zones.', '.locations.')] ?? [];
  return name === undefined ? undefined : { name, type, ...(field !== undefined && { field }) };
}
