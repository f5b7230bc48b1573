/** What a Cloud Run job says about its tasks: read, checked against the service's limits, completed with its defaults. */
import {
  integerField,
  invalid,
  isObject,
  listField,
  objectField,
  onlyKnown,
  secondsField,
  stringField,
} from '../core/body.ts';
import { ApiError } from '../core/errors.ts';
import type { Body } from '../core/store.ts';

/** cloud.google.com/run/quotas and /run/docs/create-jobs. */
export const LIMITS = {
  tasks: 10_000,
  retries: 10,
  timeoutSeconds: 168 * 3600,
  jobs: 1_000,
  runningExecutions: 1_000,
};
const DEFAULTS = { retries: 3, timeoutSeconds: 600 };

const JOB_FIELDS = [
  ...[
    'name',
    'uid',
    'generation',
    'labels',
    'annotations',
    'createTime',
    'updateTime',
    'deleteTime',
    'expireTime',
  ],
  ...['creator', 'lastModifier', 'client', 'clientVersion', 'launchStage', 'binaryAuthorization', 'template'],
  ...['observedGeneration', 'terminalCondition', 'conditions', 'executionCount', 'latestCreatedExecution'],
  ...['reconciling', 'satisfiesPzs', 'startExecutionToken', 'runExecutionToken', 'etag'],
] as const;
const TASK_FIELDS = [
  ...[
    'containers',
    'volumes',
    'maxRetries',
    'timeout',
    'serviceAccount',
    'executionEnvironment',
    'encryptionKey',
  ],
  ...['vpcAccess', 'nodeSelector', 'gpuZonalRedundancyDisabled'],
] as const;
const CONTAINER_FIELDS = [
  ...[
    'name',
    'image',
    'command',
    'args',
    'env',
    'resources',
    'ports',
    'volumeMounts',
    'workingDir',
    'livenessProbe',
  ],
  ...['startupProbe', 'dependsOn', 'baseImageUri', 'buildInfo'],
] as const;

export type EnvVariable =
  | { readonly name: string; readonly value: string }
  | { readonly name: string; readonly secret: string; readonly version: string };

/** Everything the tasks of one execution share. */
export interface TaskSpec {
  readonly image: string;
  readonly args: readonly string[];
  readonly env: readonly EnvVariable[];
  readonly taskCount: number;
  /** Tasks at one time. */
  readonly parallelism: number;
  readonly maxRetries: number;
  /** Per attempt. */
  readonly timeoutSeconds: number;
  readonly serviceAccount: string | undefined;
}

/** The job's template as a spec. Throws INVALID_ARGUMENT for what Cloud Run would refuse, naming the field. */
export function readSpec(job: Record<string, unknown>): TaskSpec {
  onlyKnown(job, JOB_FIELDS);
  const template = objectField(job, 'template') ?? {};
  onlyKnown(template, ['labels', 'annotations', 'parallelism', 'taskCount', 'template'], 'template');
  const task = objectField(template, 'template') ?? {};
  onlyKnown(task, TASK_FIELDS, 'template.template');
  const containers = listField(task, 'containers');
  const [container] = containers;
  if (!isObject(container) || containers.length !== 1) {
    throw invalid('template.template.containers: the local cloud runs exactly one container.');
  }
  const taskCount = within('taskCount', integerField(template, 'taskCount') ?? 1, 1, LIMITS.tasks);
  const parallelism = within('parallelism', integerField(template, 'parallelism') ?? 0, 0, LIMITS.tasks);
  return {
    ...readContainer(container),
    taskCount,
    // 0 means "as many as the region gives".
    parallelism: parallelism === 0 ? taskCount : Math.min(parallelism, taskCount),
    maxRetries: within('maxRetries', integerField(task, 'maxRetries') ?? DEFAULTS.retries, 0, LIMITS.retries),
    timeoutSeconds: timeout(secondsField(task, 'timeout') ?? DEFAULTS.timeoutSeconds),
    serviceAccount: stringField(task, 'serviceAccount'),
  };
}

function readContainer(container: Body): Pick<TaskSpec, 'image' | 'args' | 'env'> {
  onlyKnown(container, CONTAINER_FIELDS, 'containers[0]');
  const image = stringField(container, 'image');
  if (!image) throw invalid('containers[0].image must be given.');
  if (listField(container, 'command').length > 0) {
    throw new ApiError(
      'UNIMPLEMENTED',
      'containers[0].command: there is no container here to find another command in.',
    );
  }
  return { image, args: readArgs(container), env: readEnv(container) };
}

/**
 * The spec with the overrides of a `:run`: arguments are replaced, variables merged by name.
 * Throws INVALID_ARGUMENT for unknown fields and values out of range.
 */
export function withOverrides(spec: TaskSpec, overrides: Body | undefined): TaskSpec {
  if (!overrides) return spec;
  onlyKnown(overrides, ['containerOverrides', 'taskCount', 'timeout'], 'overrides');
  const [container, ...others] = listField(overrides, 'containerOverrides');
  if (others.length > 0) throw invalid('overrides.containerOverrides: there is only one container.');
  if (container !== undefined && !isObject(container))
    throw invalid('overrides.containerOverrides: want objects.');
  if (container)
    onlyKnown(container, ['name', 'args', 'clearArgs', 'env'], 'overrides.containerOverrides[0]');
  const args = container ? readArgs(container) : [];
  if (container?.['clearArgs'] === true && args.length > 0)
    throw invalid('overrides: give args or clearArgs, not both.');
  const env = new Map(
    [...spec.env, ...(container ? readEnv(container) : [])].map((entry) => [entry.name, entry]),
  );
  const taskCount = within(
    'overrides.taskCount',
    integerField(overrides, 'taskCount') ?? spec.taskCount,
    1,
    LIMITS.tasks,
  );
  const unlimited = spec.parallelism === spec.taskCount;
  return {
    ...spec,
    args: container?.['clearArgs'] === true ? [] : args.length > 0 ? args : spec.args,
    env: [...env.values()],
    taskCount,
    parallelism: unlimited ? taskCount : Math.min(spec.parallelism, taskCount),
    timeoutSeconds: timeout(secondsField(overrides, 'timeout') ?? spec.timeoutSeconds),
  };
}

function readArgs(container: Body): string[] {
  return listField(container, 'args').map((arg) => {
    if (typeof arg !== 'string') throw invalid("Invalid value at 'args': want strings.");
    return arg;
  });
}

function readEnv(container: Body): EnvVariable[] {
  return listField(container, 'env').map((entry) => {
    const name = isObject(entry) ? stringField(entry, 'name') : undefined;
    if (!isObject(entry) || !name || !/^[A-Za-z_]\w*$/.test(name))
      throw invalid("Invalid value at 'env': want {name, value}.");
    if (name.startsWith('CLOUD_RUN_') || name === 'PORT')
      throw invalid(`env: ${name} is set by Cloud Run itself.`);
    onlyKnown(entry, ['name', 'value', 'valueSource'], `env.${name}`);
    const source = objectField(entry, 'valueSource');
    const reference = source && objectField(source, 'secretKeyRef');
    if (!source) return { name, value: stringField(entry, 'value') ?? '' };
    const secret = reference && stringField(reference, 'secret');
    if (!secret) throw invalid(`env.${name}.valueSource.secretKeyRef.secret must be given.`);
    return { name, secret, version: stringField(reference, 'version') ?? 'latest' };
  });
}

function within(field: string, value: number, min: number, max: number): number {
  if (value < min || value > max) throw invalid(`${field} must be between ${min} and ${max}, got ${value}.`);
  return value;
}

const timeout = (seconds: number): number => within('timeout (seconds)', seconds, 1, LIMITS.timeoutSeconds);
