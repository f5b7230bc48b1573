/**
 * A folder in which `plumb` finds a running local cloud and an empty store, without processes of their own: for commands
 * that ask the cloud, run in this process against the real wire.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cloud } from '../../local-cloud/core/cloud.ts';
import { openStore } from '../../desired-state/open.ts';
import type { Store } from '../../desired-state/store.ts';
import { infoFileOf, DEFAULT_DATA_DIR, writeInfo } from '../../reconciler/local/info.ts';
import { preparePlatform } from '../../reconciler/local/prepare.ts';
import { birthOf } from '../../reconciler/local/process-birth.ts';
import { LOCAL_IDENTITIES } from '../../reconciler/platform-settings.ts';
import { newCloud } from './cloud.ts';
import { command, type Ended, type RunOptions } from '../reconciler/cli/run.ts';

export interface LocalPlace {
  readonly cwd: string;
  readonly cloud: Cloud;
  readonly endpoints: Readonly<Record<string, string>>;
  readonly store: Store;
  /** `plumb` in that folder, as `platform@acme.example` unless `--as` is among the words. */
  run(args: readonly string[], options?: RunOptions): Promise<Ended>;
  close(): Promise<void>;
}

export async function localPlace(settings: Record<string, unknown> = {}): Promise<LocalPlace> {
  const cwd = mkdtempSync(join(tmpdir(), 'plumb-place-'));
  const file = join(cwd, 'store.db');
  const store = await openStore({ kind: 'embedded', file });
  await store.migrate();
  const running = await newCloud({ viewers: [LOCAL_IDENTITIES.observe], ...settings });
  await preparePlatform(running.endpoints);
  writeInfo(infoFileOf(join(cwd, DEFAULT_DATA_DIR)), {
    pid: process.pid,
    birth: birthOf(process.pid) ?? '',
    endpoints: { spanner: 'http://127.0.0.1:9', ...running.endpoints },
    caFile: join(running.cloud.config.dataDir, 'ca.pem'),
    store: { kind: 'embedded', file },
    spannerEmulatorHost: null,
    startedAt: new Date().toISOString(),
  });
  return {
    cwd,
    cloud: running.cloud,
    endpoints: running.endpoints,
    store,
    run: (args, options) =>
      command(args, { cwd, ...options, env: { PLUMBLINE_AS: 'platform@acme.example', ...options?.env } }),
    close: async () => {
      await store.close();
      await running.close();
      rmSync(cwd, { recursive: true, force: true });
    },
  };
}
