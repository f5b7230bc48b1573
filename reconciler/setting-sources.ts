/** Every setting with its value and where that comes from: what `plumb config view` shows. */
import { existsSync } from 'node:fs';
import { relative } from 'node:path';
import type { Platform } from './model.ts';
import { LOCAL_PLATFORM, SettingsError, VARIABLES } from './platform-settings.ts';
import { readSettingsFile, settingsPath, type SettingsInput } from './settings-file.ts';
import { loadSettings, type Settings } from './settings.ts';

export interface SettingSource {
  /** As it stands in the settings file. */
  readonly setting: string;
  /** Null: nothing is set, and there is no default. */
  readonly value: string | null;
  /** `flag --store`, `PLUMBLINE_STORE`, `plumbline.yaml`, `local cloud`, `default` or `not set`. */
  readonly source: string;
}

/** A value somebody may have given, with the words for where. */
type Given = readonly [value: string | undefined, source: string];

/** In the order in which they are looked for. Throws SettingsError for a file that cannot be used. */
export function settingSources(input: SettingsInput): SettingSource[] {
  const { flags, env, cwd } = input;
  const file = readSettingsFile(input);
  const path = settingsPath(input);
  const inFile = relative(cwd, path) || path;
  const settings = inForce(input);
  const isLocal = settings !== undefined && settings.local !== null;
  const variable = (name: string): Given => [env[name] || undefined, name];
  const platform = (Object.keys(VARIABLES) as (keyof Platform)[]).map((key) =>
    first(`platform.${key}`, [
      [flagOf(flags.set ?? [], key), `flag --set ${key}`],
      variable(VARIABLES[key]),
      [file.platform[key], inFile],
      [isLocal ? LOCAL_PLATFORM[key] : undefined, 'local cloud'],
    ]),
  );
  const implied = isLocal ? 'local cloud' : 'default';
  const store = settings?.store;
  return [
    first('config', [
      [flags.config, 'flag --config'],
      variable('PLUMBLINE_CONFIG'),
      [existsSync(path) ? inFile : undefined, 'default'],
    ]),
    first('local', [
      [env['PLUMBLINE_LOCAL'] === '' ? 'off' : env['PLUMBLINE_LOCAL'], 'PLUMBLINE_LOCAL'],
      [isLocal ? 'on' : undefined, 'running here'],
    ]),
    first('store', [
      [flags.store, 'flag --store'],
      variable('PLUMBLINE_STORE'),
      [isLocal ? undefined : file.store, inFile],
      [store?.kind, isLocal ? 'local cloud' : 'platform.database is set'],
    ]),
    first('storeFile', [
      ...(isLocal ? [] : [variable('PLUMBLINE_STORE_FILE'), [file.storeFile, inFile] as const]),
      [store?.kind === 'embedded' ? store.file : undefined, implied],
    ]),
    ...platform,
    first('observeIdentity', [
      variable('PLUMBLINE_OBSERVE_IDENTITY'),
      [file.observeIdentity, inFile],
      [settings?.identities.observe ?? undefined, implied],
    ]),
    first('launchIdentity', [
      variable('PLUMBLINE_LAUNCH_IDENTITY'),
      [file.launchIdentity, inFile],
      [settings?.identities.launch ?? undefined, implied],
    ]),
    first('as', [
      [flags.as, 'flag --as'],
      variable('PLUMBLINE_AS'),
      [settings?.identity ?? undefined, 'default'],
    ]),
    first('operators', [
      variable('PLUMBLINE_OPERATORS'),
      [file.operators?.join(','), inFile],
      [settings === undefined ? undefined : operatorsText(settings), implied],
    ]),
    ...PASS_SETTINGS.map(({ key, name, inForce: valueIn }) =>
      first(`pass.${key}`, [
        variable(name),
        [textOf(file.pass[key]), inFile],
        [settings && textOf(valueIn(settings.pass)), 'default'],
      ]),
    ),
    first('deepCheck.everyHours', [
      [textOf(file.deepCheck.everyHours), inFile],
      [settings && 'never', 'default'],
    ]),
    first('reports', [
      [
        file.reports && `${file.reports.bucket ?? 'the state bucket'} (${file.reports.formats.join(', ')})`,
        inFile,
      ],
      [settings && 'nowhere', 'default'],
    ]),
    first('telemetry.endpoint', [
      variable('OTEL_EXPORTER_OTLP_ENDPOINT'),
      [file.telemetry?.endpoint, inFile],
      [settings && 'off', 'default'],
    ]),
    first('notify', [
      [file.notify.map(targetText).join(', ') || undefined, inFile],
      [settings && 'nobody', 'default'],
    ]),
  ];
}

/** Without its address: that is a secret. */
const targetText = ({ name, type }: { readonly name: string; readonly type: string }): string =>
  `${name} (${type})`;

const PASS_SETTINGS = [
  { key: 'fullEvery', name: 'PLUMBLINE_FULL_EVERY', inForce: ({ freshness }) => freshness.fullEvery },
  { key: 'sample', name: 'PLUMBLINE_SAMPLE', inForce: ({ freshness }) => freshness.sample },
  { key: 'minutes', name: 'PLUMBLINE_PASS_MINUTES', inForce: ({ minutes }) => minutes },
] as const satisfies readonly {
  readonly key: string;
  readonly name: string;
  readonly inForce: (pass: Settings['pass']) => number;
}[];

const textOf = (value: number | null | undefined): string | undefined => value?.toString();

/** Undefined when no store is named: what is set is shown all the same. */
function inForce(input: SettingsInput): Settings | undefined {
  try {
    return loadSettings(input);
  } catch (error) {
    if (error instanceof SettingsError) return undefined;
    throw error;
  }
}

function first(setting: string, given: readonly Given[]): SettingSource {
  const found = given.find(([value]) => value !== undefined);
  return { setting, value: found?.[0] ?? null, source: found?.[1] ?? 'not set' };
}

const flagOf = (set: readonly string[], key: string): string | undefined =>
  set.findLast((setting) => setting.startsWith(`${key}=`))?.slice(key.length + 1);

const operatorsText = ({ operators }: Settings): string =>
  operators === 'anyone' ? 'anyone' : operators.join(',') || 'nobody';
