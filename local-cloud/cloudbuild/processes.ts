/** Runs one command as the leader of its own process group, so that its end is the end of everything it started. */
import { spawn } from 'node:child_process';
import type { StepLog } from './log.ts';

export interface Command {
  /** Program and arguments; the program is looked up on `env.PATH`. */
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface Ended {
  /** As a shell gives it: 128 and the signal's number when a signal ended it, 127 when it could not be started. */
  readonly exitCode: number;
  /** Why it could not be started. */
  readonly error?: string;
}

/** What a container runtime sends when it stops a step: nothing can be caught, so nothing outlives it. */
const SIGKILL_EXIT = 137;

/** Runs until it ends by itself or `signal` aborts, which kills the whole group. Never rejects. */
export function runCommand({ argv, cwd, env }: Command, log: StepLog, signal: AbortSignal): Promise<Ended> {
  const [program = '', ...args] = argv;
  if (signal.aborted) return Promise.resolve({ exitCode: SIGKILL_EXIT });
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    const killGroup = () => {
      if (child.pid !== undefined) kill(child.pid);
    };
    signal.addEventListener('abort', killGroup, { once: true });
    for (const stream of [child.stdout, child.stderr]) {
      const lines = log.stream();
      stream.on('data', (chunk: Buffer) => lines.write(chunk));
      stream.on('end', () => lines.end());
    }
    child.on('error', (error: NodeJS.ErrnoException) => {
      signal.removeEventListener('abort', killGroup);
      const missing =
        error.code === 'ENOENT' ? `exec: "${program}": executable file not found in $PATH` : error.message;
      resolve({ exitCode: 127, error: missing });
    });
    // A background child would hold the pipes open for ever; in a container it ends with the first process.
    child.on('exit', killGroup);
    child.on('close', (code, ended) => {
      signal.removeEventListener('abort', killGroup);
      resolve({ exitCode: code ?? (ended === null ? 1 : SIGKILL_EXIT) });
    });
  });
}

function kill(group: number): void {
  try {
    process.kill(-group, 'SIGKILL');
  } catch {
    // Everybody in the group has gone already.
  }
}
