/**
 * What a command works on: the platform, the store, the local cloud if one is meant, and who asks.
 * Order: flag, then PLUMBLINE_* variable, then ./plumbline.yaml, then what a running local cloud implies.
 */
import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { resolve } from 'node:path';
import { z } from 'zod';
import type { StoreChoice } from '../desired-state/open.ts';
import type { ArchiveSettings } from './archive-settings.ts';
import type { BreakerLimits } from './breaker-limits.ts';
import { localEndpoints } from './clouds/endpoints.ts';
import type { DeepCheckSettings } from './deep-checks.ts';
import { DEFAULT_DATA_DIR, DEFAULT_INFO_FILE, isRunning, readInfo, type LocalInfo } from './local/info.ts';
import type { Platform } from './model.ts';
import type { Operators } from './operators.ts';
import { notifyTargets } from './notify-settings.ts';
import type { NotifyTarget } from './notify/message.ts';
import { passSettings, type PassSettings } from './pass-settings.ts';
import {
  LOCAL_IDENTITIES,
  LOCAL_PLATFORM,
  SettingsError,
  complete,
  givenPlatform,
  identitiesOf,
  missingSettings,
  type Identities,
} from './platform-settings.ts';
import type { PolicySettings } from './policy/settings.ts';
import { readSettingsFile, type SettingsFile, type SettingsInput } from './settings-file.ts';
import { telemetryFor, type TelemetrySettings } from './telemetry-settings.ts';

export { LOCAL_PLATFORM, SettingsError };

export interface Settings {
  readonly store: StoreChoice;
  readonly local: { readonly endpoints: Readonly<Record<string, string>>; readonly caFile: string } | null;
  readonly identities: Identities;
  /** Email of who asks; null: whoever the Google Cloud credentials belong to. */
  readonly identity: string | null;
  /** From the file only: it is agreed on once, not given along with a command. */
  readonly policy: PolicySettings;
  readonly breaker: BreakerLimits;
  readonly deepCheck: DeepCheckSettings;
  /** Who may act on the fleet as a whole. */
  readonly operators: Operators;
  readonly pass: PassSettings;
  /** Where passes write their reports beside the store; null: nowhere. */
  readonly reports: ArchiveSettings | null;
  /** Where traces and metrics go; null: they are off. */
  readonly telemetry: TelemetrySettings | null;
  /** Whom passes tell what they find; empty: nobody. */
  readonly notify: readonly NotifyTarget[];
  /** Throws SettingsError with every missing setting: commands that only touch the store need none of them. */
  platform(): Platform;
}

/** Reads files and the environment once; calls nothing over the network and changes nothing. */
export function loadSettings(input: SettingsInput): Settings {
  const { env, flags } = input;
  const file = readSettingsFile(input);
  const info = localInfo(input);
  const given = givenPlatform(flags.set ?? [], env, file.platform);
  const platform = info ? { ...LOCAL_PLATFORM, ...given } : given;
  const store = info
    ? localStore(info, flags.store ?? env['PLUMBLINE_STORE'])
    : ownStore(input, file, platform);
  return {
    store,
    local: info ? { endpoints: completeEndpoints(info), caFile: info.caFile } : null,
    identities: identitiesOf(env, file, info ? LOCAL_IDENTITIES : { observe: null, launch: null }),
    identity: identityOf(input, info !== undefined, store),
    policy: file.policy,
    breaker: file.breaker,
    deepCheck: file.deepCheck,
    operators: operatorsOf(input, file, info !== undefined || isPlayground(store)),
    pass: passSettings(env, file.pass),
    notify: notifyTargets(env, file.notify),
    reports: file.reports ?? null,
    telemetry: telemetryFor(env, file.telemetry),
    platform: () => complete(platform),
  };
}

/**
 * The platform alone, for what reaches nothing: no store has to be named and no local cloud has to run. `assumed`:
 * nothing of it is set anywhere, so it is the local cloud's. Throws SettingsError when only a part is set.
 */
export function loadPlatform(input: SettingsInput): {
  platform: Platform;
  policy: PolicySettings;
  assumed: boolean;
} {
  const { env, flags, cwd } = input;
  const file = readSettingsFile(input);
  const given = givenPlatform(flags.set ?? [], env, file.platform);
  const named = env['PLUMBLINE_LOCAL'];
  const local = named !== '' && existsSync(resolve(cwd, named ?? DEFAULT_INFO_FILE));
  const assumed = !local && Object.keys(given).length === 0;
  const platform = local || assumed ? { ...LOCAL_PLATFORM, ...given } : complete(given);
  return { platform, policy: file.policy, assumed };
}

/**
 * The running local cloud, when one is meant. A file that names an ended one is an error: falling back to Google
 * Cloud would send a command meant for the sandbox to the real thing.
 */
function localInfo({ env, cwd }: SettingsInput): LocalInfo | undefined {
  const named = env['PLUMBLINE_LOCAL'];
  // Set but empty: Google Cloud is meant, whatever runs here.
  if (named === '') return undefined;
  const path = resolve(cwd, named ?? DEFAULT_INFO_FILE);
  let info: LocalInfo | undefined;
  try {
    info = readInfo(path);
  } catch (error) {
    throw new SettingsError((error as Error).message, { cause: error });
  }
  if (info === undefined) {
    if (named === undefined) return undefined;
    throw new SettingsError(
      `PLUMBLINE_LOCAL names ${path}, which does not exist; run \`plumb local up\` or unset it`,
    );
  }
  if (!isRunning(info)) {
    throw new SettingsError(
      `${path} names a local cloud that no longer runs; run \`plumb local up\` to start it again, ` +
        '`plumb local down` to forget it, or set PLUMBLINE_LOCAL= to work on Google Cloud',
    );
  }
  return info;
}

function completeEndpoints(info: LocalInfo): Readonly<Record<string, string>> {
  try {
    localEndpoints(info.endpoints);
  } catch (error) {
    throw new SettingsError((error as Error).message, { cause: error });
  }
  return info.endpoints;
}

function localStore({ store }: LocalInfo, wanted: string | undefined): StoreChoice {
  if (wanted !== undefined && wanted !== store.kind) {
    throw new SettingsError(
      `the running local cloud keeps its records in the ${store.kind} store, not in ${JSON.stringify(wanted)}; ` +
        `leave --store out, or start it with \`plumb local up --store ${wanted}\``,
    );
  }
  return store;
}

function ownStore(
  { flags, env, cwd }: SettingsInput,
  file: SettingsFile,
  { database }: Partial<Platform>,
): StoreChoice {
  const kind =
    flags.store ?? env['PLUMBLINE_STORE'] ?? file.store ?? (database === undefined ? undefined : 'spanner');
  switch (kind) {
    case 'embedded':
      return {
        kind,
        file: resolve(
          cwd,
          env['PLUMBLINE_STORE_FILE'] ?? file.storeFile ?? `${DEFAULT_DATA_DIR}/plumbline.db`,
        ),
      };
    case 'spanner':
      if (database === undefined) throw missingSettings(['database']);
      return { kind, database, emulatorHost: env['SPANNER_EMULATOR_HOST'] || null };
    case undefined:
      throw new SettingsError(
        'no store is named and no local cloud runs here: start one with `plumb local up`, or name the database ' +
          '(--set database=projects/P/instances/I/databases/D or PLUMBLINE_DATABASE), or use --store=embedded',
      );
    default:
      throw new SettingsError(`the store ${JSON.stringify(kind)} is not known; use spanner or embedded`);
  }
}

/** Only where nothing is at stake may people say who they are. */
function identityOf({ flags, env }: SettingsInput, local: boolean, store: StoreChoice): string | null {
  const said = flags.as ?? env['PLUMBLINE_AS'];
  if (local || isPlayground(store)) return said ?? `${userName()}@localhost`;
  if (said === undefined) return null;
  throw new SettingsError(
    '--as (or PLUMBLINE_AS) works with the local cloud only; on Google Cloud you are who your credentials say',
  );
}

/** Nothing is at stake in a store of one's own. */
const isPlayground = (store: StoreChoice): boolean =>
  store.kind === 'embedded' || store.emulatorHost !== null;

/** On Google Cloud nobody, unless somebody is named. */
function operatorsOf({ env }: SettingsInput, file: SettingsFile, playground: boolean): Operators {
  const named = env['PLUMBLINE_OPERATORS'] || undefined;
  if (named === undefined) return file.operators ?? (playground ? 'anyone' : []);
  const parsed = z.array(z.email()).safeParse(named.split(',').map((email) => email.trim()));
  if (parsed.success) return parsed.data;
  throw new SettingsError(
    `PLUMBLINE_OPERATORS is ${JSON.stringify(named)}: use email addresses with commas between`,
  );
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // Containers run user ids that have no name.
    return 'developer';
  }
}
