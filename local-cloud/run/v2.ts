/** Cloud Run Admin API v2: jobs and executions, every change an operation. */
import { timestamp } from '../core/clock.ts';
import type { Cloud } from '../core/cloud.ts';
import { onlyKnown } from '../core/body.ts';
import { pageOf } from '../core/paging.ts';
import type { Call, Method, Source } from '../core/service.ts';
import type { Resource } from '../core/store.ts';
import { JOB, jobName, parentOf, type Jobs, type Place } from './jobs.ts';
import { readSpec } from './spec.ts';

const REFERENCE: Source = {
  kind: 'documented',
  from: 'run v2 protos and REST reference, projects.locations.jobs',
};
/** How long Cloud Run takes to accept a change of a job. */
const CHANGE_MS = 3_000;
const PAGE = { standard: 100, max: 1_000, key: (resource: Resource) => resource.name };

const LOCATION = '/v2/projects/{project}/locations/{location}';
const JOB_PATH = `${LOCATION}/jobs/{job}`;
const EXECUTION_PATH = `${JOB_PATH}/executions/{execution}`;

const placeOf = (call: Call): Place => ({ project: call.param('project'), location: call.param('location') });
const jobOf = (call: Call): string => jobName(placeOf(call), call.param('job'));
const executionOf = (call: Call): string => `${jobOf(call)}/executions/${call.param('execution')}`;

export function v2Methods(cloud: Cloud, jobs: Jobs): Method[] {
  const method = (verb: string, http: Method['http'], path: string, handler: Method['handler']): Method => ({
    id: `run.projects.locations.${verb}`,
    http,
    path,
    source: REFERENCE,
    handler,
  });
  return [
    method('jobs.create', 'POST', `${LOCATION}/jobs`, (call) => {
      const request = call.json();
      if (validateOnly(call)) return dryRun(cloud, call, request);
      const job = jobs.create(placeOf(call), call.query.get('jobId') ?? '', request, call.principal);
      return changed(cloud, call, job);
    }),
    method('jobs.list', 'GET', `${LOCATION}/jobs`, (call) =>
      paged(call, 'jobs', cloud.resources.list({ assetType: JOB, ...placeOf(call) })),
    ),
    method('jobs.get', 'GET', JOB_PATH, (call) => jobs.require(jobOf(call)).body),
    method('jobs.patch', 'PATCH', JOB_PATH, (call) => {
      const request = call.json();
      if (validateOnly(call)) return dryRun(cloud, call, request);
      const missing = cloud.resources.get(jobOf(call)) === undefined;
      return missing && call.query.get('allowMissing') === 'true'
        ? changed(cloud, call, jobs.create(placeOf(call), call.param('job'), request, call.principal))
        : changed(cloud, call, jobs.replace(jobOf(call), request, call.principal));
    }),
    method('jobs.delete', 'DELETE', JOB_PATH, async (call) =>
      changed(cloud, call, await jobs.delete(jobOf(call))),
    ),
    method('jobs.run', 'POST', `${JOB_PATH}:run`, (call) => {
      const request = call.json();
      onlyKnown(request, ['overrides', 'etag', 'validateOnly']);
      const { execution, done } = jobs.run(jobOf(call), request, call.principal);
      return cloud.operations.start({
        ...about(call, execution),
        delayMs: 0,
        run: async () => {
          await done;
          return typed('Execution', cloud.resources.get(execution.name) ?? execution);
        },
      });
    }),
    method('jobs.executions.list', 'GET', `${JOB_PATH}/executions`, (call) =>
      paged(call, 'executions', jobs.executionsOf(jobs.require(jobOf(call)).name)),
    ),
    method('jobs.executions.get', 'GET', EXECUTION_PATH, (call) => jobs.require(executionOf(call)).body),
    method('jobs.executions.cancel', 'POST', `${EXECUTION_PATH}:cancel`, (call) => {
      const execution = jobs.require(executionOf(call));
      const gone = jobs.executions.cancel(execution);
      const run = async () => {
        await gone;
        return typed('Execution', jobs.require(execution.name));
      };
      return cloud.operations.start({ ...about(call, execution), delayMs: 0, run });
    }),
    method('operations.get', 'GET', `${LOCATION}/operations/{operation}`, (call) =>
      cloud.operations.get(`${parentOf(placeOf(call))}/operations/${call.param('operation')}`),
    ),
    method('operations.list', 'GET', `${LOCATION}/operations`, (call) => ({
      operations: cloud.operations.list(parentOf(placeOf(call))),
    })),
  ];
}

function paged(call: Call, field: string, found: Resource[]): object {
  const ask = { size: call.query.get('pageSize'), token: call.query.get('pageToken') };
  const { items, ...more } = pageOf(found, ask, PAGE);
  return { [field]: items.map(({ body }) => body), ...more };
}

const validateOnly = (call: Call): boolean => call.query.get('validateOnly') === 'true';

/** What `validateOnly` answers: the request was checked, nothing was kept. */
function dryRun(cloud: Cloud, call: Call, request: Record<string, unknown>): object {
  readSpec(request);
  const response = { '@type': typeName('Job'), ...request };
  const metadata = { updateTime: timestamp(cloud.clock.now()) };
  const plan = { parent: parentOf(placeOf(call)), metadataType: typeName('Job'), metadata, delayMs: 0 };
  return cloud.operations.start({ ...plan, run: () => response });
}

function changed(cloud: Cloud, call: Call, job: Resource): object {
  return cloud.operations.start({ ...about(call, job), delayMs: CHANGE_MS, run: () => typed('Job', job) });
}

const about = (call: Call, resource: Resource) => ({
  parent: parentOf(placeOf(call)),
  metadataType: typeName(resource.assetType.split('/')[1] ?? ''),
  metadata: resource.body,
});

const typed = (type: string, resource: Resource): object => ({ '@type': typeName(type), ...resource.body });
const typeName = (type: string): string => `type.googleapis.com/google.cloud.run.v2.${type}`;
