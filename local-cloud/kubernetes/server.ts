/** Serves one cluster's API on one loopback TLS port: who calls, ordered faults, the audit log, then the API itself. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { FaultRule } from '../core/faults.ts';
import { ANONYMOUS, impersonatorOf, principalOf } from '../core/identity.ts';
import { LOOPBACK } from '../core/server.ts';
import { answer, type Answer } from './api.ts';
import type { Certificates } from './certificates.ts';
import type { Cluster } from './cluster.ts';
import { writeAudit } from './audit.ts';
import { routeOf, type Route } from './routes.ts';
import { mayNot, StatusError, statusOfHttp, unauthorized } from './status.ts';

export interface ListeningApi {
  /** `host:port`. */
  readonly endpoint: string;
  close(): Promise<void>;
}

/** Resolves once the cluster's API accepts requests. */
export async function listen(cluster: Cluster, { cert, key }: Certificates): Promise<ListeningApi> {
  const server = createServer({ cert, key }, (request, response) => {
    serve(cluster, request, response).catch((error: unknown) => {
      cluster.cloud.log('error', `kubernetes ${cluster.name}: ${String(error)}`);
      response.destroy();
    });
  });
  // Clients keep connections for their next call; a shorter time would close some under their hands.
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, LOOPBACK, resolve);
  });
  return {
    endpoint: `${LOOPBACK}:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function serve(cluster: Cluster, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await read(request);
  const url = new URL(request.url ?? '/', `https://${LOOPBACK}`);
  const http = request.method ?? 'GET';
  const principal = principalOf(request.headers.authorization);
  const path = url.pathname + url.search;
  let route: Route | undefined;
  let fault: FaultRule | undefined;
  let reply: Answer | undefined;
  const { audit, clock, faults } = cluster.cloud;
  let at = clock.now();
  const record = (status: number) => {
    audit.record({ service: 'kubernetes', method: route?.id ?? 'unknown', http, path, principal, status });
  };
  try {
    if (principal === ANONYMOUS) throw unauthorized();
    route = routeOf(http, url);
    if (cluster.cloud.config.viewers.includes(principal)) refuseViewer(principal, route);
    fault = faults.take({ service: 'kubernetes', method: route.id, path, target: cluster.name, principal });
    if (fault?.delayMs !== undefined) await clock.sleep(fault.delayMs);
    if (fault?.hang) return;
    if (fault?.reset) return void response.destroy();
    at = clock.now();
    reply =
      (fault && answerOfFault(fault)) ??
      answer(cluster, route, { http, url, headers: request.headers, body }, response);
  } catch (error) {
    reply = answerOfError(cluster, error);
  }
  record(reply?.status ?? 200);
  if (route?.type === 'object' && reply) {
    const impersonator = impersonatorOf(request.headers.authorization);
    writeAudit(
      cluster,
      route,
      { url, body, principal, impersonator, agent: request.headers['user-agent'], at },
      reply,
    );
  }
  if (fault?.loseAnswer) return void response.destroy();
  if (reply) write(response, reply);
}

const LOOKS: ReadonlySet<string> = new Set(['get', 'list', 'watch']);

/** What the role `view` lets a person do inside a cluster. */
function refuseViewer(principal: string, route: Route): void {
  if (route.type === 'object' && !LOOKS.has(route.verb)) throw mayNot(principal, route);
}

/** The answer an ordered fault stands for, or nothing when the rule only delays or loses. */
function answerOfFault(fault: FaultRule): Answer | undefined {
  if (fault.rawBody !== undefined) {
    const headers = { 'content-type': 'application/json', ...fault.headers };
    return { status: fault.status ?? 200, body: fault.rawBody, headers };
  }
  if (fault.status === undefined) return undefined;
  const error = statusOfHttp(fault.status, fault.message ?? `ordered fault ${fault.id}`);
  // Too many requests always come with a time to wait; clients retry inside themselves because of it.
  const wait = fault.status === 429 ? { 'retry-after': '1' } : {};
  return { status: error.code, body: error.body, headers: { ...wait, ...fault.headers } };
}

function answerOfError(cluster: Cluster, error: unknown): Answer {
  if (error instanceof StatusError) return { status: error.code, body: error.body };
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  cluster.cloud.log('error', `kubernetes ${cluster.name}: ${text}`);
  return { status: 500, body: statusOfHttp(500, 'Internal error occurred').body };
}

function write(response: ServerResponse, { status, body, headers }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body));
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
