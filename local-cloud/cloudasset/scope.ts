/** What a call of Asset Inventory may see: one project, or everything below the folder or the organization. */
import { invalid } from '../core/body.ts';
import type { Cloud } from '../core/cloud.ts';
import { ApiError } from '../core/errors.ts';
import { FOLDER, ORGANIZATION, PLATFORM_PROJECT, projectId } from '../core/projects.ts';

export interface Scope {
  readonly holds: (project: string) => boolean;
  /** The project whose quota a call without any other identity uses. */
  readonly consumer: string;
}

/** Throws INVALID_ARGUMENT for what is no scope, 403 for one that does not exist: the service tells nobody which. */
export function scopeOf(cloud: Cloud, text: string): Scope {
  const [, kind, id] = /^(projects|folders|organizations)\/([^/]+)$/.exec(text) ?? [];
  if (kind === undefined || id === undefined) {
    throw invalid(`Invalid scope "${text}": want projects/ID, folders/NUMBER or organizations/NUMBER.`);
  }
  if (kind === 'projects') {
    const project = projectId(cloud, id);
    return { holds: (other) => other === project, consumer: project };
  }
  if (text !== FOLDER && text !== ORGANIZATION) {
    throw new ApiError(
      'PERMISSION_DENIED',
      `The caller does not have permission on ${text} (or it may not exist).`,
    );
  }
  return { holds: () => true, consumer: PLATFORM_PROJECT };
}
