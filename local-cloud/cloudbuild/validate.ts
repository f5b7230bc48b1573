/** What Cloud Build refuses before it queues a build, in its own words where they are known. */
import { ApiError } from '../core/errors.ts';
import * as limits from './limits.ts';
import type { BuildRequest, BuildStep } from './model.ts';

const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/;
const SERVICE_ACCOUNT = /^projects\/([^/]+)\/serviceAccounts\/([^/]+)$/;
const VERSION_NAME = /^projects\/[^/]+\/secrets\/[^/]+\/versions\/[^/]+$/;

/** Throws INVALID_ARGUMENT for the first rule that is broken; 501 by name for what the local cloud cannot do. */
export function validateBuild(build: BuildRequest): void {
  refuseUnserved(build);
  if (build.steps.length === 0) throw refusal('cannot specify Build with no steps');
  within('number of build steps', build.steps.length, limits.MAX_STEPS);
  within('number of images', build.images.length, limits.MAX_IMAGES);
  validateTags(build.tags);
  within('timeout in seconds', build.timeout, limits.MAX_TIMEOUT);
  if (!Number.isInteger(build.timeout)) throw refusal('.timeout must be specified to the second');
  within('.options.diskSizeGb', build.options.diskSizeGb ?? 0, limits.MAX_DISK_GB);
  validateSecrets(build);
  const ids = new Set<string>();
  for (const [index, step] of build.steps.entries()) {
    validateStep(build, step, index, ids);
    if (step.id !== '') ids.add(step.id);
  }
  if (build.source?.storageSource && build.source.gitSource) {
    throw refusal('.source must have only one of storageSource and gitSource');
  }
  validateLogging(build);
}

/** The email a build runs as, when it names one. */
export const accountOf = (build: Pick<BuildRequest, 'serviceAccount'>): string | undefined =>
  SERVICE_ACCOUNT.exec(build.serviceAccount)?.[2];

function validateLogging(build: BuildRequest): void {
  if (build.serviceAccount === '') return;
  if (!SERVICE_ACCOUNT.test(build.serviceAccount)) {
    throw refusal(
      `.service_account field "${build.serviceAccount}" must be of the form projects/PROJECT/serviceAccounts/EMAIL`,
    );
  }
  const { logging, defaultLogsBucketBehavior } = build.options;
  const own =
    build.logsBucket !== '' ||
    defaultLogsBucketBehavior === 'REGIONAL_USER_OWNED_BUCKET' ||
    logging === 'CLOUD_LOGGING_ONLY' ||
    logging === 'NONE';
  if (own) return;
  throw new ApiError(
    'INVALID_ARGUMENT',
    "if 'build.service_account' is specified, the build must either (a) specify 'build.logs_bucket', " +
      '(b) use the REGIONAL_USER_OWNED_BUCKET build.options.default_logs_bucket_behavior option, ' +
      'or (c) use either CLOUD_LOGGING_ONLY / NONE logging options',
  );
}

function validateStep(build: BuildRequest, step: BuildStep, index: number, ids: ReadonlySet<string>): void {
  const at = `build step #${index}`;
  if (step.name === '') throw refusal(`${at} must specify a name`);
  within(`${at}: number of arguments`, step.args.length, limits.MAX_ARGS_PER_STEP);
  for (const arg of step.args) within(`${at}: length of an argument`, arg.length, limits.MAX_ARG_LENGTH);
  within(`${at}: number of environment variables`, step.env.length, limits.MAX_ENV_PER_STEP);
  for (const env of [...build.options.env, ...step.env]) {
    within(`${at}: length of an environment variable`, env.length, limits.MAX_ENV_LENGTH);
    if (!/^[^=]+=/.test(env))
      throw refusal(`${at}: environment variable "${env}" must be of the form KEY=VALUE`);
  }
  if (step.script !== '' && (step.args.length > 0 || step.entrypoint !== '')) {
    throw refusal(`${at}: script cannot be specified together with args or entrypoint`);
  }
  if (step.dir.split('/').includes('..')) throw refusal(`${at}: .dir "${step.dir}" must not contain ".."`);
  if (step.id !== '' && ids.has(step.id)) throw refusal(`${at}: id "${step.id}" is not unique`);
  for (const other of step.waitFor) {
    if (other !== '-' && !ids.has(other)) {
      throw refusal(`invalid .waitFor: ${at} depends on "${other}", which has not been defined`);
    }
  }
  const known = new Set(build.availableSecrets.secretManager.map(({ env }) => env));
  for (const name of [...step.secretEnv, ...build.options.secretEnv]) {
    if (!known.has(name)) throw refusal(`${at}: secretEnv "${name}" is not defined in availableSecrets`);
  }
}

function validateTags(tags: readonly string[]): void {
  within('number of tags', tags.length, limits.MAX_TAGS);
  for (const tag of tags) {
    if (tag.length > limits.MAX_TAG_LENGTH || !TAG.test(tag)) {
      throw refusal(`invalid tag "${tag}": want up to ${limits.MAX_TAG_LENGTH} of A-Z, a-z, 0-9, _, . and -`);
    }
  }
}

function validateSecrets({ availableSecrets: { secretManager } }: BuildRequest): void {
  within('number of secrets', secretManager.length, limits.MAX_SECRETS);
  for (const { versionName } of secretManager) {
    if (!VERSION_NAME.test(versionName)) {
      throw refusal(`secret version "${versionName}" must be of the form projects/P/secrets/S/versions/V`);
    }
  }
}

/** Parts of a build that exist in Cloud Build and not here: better refused by name than silently left out. */
function refuseUnserved(build: BuildRequest): void {
  const unserved = [
    build.source?.repoSource !== undefined && 'source.repoSource',
    build.source?.storageSourceManifest !== undefined && 'source.storageSourceManifest',
    build.source?.connectedRepository !== undefined && 'source.connectedRepository',
    build.secrets.length > 0 && 'secrets',
    build.availableSecrets.inline.length > 0 && 'availableSecrets.inline',
    Object.values(build.artifacts ?? {}).some((part) => !Array.isArray(part) || part.length > 0) &&
      'artifacts',
    (build.dependencies?.length ?? 0) > 0 && 'dependencies',
  ].find((name) => name !== false);
  if (unserved === undefined) return;
  throw new ApiError(
    'UNIMPLEMENTED',
    `cloudbuild.googleapis.com: build.${unserved} is not part of the local cloud.`,
  );
}

function within(what: string, have: number, max: number): void {
  if (have > max) throw refusal(`${what} ${have} exceeds the limit of ${max}`);
}

const refusal = (why: string): ApiError => new ApiError('INVALID_ARGUMENT', `invalid build: ${why}`);
