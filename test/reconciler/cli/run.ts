/** Runs `plumb` as people do: a process with arguments, a folder and an environment of its own. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable, Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
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
  /** Of `command`: somebody sits at a terminal and answers each question with the next of these; then walks away. */
  readonly answers?: readonly string[];
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

/** The same command line without a process of its own: for many of them in one suite. */
export async function command(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const text = { stdout: '', stderr: '' };
  const { answers } = options;
  const stdin = answers === undefined ? Readable.from([options.stdin ?? '']) : new PassThrough();
  let asked = 0;
  const into = (name: keyof typeof text) =>
    new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        text[name] += chunk.toString();
        done();
        if (answers === undefined || name === 'stdout' || !/[\]:] $/.test(stripped(text.stderr))) return;
        const answer = answers[asked];
        asked += 1;
        if (answer === undefined) (stdin as PassThrough).end();
        else (stdin as PassThrough).write(`${answer}\n`);
      },
    });
  const code = await main(args, {
    cwd: options.cwd ?? tmpdir(),
    env: cleanEnv({ NO_COLOR: '1', ...options.env }),
    stdin: Object.assign(stdin, { isTTY: answers !== undefined }),
    stdout: into('stdout'),
    stderr: Object.assign(into('stderr'), { isTTY: answers !== undefined }),
  });
  return { code, stdout: text.stdout, stderr: stripped(text.stderr) };
}

/** Without what moves a cursor. */
const stripped = (text: string): string => stripVTControlCharacters(text);

/** An empty folder that `use` may fill. */
export async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'plumb-cli-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
