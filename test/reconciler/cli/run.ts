/** Runs `plumb` as people do: a process with arguments, a folder and an environment of its own. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { main } from '../../../reconciler/cli/main.ts';

export const PLUMB = join(import.meta.dirname, '..', '..', '..', 'bin', 'plumb.js');
export const EXAMPLES = join(import.meta.dirname, '..', '..', '..', 'desired-state', 'examples');

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
}

/** Nothing of the caller's environment but what a process cannot do without. */
export const cleanEnv = (extra: Readonly<Record<string, string>> = {}): Record<string, string> => ({
  PATH: process.env['PATH'] ?? '',
  HOME: process.env['HOME'] ?? '',
  ...extra,
});

export async function plumb(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const child = spawn(process.execPath, [PLUMB, ...args], {
    cwd: options.cwd ?? tmpdir(),
    env: cleanEnv(options.env),
  });
  const text = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (text.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (text.stderr += chunk.toString()));
  child.stdin.end(options.stdin ?? '');
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { code, ...text };
}

/** The same command line without a process of its own: for many of them in one suite. Nobody sits at its terminal. */
export async function command(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const text = { stdout: '', stderr: '' };
  const into = (name: keyof typeof text) =>
    new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        text[name] += chunk.toString();
        done();
      },
    });
  const code = await main(args, {
    cwd: options.cwd ?? tmpdir(),
    env: cleanEnv(options.env),
    stdin: Readable.from([options.stdin ?? '']),
    stdout: into('stdout'),
    stderr: into('stderr'),
  });
  return { code, ...text };
}

/** An empty folder that `use` may fill. */
export async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'plumb-cli-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
