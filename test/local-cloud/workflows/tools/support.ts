/** Runs the tools as their command line does, with files of a folder and what they print kept. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pc from 'picocolors';
import type { Streams } from '../../../../local-cloud/workflows/tools/streams.ts';

export interface Kept extends Streams {
  stdout: string;
  stderr: string;
}

export function keptStreams(): Kept {
  const plain = pc.createColors(false);
  const kept: Kept = {
    stdout: '',
    stderr: '',
    out: (text) => void (kept.stdout += text),
    err: (text) => void (kept.stderr += text),
    paint: { stdout: plain, stderr: plain },
  };
  return kept;
}

/** A folder with these files; `use` gets the path of a name. */
export async function withFiles<T>(
  files: Readonly<Record<string, string | Buffer>>,
  use: (path: (name: string) => string) => T | Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'workflow-tools-'));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    return await use((name) => join(folder, name));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Steps of `main`, which takes `args`. */
export const main = (...steps: readonly string[]): string =>
  `main:\n  params: [args]\n  steps:\n${steps.map((step) => `    - ${step}\n`).join('')}`;
