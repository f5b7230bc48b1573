/** Cloud Scheduler v1: HTTP jobs on unix-cron schedules, driven by the cloud's clock. */
import { timestamp } from '../core/clock.ts';
import type { Cloud } from '../core/cloud.ts';
import { invalid } from '../core/body.ts';
import { ApiError } from '../core/errors.ts';
import { pageOf } from '../core/paging.ts';
import type { Call, Method, Service, Source } from '../core/service.ts';
import type { Body, Resource } from '../core/store.ts';
import { checkedJob, LIMITS, maskedJob } from './job.ts';
import { JOB, Timetable } from './timetable.ts';

const REFERENCE: Source = {
  kind: 'documented',
  from: 'cloudscheduler v1 protos and REST reference; paths as gcloud 528 calls them',
};
const JOBS = '/v1/projects/{project}/locations/{location}/jobs';
const JOB_PATH = `${JOBS}/{job}`;
const JOB_ID = /^[A-Za-z\d_-]{1,500}$/;
const PAGE = { standard: 500, max: 500, key: (resource: Resource) => resource.name };

const parentOf = (call: Call): string =>
  `projects/${call.param('project')}/locations/${call.param('location')}`;
const storeName = (path: string): string => `cloudscheduler.googleapis.com/${path}`;

export function cloudSchedulerService(cloud: Cloud): Service {
  const timetable = new Timetable(cloud);
  const method = (verb: string, http: Method['http'], path: string, handler: Method['handler']): Method => ({
    id: `cloudscheduler.projects.locations.jobs.${verb}`,
    http,
    path,
    source: REFERENCE,
    handler,
  });
  const set = (job: Resource, change: Body) =>
    cloud.resources.update(job.name, (body) => ({ ...body, ...change })).body;
  return {
    name: 'cloudscheduler',
    title: 'Cloud Scheduler',
    host: 'cloudscheduler.googleapis.com',
    methods: [
      method('create', 'POST', JOBS, (call) => create(cloud, call)),
      method('list', 'GET', JOBS, (call) => {
        const place = { project: call.param('project'), location: call.param('location') };
        const ask = { size: call.query.get('pageSize'), token: call.query.get('pageToken') };
        const { items, ...more } = pageOf(cloud.resources.list({ assetType: JOB, ...place }), ask, PAGE);
        return { jobs: items.map(({ body }) => body), ...more };
      }),
      method('get', 'GET', JOB_PATH, (call) => required(cloud, call).body),
      method('patch', 'PATCH', JOB_PATH, (call) => {
        const job = required(cloud, call);
        const next = checkedJob(maskedJob(job.body, call.json(), call.query.get('updateMask')));
        return set(job, { ...next, userUpdateTime: timestamp(cloud.clock.now()) });
      }),
      method('delete', 'DELETE', JOB_PATH, (call) => {
        cloud.resources.delete(required(cloud, call).name);
      }),
      method('pause', 'POST', `${JOB_PATH}:pause`, (call) =>
        set(inState(cloud, call, 'ENABLED'), { state: 'PAUSED' }),
      ),
      method('resume', 'POST', `${JOB_PATH}:resume`, (call) =>
        set(inState(cloud, call, 'PAUSED'), { state: 'ENABLED' }),
      ),
      method('run', 'POST', `${JOB_PATH}:run`, (call) => {
        const { name } = required(cloud, call);
        timetable.run(name);
        return required(cloud, call).body;
      }),
    ],
    close: () => timetable.close(),
  };
}

function create(cloud: Cloud, call: Call): Body {
  const request = call.json();
  const parent = parentOf(call);
  const { name } = request;
  const path = typeof name === 'string' && name !== '' ? name : `${parent}/jobs/job-${cloud.clock.now()}`;
  const id = path.startsWith(`${parent}/jobs/`) ? path.slice(`${parent}/jobs/`.length) : '';
  if (!JOB_ID.test(id))
    throw invalid(`Job name must be formatted: "${parent}/jobs/ID", with ID matching ${JOB_ID.source}.`);
  const job = checkedJob(request);
  const place = { project: call.param('project'), location: call.param('location') };
  if (cloud.resources.get(storeName(path)))
    throw new ApiError('ALREADY_EXISTS', `Job ${path} already exists.`);
  if (cloud.resources.list({ assetType: JOB, ...place }).length >= LIMITS.jobsPerRegion) {
    throw new ApiError('RESOURCE_EXHAUSTED', `There are ${LIMITS.jobsPerRegion} jobs in ${parent} already.`);
  }
  const body = { name: path, ...job, state: 'ENABLED', userUpdateTime: timestamp(cloud.clock.now()) };
  cloud.resources.create({ name: storeName(path), assetType: JOB, ...place, body });
  // Read again: the timetable has put the next run into it.
  return cloud.resources.require(storeName(path)).body;
}

function required(cloud: Cloud, call: Call): Resource {
  const path = `${parentOf(call)}/jobs/${call.param('job')}`;
  const found = cloud.resources.get(storeName(path));
  if (!found) throw new ApiError('NOT_FOUND', `Job not found: ${path}.`);
  return found;
}

function inState(cloud: Cloud, call: Call, state: string): Resource {
  const job = required(cloud, call);
  if (job.body['state'] === state) return job;
  throw new ApiError('FAILED_PRECONDITION', `The job must be ${state} for this.`);
}
