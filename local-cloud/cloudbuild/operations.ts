/** A build seen as a long-running operation, which is what `builds.create` answers with. */
import type { RpcStatus } from '../core/errors.ts';
import { isOver, type Build, type BuildStatus } from './model.ts';

const TYPES = 'type.googleapis.com/google.devtools.cloudbuild.v1';

/** The canonical code an operation ends with; a failed step is UNKNOWN to Cloud Build. */
const CODES: Partial<Record<BuildStatus, RpcStatus>> = {
  FAILURE: { code: 2, message: 'Build failed; check build logs for details' },
  INTERNAL_ERROR: { code: 13, message: 'Build failed due to internal error; try again' },
  TIMEOUT: { code: 4, message: 'Build timed out' },
  CANCELLED: { code: 1, message: 'Build cancelled' },
  EXPIRED: { code: 4, message: 'Build expired' },
};

/** `operations/build/PROJECT/BASE64(id)`, as the real service names them. */
const operationName = ({ projectId, id }: Build): string =>
  `operations/build/${projectId}/${Buffer.from(id).toString('base64')}`;

/** The id within an operation's name; anything that is no base64 of an id gives one that no build has. */
export const buildIdOf = (encoded: string): string => Buffer.from(encoded, 'base64').toString();

export function operationOf(build: Build): object {
  const operation = {
    name: operationName(build),
    metadata: { '@type': `${TYPES}.BuildOperationMetadata`, build },
  };
  if (!isOver(build.status)) return operation;
  const error = CODES[build.status];
  if (error) return { ...operation, done: true, error };
  return { ...operation, done: true, response: { '@type': `${TYPES}.Build`, ...build } };
}
