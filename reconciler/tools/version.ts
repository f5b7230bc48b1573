/** Asks a tool which version it is, by running it. */
import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

export type ToolName = 'terraform' | 'kubectl' | 'git';

const run = promisify(execFile);

const QUESTIONS: Readonly<
  Record<ToolName, { args: readonly string[]; read: (answer: string) => string | undefined }>
> = {
  terraform: {
    args: ['version', '-json'],
    read: (answer) => (JSON.parse(answer) as { terraform_version?: string }).terraform_version,
  },
  kubectl: {
    args: ['version', '--client', '-o', 'json'],
    read: (answer) =>
      (JSON.parse(answer) as { clientVersion?: { gitVersion?: string } }).clientVersion?.gitVersion?.replace(
        /^v/,
        '',
      ),
  },
  git: { args: ['--version'], read: (answer) => /\d+(\.\d+)+/.exec(answer)?.[0] },
};

/** A tool that has not answered by now waits for something it will not get. */
const TIMEOUT_MS = 30_000;

/** e.g. `1.11.4`. Throws when the program does not run or does not answer as this tool does. */
export async function versionOf(tool: ToolName, path: string): Promise<string> {
  const { args, read } = QUESTIONS[tool];
  let answer: string;
  try {
    answer = await start(path, args);
  } catch (error) {
    const { code, signal } = error as { code?: string | number | null; signal?: string | null };
    throw new Error(`${path} does not run (${code ?? signal ?? 'unknown reason'})`, { cause: error });
  }
  try {
    const version = read(answer);
    if (version !== undefined) return version;
  } catch {
    // Falls through: an answer that cannot be parsed is as little of an answer as one without a version.
  }
  throw new Error(`${path} did not say its version the way ${tool} does`);
}

/**
 * A file that was just written cannot be run while a child of ours, forked at the same moment, still holds its
 * descriptor (ETXTBSY); that passes within milliseconds.
 */
async function start(path: string, args: readonly string[], attempt = 1): Promise<string> {
  try {
    // Terraform asks its maker for news otherwise, which is slow behind a firewall.
    const { stdout } = await run(path, args, {
      timeout: TIMEOUT_MS,
      env: { ...process.env, CHECKPOINT_DISABLE: '1' },
    });
    return stdout;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ETXTBSY' || attempt === 10) throw error;
    await sleep(20 * attempt);
    return start(path, args, attempt + 1);
  }
}
