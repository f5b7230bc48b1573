/** The Kubernetes API connector: `gke.request` and the three job functions. Source: its reference pages. */
import { MAX_HTTP_TIMEOUT, MAX_WAIT } from '../lang/limits.ts';
import { Raised, systemError, valueError } from '../run/errors.ts';
import { isMap, mapOf, type Dict, type Value } from '../run/values.ts';
import { params, type Arguments, type CallContext, type LibraryFunction } from '../stdlib/function.ts';
import { decodeBody, httpError, requestBody, scalarText, withQuery } from '../stdlib/http.ts';
import { delayBefore, isRetryable } from '../stdlib/retry.ts';
import { exchange, type Answer } from '../stdlib/transport.ts';
import { conditionIs, controlPlane } from './control-plane.ts';
import { pollingOf } from './options.ts';
import { retried } from './request.ts';
import { pause } from './wait.ts';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
/** Seconds. */
const DEFAULT_TIMEOUT = 300;
const DEFAULT_JOB_TIMEOUT = 1800;

const PLACE = params(['project', null], ['location', null]);
const QUERY = params(['query', null]);
const NAMESPACE = params(['namespace', 'default']);
const TIMEOUT = params(['timeout', DEFAULT_TIMEOUT]);

interface ControlPlaneRequest {
  readonly method: string;
  readonly path: string;
  readonly body?: Value;
  /** Seconds. */
  readonly timeout: number;
}

/** Any status from 400 on is HttpError. */
async function ask(
  args: Arguments,
  { method, path, body = null, timeout }: ControlPlaneRequest,
  context: CallContext,
): Promise<Answer> {
  const { host } = context;
  const text = (name: string, fallback: string) => args.optional(name, (key) => args.string(key)) ?? fallback;
  const project = text('project', host.identity.project);
  const location = text('location', host.identity.location);
  const cluster = `projects/${project}/locations/${location}/clusters/${args.string('cluster_id')}`;
  const plane = await controlPlane(cluster, context);
  const headers = new Map(headersOf(args));
  const payload = body === null ? undefined : requestBody(body, headers);
  headers.set('authorization', `Bearer ${host.token()}`);
  const query = args.optional('query', (name) => args.map(name)) ?? new Map<string, Value>();
  const answer = await exchange(
    {
      method,
      url: withQuery(`${plane.url}/${path.replace(/^\//, '')}`, query),
      headers: Object.fromEntries(headers),
      timeoutSeconds: timeout,
      send: plane.send,
      ...(payload !== undefined && { body: payload }),
    },
    host,
  );
  if (answer.code >= 400) throw httpError(answer);
  return answer;
}

function headersOf(args: Arguments): [string, string][] {
  const given = args.optional('headers', (name) => args.map(name)) ?? new Map<string, Value>();
  return [...given].map(([name, value]) => [name.toLowerCase(), scalarText(name, value)]);
}

function timeoutOf(args: Arguments, max: number): number {
  const timeout = args.number('timeout');
  if (timeout > 0 && timeout <= max) return timeout;
  throw valueError(`timeout must be more than 0 and at most ${max} seconds; got: ${timeout}`);
}

const jobsPath = (args: Arguments): string =>
  `/apis/batch/v1/namespaces/${encodeURIComponent(args.string('namespace'))}/jobs`;
const jobPath = (args: Arguments): string =>
  `${jobsPath(args)}/${encodeURIComponent(args.string('job_name'))}`;

/** Polls are retried as every GET of a connector is. */
function readJob(args: Arguments, timeout: number, context: CallContext): Promise<Dict> {
  const read = async (): Promise<Dict> => {
    const path = jobPath(args);
    const answer = await ask(
      args,
      { method: 'GET', path, timeout: Math.min(timeout, MAX_HTTP_TIMEOUT) },
      context,
    );
    const job = decodeBody(answer);
    if (isMap(job)) return job;
    throw systemError('ResponseTypeError', `the answer of ${path} is not a Job`);
  };
  return retried(isRetryable.idempotent, read, context);
}

async function awaitJob(args: Arguments, context: CallContext): Promise<Value> {
  const timeout = timeoutOf(args, MAX_WAIT);
  const polling = pollingOf(args.optional('polling_policy', (name) => args.map(name)) ?? new Map());
  const deadline = context.host.deadline(timeout * 1000);
  try {
    for (let poll = 0; ; poll += 1) {
      const job = await readJob(args, timeout, context);
      if (conditionIs(job, 'Complete')) return job;
      if (conditionIs(job, 'Failed')) {
        throw new Raised(mapOf({ tags: ['FailedJobError'], message: 'Kubernetes job failed', job }), true);
      }
      await pause(delayBefore(poll, polling) * 1000, deadline.signal, context);
      if (deadline.passed()) {
        throw systemError('TimeoutError', `gke.await_job: the job did not complete within ${timeout} s`);
      }
      context.countStep();
    }
  } finally {
    deadline.cancel();
  }
}

export const GKE: readonly LibraryFunction[] = [
  {
    name: 'gke.request',
    params: [
      ...params('cluster_id', 'path', 'method'),
      ...PLACE,
      ...TIMEOUT,
      ...params(['body', null], ['headers', null]),
      ...QUERY,
    ],
    blocking: true,
    call: async (args, context) => {
      const method = args.string('method').toUpperCase();
      if (!METHODS.includes(method)) throw valueError(`gke.request: unknown method '${method}'`);
      const path = args.string('path');
      const timeout = timeoutOf(args, MAX_HTTP_TIMEOUT);
      const answer = await ask(args, { method, path, body: args.value('body'), timeout }, context);
      return mapOf({
        body: decodeBody(answer),
        code: BigInt(answer.code),
        headers: new Map(answer.headers),
      });
    },
  },
  {
    name: 'gke.create_job',
    params: [...params('cluster_id', 'job'), ...NAMESPACE, ...PLACE, ...QUERY, ...TIMEOUT],
    blocking: true,
    call: async (args, context) => {
      const timeout = timeoutOf(args, MAX_HTTP_TIMEOUT);
      const body = args.map('job');
      return decodeBody(await ask(args, { method: 'POST', path: jobsPath(args), body, timeout }, context));
    },
  },
  {
    name: 'gke.await_job',
    params: [
      ...params('cluster_id', 'job_name'),
      ...NAMESPACE,
      ...PLACE,
      ...QUERY,
      ...params(['timeout', DEFAULT_JOB_TIMEOUT], ['polling_policy', null]),
    ],
    blocking: true,
    call: awaitJob,
  },
  {
    name: 'gke.delete_job',
    params: [...params('cluster_id', 'job_name'), ...NAMESPACE, ...PLACE, ...QUERY, ...TIMEOUT],
    blocking: true,
    call: async (args, context) => {
      const timeout = timeoutOf(args, MAX_HTTP_TIMEOUT);
      return decodeBody(await ask(args, { method: 'DELETE', path: jobPath(args), timeout }, context));
    },
  },
];
