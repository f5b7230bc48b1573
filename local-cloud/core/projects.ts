/** Projects, and the small hierarchy they stand in: every project is in one folder of one organization. */
import type { Cloud } from './cloud.ts';
import { ApiError } from './errors.ts';
import type { Call } from './service.ts';
import { numericId } from './store.ts';

export const ORGANIZATION = 'organizations/2000';
export const FOLDER = 'folders/1000';
/** Where Plumbline itself lives: its job, its workflows' identity, its images. */
export const PLATFORM_PROJECT = 'plumbline-platform';

/** cloud.google.com/resource-manager: 6 to 30 characters, a letter first, no hyphen last. */
const PROJECT_ID = /^[a-z][-a-z0-9]{4,28}[a-z0-9]$/;

/** The project's number, as text: the same for the same id in every run. */
export const projectNumber = (projectId: string): string => numericId(projectId, 12);

/** Ids of the projects something is in, and the platform's. */
export function knownProjects(cloud: Cloud): string[] {
  return [
    ...new Set([PLATFORM_PROJECT, ...cloud.resources.list().map((resource) => resource.project)]),
  ].sort();
}

/**
 * The id of a project given by id or number. Any well-formed id is a project: the local cloud has no step that makes
 * one. Throws 403 for anything else, as Google does for projects that do not exist, so that ids cannot be guessed.
 */
export function projectId(cloud: Cloud, idOrNumber: string): string {
  if (PROJECT_ID.test(idOrNumber)) return idOrNumber;
  const id = knownProjects(cloud).find((known) => projectNumber(known) === idOrNumber);
  if (id !== undefined) return id;
  throw new ApiError(
    'PERMISSION_DENIED',
    `The caller does not have permission on resource 'projects/${idOrNumber}' (or it may not exist).`,
    { reason: 'forbidden' },
  );
}

const SERVICE_ACCOUNT = /@([^.]+)\.iam\.gserviceaccount\.com$/;

/** The project whose quota a call uses: the one it names, else its identity's, else `otherwise`. */
export function consumerProject(call: Call, otherwise: string): string {
  const named = call.headers['x-goog-user-project'];
  if (typeof named === 'string' && named !== '') return named;
  return SERVICE_ACCOUNT.exec(call.principal)?.[1] ?? otherwise;
}
