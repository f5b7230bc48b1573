/** The local cloud as a child process: started with a config file, ready with one JSON line, ended by its stdin. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { getCompileCacheDir } from 'node:module';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { LocalError } from './failure.ts';
import { program } from './paths.ts';

export interface CloudProcess {
  /** Base URL per service. */
  readonly endpoints: Readonly<Record<string, string>>;
  readonly pid: number;
  /** Resolves with the reason when it ends without being asked to. */
  readonly ended: Promise<string>;
  stop(): Promise<void>;
}

/** Generating keys and compiling schemas takes a second; a loaded machine longer. */
const READY_MS = 60_000;
const STOP_MS = 7_000;
const LAST_WORDS_MS = 300;

/** `onLog` gets its stderr line by line. Throws LocalError when it does not become ready. */
export async function startCloudProcess(
  configFile: string,
  onLog: (line: string) => void,
): Promise<CloudProcess> {
  // Its stdin is our end of a pipe: whichever way we end, it reads the end of it and ends too.
  const child = spawn(process.execPath, [program('local-cloud/main'), configFile], {
    stdio: ['pipe', 'pipe', 'pipe'],
    // A terminal's Ctrl-C must reach us alone, so that clients are closed before what they talk to.
    detached: true,
    env: { ...process.env, ...compileCache() },
  });
  const last: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    last.splice(0, last.length - 4, line);
    onLog(line);
  });
  const exited = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => {
      const how = signal ?? `exit code ${code ?? 'unknown'}`;
      // Its last words may still be in the pipe; a child of its own may keep that open.
      void Promise.race([once(child, 'close'), sleep(LAST_WORDS_MS)]).then(() => resolve(how));
    });
  });
  try {
    const line = await Promise.race([
      readyLine(child),
      exited.then((how) => {
        throw notStarted(how, last);
      }),
      sleep(READY_MS, undefined, { ref: false }).then(() => {
        throw notStarted(`not ready after ${READY_MS / 1000} s`, last);
      }),
    ]);
    return {
      endpoints: line.endpoints,
      pid: child.pid ?? 0,
      ended: exited.then((how) => `the local cloud ended (${how}): ${last.join(' | ')}`),
      stop: () => stop(child, exited),
    };
  } catch (error) {
    await stop(child, exited);
    throw error;
  }
}

/** It and the build steps it runs are hundreds of processes of the same sources: our cache serves them all. */
function compileCache(): Record<string, string> {
  const folder = process.env['NODE_COMPILE_CACHE'] ?? getCompileCacheDir();
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: folder };
}

async function readyLine(child: ChildProcess): Promise<{ endpoints: Record<string, string> }> {
  if (child.stdout === null) throw new LocalError('the local cloud has no stdout');
  for await (const line of createInterface({ input: child.stdout })) {
    const message = JSON.parse(line) as { ready?: boolean; endpoints?: Record<string, string> };
    if (message.ready === true && message.endpoints !== undefined) return { endpoints: message.endpoints };
  }
  // The end of stdout is told better by the exit that follows it.
  return new Promise(() => undefined);
}

function notStarted(how: string, last: readonly string[]): LocalError {
  const said = last.join(' | ');
  const port = /EADDRINUSE[^\d]*[\d.]+:(\d+)/.exec(said)?.[1];
  if (port !== undefined) {
    return new LocalError(
      `port ${port} is in use, so the local cloud cannot start; choose another block with --port, or leave --port out`,
    );
  }
  return new LocalError(`the local cloud did not start (${how}): ${said === '' ? 'it said nothing' : said}`);
}

async function stop(child: ChildProcess, exited: Promise<string>): Promise<void> {
  child.stdin?.end();
  child.kill('SIGTERM');
  const inTime = await Promise.race([exited, sleep(STOP_MS, undefined, { ref: false })]);
  if (inTime === undefined) child.kill('SIGKILL');
}
