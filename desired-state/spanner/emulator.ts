/**
 * Finds, starts and stops the real Spanner emulator: gRPC for our client, its REST gateway for the workflows.
 * Nothing is installed and no credentials are needed.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { StoreError } from '../store.ts';

export interface Emulator {
  /** `127.0.0.1:9010`, as SPANNER_EMULATOR_HOST wants it. */
  readonly grpcHost: string;
  /** `http://127.0.0.1:9020`; the paths of Spanner's REST API begin with /v1 below it. */
  readonly restUrl: string;
  /** Ends it and everything it started. Close clients first: without it they try for half a minute. */
  stop(): Promise<void>;
}

export type EmulatorChoice =
  /** Somebody runs it: SPANNER_EMULATOR_HOST is set. It is not ours to stop. */
  | { readonly kind: 'external'; readonly grpcHost: string; readonly restUrl: string }
  /** The folder that holds `gateway_main` and `emulator_main`. */
  | { readonly kind: 'installed'; readonly folder: string };

type Environment = Readonly<Record<string, string | undefined>>;

/** The gateway answers REST about a second after gRPC; a loaded machine takes longer. */
const READY_SECONDS = 20;
const STOP_SECONDS = 3;
const START_ATTEMPTS = 3;

/**
 * SPANNER_EMULATOR_HOST; else PLUMBLINE_SPANNER_EMULATOR (the folder, or a binary in it); else the Cloud SDK on PATH.
 * Undefined when there is none. An external emulator's REST port is SPANNER_EMULATOR_REST_HOST, else its gRPC port
 * plus ten, as gcloud starts it (9010, 9020).
 */
export function findEmulator(env: Environment = process.env): EmulatorChoice | undefined {
  const external = env['SPANNER_EMULATOR_HOST'];
  if (external !== undefined && external !== '') {
    const rest = env['SPANNER_EMULATOR_REST_HOST'] ?? tenPortsUp(external);
    return { kind: 'external', grpcHost: external, restUrl: `http://${rest}` };
  }
  const named = env['PLUMBLINE_SPANNER_EMULATOR'];
  const candidates =
    named !== undefined && named !== ''
      ? [named, dirname(named)]
      : (env['PATH'] ?? '').split(delimiter).flatMap(emulatorNextTo);
  const folder = candidates.find((candidate) =>
    ['gateway_main', 'emulator_main'].every((file) => existsSync(join(candidate, file))),
  );
  return folder === undefined ? undefined : { kind: 'installed', folder };
}

/** Starts it on free ports, or takes the external one. Throws StoreError when it does not become ready. */
export async function startEmulator(choice: EmulatorChoice): Promise<Emulator> {
  if (choice.kind === 'external') {
    return { grpcHost: choice.grpcHost, restUrl: choice.restUrl, stop: async () => undefined };
  }
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start(choice.folder);
    } catch (error) {
      // Between finding a free port and using it, somebody else may take it.
      if (attempt === START_ATTEMPTS) throw error;
    }
  }
}

async function start(folder: string): Promise<Emulator> {
  const [grpcPort, restPort] = await freePorts(2);
  const grpcHost = `127.0.0.1:${grpcPort}`;
  const restUrl = `http://127.0.0.1:${restPort}`;
  const args = ['--hostname', '127.0.0.1', '--grpc_port', String(grpcPort), '--http_port', String(restPort)];
  // The gateway leaves emulator_main behind whichever way it ends, so both end as one process group: when it ends
  // by itself, and when the shell's stdin does, which comes also when this process is killed without a chance to clean up.
  const child = spawn(
    '/bin/sh',
    ['-c', '("$0" "$@"; kill -TERM 0) & cat >/dev/null; kill -TERM 0', join(folder, 'gateway_main'), ...args],
    { detached: true, stdio: ['pipe', 'ignore', 'pipe'] },
  );
  const log = lastOutput(child);
  // Neither the child nor its pipes keep this process alive.
  child.unref();
  unrefStreams(child);
  const stop = () => stopGroup(child);
  try {
    await ready(`${restUrl}/v1/projects/probe/instances`, child);
    return { grpcHost, restUrl, stop };
  } catch (error) {
    await stop();
    throw new StoreError(
      `the Spanner emulator in ${folder} did not start: ${log() || 'it said nothing'}; try the embedded store`,
      { retryable: true, cause: error },
    );
  }
}

async function ready(url: string, child: ChildProcess): Promise<void> {
  const giveUp = performance.now() + READY_SECONDS * 1000;
  while (performance.now() < giveUp && !hasEnded(child)) {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(1000) });
      await response.body?.cancel();
      if (response.ok) return;
    } catch {
      // Not listening yet.
    }
    await sleep(50);
  }
  throw new Error('not ready');
}

async function stopGroup(child: ChildProcess): Promise<void> {
  const { pid } = child;
  if (pid === undefined) return;
  // While it is waited for, it may keep this process alive after all.
  child.ref();
  const ended = new Promise((resolve) => child.once('exit', resolve));
  signalGroup(pid, 'SIGTERM');
  const patience = new AbortController();
  const { signal } = patience;
  if (!hasEnded(child)) {
    await Promise.race([ended, sleep(STOP_SECONDS * 1000, undefined, { signal }).catch(() => undefined)]);
  }
  patience.abort();
  // Whatever of the group did not listen.
  signalGroup(pid, 'SIGKILL');
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // The group is gone.
  }
}

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

/** The last lines of stderr: the emulator's own account of why it did not start. */
function lastOutput(child: ChildProcess): () => string {
  let text = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    text = (text + chunk.toString('utf8')).slice(-2000);
  });
  return () => text.trim().split('\n').slice(-3).join(' | ');
}

function unrefStreams(child: ChildProcess): void {
  for (const stream of [child.stdin, child.stderr]) {
    // Pipes are sockets in Node, which the types do not say.
    (stream as { unref?: () => void } | null)?.unref?.();
  }
}

/** `<sdk>/bin/gcloud` → `<sdk>/bin/cloud_spanner_emulator`; `gcloud` on PATH is usually a link. */
function emulatorNextTo(folder: string): string[] {
  const gcloud = join(folder, 'gcloud');
  if (folder === '' || !existsSync(gcloud)) return [];
  return [join(dirname(realpathSync(gcloud)), 'cloud_spanner_emulator')];
}

function tenPortsUp(host: string): string {
  const colon = host.lastIndexOf(':');
  return `${host.slice(0, colon)}:${Number(host.slice(colon + 1)) + 10}`;
}

/** Ports nobody listens on at this moment. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve, reject) => {
          const server = createServer();
          server.once('error', reject);
          server.listen(0, '127.0.0.1', () => resolve(server));
        }),
    ),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
