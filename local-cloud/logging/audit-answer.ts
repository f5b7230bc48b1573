/** Between the server and the audit log: what a call is about, and what its answer says came of it. */
import { isObject } from '../core/body.ts';
import type { Cloud } from '../core/cloud.ts';
import { CANONICAL, statusOfHttp, type RpcStatus } from '../core/errors.ts';
import { impersonatorOf } from '../core/identity.ts';
import type { Call, Reply, Service } from '../core/service.ts';
import type { Body } from '../core/store.ts';
import { auditedCall, writeActivity, type AuditedCall } from './audit.ts';
import { auditedMethod } from './audit-methods.ts';

/** The call as its entry will tell it; undefined when it changes nothing that is logged. Asked before it is answered. */
export function auditedOf(cloud: Cloud, service: Service, call: Call): AuditedCall | undefined {
  const named = auditedMethod(call.method.id, call.method.http);
  if (!named) return undefined;
  const request = bodyOf(call);
  const resource = resourceOf(call, request);
  const agent = call.headers['user-agent'];
  const authorization = call.headers['authorization'];
  return auditedCall(named, {
    host: service.host,
    project: projectOf(cloud, call),
    resource,
    at: cloud.clock.now(),
    principal: call.principal,
    impersonator: impersonatorOf(typeof authorization === 'string' ? authorization : undefined),
    userAgent: typeof agent === 'string' ? agent : undefined,
    request,
  });
}

/** One entry for the answer, and a second one at the end of the operation it began, if it began one. */
export function writeAnswer(cloud: Cloud, service: Service, call: AuditedCall, reply: Reply): void {
  const body = answerOf(reply);
  if (reply.status >= 400) {
    writeActivity(cloud, call, { error: errorOf(body, reply.status) });
    return;
  }
  const id = operationIn(body);
  if (id === undefined) {
    writeActivity(cloud, call);
    return;
  }
  writeActivity(cloud, call, { operation: { id, first: true } });
  (service.operations ?? cloud.operations).whenDone(id, (error) =>
    writeActivity(cloud, call, { error, operation: { id, last: true } }),
  );
}

/** What cannot be read as JSON was refused by the method itself. */
function bodyOf(call: Call): Body | undefined {
  try {
    return call.json() as Body;
  } catch {
    return undefined;
  }
}

/** Fields of requests and of their queries that name what a create makes. */
const NAMES = ['repositoryId', 'repository_id', 'workerPoolId', 'worker_pool_id', 'secretId'];

/** `projects/p/regions/r/routers/x`: the path without version and verb, and with the name of what is being made. */
function resourceOf(call: Call, request: Body | undefined): string {
  const path = call.url.pathname
    .replace(/^\/(compute\/v1|storage\/v1\/b|v\d\w*)\/?/, '')
    .replace(/:[A-Za-z]+$/, '');
  if (call.method.http !== 'POST' || !/\.(create|insert)$/.test(call.method.id)) return path;
  const named = NAMES.map((name) => call.query.get(name)).find((name) => name !== null);
  const inner = [request, request?.['cluster'], request?.['nodePool']].filter(isObject);
  const name = named ?? inner.map((body) => body['name']).find((text) => typeof text === 'string');
  if (typeof name === 'string')
    return path === '' ? name : `${path}/${name.slice(name.lastIndexOf('/') + 1)}`;
  const account = request?.['accountId'];
  return typeof account === 'string'
    ? `${path}/${account}@${call.param('project')}.iam.gserviceaccount.com`
    : path;
}

function projectOf(cloud: Cloud, call: Call): string {
  const named = call.params['project'] ?? call.query.get('project') ?? undefined;
  if (named !== undefined) return named;
  const bucket = call.params['bucket'];
  return cloud.resources.get(`storage.googleapis.com/${bucket ?? ''}`)?.project ?? '-';
}

function answerOf(reply: Reply): unknown {
  try {
    return typeof reply.body === 'string' ? JSON.parse(reply.body) : undefined;
  } catch {
    return undefined;
  }
}

function errorOf(body: unknown, httpStatus: number): RpcStatus {
  const error = isObject(body) && isObject(body['error']) ? body['error'] : {};
  const message = typeof error['message'] === 'string' ? error['message'] : `HTTP ${httpStatus}`;
  return { code: CANONICAL[statusOfHttp(httpStatus)].grpc, message };
}

/** The name of the operation that is the answer, in any of the three shapes Google's APIs have. */
function operationIn(body: unknown): string | undefined {
  if (!isObject(body) || typeof body['name'] !== 'string') return undefined;
  const isOperation =
    body['kind'] === 'compute#operation' || 'operationType' in body || body['name'].includes('/operations/');
  return isOperation ? body['name'] : undefined;
}
