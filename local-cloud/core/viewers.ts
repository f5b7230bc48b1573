/**
 * Accounts that hold roles for looking only. Everybody else is let in; these meet what a real viewer meets when they
 * change anything: 403, and nothing happened.
 */
import { ApiError } from './errors.ts';
import type { Method } from './service.ts';

const READING_VERBS: ReadonlySet<Method['http']> = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Reads that travel as POST, because their request is too large or too rich for a query. Source: the REST references
 * of logging v2, IAM and compute v1.
 */
const READING_POSTS = /(^logging\.entries\.list|\.getIamPolicy|\.testIamPermissions|Operations\.wait)$/;

export const onlyLooks = ({ http, id }: Pick<Method, 'http' | 'id'>): boolean =>
  READING_VERBS.has(http) || READING_POSTS.test(id);

/**
 * Throws PERMISSION_DENIED. Assumed: that permissions are called as methods are; most are, some are not
 * (`compute.routers.patch` asks for `compute.routers.update`).
 */
export function refuseViewer(
  viewers: readonly string[],
  principal: string,
  method: Method,
  path: string,
): void {
  if (!viewers.includes(principal) || onlyLooks(method)) return;
  throw new ApiError(
    'PERMISSION_DENIED',
    `Permission '${method.id}' denied on resource '${path}' (or it may not exist). ${principal} holds viewer roles only.`,
    { reason: 'forbidden' },
  );
}
