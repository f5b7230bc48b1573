/**
 * The store of a local cloud with the REST side that workflows write through: the real emulator, or the embedded one.
 * Either starts empty.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { openStore } from '../../desired-state/open.ts';
import { findEmulator, startEmulator, type EmulatorChoice } from '../../desired-state/spanner/emulator.ts';
import { LOCAL_PLATFORM } from '../platform-settings.ts';
import { LocalError } from './failure.ts';
import type { LocalStore } from './info.ts';

export interface StartedStore {
  readonly settings: LocalStore;
  /** For people. */
  readonly description: string;
  /** Base URL of Spanner's REST API, in front of this store. */
  readonly restUrl: string;
  stop(): Promise<void>;
}

export interface StoreOptions {
  readonly dataDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Default: the emulator when there is one. */
  readonly kind?: 'spanner' | 'embedded';
}

/** Started and migrated. Throws LocalError or StoreError. */
export async function startStore({ dataDir, env, kind }: StoreOptions): Promise<StartedStore> {
  const emulator = kind === 'embedded' ? undefined : findEmulator(env);
  if (emulator !== undefined) return startSpanner(emulator);
  if (kind === 'spanner') {
    throw new LocalError(
      'the Spanner emulator was not found: looked at SPANNER_EMULATOR_HOST, PLUMBLINE_SPANNER_EMULATOR and beside ' +
        'gcloud on PATH. Install it (gcloud components install cloud-spanner-emulator), or use --store embedded',
    );
  }
  // Another file than the one `--store=embedded` keeps for good: this one is emptied at each start.
  return startEmbedded(join(dataDir, 'local.db'));
}

async function startSpanner(choice: EmulatorChoice): Promise<StartedStore> {
  const emulator = await startEmulator(choice);
  const { database } = LOCAL_PLATFORM;
  try {
    const { createDatabase } = await import('../../desired-state/spanner/create-database.ts');
    await createDatabase(database, { emulatorHost: emulator.grpcHost });
    const settings = { kind: 'spanner', database, emulatorHost: emulator.grpcHost } as const;
    return {
      settings,
      description: await migrated(settings),
      restUrl: emulator.restUrl,
      stop: () => emulator.stop(),
    };
  } catch (error) {
    await emulator.stop();
    throw error;
  }
}

async function startEmbedded(file: string): Promise<StartedStore> {
  removeDatabase(file);
  const { serveSpannerRest } = await import('../../desired-state/embedded/rest.ts');
  const description = await migrated({ kind: 'embedded', file });
  const rest = await serveSpannerRest({ file, database: LOCAL_PLATFORM.database });
  return {
    settings: { kind: 'embedded', file },
    description,
    restUrl: rest.url,
    stop: () => rest.close(),
  };
}

/**
 * The cloud starts empty, as the Spanner emulator does: records of an earlier one would tell the next pass that all
 * they describe has vanished.
 */
function removeDatabase(file: string): void {
  // SQLite keeps what is not yet in the file beside it.
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(`${file}${suffix}`, { force: true });
}

/** Migrates and says what the store calls itself. */
async function migrated(choice: Parameters<typeof openStore>[0]): Promise<string> {
  const store = await openStore(choice);
  try {
    await store.migrate();
    return store.description;
  } finally {
    await store.close();
  }
}
