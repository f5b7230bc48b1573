/** Cloud Build v1: builds run as real processes of this machine, and the private pools they may run in. */
import type { Cloud } from '../core/cloud.ts';
import { ApiError } from '../core/errors.ts';
import { pageOf } from '../core/paging.ts';
import { projectId } from '../core/projects.ts';
import { Reply, type Call, type Handler, type Method, type Service, type Source } from '../core/service.ts';
import { Builds, defaultAccount, type BuildRecord, type Place } from './builds.ts';
import { parseFilter } from './filter.ts';
import { DEFAULT_PAGE, MAX_PAGE } from './limits.ts';
import { buildIdOf, operationOf } from './operations.ts';
import { repositories } from './repositories.ts';
import { workerPoolMethods } from './worker-pools.ts';

const SEEN: Source = {
  kind: 'recorded',
  from: 'calls of @google-cloud/cloudbuild 5.6 and gcloud 528; cloudbuild v1 protos',
};
const ASSUMED: Source = {
  kind: 'assumed',
  from: 'cloudbuild v1 protos; step images are stand-ins (cloudbuild/builders.ts)',
};
const OURS: Source = {
  kind: 'assumed',
  from: 'ours: where `logUrl` leads; the real one leads to the console',
};

/** Builds of the paths without a location are those of `global`. */
const GLOBAL = '/v1/projects/{project}/builds';
const REGIONAL = '/v1/projects/{project}/locations/{location}/builds';

export function cloudBuildService(cloud: Cloud): Service {
  const builds = new Builds(cloud);
  // Commits the configured folders while nothing waits for them yet.
  repositories(cloud);
  return {
    name: 'cloudbuild',
    title: 'Cloud Build',
    host: 'cloudbuild.googleapis.com',
    methods: [
      ...buildMethods(cloud, builds),
      ...operationMethods(cloud, builds),
      ...workerPoolMethods(cloud),
      {
        id: 'cloudbuild.projects.locations.getDefaultServiceAccount',
        http: 'GET',
        path: '/v1/projects/{project}/locations/{location}/defaultServiceAccount',
        source: ASSUMED,
        handler: (call) => {
          const { project, location } = placeOf(cloud, call);
          return {
            name: `projects/${project}/locations/${location}/defaultServiceAccount`,
            serviceAccountEmail: `projects/${project}/serviceAccounts/${defaultAccount(project)}`,
          };
        },
      },
      {
        id: 'cloudbuild.local.log',
        http: 'GET',
        path: '/local/builds/{id}/log',
        source: OURS,
        handler: (call) =>
          new Reply(200, known(builds, call.param('id')).log.text, {
            'content-type': 'text/plain; charset=utf-8',
          }),
      },
    ],
    close: () => builds.close(),
  };
}

/** The same method under the path with a location and under the older one without. */
const both = (verb: string, http: Method['http'], tail: string, source: Source, handler: Handler): Method[] =>
  [
    { id: `cloudbuild.projects.locations.builds.${verb}`, path: REGIONAL },
    { id: `cloudbuild.projects.builds.${verb}`, path: GLOBAL },
  ].map(({ id, path }) => ({ id, http, path: `${path}${tail}`, source, handler }));

const IN_PARENT = /^projects\/[^/]+\/locations\/([^/]+)/;

/**
 * Project and location of a call. Clients that give a project and a parent use the older path and say the location
 * in the query.
 */
function placeOf(cloud: Cloud, call: Call): Place {
  const asked = call.query.get('parent') ?? call.query.get('name') ?? '';
  const location = call.params['location'] ?? IN_PARENT.exec(asked)?.[1] ?? 'global';
  return { project: projectId(cloud, call.param('project')), location };
}

function buildMethods(cloud: Cloud, builds: Builds): Method[] {
  const one = (call: Call) => builds.get(placeOf(cloud, call), call.param('id'));
  return [
    ...both('create', 'POST', '', SEEN, (call) =>
      operationOf(builds.create(placeOf(cloud, call), call.json()).build),
    ),
    ...both('list', 'GET', '', SEEN, (call) => {
      const matches = parseFilter(call.query.get('filter') ?? '');
      const all = builds.list(placeOf(cloud, call)).filter(({ build }) => matches(build));
      const ask = { size: call.query.get('pageSize'), token: call.query.get('pageToken') };
      const { items, ...next } = pageOf(all, ask, {
        standard: DEFAULT_PAGE,
        max: MAX_PAGE,
        key: newestFirst,
      });
      return { builds: items.map(({ build }) => build), ...next };
    }),
    ...both('get', 'GET', '/{id}', SEEN, (call) => one(call).build),
    ...both('cancel', 'POST', '/{id}:cancel', ASSUMED, (call) => builds.cancel(one(call), call.principal)),
    ...both('retry', 'POST', '/{id}:retry', ASSUMED, (call) => {
      const { place, body } = one(call);
      return operationOf(builds.create(place, body).build);
    }),
  ];
}

/** Page tokens need keys that rise in the order of the list. */
const newestFirst = ({ sequence }: BuildRecord): string => String(1e12 - sequence).padStart(13, '0');

/** The operations of builds have names of their own; those of worker pools lie in a location, where builds answer too. */
const BUILD_OPERATION = '/v1/operations/build/{project}/{operation}';
const LOCATED_OPERATION = '/v1/projects/{project}/locations/{location}/operations/{operation}';

function operationMethods(cloud: Cloud, builds: Builds): Method[] {
  /** To cancel the operation is to cancel its build; worker pools' cannot be (their protos name no cancelling). */
  const cancel = (call: Call): object => {
    builds.cancel(known(builds, buildIdOf(call.param('operation'))), call.principal);
    return {};
  };
  return [
    {
      id: 'cloudbuild.operations.get',
      http: 'GET',
      path: BUILD_OPERATION,
      source: SEEN,
      handler: (call) => operationOf(known(builds, buildIdOf(call.param('operation'))).build),
    },
    {
      id: 'cloudbuild.operations.cancel',
      http: 'POST',
      path: `${BUILD_OPERATION}:cancel`,
      source: ASSUMED,
      handler: cancel,
    },
    {
      id: 'cloudbuild.projects.locations.operations.cancel',
      http: 'POST',
      path: `${LOCATED_OPERATION}:cancel`,
      source: ASSUMED,
      handler: cancel,
    },
    {
      id: 'cloudbuild.projects.locations.operations.get',
      http: 'GET',
      path: LOCATED_OPERATION,
      source: ASSUMED,
      handler: (call) => {
        const record = builds.find(buildIdOf(call.param('operation')));
        if (record) return operationOf(record.build);
        const { project, location } = placeOf(cloud, call);
        return cloud.operations.get(
          `projects/${project}/locations/${location}/operations/${call.param('operation')}`,
        );
      },
    },
  ];
}

function known(builds: Builds, id: string): BuildRecord {
  const record = builds.find(id);
  if (!record) throw new ApiError('NOT_FOUND', 'Requested entity was not found.');
  return record;
}
