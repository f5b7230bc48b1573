/** Service accounts: where they are in the store, how one is found by what callers name, and which stand without being made. */
import type { Cloud } from '../core/cloud.ts';
import { PLATFORM_PROJECT } from '../core/projects.ts';
import { numericId, type Body, type Resource } from '../core/store.ts';

export const SERVICE_ACCOUNT = 'iam.googleapis.com/ServiceAccount';

const EMAIL = /^([a-z][-a-z0-9]*)@([a-z][-a-z0-9]*)\.iam\.gserviceaccount\.com$/;

/** The account Terraform builds run as: made when a project is handed to the platform, before any record exists. */
const INFRASTRUCTURE = 'plumbline-infra';

export const emailOf = (accountId: string, project: string): string =>
  `${accountId}@${project}.iam.gserviceaccount.com`;

export const accountName = (project: string, email: string): string =>
  `iam.googleapis.com/projects/${project}/serviceAccounts/${email}`;

/** The account by email or unique id, in `project` or (`-`) in any; undefined when there is none. */
export function findAccount(cloud: Cloud, project: string, account: string): Resource | undefined {
  const owner = project === '-' ? EMAIL.exec(account)?.[2] : project;
  const named = owner === undefined ? undefined : cloud.resources.get(accountName(owner, account));
  if (named) return named;
  return cloud.resources
    .list({ assetType: SERVICE_ACCOUNT, ...(project !== '-' && { project }) })
    .find((resource) => resource.body['uniqueId'] === account);
}

/**
 * Whether tokens can be made for `email`. Besides the stored accounts these are the platform's own and each project's
 * infrastructure account: people make those before Plumbline first runs.
 */
export function accountExists(cloud: Cloud, email: string): boolean {
  const [, id, project] = EMAIL.exec(email) ?? [];
  if (project === PLATFORM_PROJECT || id === INFRASTRUCTURE) return true;
  return findAccount(cloud, '-', email) !== undefined;
}

/** The account as the API answers; Terraform's stand-in and `create` both leave the derived fields to this. */
export function accountBody(resource: Resource): Body {
  const email = resource.name.slice(resource.name.lastIndexOf('/') + 1);
  return {
    name: `projects/${resource.project}/serviceAccounts/${email}`,
    projectId: resource.project,
    uniqueId: numericId(email, 21),
    email,
    etag: 'MDEwMjE5MjA=',
    oauth2ClientId: numericId(email, 21),
    ...resource.body,
  };
}
