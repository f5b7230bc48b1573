/** What things of a tenant are called in Google Cloud. Terraform's modules follow the same rules. */
import type { Tenant } from '../desired-state/tenant.ts';

export interface TenantNames {
  readonly network: string;
  readonly subnet: string;
  readonly router: string;
  readonly nat: string;
  readonly cluster: string;
  readonly registry: string;
  readonly workerPool: string;
  /** The address range private services (the worker pool's hosts) take from the VPC. */
  readonly poolRange: string;
  readonly nodesIdentity: string;
  readonly deployIdentity: string;
  /** The identity Terraform acts as in the tenant's project; made with the project, before any record exists. */
  readonly infraIdentity: string;
}

/** Names only; `full names` (with project and location) are formed by the resource kinds. */
export function namesOf(tenant: Tenant): TenantNames {
  const { name } = tenant.metadata;
  const account = (id: string) => `${id}@${tenant.spec.project}.iam.gserviceaccount.com`;
  return {
    network: `${name}-vpc`,
    subnet: `${name}-nodes`,
    router: `${name}-router`,
    nat: `${name}-nat`,
    cluster: name,
    registry: name,
    workerPool: `${name}-pool`,
    poolRange: `${name}-pools`,
    nodesIdentity: account(`${name}-nodes`),
    deployIdentity: account(`${name}-deploy`),
    infraIdentity: account('plumbline-infra'),
  };
}

/** `REGION-docker.pkg.dev/PROJECT/REPOSITORY/NAME`: where the workload's image is kept, without tag or digest. */
export function imageOf(tenant: Tenant): string {
  const { project, region, workload } = tenant.spec;
  return `${region}-docker.pkg.dev/${project}/${namesOf(tenant).registry}/${workload.name}`;
}

/** Folder of the state bucket that holds everything of one tenant; nothing of another is ever below it. */
export const statePrefix = (tenant: string): string => `tenants/${tenant}`;
