/** The environment that points a developer's shell at the local cloud: gcloud, terraform, client libraries, plumb. */
import type { LocalInfo } from './info.ts';

/**
 * gcloud's name of an API in CLOUDSDK_API_ENDPOINT_OVERRIDES_<NAME> and the path its commands expect below the host;
 * where gcloud builds upload addresses itself it drops that path, which the storage service serves at both places.
 */
const GCLOUD: Readonly<Record<string, { name: string; path: string }>> = {
  artifactregistry: { name: 'ARTIFACTREGISTRY', path: '' },
  cloudasset: { name: 'CLOUDASSET', path: '' },
  cloudbuild: { name: 'CLOUDBUILD', path: '' },
  cloudresourcemanager: { name: 'CLOUDRESOURCEMANAGER', path: '' },
  cloudscheduler: { name: 'CLOUDSCHEDULER', path: '' },
  compute: { name: 'COMPUTE', path: 'compute/v1/' },
  container: { name: 'CONTAINER', path: '' },
  iam: { name: 'IAM', path: '' },
  iamcredentials: { name: 'IAMCREDENTIALS', path: '' },
  logging: { name: 'LOGGING', path: '' },
  pubsub: { name: 'PUBSUB', path: '' },
  run: { name: 'RUN', path: '' },
  secretmanager: { name: 'SECRETMANAGER', path: '' },
  spanner: { name: 'SPANNER', path: '' },
  storage: { name: 'STORAGE', path: 'storage/v1/' },
  workflowexecutions: { name: 'WORKFLOWEXECUTIONS', path: '' },
  workflows: { name: 'WORKFLOWS', path: '' },
};

export interface EnvInput {
  readonly info: LocalInfo;
  readonly infoFile: string;
  /** gcloud's own settings must not mix with those of the real cloud. */
  readonly gcloudConfigDir: string;
  readonly project: string;
  /** Of the provider stand-in, see control.ts. */
  readonly terraform: Readonly<Record<string, string>>;
}

/** Variable → value, in the order they are printed. */
export function localEnvironment(input: EnvInput): Record<string, string> {
  const { info, project } = input;
  const overrides = Object.entries(info.endpoints).flatMap(([service, url]): [string, string][] => {
    const known = GCLOUD[service];
    // gcloud refuses an override that does not end in a slash.
    return known === undefined
      ? []
      : [[`CLOUDSDK_API_ENDPOINT_OVERRIDES_${known.name}`, `${url}/${known.path}`]];
  });
  return {
    PLUMBLINE_LOCAL: input.infoFile,
    CLOUDSDK_CONFIG: input.gcloudConfigDir,
    CLOUDSDK_CORE_PROJECT: project,
    CLOUDSDK_CORE_DISABLE_PROMPTS: '1',
    CLOUDSDK_AUTH_DISABLE_CREDENTIALS: 'true',
    ...Object.fromEntries(overrides.sort(([a], [b]) => (a < b ? -1 : 1))),
    // The emulator has no multiplexed sessions, and the client ends the process when it meets that.
    ...(info.spannerEmulatorHost !== null && {
      SPANNER_EMULATOR_HOST: info.spannerEmulatorHost,
      GOOGLE_CLOUD_SPANNER_MULTIPLEXED_SESSIONS: 'false',
      GOOGLE_CLOUD_SPANNER_MULTIPLEXED_SESSIONS_FOR_RW: 'false',
      GOOGLE_CLOUD_SPANNER_MULTIPLEXED_SESSIONS_PARTITIONED_OPS: 'false',
    }),
    ...(info.endpoints['storage'] !== undefined && { STORAGE_EMULATOR_HOST: info.endpoints['storage'] }),
    METADATA_SERVER_DETECTION: 'none',
    ...input.terraform,
    // Terraform's gcs backend wants a token to be there, though nobody reads it.
    GOOGLE_OAUTH_ACCESS_TOKEN: 'developer',
    GOOGLE_PROJECT: project,
  };
}

/** `export NAME='value'` lines that any POSIX shell can eval. */
export const exportLines = (variables: Readonly<Record<string, string>>): string =>
  Object.entries(variables)
    .map(([name, value]) => `export ${name}=${quoted(value)}\n`)
    .join('');

const quoted = (value: string): string => `'${value.replaceAll("'", "'\\''")}'`;
