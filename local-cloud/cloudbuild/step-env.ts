/**
 * The environment a step runs in. Every client a step may use is led to this cloud, or none would be safe: a build
 * that reached the real Google Cloud from a test would be the worst bug this emulator can have.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cloud } from '../core/cloud.ts';
import { mintToken } from '../core/identity.ts';
import { caFile } from '../kubernetes/certificates.ts';
import { stepPath } from './bin.ts';
import type { Scratch } from './mounts.ts';
import { repositories } from './repositories.ts';

export interface BuildIdentity {
  readonly email: string;
  readonly project: string;
  readonly location: string;
  /** `projects/P/global/networks/N` a private pool is peered with. */
  readonly network: string | undefined;
  /** GCE_METADATA_HOST of the build. */
  readonly metadataHost: string;
}

/** Older APIs have their version in the path that gcloud's override must end with. */
const OVERRIDE_PATHS: Readonly<Record<string, string>> = { storage: 'storage/v1/', compute: 'compute/v1/' };

/** Terraform reads its command-line configuration from here; a host's own mirror or plugins must not leak in. */
const NEVER_SET = ['TF_CLI_CONFIG_FILE', 'TERRAFORM_CONFIG'];

/** What all steps of a build have in common. Writes gcloud's token file. */
export async function buildEnvironment(
  cloud: Cloud,
  identity: BuildIdentity,
  scratch: Scratch,
): Promise<Record<string, string>> {
  const token = mintToken(identity.email);
  mkdirSync(scratch.gcloud, { recursive: true });
  const tokenFile = join(scratch.gcloud, 'access-token');
  writeFileSync(tokenFile, token, { mode: 0o600 });
  const ca = caFile(cloud.config.dataDir);
  return {
    PATH: stepPath(cloud),
    LANG: process.env['LANG'] ?? 'C.UTF-8',
    HOME: scratch.home,
    TMPDIR: scratch.temporary,
    SSL_CERT_FILE: ca,
    NODE_EXTRA_CA_CERTS: ca,
    STORAGE_EMULATOR_HOST: cloud.endpoints['storage'] ?? '',
    GCE_METADATA_HOST: identity.metadataHost,
    GCE_METADATA_IP: identity.metadataHost,
    METADATA_SERVER_DETECTION: 'assume-present',
    GOOGLE_OAUTH_ACCESS_TOKEN: token,
    TF_IN_AUTOMATION: '1',
    TF_INPUT: '0',
    CHECKPOINT_DISABLE: '1',
    CLOUDSDK_CONFIG: scratch.gcloud,
    CLOUDSDK_AUTH_ACCESS_TOKEN_FILE: tokenFile,
    CLOUDSDK_CORE_PROJECT: identity.project,
    CLOUDSDK_CORE_DISABLE_PROMPTS: '1',
    CLOUDSDK_CORE_CHECK_GCE_METADATA: 'false',
    ...compileCache(),
    ...endpointOverrides(cloud),
    ...repositories(cloud).environment(),
    DOCKER_STAND_IN_STATE: scratch.docker,
    DOCKER_STAND_IN_REGISTRY: cloud.endpoints['artifactregistry'] ?? '',
    ...(await network(cloud, identity.network)),
  };
}

/** The step's own variables under ours: where both speak, ours decide where calls go. */
export function stepEnvironment(
  own: Readonly<Record<string, string>>,
  ours: Readonly<Record<string, string>>,
): Record<string, string> {
  const all = { ...own, ...ours };
  return Object.fromEntries(Object.entries(all).filter(([key]) => !NEVER_SET.includes(key)));
}

/** `KEY=VALUE` texts as a map; the last of equal keys wins. */
export const variables = (texts: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf('=');
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );

/** Each step is a process of its own: what Node compiles for one serves the next, where it does for this process. */
function compileCache(): Record<string, string> {
  const folder = process.env['NODE_COMPILE_CACHE'];
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: folder };
}

function endpointOverrides(cloud: Cloud): Record<string, string> {
  return Object.fromEntries(
    Object.entries(cloud.endpoints)
      .filter(([name]) => name !== 'control')
      .map(([name, url]) => [
        `CLOUDSDK_API_ENDPOINT_OVERRIDES_${name.toUpperCase()}`,
        `${url}/${OVERRIDE_PATHS[name] ?? ''}`,
      ]),
  );
}

/** Only a private pool's builds see its VPC, and they see it through the network's own proxy. */
async function network(cloud: Cloud, name: string | undefined): Promise<Record<string, string>> {
  if (name === undefined) return {};
  const proxy = await cloud.networks.proxyUrl(name);
  const direct = '127.0.0.1,localhost';
  return {
    HTTP_PROXY: proxy,
    http_proxy: proxy,
    NO_PROXY: direct,
    no_proxy: direct,
    NODE_USE_ENV_PROXY: '1',
  };
}
