/** The local cloud as tests use it: started once per worker, reached over the wire like everybody else does. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configSchema } from '../../local-cloud/core/config.ts';
import { startCloud, type RunningCloud } from '../../local-cloud/start.ts';
import { find } from './tools.ts';

/** A cloud of one's own with these settings; the caller closes it. */
export async function newCloud(settings: Record<string, unknown> = {}): Promise<RunningCloud> {
  const dataDir = mkdtempSync(join(tmpdir(), 'plumb-cloud-'));
  const tools = Object.fromEntries(
    (['terraform', 'kubectl'] as const).flatMap((tool) => {
      const path = find(tool);
      return path === undefined ? [] : [[tool, path]];
    }),
  );
  const running = await startCloud(configSchema.parse({ dataDir, speed: 1000, tools, ...settings }));
  return {
    ...running,
    close: async () => {
      await running.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

let shared: Promise<RunningCloud> | undefined;

/** The worker's common cloud. Suites keep apart by project and cluster names, and lift the faults they order. */
export function sharedCloud(): Promise<RunningCloud> {
  shared ??= newCloud();
  return shared;
}
