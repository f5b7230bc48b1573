/** An execution as Cloud Run v2 shows it: when it begins, and when its last task has ended. */
import { randomUUID } from 'node:crypto';
import { isObject } from '../core/body.ts';
import { timestamp } from '../core/clock.ts';
import type { Cloud } from '../core/cloud.ts';
import { pathOf, type Body, type Json, type Resource } from '../core/store.ts';
import type { TaskSpec } from './spec.ts';

export function newExecution(cloud: Cloud, job: Resource, spec: TaskSpec, id: string, creator: string): Body {
  const now = timestamp(cloud.clock.now());
  return {
    name: `${pathOf(job.name)}/executions/${id}`,
    uid: randomUUID(),
    generation: '1',
    observedGeneration: '1',
    labels: { 'run.googleapis.com/job': lastOf(job.name) },
    creator,
    createTime: now,
    updateTime: now,
    job: lastOf(job.name),
    parallelism: spec.parallelism,
    taskCount: spec.taskCount,
    template: templateOf(job.body),
    reconciling: true,
    conditions: [
      condition('Completed', 'CONDITION_RECONCILING', now),
      condition('Started', 'CONDITION_SUCCEEDED', now),
    ],
    logUri: `https://console.cloud.google.com/logs/viewer?project=${job.project}`,
  };
}

function templateOf(job: Body): Json {
  const template = job['template'];
  return isObject(template) ? (template['template'] ?? {}) : {};
}

/** How an execution ended. `failure` is of the first task that failed for good. */
export interface Outcome {
  readonly cancelled: boolean;
  readonly failure: string | undefined;
}

export function completed(cloud: Cloud, body: Body, { cancelled, failure }: Outcome): Body {
  const now = timestamp(cloud.clock.now());
  const good = failure === undefined && !cancelled;
  const message = cancelled ? 'The execution was cancelled.' : failure;
  return {
    ...body,
    reconciling: false,
    completionTime: now,
    conditions: [
      {
        ...condition('Completed', good ? 'CONDITION_SUCCEEDED' : 'CONDITION_FAILED', now),
        ...(message !== undefined && { message }),
        ...(!good && { executionReason: cancelled ? 'CANCELLED' : 'NON_ZERO_EXIT_CODE' }),
      },
      condition('Started', 'CONDITION_SUCCEEDED', now),
    ],
  };
}

const condition = (type: string, state: string, lastTransitionTime: string): Body => ({
  type,
  state,
  lastTransitionTime,
});

/** The last segment of a path or full name. */
export const lastOf = (name: string): string => name.slice(name.lastIndexOf('/') + 1);
