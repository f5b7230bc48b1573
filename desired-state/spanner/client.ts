/**
 * Loads Google's Spanner client and opens a database with it, around the client's habits: it probes for credentials
 * and a metadata server, takes over SIGINT and SIGTERM, and uses multiplexed sessions, which the emulator has not.
 */
import type { EventEmitter } from 'node:events';
import { createConnection } from 'node:net';
import type { Database, Spanner } from '@google-cloud/spanner';
import { StoreError } from '../store.ts';
import { unreachable } from './errors.ts';

export interface DatabaseName {
  readonly project: string;
  readonly instance: string;
  readonly database: string;
  /** `projects/P/instances/I/databases/D`. */
  readonly path: string;
}

export interface Connection {
  readonly spanner: Spanner;
  readonly database: Database;
  readonly name: DatabaseName;
  /** For people: `spanner emulator at 127.0.0.1:9010`. */
  readonly where: string;
  readonly emulated: boolean;
  close(): Promise<void>;
}

/** A reachable Spanner answers a first call in well under a second. */
export const FIRST_ANSWER_SECONDS = 6;
const PROBE_SECONDS = 3;
const CLOSE_SECONDS = 2;

const EMULATOR_VARIABLE = 'SPANNER_EMULATOR_HOST';

/** Transactions at once: passes run a few tenants side by side. Sessions are made when they are needed. */
const SESSION_POOL = { min: 0, max: 32, incStep: 1 };

/** Reads `projects/P/instances/I/databases/D`. Throws StoreError. */
export function parseDatabaseName(path: string): DatabaseName {
  const match = /^projects\/([^/]+)\/instances\/([^/]+)\/databases\/([^/]+)$/.exec(path);
  const [, project, instance, database] = match ?? [];
  if (project === undefined || instance === undefined || database === undefined) {
    throw new StoreError(`"${path}" is not a database; write projects/P/instances/I/databases/D`, {
      retryable: false,
    });
  }
  return { project, instance, database, path };
}

/**
 * Opens a database, in the emulator at `host:port` or (null) in Google Cloud, whatever the environment says. Throws
 * StoreError when it cannot be reached, or nobody is signed in, within a few seconds.
 */
export async function connect(path: string, emulatorHost: string | null): Promise<Connection> {
  const name = parseDatabaseName(path);
  const emulated = emulatorHost !== null;
  const where = emulated ? `spanner emulator at ${emulatorHost}` : `spanner ${path}`;
  if (emulated) await probe(emulatorHost, where);
  const { Spanner: Client, credentials } = await load(emulated, where);
  const spanner = withEmulatorHost(emulatorHost, () => new Client(clientOptions(name, credentials)));
  const database = spanner.instance(name.instance).database(name.database, SESSION_POOL);
  // Failures of background work (keep-alive pings) are met again by the next call, which reports them.
  (database as unknown as EventEmitter).on('error', () => undefined);
  const close = async () => {
    // Without its emulator the client would try for 30 s to hand its sessions back.
    await within(CLOSE_SECONDS, () => database.close()).catch(() => undefined);
    await within(CLOSE_SECONDS, async () => spanner.close()).catch(() => undefined);
  };
  return { spanner, database, name, where, emulated, close };
}

/** The client's constructor takes the emulator's address from this variable, and from nowhere else. */
function withEmulatorHost<T>(host: string | null, construct: () => T): T {
  const before = process.env[EMULATOR_VARIABLE];
  setOrDelete(EMULATOR_VARIABLE, host ?? undefined);
  try {
    return construct();
  } finally {
    setOrDelete(EMULATOR_VARIABLE, before);
  }
}

function setOrDelete(variable: string, value: string | undefined): void {
  if (value === undefined) Reflect.deleteProperty(process.env, variable);
  else process.env[variable] = value;
}

/** One option more than the client's types know: it hands them on to gax. */
type SpannerOptions = NonNullable<ConstructorParameters<typeof Spanner>[0]>;
type Options = SpannerOptions & { readonly gaxServerStreamingRetries: boolean };

function clientOptions(name: DatabaseName, credentials: Pick<SpannerOptions, 'authClient'>): Options {
  return {
    projectId: name.project,
    // The client's own metrics need a permission more and a second API.
    disableBuiltInMetrics: true,
    // Otherwise a read that is refused is sent three times over six seconds before its error is told.
    gaxServerStreamingRetries: true,
    ...credentials,
  };
}

/** Rejects with what `late` makes when `work` takes longer; a later failure of `work` is then of no interest. */
export async function within<T>(
  seconds: number,
  work: () => Promise<T>,
  late: () => Error = () => new Error(`no answer within ${seconds} s`),
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), seconds * 1000);
  });
  try {
    return await Promise.race([work(), timeout]);
  } finally {
    clearTimeout(timer);
  }
}

async function load(emulated: boolean, where: string) {
  if (emulated) {
    // Emulator 1.5 answers "multiplexed: false", upon which the client's first query ends the process.
    process.env['GOOGLE_CLOUD_SPANNER_MULTIPLEXED_SESSIONS'] = 'false';
    process.env['GOOGLE_CLOUD_SPANNER_MULTIPLEXED_SESSIONS_FOR_RW'] = 'false';
    process.env['GOOGLE_CLOUD_SPANNER_MULTIPLEXED_SESSIONS_PARTITIONED_OPS'] = 'false';
    process.env['METADATA_SERVER_DETECTION'] ??= 'none';
  }
  const { GoogleAuth, PassThroughClient } = await import('google-auth-library');
  const { Spanner: Client } = await withoutItsSignalHandlers(() => import('@google-cloud/spanner'));
  if (emulated) return { Spanner: Client, credentials: { authClient: new PassThroughClient() } };
  try {
    // Asked for here, where it can be caught: the client's own first question ends the process.
    const auth = new GoogleAuth({ scopes: 'https://www.googleapis.com/auth/cloud-platform' });
    const authClient = await within(FIRST_ANSWER_SECONDS, () => auth.getClient());
    return { Spanner: Client, credentials: { authClient } };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new StoreError(
      `${where}: no credentials (${message}); sign in with "gcloud auth application-default login"`,
      { retryable: false, cause: error },
    );
  }
}

/** Importing the client adds handlers that swallow both signals; Ctrl-C is ours to handle, or Node's. */
async function withoutItsSignalHandlers<T>(load: () => Promise<T>): Promise<T> {
  const signals = ['SIGINT', 'SIGTERM'] as const;
  const before = new Map(signals.map((signal) => [signal, new Set(process.listeners(signal))]));
  const loaded = await load();
  for (const signal of signals) {
    for (const listener of process.listeners(signal)) {
      if (before.get(signal)?.has(listener) !== true && isFromSpanner(listener)) {
        process.removeListener(signal, listener);
      }
    }
  }
  return loaded;
}

/** Others may add handlers while the import runs; the client's only call its own `cleanup`. */
const isFromSpanner = (listener: (...args: never[]) => unknown): boolean =>
  /^async \(\) => \{\s*await cleanup\(\);\s*\}$/.test(listener.toString());

/** Whether anything listens at `host:port`. */
async function probe(address: string, where: string): Promise<void> {
  const colon = address.lastIndexOf(':');
  const host = address.slice(0, colon);
  const port = Number(address.slice(colon + 1));
  if (colon < 1 || !Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new StoreError(
      `${EMULATOR_VARIABLE} is "${address}", not host:port; write e.g. 127.0.0.1:9010, or unset it`,
      { retryable: false },
    );
  }
  await new Promise<void>((resolve, reject) => {
    const socket = createConnection({ host, port, timeout: PROBE_SECONDS * 1000 });
    const fail = (error: Error) => {
      socket.destroy();
      reject(error);
    };
    socket.once('connect', () => {
      socket.destroy();
      resolve();
    });
    socket.once('timeout', () => fail(unreachable(where, PROBE_SECONDS)));
    socket.once('error', (cause: NodeJS.ErrnoException) =>
      fail(
        new StoreError(
          `${where}: nothing answers there (${cause.code ?? cause.message}); start it ` +
            `(\`plumb local up\` starts one of its own), or unset ${EMULATOR_VARIABLE}`,
          { retryable: true, cause },
        ),
      ),
    );
  });
}
