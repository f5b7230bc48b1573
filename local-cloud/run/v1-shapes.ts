/** The Knative shapes of jobs and executions that gcloud reads and writes, turned from and into those of v2. */
import { invalid, isObject, listField, objectField, stringField } from '../core/body.ts';
import { projectNumber } from '../core/projects.ts';
import type { Body, Json, Resource } from '../core/store.ts';

const API = 'run.googleapis.com/v1';
const STATUS: Readonly<Record<string, string>> = { CONDITION_SUCCEEDED: 'True', CONDITION_FAILED: 'False' };

/** The v2 job that a Knative job describes. Throws INVALID_ARGUMENT when a level of the template is missing. */
export function fromKnative(job: Record<string, unknown>): Body {
  const execution = needed(needed(job, 'spec', 'spec'), 'template', 'spec.template');
  const executionSpec = needed(execution, 'spec', 'spec.template.spec');
  const task = needed(executionSpec, 'template', 'spec.template.spec.template');
  const taskSpec = needed(task, 'spec', 'spec.template.spec.template.spec');
  const metadata = objectField(job, 'metadata') ?? {};
  const seconds = taskSpec['timeoutSeconds'];
  return defined({
    labels: objectField(metadata, 'labels'),
    annotations: objectField(metadata, 'annotations'),
    template: defined({
      labels: objectField(objectField(execution, 'metadata') ?? {}, 'labels'),
      annotations: objectField(objectField(execution, 'metadata') ?? {}, 'annotations'),
      parallelism: executionSpec['parallelism'],
      taskCount: executionSpec['taskCount'],
      template: defined({
        containers: listField(taskSpec, 'containers').map((container) => mapEnv(container, envFromKnative)),
        volumes: taskSpec['volumes'],
        maxRetries: taskSpec['maxRetries'],
        serviceAccount: stringField(taskSpec, 'serviceAccountName'),
        timeout: typeof seconds === 'string' || typeof seconds === 'number' ? `${seconds}s` : undefined,
      }),
    }),
  });
}

/** The job as gcloud wants it: `metadata` at every level of the template, or it cannot read it. */
export function jobToKnative(job: Resource): Body {
  const { body } = job;
  const template = objectField(body, 'template') ?? {};
  const latest = objectField(body, 'latestCreatedExecution');
  return {
    apiVersion: API,
    kind: 'Job',
    metadata: metadataOf(job, {}),
    spec: {
      template: {
        metadata: { labels: template['labels'] ?? {}, annotations: template['annotations'] ?? {} },
        spec: executionSpec(template, objectField(template, 'template') ?? {}),
      },
    },
    status: defined({
      observedGeneration: Number(body['generation']),
      conditions: [defined({ type: 'Ready', status: 'True', lastTransitionTime: body['updateTime'] })],
      executionCount: body['executionCount'],
      latestCreatedExecution:
        latest &&
        defined({
          name: latest['name'],
          creationTimestamp: latest['createTime'],
          completionTimestamp: latest['completionTime'],
          completionStatus: latest['completionStatus'],
        }),
    }),
  };
}

export function executionToKnative(execution: Resource): Body {
  const { body } = execution;
  const count = (field: string) => (Number(body[field] ?? 0) > 0 ? body[field] : undefined);
  return {
    apiVersion: API,
    kind: 'Execution',
    metadata: metadataOf(execution, { 'run.googleapis.com/job': body['job'] ?? '' }),
    spec: executionSpec(body, objectField(body, 'template') ?? {}),
    status: defined({
      observedGeneration: 1,
      startTime: body['startTime'],
      completionTime: body['completionTime'],
      runningCount: count('runningCount'),
      succeededCount: count('succeededCount'),
      failedCount: count('failedCount'),
      cancelledCount: count('cancelledCount'),
      retriedCount: count('retriedCount'),
      logUri: body['logUri'],
      conditions: listField(body, 'conditions').filter(isObject).map(conditionToKnative),
    }),
  };
}

function conditionToKnative(condition: Body): Body {
  const state = stringField(condition, 'state') ?? '';
  return defined({
    type: condition['type'],
    status: STATUS[state] ?? 'Unknown',
    message: condition['message'],
    reason: condition['executionReason'],
    lastTransitionTime: condition['lastTransitionTime'],
  });
}

function executionSpec(execution: Body, task: Body): Body {
  const timeout = stringField(task, 'timeout');
  return defined({
    parallelism: execution['parallelism'],
    taskCount: execution['taskCount'] ?? 1,
    template: {
      spec: defined({
        containers: listField(task, 'containers').map((container) => mapEnv(container, envToKnative)),
        volumes: task['volumes'],
        maxRetries: task['maxRetries'],
        serviceAccountName: task['serviceAccount'],
        timeoutSeconds: timeout?.replace(/s$/, ''),
      }),
    },
  });
}

function metadataOf(resource: Resource, labels: Body): Body {
  const { body } = resource;
  return {
    name: resource.name.slice(resource.name.lastIndexOf('/') + 1),
    namespace: projectNumber(resource.project),
    uid: body['uid'] ?? '',
    generation: Number(body['generation'] ?? 1),
    resourceVersion: stringField(body, 'etag') ?? '',
    creationTimestamp: body['createTime'] ?? resource.createTime,
    labels: { ...objectField(body, 'labels'), ...labels, 'cloud.googleapis.com/location': resource.location },
    annotations: {
      ...objectField(body, 'annotations'),
      'run.googleapis.com/creator': body['creator'] ?? '',
      'run.googleapis.com/lastModifier': body['lastModifier'] ?? '',
    },
  };
}

function mapEnv(container: Json, map: (entry: Body) => Body): Json {
  if (!isObject(container)) return container;
  return {
    ...container,
    env: listField(container, 'env').map((entry) => (isObject(entry) ? map(entry) : entry)),
  };
}

/** `valueFrom.secretKeyRef {name, key}` is what v2 calls `valueSource.secretKeyRef {secret, version}`. */
function envFromKnative(entry: Body): Body {
  const reference = objectField(objectField(entry, 'valueFrom') ?? {}, 'secretKeyRef');
  if (!reference) return entry;
  const secretKeyRef = defined({ secret: reference['name'], version: reference['key'] });
  return { name: entry['name'] ?? null, valueSource: { secretKeyRef } };
}

function envToKnative(entry: Body): Body {
  const reference = objectField(objectField(entry, 'valueSource') ?? {}, 'secretKeyRef');
  if (!reference) return entry;
  const secretKeyRef = defined({ name: reference['secret'], key: reference['version'] });
  return { name: entry['name'] ?? null, valueFrom: { secretKeyRef } };
}

function needed(object: Record<string, unknown>, field: string, path: string): Body {
  const value = objectField(object, field);
  if (!value) throw invalid(`${path} must be given.`);
  return value;
}

const defined = (object: Record<string, Json | undefined>): Body =>
  Object.fromEntries(
    Object.entries(object).filter((entry): entry is [string, Json] => entry[1] !== undefined),
  );
