/**
 * The real tools some tests need. A missing one skips the test by name on a person's machine and fails it in CI,
 * where "skipped" would mean "never proved".
 */
import { accessSync, constants, existsSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { describe } from 'vitest';

export type Tool = 'terraform' | 'kubectl' | 'gcloud' | 'spanner' | 'chromium' | 'tmux';

/** The tool's absolute path, or undefined; looks at `PLUMBLINE_<TOOL>` first, then along PATH. */
export function find(tool: Tool): string | undefined {
  if (tool === 'spanner') return spannerEmulator();
  const named = process.env[`PLUMBLINE_${tool.toUpperCase()}`];
  return named ?? onPath(tool);
}

/** `describe` for suites that run a real tool: skipped by name when it is missing, a failure in CI. */
export function describeWith(tool: Tool, name: string, suite: (path: string) => void): void {
  const path = find(tool);
  if (path !== undefined) {
    describe(name, () => suite(path));
  } else if (process.env['CI'] === 'true') {
    throw new Error(`${name}: needs ${tool}, and CI must have it`);
  } else {
    describe.skip(`${name} (skipped: ${tool} was not found)`, () => suite(''));
  }
}

function onPath(name: string): string | undefined {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}

function spannerEmulator(): string | undefined {
  const gcloud = onPath('gcloud');
  if (gcloud === undefined) return undefined;
  const binary = join(
    dirname(dirname(realpathSync(gcloud))),
    'bin',
    'cloud_spanner_emulator',
    'emulator_main',
  );
  return existsSync(binary) ? binary : undefined;
}
