/** One attempt of one task: a real process in a group of its own, so that nothing it started outlives it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface AttemptPlan {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly timeoutSeconds: number;
  /** Aborted: the execution was cancelled or the cloud ends. */
  readonly signal: AbortSignal;
  readonly onLine: (stream: 'stdout' | 'stderr', line: string) => void;
}

export type AttemptEnd =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'killed'; readonly why: string }
  | { readonly kind: 'timed out' }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'not started'; readonly why: string };

/** Cloud Run gives a container this long between SIGTERM and SIGKILL. */
const GRACE_MS = 10_000;

/** Runs the process to its end. The result is never an exception: a task that cannot start has failed like another. */
export async function runAttempt(plan: AttemptPlan): Promise<AttemptEnd> {
  if (plan.signal.aborted) return { kind: 'cancelled' };
  const [command = '', ...args] = plan.argv;
  const child = spawn(command, args, {
    cwd: plan.cwd,
    env: plan.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let stopped: 'timed out' | 'cancelled' | undefined;
  const stop = (why: 'timed out' | 'cancelled') => {
    stopped ??= why;
    killGroup(child, 'SIGTERM');
    forced = setTimeout(() => killGroup(child, 'SIGKILL'), GRACE_MS).unref();
  };
  let forced: NodeJS.Timeout | undefined;
  // Wall time: the process lives in it, however fast the cloud's clock runs.
  const timer = setTimeout(() => stop('timed out'), Math.min(plan.timeoutSeconds * 1000, 2 ** 31 - 1));
  const onAbort = () => stop('cancelled');
  plan.signal.addEventListener('abort', onAbort, { once: true });
  const lines = Promise.all([follow(child, 'stdout', plan.onLine), follow(child, 'stderr', plan.onLine)]);
  const end = await new Promise<AttemptEnd>((resolve) => {
    child.once('error', (error) => resolve({ kind: 'not started', why: error.message }));
    child.once('exit', (code, signal) => {
      resolve(
        code === null ? { kind: 'killed', why: `signal ${signal ?? 'unknown'}` } : { kind: 'exited', code },
      );
    });
  });
  clearTimeout(timer);
  clearTimeout(forced);
  plan.signal.removeEventListener('abort', onAbort);
  // What the process left running in its group holds its output open.
  killGroup(child, 'SIGKILL');
  await lines;
  return stopped === undefined ? end : { kind: stopped };
}

async function follow(
  child: ChildProcess,
  name: 'stdout' | 'stderr',
  onLine: AttemptPlan['onLine'],
): Promise<void> {
  const stream = child[name];
  if (!stream) return;
  for await (const line of createInterface({ input: stream })) onLine(name, line);
}

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // Nobody of the group is left.
  }
}
