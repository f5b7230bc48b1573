/** Cloud Run jobs in the store: made, replaced, run and deleted, whichever of the two APIs the call came by. */
import { randomUUID } from 'node:crypto';
import { invalid, objectField } from '../core/body.ts';
import { timestamp } from '../core/clock.ts';
import type { Cloud } from '../core/cloud.ts';
import { ApiError } from '../core/errors.ts';
import { pathOf, type Body, type Json, type Resource } from '../core/store.ts';
import { EXECUTION, Executions } from './executions.ts';
import { LIMITS, readSpec, withOverrides } from './spec.ts';

export const JOB = 'run.googleapis.com/Job';
/** cloud.google.com/run/docs/create-jobs: up to 49 characters, as executions add six to it. */
const JOB_ID = /^[a-z]([-a-z0-9]{0,47}[a-z0-9])?$/;
/** What a caller decides; all else in a job is the service's. */
const GIVEN = [
  'labels',
  'annotations',
  'client',
  'clientVersion',
  'launchStage',
  'binaryAuthorization',
  'template',
];

export interface Place {
  readonly project: string;
  readonly location: string;
}

export const parentOf = ({ project, location }: Place): string => `projects/${project}/locations/${location}`;
export const jobName = (place: Place, id: string): string =>
  `run.googleapis.com/${parentOf(place)}/jobs/${id}`;

export class Jobs {
  readonly executions: Executions;
  readonly #cloud: Cloud;

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
    this.executions = new Executions(cloud);
  }

  /** Throws NOT_FOUND in Cloud Run's words. */
  require(name: string): Resource {
    const found = this.#cloud.resources.get(name);
    if (!found)
      throw new ApiError('NOT_FOUND', `Resource '${name.slice(name.lastIndexOf('/') + 1)}' was not found`);
    return found;
  }

  /** Makes a job from a v2 body. Throws INVALID_ARGUMENT, ALREADY_EXISTS, RESOURCE_EXHAUSTED. */
  create(place: Place, id: string, request: Record<string, unknown>, creator: string): Resource {
    if (!JOB_ID.test(id)) throw invalid(`job_id "${id}" must match ${JOB_ID.source}.`);
    readSpec(request);
    const name = jobName(place, id);
    if (this.#cloud.resources.get(name))
      throw new ApiError('ALREADY_EXISTS', `Resource '${id}' already exists.`);
    if (this.#cloud.resources.list({ assetType: JOB, ...place }).length >= LIMITS.jobs) {
      throw new ApiError('RESOURCE_EXHAUSTED', `There are ${LIMITS.jobs} jobs in ${place.location} already.`);
    }
    const now = timestamp(this.#cloud.clock.now());
    const own = { name: pathOf(name), uid: randomUUID(), createTime: now, creator, executionCount: 0 };
    const body = { ...given(request), ...own, ...this.#changed('1', creator) };
    return this.#cloud.resources.create({ name, assetType: JOB, ...place, body });
  }

  /** Replaces what the caller decides. Throws NOT_FOUND, INVALID_ARGUMENT. */
  replace(name: string, request: Record<string, unknown>, modifier: string): Resource {
    readSpec(request);
    this.require(name);
    return this.#cloud.resources.update(name, (job) => {
      const kept = Object.entries(job).filter(([field]) => !GIVEN.includes(field));
      const generation = String(Number(job['generation'] ?? 0) + 1);
      return { ...Object.fromEntries(kept), ...given(request), ...this.#changed(generation, modifier) };
    });
  }

  /** Starts an execution with the `overrides` of a v2 request. */
  run(
    name: string,
    request: Record<string, unknown>,
    principal: string,
  ): { execution: Resource; done: Promise<void> } {
    const job = this.require(name);
    const spec = withOverrides(readSpec(job.body), objectField(request, 'overrides'));
    const { execution, done } = this.executions.start(job, spec, principal);
    this.#cloud.resources.update(name, (body) => ({
      ...body,
      executionCount: Number(body['executionCount'] ?? 0) + 1,
      latestCreatedExecution: {
        name: execution.name.slice(execution.name.lastIndexOf('/') + 1),
        createTime: execution.createTime,
        completionStatus: 'EXECUTION_RUNNING',
      },
    }));
    return { execution, done: done.then(() => this.#noteCompletion(name, execution)) };
  }

  async delete(name: string): Promise<Resource> {
    const job = this.require(name);
    this.#cloud.resources.delete(name);
    await this.executions.removeAll(name);
    return job;
  }

  executionsOf(name: string): Resource[] {
    return this.#cloud.resources.list({ assetType: EXECUTION, prefix: `${name}/executions/` });
  }

  #noteCompletion(name: string, { name: execution }: Resource): void {
    const body = this.#cloud.resources.get(execution)?.body;
    if (!this.#cloud.resources.get(name) || !body) return;
    const status =
      Number(body['cancelledCount']) > 0
        ? 'CANCELLED'
        : Number(body['failedCount']) > 0
          ? 'FAILED'
          : 'SUCCEEDED';
    this.#cloud.resources.update(name, (job) => {
      const latest = job['latestCreatedExecution'];
      // A newer execution may have begun meanwhile.
      if (!isLatest(latest, execution)) return job;
      const end = { completionTime: body['completionTime'] ?? null, completionStatus: `EXECUTION_${status}` };
      return { ...job, latestCreatedExecution: { ...latest, ...end } };
    });
  }

  #changed(generation: string, modifier: string): Body {
    const now = timestamp(this.#cloud.clock.now());
    return {
      generation,
      observedGeneration: generation,
      updateTime: now,
      lastModifier: modifier,
      reconciling: false,
      terminalCondition: { type: 'Ready', state: 'CONDITION_SUCCEEDED', lastTransitionTime: now },
      etag: `"${Buffer.from(`${generation} ${now}`).toString('base64url')}"`,
    };
  }
}

const given = (request: Record<string, unknown>): Body =>
  Object.fromEntries(Object.entries(request as Body).filter(([field]) => GIVEN.includes(field)));

function isLatest(latest: Json | undefined, execution: string): latest is Body {
  const known = typeof latest === 'object' && latest !== null && !Array.isArray(latest);
  return known && typeof latest['name'] === 'string' && execution.endsWith(`/${latest['name']}`);
}
