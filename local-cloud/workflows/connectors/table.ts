/**
 * The connectors of this cloud. Paths, query parameters and which of them wait are from the connector reference and the
 * discovery documents of the services. A row whose service the local cloud does not serve raises an error that says so.
 */
import { connectors, get, LIST, post, remove, type Connector, type Row, type Waiting } from './model.ts';
import { DATA_CONNECTORS } from './table-data.ts';

const BUILD_OPERATION: Waiting = { kind: 'operation', prefix: '/v1', gives: 'operation' };
const CLUSTER_OPERATION: Waiting = { kind: 'cluster operation' };

const CLOUD_BUILD = connectors('cloudbuild', 'cloudbuild.v1', {
  'projects.locations.builds.create': {
    ...post('/v1/{+parent}/builds'),
    query: ['projectId!'],
    waits: BUILD_OPERATION,
  },
  'projects.locations.builds.get': get('/v1/{+name}', ['projectId', 'id']),
  'projects.locations.builds.list': get('/v1/{+parent}/builds', ['projectId', ...LIST]),
  'projects.locations.builds.cancel': post('/v1/{+name}:cancel', 'optional'),
  'projects.builds.create': {
    ...post('/v1/projects/{projectId}/builds'),
    query: ['parent'],
    waits: BUILD_OPERATION,
  },
  'projects.builds.get': get('/v1/projects/{projectId}/builds/{id}', ['name']),
  'projects.builds.list': get('/v1/projects/{projectId}/builds', ['parent', ...LIST]),
  'projects.builds.cancel': post('/v1/projects/{projectId}/builds/{id}:cancel', 'optional'),
  'operations.get': get('/v1/{+name}'),
  'operations.cancel': post('/v1/{+name}:cancel', 'optional'),
});

const RUN = [
  ...connectors('run', 'run.v2.projects.locations', {
    'jobs.run': {
      ...post('/v2/{+name}:run', 'optional'),
      waits: { kind: 'operation', prefix: '/v2', gives: 'response' },
    },
    'jobs.get': get('/v2/{+name}'),
    'jobs.list': get('/v2/{+parent}/jobs', ['pageSize', 'pageToken', 'showDeleted']),
    'jobs.executions.get': get('/v2/{+name}'),
    'jobs.executions.list': get('/v2/{+parent}/executions', ['pageSize', 'pageToken', 'showDeleted']),
    'operations.get': get('/v2/{+name}'),
  }),
  ...connectors('run', 'run.v1.namespaces.jobs', {
    run: {
      ...post('/apis/run.googleapis.com/v1/{+name}:run', 'optional'),
      // Without it the real connector asks the global endpoint, which has no jobs.
      ignored: ['location!'],
      waits: { kind: 'job execution' },
    },
  }),
];

/** Kubernetes Engine's mutations wait, and give the operation (its reference calls that the response). */
const onCluster = (row: Row): Row => ({ ...row, waits: CLUSTER_OPERATION });

const CONTAINER = connectors('container', 'container.v1.projects.locations.clusters', {
  get: get('/v1/{+name}', ['projectId', 'zone', 'clusterId']),
  list: get('/v1/{+parent}/clusters', ['projectId', 'zone']),
  create: onCluster(post('/v1/{+parent}/clusters')),
  update: onCluster({ http: 'PUT', path: '/v1/{+name}', body: 'required' }),
  delete: onCluster(remove('/v1/{+name}', ['projectId', 'zone', 'clusterId'])),
  'nodePools.get': get('/v1/{+name}'),
  'nodePools.list': get('/v1/{+parent}/nodePools'),
  'nodePools.update': onCluster({ http: 'PUT', path: '/v1/{+name}', body: 'required' }),
  'nodePools.setSize': onCluster(post('/v1/{+name}:setSize')),
  'nodePools.setAutoscaling': onCluster(post('/v1/{+name}:setAutoscaling')),
  'nodePools.delete': onCluster(remove('/v1/{+name}')),
});

/** Assumed, as for Cloud Build: a mutation gives the finished operation, its `response` being the workflow. */
const WORKFLOW_OPERATION: Waiting = { kind: 'operation', prefix: '/v1', gives: 'operation' };

const WORKFLOWS = connectors('workflows', 'workflows.v1.projects.locations', {
  'workflows.create': {
    ...post('/v1/{+parent}/workflows'),
    query: ['workflowId!'],
    waits: WORKFLOW_OPERATION,
  },
  'workflows.get': get('/v1/{+name}', ['revisionId']),
  'workflows.list': get('/v1/{+parent}/workflows', [...LIST, 'orderBy']),
  'workflows.listRevisions': get('/v1/{+name}:listRevisions', ['pageSize', 'pageToken']),
  'workflows.patch': {
    http: 'PATCH',
    path: '/v1/{+name}',
    query: ['updateMask'],
    body: 'required',
    waits: WORKFLOW_OPERATION,
  },
  'workflows.delete': { ...remove('/v1/{+name}'), waits: WORKFLOW_OPERATION },
  'operations.get': get('/v1/{+name}'),
  'operations.list': get('/v1/{+name}/operations', LIST),
});

const EXECUTIONS = connectors('workflowexecutions', 'workflowexecutions.v1.projects.locations.workflows', {
  'executions.create': { ...post('/v1/{+parent}/executions', 'optional'), waits: { kind: 'execution' } },
  'executions.get': get('/v1/{+name}', ['view']),
  'executions.list': get('/v1/{+parent}/executions', [...LIST, 'view', 'orderBy']),
  'executions.cancel': post('/v1/{+name}:cancel', 'optional'),
  'executions.exportData': get('/v1/{+name}:exportData'),
  'executions.deleteExecutionHistory': post('/v1/{+name}:deleteExecutionHistory', 'optional'),
  'executions.callbacks.list': get('/v1/{+parent}/callbacks', ['pageSize', 'pageToken']),
  'executions.stepEntries.get': get('/v1/{+name}', ['view']),
  'executions.stepEntries.list': get('/v1/{+parent}/stepEntries', [...LIST, 'orderBy', 'skip', 'view']),
  triggerPubsubExecution: post('/v1/{+workflow}:triggerPubsubExecution'),
});

export const CONNECTORS: readonly Connector[] = [
  ...CLOUD_BUILD,
  ...RUN,
  ...CONTAINER,
  ...WORKFLOWS,
  ...EXECUTIONS,
  ...DATA_CONNECTORS,
];
