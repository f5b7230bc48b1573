/**
 * The connectors of this cloud, one row each: how a call becomes a REST request. Paths, query parameters and which of
 * them wait are from the connector reference and the discovery documents of the services.
 */

/** What a waiting connector watches, and what it gives back at the end. */
export type Waiting =
  /** A long-running operation under this path prefix; gives the operation or what it produced. */
  | { readonly kind: 'operation'; readonly prefix: string; readonly gives: 'operation' | 'response' }
  /** A workflow execution, until it is neither ACTIVE nor QUEUED. */
  | { readonly kind: 'execution' };

export interface Connector {
  readonly name: string;
  /** Key of the endpoints table. */
  readonly service: string;
  readonly http: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** `{x}` is one escaped segment, `{+x}` goes in as it is. */
  readonly path: string;
  /** Arguments that become query parameters; a trailing `!` marks a required one. */
  readonly query?: readonly string[];
  /** `required` or `optional`; absent: the method takes none. */
  readonly body?: 'required' | 'optional';
  readonly waits?: Waiting;
}

const BUILD = 'googleapis.cloudbuild.v1.projects';
const SESSION = 'googleapis.spanner.v1.projects.instances.databases.sessions';
const OBJECT = 'googleapis.storage.v1.objects';
const EXECUTION = 'googleapis.workflowexecutions.v1.projects.locations.workflows.executions';
const SECRET = 'googleapis.secretmanager.v1.projects.secrets.versions';

const BUILD_OPERATION: Waiting = { kind: 'operation', prefix: '/v1', gives: 'operation' };
const LIST = ['pageSize', 'pageToken', 'filter'];

const cloudbuild = (rest: Omit<Connector, 'service'>): Connector => ({ service: 'cloudbuild', ...rest });
const spanner = (verb: string, rest: Omit<Connector, 'service' | 'name'>): Connector => ({
  service: 'spanner',
  name: `${SESSION}.${verb}`,
  ...rest,
});
const onSession = (verb: string): Connector =>
  spanner(verb, { http: 'POST', path: `/v1/{+session}:${verb}`, body: 'required' });
const storage = (verb: string, rest: Omit<Connector, 'service' | 'name'>): Connector => ({
  service: 'storage',
  name: `${OBJECT}.${verb}`,
  ...rest,
});
const executions = (verb: string, rest: Omit<Connector, 'service' | 'name'>): Connector => ({
  service: 'workflowexecutions',
  name: `${EXECUTION}.${verb}`,
  ...rest,
});

export const CONNECTORS: readonly Connector[] = [
  cloudbuild({
    name: `${BUILD}.locations.builds.create`,
    http: 'POST',
    path: '/v1/{+parent}/builds',
    query: ['projectId!'],
    body: 'required',
    waits: BUILD_OPERATION,
  }),
  cloudbuild({
    name: `${BUILD}.locations.builds.get`,
    http: 'GET',
    path: '/v1/{+name}',
    query: ['projectId', 'id'],
  }),
  cloudbuild({
    name: `${BUILD}.locations.builds.list`,
    http: 'GET',
    path: '/v1/{+parent}/builds',
    query: ['projectId', ...LIST],
  }),
  cloudbuild({
    name: `${BUILD}.locations.builds.cancel`,
    http: 'POST',
    path: '/v1/{+name}:cancel',
    body: 'optional',
  }),
  cloudbuild({
    name: `${BUILD}.builds.create`,
    http: 'POST',
    path: '/v1/projects/{projectId}/builds',
    query: ['parent'],
    body: 'required',
    waits: BUILD_OPERATION,
  }),
  cloudbuild({
    name: `${BUILD}.builds.get`,
    http: 'GET',
    path: '/v1/projects/{projectId}/builds/{id}',
    query: ['name'],
  }),
  cloudbuild({
    name: `${BUILD}.builds.list`,
    http: 'GET',
    path: '/v1/projects/{projectId}/builds',
    query: ['parent', ...LIST],
  }),
  cloudbuild({
    name: `${BUILD}.builds.cancel`,
    http: 'POST',
    path: '/v1/projects/{projectId}/builds/{id}:cancel',
    body: 'optional',
  }),
  spanner('create', { http: 'POST', path: '/v1/{+database}/sessions', body: 'optional' }),
  spanner('delete', { http: 'DELETE', path: '/v1/{+name}' }),
  ...['beginTransaction', 'read', 'commit', 'rollback', 'executeSql'].map(onSession),
  storage('get', {
    http: 'GET',
    path: '/storage/v1/b/{bucket}/o/{+object}',
    query: ['alt', 'generation', 'ifGenerationMatch', 'ifGenerationNotMatch', 'projection'],
  }),
  storage('insert', {
    http: 'POST',
    path: '/upload/storage/v1/b/{bucket}/o',
    query: [
      'name',
      'uploadType',
      'contentEncoding',
      'ifGenerationMatch',
      'ifGenerationNotMatch',
      'predefinedAcl',
    ],
    body: 'optional',
  }),
  storage('list', {
    http: 'GET',
    path: '/storage/v1/b/{bucket}/o',
    query: [
      'delimiter',
      'endOffset',
      'maxResults',
      'pageToken',
      'prefix',
      'projection',
      'startOffset',
      'versions',
    ],
  }),
  storage('delete', {
    http: 'DELETE',
    path: '/storage/v1/b/{bucket}/o/{+object}',
    query: ['generation', 'ifGenerationMatch', 'ifGenerationNotMatch'],
  }),
  { name: `${SECRET}.access`, service: 'secretmanager', http: 'GET', path: '/v1/{+name}:access' },
  executions('create', {
    http: 'POST',
    path: '/v1/{+parent}/executions',
    body: 'optional',
    waits: { kind: 'execution' },
  }),
  executions('get', { http: 'GET', path: '/v1/{+name}', query: ['view'] }),
  executions('list', { http: 'GET', path: '/v1/{+parent}/executions', query: [...LIST, 'view', 'orderBy'] }),
  executions('cancel', { http: 'POST', path: '/v1/{+name}:cancel', body: 'optional' }),
  {
    name: 'googleapis.run.v2.projects.locations.jobs.run',
    service: 'run',
    http: 'POST',
    path: '/v2/{+name}:run',
    body: 'optional',
    waits: { kind: 'operation', prefix: '/v2', gives: 'response' },
  },
];
