/** Cloud Run Admin API v1 as gcloud calls it: Knative-shaped jobs in namespaces, the region in the host name. */
import type { Cloud } from '../core/cloud.ts';
import { objectField } from '../core/body.ts';
import { ApiError } from '../core/errors.ts';
import { projectId } from '../core/projects.ts';
import type { Call, Method, Source } from '../core/service.ts';
import type { Body, Resource } from '../core/store.ts';
import { EXECUTION } from './executions.ts';
import { JOB, type Jobs } from './jobs.ts';
import { executionToKnative, fromKnative, jobToKnative } from './v1-shapes.ts';

const RECORDED: Source = { kind: 'recorded', from: 'gcloud 528 run jobs' };
const NAMESPACE = '/apis/run.googleapis.com/v1/namespaces/{namespace}';
const JOB_PATH = `${NAMESPACE}/jobs/{job}`;
const EXECUTION_PATH = `${NAMESPACE}/executions/{execution}`;
/** For callers that reach us without a region in the host; Google would have no place for them either. */
const REGION = 'us-central1';

export function knativeMethods(cloud: Cloud, jobs: Jobs): Method[] {
  const method = (verb: string, http: Method['http'], path: string, handler: Method['handler']): Method => ({
    id: `run.namespaces.${verb}`,
    http,
    path,
    source: RECORDED,
    handler,
  });
  const find = (call: Call, assetType: string, id: string): Resource => {
    const found = inNamespace(cloud, call, assetType).find(({ name }) => name.endsWith(`/${id}`));
    if (found) return found;
    throw new ApiError(
      'NOT_FOUND',
      `Resource '${id}' of kind '${assetType.split('/')[1] ?? ''}' in region was not found.`,
    );
  };
  const job = (call: Call) => find(call, JOB, call.param('job'));
  const execution = (call: Call) => find(call, EXECUTION, call.param('execution'));
  return [
    method('jobs.list', 'GET', `${NAMESPACE}/jobs`, (call) =>
      list('Job', inNamespace(cloud, call, JOB).map(jobToKnative)),
    ),
    method('jobs.create', 'POST', `${NAMESPACE}/jobs`, (call) => {
      const request = call.json();
      const place = {
        project: projectId(cloud, call.param('namespace')),
        location: regionOf(call) ?? REGION,
      };
      const name = objectField(request, 'metadata')?.['name'];
      return jobToKnative(
        jobs.create(place, typeof name === 'string' ? name : '', fromKnative(request), call.principal),
      );
    }),
    method('jobs.get', 'GET', JOB_PATH, (call) => jobToKnative(job(call))),
    method('jobs.replaceJob', 'PUT', JOB_PATH, (call) =>
      jobToKnative(jobs.replace(job(call).name, fromKnative(call.json()), call.principal)),
    ),
    method('jobs.delete', 'DELETE', JOB_PATH, async (call) => {
      await jobs.delete(job(call).name);
      return { status: 'Success' };
    }),
    method('jobs.run', 'POST', `${JOB_PATH}:run`, (call) => {
      const overrides = objectField(call.json(), 'overrides');
      const request = overrides ? { overrides: overridesFromKnative(overrides) } : {};
      return executionToKnative(jobs.run(job(call).name, request, call.principal).execution);
    }),
    method('executions.list', 'GET', `${NAMESPACE}/executions`, (call) => {
      const wanted = /run\.googleapis\.com\/job\s*=+\s*([\w-]+)/.exec(
        call.query.get('labelSelector') ?? '',
      )?.[1];
      const found = inNamespace(cloud, call, EXECUTION).filter(
        ({ body }) => wanted === undefined || body['job'] === wanted,
      );
      return list('Execution', found.map(executionToKnative));
    }),
    method('executions.get', 'GET', EXECUTION_PATH, (call) => executionToKnative(execution(call))),
    method('executions.cancel', 'POST', `${EXECUTION_PATH}:cancel`, async (call) => {
      const { name } = execution(call);
      await jobs.executions.cancel(jobs.require(name));
      return executionToKnative(jobs.require(name));
    }),
  ];
}

/** What of that type is in the namespace: of the host's region when it names one, else of all. */
function inNamespace(cloud: Cloud, call: Call, assetType: string): Resource[] {
  const project = projectId(cloud, call.param('namespace'));
  const location = regionOf(call);
  return cloud.resources.list({ assetType, project, ...(location !== undefined && { location }) });
}

/** gcloud puts the region before the host: `us-central1-run.googleapis.com`. */
function regionOf(call: Call): string | undefined {
  const { host } = call.headers;
  return /^([a-z]+-[a-z]+\d+)-/.exec(typeof host === 'string' ? host : '')?.[1];
}

function overridesFromKnative({ timeoutSeconds, ...overrides }: Body): Body {
  const seconds =
    typeof timeoutSeconds === 'string' || typeof timeoutSeconds === 'number' ? timeoutSeconds : undefined;
  return { ...overrides, ...(seconds !== undefined && { timeout: `${seconds}s` }) };
}

const list = (kind: string, items: Body[]): object => ({
  apiVersion: 'run.googleapis.com/v1',
  kind: `${kind}List`,
  metadata: {},
  items,
});
