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

/** Of a connector: how long it may take must be said, because half an hour is what it may take otherwise. */
const connector = (required: readonly string[], optional: readonly string[] = []): Callable => ({
  required: [...required, 'connector_params'],
  optional,
});

export const CREATE_SESSION = `${SESSIONS}.create` as const;
export const BEGIN_TRANSACTION = `${SESSIONS}.beginTransaction` as const;
export const READ = `${SESSIONS}.read` as const;
export const COMMIT = `${SESSIONS}.commit` as const;
export const ROLLBACK = `${SESSIONS}.rollback` as const;
export const DELETE_SESSION = `${SESSIONS}.delete` as const;
export const CREATE_BUILD = `${BUILDS}.create` as const;
export const LIST_BUILDS = `${BUILDS}.list` as const;
export const GET_BUILD = `${BUILDS}.get` as const;
export const SLEEP = 'sys.sleep';
export const LOG = 'sys.log';

/** Whoever cannot make these cannot write to the ledger either. */
export const LEDGER_CALLS: ReadonlySet<string> = new Set([
  CREATE_SESSION,
  BEGIN_TRANSACTION,
  READ,
  COMMIT,
  ROLLBACK,
  DELETE_SESSION,
]);

export const isConnector = (callee: string): boolean => callee.startsWith('googleapis.');

/** These block, so they may stand in a `call` step only. */
export const BLOCKING: ReadonlyMap<string, Callable> = new Map([
  [CREATE_SESSION, connector(['database'], ['body'])],
  [BEGIN_TRANSACTION, connector(['session', 'body'])],
  [READ, connector(['session', 'body'])],
  [COMMIT, connector(['session', 'body'])],
  [ROLLBACK, connector(['session', 'body'])],
  [DELETE_SESSION, connector(['name'])],
  // Both `parent` and `projectId` are required of regional builds, though one holds the other.
  [CREATE_BUILD, connector(['parent', 'projectId', 'body'])],
  [LIST_BUILDS, connector(['parent', 'projectId'], ['filter', 'pageSize'])],
  [GET_BUILD, connector(['name', 'projectId', 'id'])],
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
