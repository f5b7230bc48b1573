/** The resource types of the provider and their models; a new type is a file in this folder and one line here. */
import type { Model } from '../model.ts';
import { artifactRegistryRepository } from './artifact-registry-repository.ts';
import { cloudbuildWorkerPool } from './cloudbuild-worker-pool.ts';
import { computeGlobalAddress } from './compute-global-address.ts';
import { computeNetwork } from './compute-network.ts';
import { computeRouter } from './compute-router.ts';
import { computeRouterNat } from './compute-router-nat.ts';
import { computeSubnetwork } from './compute-subnetwork.ts';
import { containerCluster } from './container-cluster.ts';
import { containerNodePool } from './container-node-pool.ts';
import { projectIamMember, repositoryIamMember, serviceAccountIamMember } from './iam-member.ts';
import { projectService } from './project-service.ts';
import { secretManagerSecret } from './secret-manager-secret.ts';
import { serviceAccount } from './service-account.ts';
import { serviceNetworkingConnection } from './service-networking-connection.ts';
import { storageBucket } from './storage-bucket.ts';

export const MODELS: Readonly<Record<string, Model>> = {
  google_artifact_registry_repository: artifactRegistryRepository,
  google_artifact_registry_repository_iam_member: repositoryIamMember,
  google_cloudbuild_worker_pool: cloudbuildWorkerPool,
  google_compute_global_address: computeGlobalAddress,
  google_compute_network: computeNetwork,
  google_compute_router: computeRouter,
  google_compute_router_nat: computeRouterNat,
  google_compute_subnetwork: computeSubnetwork,
  google_container_cluster: containerCluster,
  google_container_node_pool: containerNodePool,
  google_project_iam_member: projectIamMember,
  google_project_service: projectService,
  google_secret_manager_secret: secretManagerSecret,
  google_service_account: serviceAccount,
  google_service_account_iam_member: serviceAccountIamMember,
  google_service_networking_connection: serviceNetworkingConnection,
  google_storage_bucket: storageBucket,
};
