/** Private worker pools: resources that Terraform makes too, and what a build asks of the one it names. */
import { invalid, onlyKnown, stringField } from '../core/body.ts';
import type { Cloud } from '../core/cloud.ts';
import { ApiError } from '../core/errors.ts';
import type { Operation } from '../core/operations.ts';
import { pageOf } from '../core/paging.ts';
import { projectId } from '../core/projects.ts';
import type { Call, Handler, Method, Source } from '../core/service.ts';
import { pathOf, type Body, type Resource } from '../core/store.ts';
import { DEFAULT_PAGE, MAX_PAGE } from './limits.ts';

const POOL = 'cloudbuild.googleapis.com/WorkerPool';
const NAME = /^projects\/([^/]+)\/locations\/([^/]+)\/workerPools\/([^/]+)$/;
const POOL_ID = /^[a-z][a-z0-9-]{0,61}[a-z0-9]$/;
const TYPES = 'type.googleapis.com/google.devtools.cloudbuild.v1';
const FIELDS = [
  ...['name', 'displayName', 'uid', 'annotations', 'createTime', 'updateTime', 'deleteTime', 'state'],
  ...['privatePoolV1Config', 'etag'],
];
/** Cloud time: a pool takes a minute or two to come and go. */
const DELAY_MS = { create: 90_000, update: 30_000, delete: 60_000 };

const REFERENCE: Source = { kind: 'documented', from: 'cloudbuild v1 REST reference, workerPools' };
const ASSUMED: Source = {
  kind: 'assumed',
  from: 'cloudbuild v1 REST reference, workerPools; durations are guesses',
};
const LOCATION = '/v1/projects/{project}/locations/{location}';
const ONE = `${LOCATION}/workerPools/{pool}`;

const storeName = (path: string): string => `cloudbuild.googleapis.com/${path}`;

export interface BuildPool {
  /** `projects/P/global/networks/N` it is peered with, if it is. */
  readonly network: string | undefined;
}

/**
 * The pool a build of `location` names. Throws NOT_FOUND when it does not exist, FAILED_PRECONDITION when it is in
 * another region than the build or not running.
 */
export function poolOfBuild(cloud: Cloud, name: string, location: string): BuildPool {
  const [, project, region] = NAME.exec(name) ?? [];
  if (project === undefined) {
    throw invalid(
      `invalid build: worker pool "${name}" must be of the form projects/P/locations/L/workerPools/W`,
    );
  }
  const pool = cloud.resources.get(storeName(name));
  if (!pool) throw new ApiError('NOT_FOUND', `workerpool not found: ${name}`);
  if (region !== location) {
    throw new ApiError(
      'FAILED_PRECONDITION',
      `the worker pool ${name} is in ${region ?? ''} and the build in ${location}: create the build in the pool's region`,
    );
  }
  const state = stringField(pool.body, 'state') ?? 'RUNNING';
  if (state !== 'RUNNING')
    throw new ApiError('FAILED_PRECONDITION', `worker pool ${name} is ${state}, not RUNNING`);
  const { networkConfig } = (pool.body['privatePoolV1Config'] ?? {}) as { networkConfig?: Body };
  // Terraform configurations give the network by its id or by its self link.
  const peered = networkConfig && stringField(networkConfig, 'peeredNetwork');
  return { network: peered?.replace(/^.*(?=projects\/)/, '') };
}

export function workerPoolMethods(cloud: Cloud): Method[] {
  const path = (call: Call) =>
    `projects/${projectId(cloud, call.param('project'))}/locations/${call.param('location')}/workerPools/${call.param('pool')}`;
  return [
    method('list', 'GET', `${LOCATION}/workerPools`, REFERENCE, (call) => {
      const project = projectId(cloud, call.param('project'));
      const all = cloud.resources.list({ assetType: POOL, project, location: call.param('location') });
      const ask = { size: call.query.get('pageSize'), token: call.query.get('pageToken') };
      const { items, ...next } = pageOf(all, ask, {
        standard: DEFAULT_PAGE,
        max: MAX_PAGE,
        key: ({ name }) => name,
      });
      return { workerPools: items.map(poolBody), ...next };
    }),
    method('get', 'GET', ONE, REFERENCE, (call) => poolBody(requirePool(cloud, path(call)))),
    method('create', 'POST', `${LOCATION}/workerPools`, ASSUMED, (call) => create(cloud, call)),
    method('patch', 'PATCH', ONE, ASSUMED, (call) => patch(cloud, path(call), call)),
    method('delete', 'DELETE', ONE, ASSUMED, (call) => {
      const name = path(call);
      requirePool(cloud, name);
      return start(cloud, name, 'DeleteWorkerPool', DELAY_MS.delete, () => {
        cloud.resources.delete(storeName(name));
        return { '@type': 'type.googleapis.com/google.protobuf.Empty' };
      });
    }),
  ];
}

const method = (
  id: string,
  http: Method['http'],
  path: string,
  source: Source,
  handler: Handler,
): Method => ({
  id: `cloudbuild.projects.locations.workerPools.${id}`,
  http,
  path,
  source,
  handler,
});

function requirePool(cloud: Cloud, path: string): Resource {
  const pool = cloud.resources.get(storeName(path));
  if (!pool) throw new ApiError('NOT_FOUND', `workerpool not found: ${path}`);
  return pool;
}

const poolBody = (pool: Resource): Body => ({
  createTime: pool.createTime,
  updateTime: pool.updateTime,
  state: 'RUNNING',
  ...pool.body,
  name: pathOf(pool.name),
});

function create(cloud: Cloud, call: Call): Operation {
  const body = call.json();
  onlyKnown(body, FIELDS, 'worker_pool');
  const id = call.query.get('workerPoolId') ?? call.query.get('worker_pool_id') ?? '';
  if (!POOL_ID.test(id))
    throw invalid(`invalid worker_pool_id "${id}": a letter, then letters, digits and hyphens.`);
  const project = projectId(cloud, call.param('project'));
  const location = call.param('location');
  const name = `projects/${project}/locations/${location}/workerPools/${id}`;
  if (cloud.resources.get(storeName(name))) {
    throw new ApiError('ALREADY_EXISTS', `workerpool already exists: ${name}`);
  }
  return start(cloud, name, 'CreateWorkerPool', DELAY_MS.create, () => {
    const created = cloud.resources.create({
      name: storeName(name),
      assetType: POOL,
      project,
      location,
      body: { ...(body as Body), name, state: 'RUNNING' },
    });
    return { '@type': `${TYPES}.WorkerPool`, ...poolBody(created) };
  });
}

/** A pool's network stays what it was created with; machine type and disk may change. */
function patch(cloud: Cloud, name: string, call: Call): Operation {
  requirePool(cloud, name);
  const body = call.json();
  onlyKnown(body, FIELDS, 'worker_pool');
  return start(cloud, name, 'UpdateWorkerPool', DELAY_MS.update, () => {
    const changed = cloud.resources.update(storeName(name), (have) => {
      const config = (have['privatePoolV1Config'] ?? {}) as Body;
      const asked = (body['privatePoolV1Config'] ?? {}) as Body;
      return {
        ...have,
        ...(body as Body),
        name,
        privatePoolV1Config: { ...config, ...asked, networkConfig: config['networkConfig'] ?? null },
      };
    });
    return { '@type': `${TYPES}.WorkerPool`, ...poolBody(changed) };
  });
}

function start(cloud: Cloud, name: string, verb: string, delayMs: number, run: () => unknown): Operation {
  return cloud.operations.start({
    parent: name.slice(0, name.indexOf('/workerPools/')),
    metadataType: `${TYPES}.${verb}OperationMetadata`,
    metadata: { workerPool: name },
    delayMs,
    run,
  });
}
