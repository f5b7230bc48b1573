/** Serves one cluster's API on one loopback TLS port: who calls, ordered faults, the audit log, then the API itself. */
import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Cloud } from '../core/cloud.ts';
import type { ClusterEndpoint, ClusterPlacement } from '../core/parts.ts';
import { ANONYMOUS, principalOf } from '../core/identity.ts';
import { LOOPBACK } from '../core/server.ts';
import type { Certificates } from './certificates.ts';
import { noSuchPath, StatusError, unauthorized } from './status.ts';

export interface RunningCluster {
  readonly endpoint: ClusterEndpoint;
  close(): Promise<void>;
}

/** Resolves once the API of `cluster` (`projects/P/locations/L/clusters/C`) accepts requests. */
export async function serveCluster(
  cloud: Cloud,
  cluster: string,
  placement: ClusterPlacement,
  { ca, cert, key }: Certificates,
): Promise<RunningCluster> {
  const server: Server = createServer({ cert, key }, (request, response) => {
    answer(cloud, cluster, placement, request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, LOOPBACK, resolve);
  });
  return {
    endpoint: { endpoint: `${LOOPBACK}:${(server.address() as AddressInfo).port}`, caCertificate: ca },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function answer(
  cloud: Cloud,
  cluster: string,
  placement: ClusterPlacement,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const json = (body: unknown, status = 200) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  };
  try {
    if (principalOf(request.headers.authorization) === ANONYMOUS) throw unauthorized();
    if (request.url === '/readyz') return void response.end('ok');
    if (request.url === '/version')
      { json({ major: '1', minor: '32', gitVersion: `v${placement.version ?? '1.32.4'}` }); return; }
    throw noSuchPath();
  } catch (error) {
    if (error instanceof StatusError) { json(error.body, error.code); return; }
    cloud.log('error', `${cluster}: ${String(error)}`);
    response.destroy();
  }
}
