/** IAM policies of any resource: kept in the store beside it, read and written with the etag rule all of Google follows. */
import { createHash } from 'node:crypto';
import { invalid, isObject, listField, objectField, onlyKnown, stringField } from './body.ts';
import type { Cloud } from './cloud.ts';
import { ApiError } from './errors.ts';
import type { Body } from './store.ts';

/** Not one of Google's types: no list of real resources shows it. */
export const POLICY = 'local/IamPolicy';

const MEMBER =
  /^(allUsers|allAuthenticatedUsers|(user|serviceAccount|group|domain|principal|principalSet|deleted:\w+|projectOwner|projectEditor|projectViewer):.+)$/;

export const policyName = (resource: string): string => `${resource}/iamPolicy`;

/** The policy of the resource with this store name; one that was never set is empty. */
export function getPolicy(cloud: Cloud, resource: string): Body {
  return cloud.resources.get(policyName(resource))?.body ?? { version: 1, etag: 'ACAB' };
}

/**
 * Stores `request.policy`. Throws ABORTED when it carries an etag of an older policy, INVALID_ARGUMENT for members
 * or roles that cannot be.
 */
export function setPolicy(
  cloud: Cloud,
  owner: { readonly name: string; readonly project: string },
  request: Record<string, unknown>,
): Body {
  const policy = objectField(request, 'policy');
  if (!policy) throw invalid('policy must be given.');
  onlyKnown(policy, ['version', 'bindings', 'auditConfigs', 'etag'], 'policy');
  const etag = stringField(policy, 'etag');
  if (etag !== undefined && etag !== getPolicy(cloud, owner.name)['etag']) {
    throw new ApiError(
      'ABORTED',
      'There were concurrent policy changes. Please retry the whole read-modify-write.',
    );
  }
  const bindings = listField(policy, 'bindings').map(checkedBinding);
  const name = policyName(owner.name);
  if (bindings.length === 0) {
    // An empty policy is what every resource starts with; keeping it would look like something left behind.
    cloud.resources.delete(name);
    return getPolicy(cloud, owner.name);
  }
  const body: Body = { version: policy['version'] ?? 1, etag: etagOf(bindings), bindings };
  if (cloud.resources.get(name)) return cloud.resources.update(name, () => body).body;
  return cloud.resources.create({ name, assetType: POLICY, project: owner.project, location: 'global', body })
    .body;
}

/** All asked-for permissions: the local cloud keeps policies but lets everybody in; faults are how it refuses. */
export function testPermissions(request: Record<string, unknown>): { permissions: unknown[] } {
  return { permissions: listField(request, 'permissions') };
}

function checkedBinding(binding: unknown): Body {
  if (!isObject(binding)) throw invalid("Invalid value at 'policy.bindings': want a list of objects.");
  const role = stringField(binding, 'role');
  if (!role || !/^(roles|projects\/[^/]+\/roles|organizations\/\d+\/roles)\/[\w.]+$/.test(role)) {
    throw invalid(`Role ${role ?? ''} is not supported for this resource.`);
  }
  for (const member of listField(binding, 'members')) {
    if (typeof member !== 'string' || !MEMBER.test(member)) {
      throw invalid(`Invalid member: ${JSON.stringify(member)} must be of the form "<type>:<value>".`);
    }
  }
  return binding;
}

const etagOf = (bindings: Body[]): string =>
  createHash('sha256').update(JSON.stringify(bindings)).digest('base64').slice(0, 12);
