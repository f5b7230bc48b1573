/** The settings of the platform: their names as flags and variables, what a local cloud implies, and which are missing. */
import type { Platform } from './model.ts';

/** A person has to change a flag, a variable or a file. */
export class SettingsError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SettingsError';
  }
}

const LOCAL_PROJECT = 'plumbline-platform';

/** The platform the local cloud is prepared for. */
export const LOCAL_PLATFORM: Platform = {
  project: LOCAL_PROJECT,
  region: 'us-central1',
  scope: 'folders/1000',
  database: `projects/${LOCAL_PROJECT}/instances/plumbline/databases/plumbline`,
  stateBucket: 'plumbline-state',
  stepsImage: `us-central1-docker.pkg.dev/${LOCAL_PROJECT}/plumbline/steps:dev`,
  workflowIdentity: `plumbline-workflows@${LOCAL_PROJECT}.iam.gserviceaccount.com`,
  terraformIdentity: `plumbline-terraform@${LOCAL_PROJECT}.iam.gserviceaccount.com`,
};

/** Whom a pass acts as. Looking and launching are two accounts, so that a mistake in one holds no right of the other. */
export interface Identities {
  /** Email of the account that reads; null: whoever runs the pass. */
  readonly observe: string | null;
  /** Email of the account that deploys definitions and starts executions; null: whoever runs the pass. */
  readonly launch: string | null;
}

export const LOCAL_IDENTITIES = {
  observe: `plumbline-observe@${LOCAL_PROJECT}.iam.gserviceaccount.com`,
  launch: `plumbline-launch@${LOCAL_PROJECT}.iam.gserviceaccount.com`,
} as const satisfies Identities;

/** What the environment and the file name; `otherwise` fills the rest. */
export const identitiesOf = (
  env: Readonly<Record<string, string | undefined>>,
  file: { readonly observeIdentity?: string | undefined; readonly launchIdentity?: string | undefined },
  otherwise: Identities,
): Identities => ({
  observe: (env['PLUMBLINE_OBSERVE_IDENTITY'] || undefined) ?? file.observeIdentity ?? otherwise.observe,
  launch: (env['PLUMBLINE_LAUNCH_IDENTITY'] || undefined) ?? file.launchIdentity ?? otherwise.launch,
});

/** The variable of each setting. */
export const VARIABLES: Readonly<Record<keyof Platform, string>> = {
  project: 'PLUMBLINE_PROJECT',
  region: 'PLUMBLINE_REGION',
  scope: 'PLUMBLINE_SCOPE',
  database: 'PLUMBLINE_DATABASE',
  stateBucket: 'PLUMBLINE_STATE_BUCKET',
  stepsImage: 'PLUMBLINE_STEPS_IMAGE',
  workflowIdentity: 'PLUMBLINE_WORKFLOW_IDENTITY',
  terraformIdentity: 'PLUMBLINE_TERRAFORM_IDENTITY',
};
const KEYS = Object.keys(VARIABLES) as (keyof Platform)[];

/** What flags (`key=value`), variables and the file give, in this order. */
export function givenPlatform(
  set: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  file: { readonly [key in keyof Platform]?: string | undefined },
): Partial<Platform> {
  const flags = new Map(set.map(splitSetting));
  return Object.fromEntries(
    KEYS.flatMap((key) => {
      const value = flags.get(key) ?? (env[VARIABLES[key]] || undefined) ?? file[key];
      return value === undefined ? [] : [[key, value]];
    }),
  );
}

function splitSetting(setting: string): [keyof Platform, string] {
  const at = setting.indexOf('=');
  const key = KEYS.find((known) => known === setting.slice(0, at));
  if (at < 1 || at === setting.length - 1 || key === undefined) {
    throw new SettingsError(`--set ${setting}: use key=value with one of the keys ${KEYS.join(', ')}`);
  }
  return [key, setting.slice(at + 1)];
}

/** Throws SettingsError with every setting that is missing. */
export function complete(given: Partial<Platform>): Platform {
  const missing = KEYS.filter((key) => given[key] === undefined);
  if (missing.length > 0) throw missingSettings(missing);
  return given as Platform;
}

export const missingSettings = (keys: readonly (keyof Platform)[]): SettingsError =>
  new SettingsError(
    `settings of the platform are missing (and no local cloud runs here):\n${keys
      .map((key) => `  ${key}: --set ${key}=… or ${VARIABLES[key]} or platform.${key} in plumbline.yaml`)
      .join('\n')}`,
  );
