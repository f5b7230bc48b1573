/**
 * Everything our definitions may call, by the names of the service's reference. A short list on purpose: a definition
 * cannot make an HTTP request of its own, so no tenant's data can steer one.
 * Source: https://docs.cloud.google.com/workflows/docs/reference/stdlib/overview and .../reference/googleapis.
 */

export interface Callable {
  readonly required: readonly string[];
  readonly optional: readonly string[];
}

const SESSIONS = 'googleapis.spanner.v1.projects.instances.databases.sessions';
const BUILDS = 'googleapis.cloudbuild.v1.projects.locations.builds';

const callable = (required: readonly string[], optional: readonly string[] = []): Callable => ({
  required,
  optional: [...optional, 'connector_params'],
});

export const CREATE_SESSION = `${SESSIONS}.create`;
export const BEGIN_TRANSACTION = `${SESSIONS}.beginTransaction`;
export const READ = `${SESSIONS}.read`;
export const COMMIT = `${SESSIONS}.commit`;
export const ROLLBACK = `${SESSIONS}.rollback`;
export const DELETE_SESSION = `${SESSIONS}.delete`;
export const CREATE_BUILD = `${BUILDS}.create`;
export const LIST_BUILDS = `${BUILDS}.list`;
export const GET_BUILD = `${BUILDS}.get`;
export const SLEEP = 'sys.sleep';
export const LOG = 'sys.log';

/** These block, so they may stand in a `call` step only. */
export const BLOCKING: ReadonlyMap<string, Callable> = new Map([
  [CREATE_SESSION, callable(['database'], ['body'])],
  [BEGIN_TRANSACTION, callable(['session', 'body'])],
  [READ, callable(['session', 'body'])],
  [COMMIT, callable(['session', 'body'])],
  [ROLLBACK, callable(['session', 'body'])],
  [DELETE_SESSION, callable(['name'])],
  // Both `parent` and `projectId` are required of regional builds, though one holds the other.
  [CREATE_BUILD, callable(['parent', 'projectId', 'body'])],
  [LIST_BUILDS, callable(['parent', 'projectId'], ['filter', 'pageSize'])],
  [GET_BUILD, callable(['name', 'projectId', 'id'])],
  [SLEEP, { required: ['seconds'], optional: [] }],
  [LOG, { required: ['text'], optional: ['severity'] }],
]);

/** These may stand in expressions. */
export const IN_EXPRESSIONS: ReadonlySet<string> = new Set([
  'base64.decode',
  'base64.encode',
  'default',
  'json.decode',
  'json.encode',
  'json.encode_to_string',
  'len',
  'list.concat',
  'map.get',
  'math.min',
  'string',
  'text.replace_all',
]);
