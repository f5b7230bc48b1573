/**
 * The embedded store's tables over the part of Spanner's REST API that our workflows call, so that one workflow
 * definition runs on either store. Loopback only, no authentication: the file's owner is the machine's user.
 *
 * Source of the shapes: https://cloud.google.com/spanner/docs/reference/rest and the emulator's own gateway, which a
 * contract test compares with. Differences on purpose: errors have Google's body (the gateway's have gRPC's), any
 * number of transactions may be open (the loser of a collision gets ABORTED at its commit), a read-only transaction of
 * several reads sees the newest rows in each.
 */
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tableModel } from '../migrations.ts';
import { TableError } from '../tables/engine.ts';
import type { TableCode } from '../tables/engine.ts';
import { Sessions } from './rest-sessions.ts';
import { openTables } from './store.ts';

export interface RestFacade {
  /** `http://127.0.0.1:PORT`; the paths begin with /v1 below it. */
  readonly url: string;
  close(): Promise<void>;
}

export interface RestOptions {
  /** The SQLite file of the store; it must have been migrated. `:memory:` cannot be shared. */
  readonly file: string;
  /** `projects/P/instances/I/databases/D`: the name the workflows know the database by. */
  readonly database: string;
  /** Default: a free one. */
  readonly port?: number;
}

/** Spanner takes commits of at most 100 MB; ours are a few kilobytes. */
const MAX_BODY_BYTES = 10 * 1024 * 1024;

const HTTP_STATUS: Readonly<Record<TableCode | 'UNIMPLEMENTED', number>> = {
  INVALID_ARGUMENT: 400,
  FAILED_PRECONDITION: 400,
  NOT_FOUND: 404,
  ALREADY_EXISTS: 409,
  ABORTED: 409,
  INTERNAL: 500,
  UNIMPLEMENTED: 501,
  UNAVAILABLE: 503,
};

/** SQLITE_BUSY: another process commits. */
const BUSY = 5;

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Starts serving a store's file. */
export async function serveSpannerRest(options: RestOptions): Promise<RestFacade> {
  const model = tableModel();
  const tables = openTables(options.file, model);
  const sessions = new Sessions(tables, model);
  const server = createServer((request, response) => {
    void answer(request, options.database, sessions).then((found) => send(response, found));
  });
  await listen(server, options.port ?? 0);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      // Workflows keep their connections open for the next call.
      server.closeAllConnections();
      await closed;
      tables.close();
    },
  };
}

/** Never rejects: what goes wrong is an answer. */
async function answer(request: IncomingMessage, database: string, sessions: Sessions): Promise<Answer> {
  try {
    const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1');
    const body = await readBody(request);
    return dispatch(request.method ?? 'GET', decodeURIComponent(pathname), body, database, sessions);
  } catch (error) {
    return errorAnswer(error);
  }
}

function dispatch(method: string, path: string, body: unknown, database: string, sessions: Sessions): Answer {
  const [, found, , session, verb] =
    /^\/v1\/(projects\/[^/]+\/instances\/[^/]+\/databases\/[^/]+)(\/sessions(?:\/([^/:]+)(?::(\w+))?)?)$/.exec(
      path,
    ) ?? [];
  if (found === undefined) return unimplemented(method, path);
  if (found !== database) throw new TableError('NOT_FOUND', `Database not found: ${found}`);
  const name = `${found}/sessions/${session ?? ''}`;
  const key = `${method} ${session === undefined ? 'sessions' : `session${verb === undefined ? '' : `:${verb}`}`}`;
  const ok = (value: unknown): Answer => ({ status: 200, body: value });
  switch (key) {
    case 'POST sessions':
      return ok(sessions.create(found, body));
    case 'GET session':
      return ok(sessions.get(name));
    case 'DELETE session':
      return ok(sessions.delete(name));
    case 'POST session:beginTransaction':
      return ok(sessions.begin(name, body));
    case 'POST session:read':
      return ok(sessions.read(name, body));
    case 'POST session:commit':
      return ok(sessions.commit(name, body));
    case 'POST session:rollback':
      return ok(sessions.rollback(name, body));
    default:
      return unimplemented(method, path);
  }
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = chunk as Buffer;
    size += bytes.length;
    if (size > MAX_BODY_BYTES) throw new TableError('INVALID_ARGUMENT', 'Request body is too large.');
    chunks.push(bytes);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new TableError('INVALID_ARGUMENT', 'Invalid JSON payload received.', error);
  }
}

function send(response: ServerResponse, { status, body }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=UTF-8' });
  response.end(JSON.stringify(body));
}

function errorAnswer(error: unknown): Answer {
  if (error instanceof TableError) return googleError(error.code, error.message);
  const { errcode } = error as { readonly errcode?: number };
  const message = error instanceof Error ? error.message : String(error);
  if (errcode !== undefined && (errcode & 0xff) === BUSY) {
    return googleError('ABORTED', `Transaction aborted: ${message}`);
  }
  if (message.startsWith('no such table')) return googleError('NOT_FOUND', `Table not found: ${message}`);
  return googleError('INTERNAL', message);
}

function googleError(status: TableCode | 'UNIMPLEMENTED', message: string): Answer {
  const code = HTTP_STATUS[status];
  return { status: code, body: { error: { code, message, status } } };
}

const unimplemented = (method: string, path: string): Answer =>
  googleError('UNIMPLEMENTED', `${method} ${path} is not served by the embedded store; use Spanner for it`);

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}
