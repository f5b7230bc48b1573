/**
 * A place to run a step in: a workspace, tools of our own making on PATH, and one HTTP server that speaks for the
 * metadata server and for a storage bucket. Everything a step meets here it meets over the wire or as a process.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Context } from '../../cloudbuild-steps/step.ts';

interface Stored {
  generation: number;
  body: string;
}

export interface Bench {
  readonly context: Context;
  readonly folder: string;
  readonly lines: string[];
  /** Objects of the bucket `state` by name. */
  readonly objects: Map<string, Stored>;
  /** Looks at a request before the bucket does; true when it has answered. */
  intercept: (request: IncomingMessage, response: ServerResponse) => boolean;
  /** Puts a shell script on PATH under this name. */
  tool(name: string, script: string): void;
  close(): void;
}

export async function openBench(): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), 'plumb-step-'));
  const bin = join(folder, 'bin');
  const workspace = join(folder, 'workspace');
  mkdirSync(bin);
  mkdirSync(workspace);
  const objects = new Map<string, Stored>();
  const lines: string[] = [];
  const server = createServer((request, response) => {
    if (!bench.intercept(request, response)) answer(objects, request, response);
  });
  const host = await listen(server);
  const env: Context['env'] = {
    PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}`,
    HOME: folder,
    BENCH: folder,
    GCE_METADATA_HOST: host,
    STORAGE_EMULATOR_HOST: host,
  };
  const bench: Bench = {
    context: { env, workspace, log: (line) => lines.push(line) },
    folder,
    lines,
    objects,
    intercept: () => false,
    tool(name, script) {
      const file = join(bin, name);
      writeFileSync(file, `#!/bin/sh\n${script}\n`);
      chmodSync(file, 0o755);
    },
    close() {
      server.closeAllConnections();
      server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return bench;
}

/** `host:port` of a server that listens on a free port. */
export async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export function send(response: ServerResponse, status: number, body: unknown = null): true {
  response
    .writeHead(status, { 'content-type': 'application/json' })
    .end(status === 204 ? '' : JSON.stringify(body));
  return true;
}

function answer(objects: Map<string, Stored>, request: IncomingMessage, response: ServerResponse): unknown {
  const url = new URL(request.url ?? '/', 'http://bench');
  const { searchParams: query, pathname: path } = url;
  if (path.startsWith('/computeMetadata/')) {
    if (request.headers['metadata-flavor'] !== 'Google') return send(response, 403);
    return send(response, 200, { access_token: 'bench-token', expires_in: 3599, token_type: 'Bearer' });
  }
  if (path === '/storage/v1/b/state/o') {
    const all = [...objects].filter(([name]) => name.startsWith(query.get('prefix') ?? '')).sort();
    const from = Number(query.get('pageToken') ?? 0);
    // Two to a page, so that paging is always met.
    const items = all
      .slice(from, from + 2)
      .map(([name, { generation }]) => ({ name, generation: String(generation) }));
    return send(response, 200, { items, ...(from + 2 < all.length && { nextPageToken: String(from + 2) }) });
  }
  if (path === '/upload/storage/v1/b/state/o') {
    const name = query.get('name') ?? '';
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      objects.set(name, { generation: Date.now(), body: Buffer.concat(chunks).toString() });
      send(response, 200, { name });
    });
    return;
  }
  const name = decodeURIComponent(path.replace('/storage/v1/b/state/o/', ''));
  const object = objects.get(name);
  if (object === undefined) return send(response, 404, { error: { code: 404, message: 'No such object' } });
  if (request.method !== 'DELETE') return send(response, 501);
  if (query.get('ifGenerationMatch') !== String(object.generation)) {
    return send(response, 412, { error: { code: 412, message: 'Precondition failed' } });
  }
  objects.delete(name);
  return send(response, 204);
}
