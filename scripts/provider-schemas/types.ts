/** The resource types and data sources the local cloud serves, and where each package keeps them. */

export interface Source {
  /** Folder below `lib/` of @cdktf/provider-google. */
  readonly cdktf: string;
  /** Typings file of @pulumi/gcp without `.d.ts`. */
  readonly pulumi: string;
  /** Version of the state's shape; the npm packages do not carry it. */
  readonly version?: number;
}

export const RESOURCES: Readonly<Record<string, Source>> = {
  google_artifact_registry_repository: {
    cdktf: 'artifact-registry-repository',
    pulumi: 'artifactregistry/repository',
  },
  google_artifact_registry_repository_iam_member: {
    cdktf: 'artifact-registry-repository-iam-member',
    pulumi: 'artifactregistry/repositoryIamMember',
  },
  google_cloudbuild_worker_pool: { cdktf: 'cloudbuild-worker-pool', pulumi: 'cloudbuild/workerPool' },
  google_compute_global_address: { cdktf: 'compute-global-address', pulumi: 'compute/globalAddress' },
  google_compute_network: { cdktf: 'compute-network', pulumi: 'compute/network' },
  google_compute_router: { cdktf: 'compute-router', pulumi: 'compute/router' },
  google_compute_router_nat: { cdktf: 'compute-router-nat', pulumi: 'compute/routerNat' },
  google_compute_subnetwork: { cdktf: 'compute-subnetwork', pulumi: 'compute/subnetwork' },
  google_container_cluster: { cdktf: 'container-cluster', pulumi: 'container/cluster', version: 2 },
  google_container_node_pool: { cdktf: 'container-node-pool', pulumi: 'container/nodePool', version: 1 },
  google_project_iam_member: { cdktf: 'project-iam-member', pulumi: 'projects/iammember' },
  google_project_service: { cdktf: 'project-service', pulumi: 'projects/service' },
  google_secret_manager_secret: { cdktf: 'secret-manager-secret', pulumi: 'secretmanager/secret' },
  google_service_account: { cdktf: 'service-account', pulumi: 'serviceaccount/account' },
  google_service_account_iam_member: {
    cdktf: 'service-account-iam-member',
    pulumi: 'serviceaccount/iammember',
  },
  google_service_networking_connection: {
    cdktf: 'service-networking-connection',
    pulumi: 'servicenetworking/connection',
  },
  google_storage_bucket: { cdktf: 'storage-bucket', pulumi: 'storage/bucket', version: 3 },
};

/** Data sources need no overlay: what they compute can never be set. */
export const DATA_SOURCES: Readonly<Record<string, string>> = {
  google_client_config: 'data-google-client-config',
  google_project: 'data-google-project',
};
