/** Serves one service on one loopback port: identity, ordered faults, the audit log, then the method's handler. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import type { Cloud } from './cloud.ts';
import { ApiError, statusOfHttp } from './errors.ts';
import type { FaultRule } from './faults.ts';
import { principalOf } from './identity.ts';
import { refuseViewer } from './viewers.ts';
import { auditedOf, writeAnswer } from '../logging/audit-answer.ts';
import type { AuditedCall } from '../logging/audit.ts';
import { Reply, Router, type Call, type Match, type Service } from './service.ts';

export const LOOPBACK = '127.0.0.1';

export interface Listening {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/** Starts `service` on `port` (0: any free one). Rejects when the port is taken. */
export async function serve(cloud: Cloud, service: Service, port: number): Promise<Listening> {
  const router = new Router(service);
  const server = createServer((request, response) => {
    answer(cloud, service, router, request, response).catch((error: unknown) => {
      cloud.log('error', `${service.name}: ${String(error)}`);
      response.destroy();
    });
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, LOOPBACK, resolve);
  });
  const bound = (server.address() as AddressInfo).port;
  return {
    url: `http://${LOOPBACK}:${bound}`,
    port: bound,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await service.close?.();
    },
  };
}

async function answer(
  cloud: Cloud,
  service: Service,
  router: Router,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await read(request);
  const url = new URL(request.url ?? '/', `http://${LOOPBACK}`);
  const http = request.method ?? 'GET';
  const principal = principalOf(request.headers.authorization);
  let match: Match | undefined;
  let reply: Reply;
  let fault: FaultRule | undefined;
  let audited: AuditedCall | undefined;
  try {
    match = router.find(http, url.pathname);
    const call = callOf(match, { url, principal, headers: request.headers, body });
    audited = auditedOf(cloud, service, call);
    if (service.name !== 'control') {
      refuseViewer(cloud.config.viewers, principal, match.method, url.pathname);
      fault = cloud.faults.take({
        service: service.name,
        method: match.method.id,
        path: url.pathname + url.search,
        target: body.length < 65_536 ? body.toString() : '',
        principal,
      });
    }
    if (fault?.delayMs !== undefined) await cloud.clock.sleep(fault.delayMs);
    if (fault?.hang) return;
    if (fault?.reset) return void response.destroy();
    reply = (fault && replyOfFault(fault)) ?? asReply(await match.method.handler(call));
  } catch (error) {
    reply = replyOfError(cloud, service, error);
  }
  cloud.audit.record({
    service: service.name,
    method: match?.method.id ?? 'unknown',
    http,
    path: url.pathname + url.search,
    principal,
    status: reply.status,
  });
  if (audited) writeAnswer(cloud, service, audited, reply);
  if (fault?.loseAnswer) return void response.destroy();
  write(cloud, response, reply);
}

function callOf(
  match: Match,
  request: { url: URL; principal: string; headers: IncomingMessage['headers']; body: Buffer },
): Call {
  return {
    method: match.method,
    params: match.params,
    query: request.url.searchParams,
    headers: request.headers,
    principal: request.principal,
    url: request.url,
    body: request.body,
    json: () => parseBody(request.body),
    param: (name) => {
      const value = match.params[name];
      if (value === undefined) throw new Error(`${match.method.id} has no path variable ${name}`);
      return value;
    },
  };
}

function parseBody(body: Buffer): Record<string, unknown> {
  if (body.length === 0) return {};
  try {
    const value: unknown = JSON.parse(body.toString());
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return value as Record<string, unknown>;
    }
  } catch {
    // Falls through to the same answer: what came is not a JSON object.
  }
  throw new ApiError('INVALID_ARGUMENT', 'Invalid JSON payload received: expected an object.');
}

/** The answer an ordered fault stands for, or nothing when the rule only delays or loses. */
function replyOfFault(fault: FaultRule): Reply | undefined {
  if (fault.rawBody !== undefined) return new Reply(fault.status ?? 200, fault.rawBody, { ...fault.headers });
  if (fault.status === undefined) return undefined;
  const error = new ApiError(statusOfHttp(fault.status), fault.message ?? `ordered fault ${fault.id}`, {
    httpStatus: fault.status,
  });
  return Reply.json(error.body, fault.status, { ...fault.headers });
}

function replyOfError(cloud: Cloud, service: Service, error: unknown): Reply {
  if (error instanceof ApiError) return Reply.json(error.body, error.httpStatus);
  cloud.log(
    'error',
    `${service.name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
  );
  return Reply.json(new ApiError('INTERNAL', 'Internal error encountered.').body, 500);
}

const asReply = (value: unknown): Reply => (value instanceof Reply ? value : Reply.json(value ?? {}));

function write(cloud: Cloud, response: ServerResponse, reply: Reply): void {
  // The date of an answer is its server's own, and here that is the cloud's time.
  response.setHeader('date', new Date(cloud.clock.now()).toUTCString());
  response.writeHead(reply.status, reply.headers);
  if (reply.body instanceof Readable) {
    // A watch's client waits for the headers before it believes the stream has begun.
    response.flushHeaders();
    reply.body.pipe(response);
    response.on('close', () => (reply.body as Readable).destroy());
  } else {
    response.end(reply.body);
  }
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
