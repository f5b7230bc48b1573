/**
 * The tenants' VPCs: one HTTP forward proxy per network, through which the network's private addresses answer.
 * Two networks may use the same address range, as two tenants' VPCs do; only the proxy tells them apart.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Cloud } from '../core/cloud.ts';
import type { FaultRule } from '../core/faults.ts';
import { LOOPBACK } from '../core/server.ts';
import type { VpcHandler, VpcNetworks } from '../core/parts.ts';

/** Nobody is asked who they are inside a VPC: a health check comes from an address, not from an account. */
const CALLER = 'vpc';

interface Network {
  readonly name: string;
  readonly addresses: Map<string, VpcHandler>;
  proxy: Promise<Proxy> | undefined;
}

interface Proxy {
  readonly server: Server;
  readonly url: string;
}

/** Networks come into being when they are first named; nothing listens before the first `proxyUrl`. */
export function createVpcNetworks(cloud: Cloud): VpcNetworks {
  const networks = new Map<string, Network>();
  const of = (name: string): Network => {
    const known = networks.get(name);
    if (known) return known;
    const network: Network = { name, addresses: new Map(), proxy: undefined };
    networks.set(name, network);
    return network;
  };
  return {
    publish(name, ip, port, handler) {
      const { addresses } = of(name);
      const address = `${ip}:${port}`;
      addresses.set(address, handler);
      return () => {
        // A later publisher of the same address must not lose it to an earlier one's withdrawal.
        if (addresses.get(address) === handler) addresses.delete(address);
      };
    },
    async proxyUrl(name) {
      const network = of(name);
      network.proxy ??= listen(cloud, network);
      return (await network.proxy).url;
    },
    async close() {
      for (const { proxy } of networks.values()) {
        if (!proxy) continue;
        const { server } = await proxy;
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
      networks.clear();
    },
  };
}

async function listen(cloud: Cloud, network: Network): Promise<Proxy> {
  const tunnels = new WeakMap<Duplex, string>();
  const server = createServer((request, response) => {
    const address = tunnels.get(request.socket);
    if (address !== undefined) request.url = `http://${address}${request.url ?? '/'}`;
    answer(cloud, network, request, response).catch((error: unknown) => {
      cloud.log('error', `network ${network.name}: ${String(error)}`);
      response.destroy();
    });
  });
  // Node's fetch tunnels plain HTTP too when it is told of a proxy; the tunnel ends in this same server.
  server.on('connect', (request, socket) => {
    const address = request.url ?? '';
    // Node has taken its own listener off by now, and a socket that fails unheard ends the whole process.
    socket.on('error', () => socket.destroy());
    if (!network.addresses.has(address)) {
      // Dropped without a word, undici would try again for ever.
      socket.end('HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\nconnection: close\r\n\r\n');
      return;
    }
    tunnels.set(socket, address);
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    server.emit('connection', socket);
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, LOOPBACK, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return { server, url: `http://${LOOPBACK}:${port}` };
}

async function answer(
  cloud: Cloud,
  network: Network,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const target = URL.parse(request.url ?? '');
  if (target?.protocol !== 'http:') {
    response.writeHead(400, { 'content-type': 'text/plain' });
    response.end(
      `This is the HTTP proxy inside ${network.name}; it takes absolute-form http:// requests only.\n`,
    );
    return;
  }
  const address = `${target.hostname}:${target.port || '80'}`;
  const path = target.pathname + target.search;
  const method = `http.${(request.method ?? 'GET').toLowerCase()}`;
  const fault = cloud.faults.take({
    service: 'endpoint',
    method,
    path,
    target: `${network.name} ${address}`,
    principal: CALLER,
  });
  response.on('close', () => {
    cloud.audit.record({
      service: 'endpoint',
      method,
      http: request.method ?? 'GET',
      path: `${address}${path}`,
      principal: CALLER,
      // 0: the connection ended without an answer.
      status: response.headersSent ? response.statusCode : 0,
    });
  });
  if (fault?.delayMs !== undefined) await cloud.clock.sleep(fault.delayMs);
  if (fault?.hang) return;
  if (fault?.reset || fault?.loseAnswer) return void response.destroy();
  if (fault && answerFault(fault, response)) return;
  const handler = network.addresses.get(address);
  // An address nobody holds refuses the connection; through a proxy the nearest thing is to drop it unanswered.
  if (!handler) return void response.destroy();
  request.url = path;
  handler(request, response);
}

function answerFault(fault: FaultRule, response: ServerResponse): boolean {
  if (fault.status === undefined && fault.rawBody === undefined) return false;
  response.writeHead(fault.status ?? 200, { 'content-type': 'text/plain', ...fault.headers });
  response.end(fault.rawBody ?? `${fault.message ?? `ordered fault ${fault.id}`}\n`);
  return true;
}
