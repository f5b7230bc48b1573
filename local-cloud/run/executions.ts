/** Executions of Cloud Run jobs: the tasks as real processes, so many at a time, retried, cancelled, counted. */
import { randomBytes } from 'node:crypto';
import { timestamp } from '../core/clock.ts';
import type { Cloud } from '../core/cloud.ts';
import { ApiError } from '../core/errors.ts';
import type { Body, Resource } from '../core/store.ts';
import { runAttempt, type AttemptEnd } from './attempt.ts';
import { taskWorld, type TaskPlace, type TaskWorld } from './environment.ts';
import { completed, lastOf, newExecution } from './execution-body.ts';
import { LIMITS, type TaskSpec } from './spec.ts';
import { taskLogger } from './task-log.ts';

export const EXECUTION = 'run.googleapis.com/Execution';

/** Finished executions kept per job. */
const KEEP_FINISHED = 1_000;
/** Instances a region gives by default; a job that asks for more gets them one after the other. */
const REGION_INSTANCES = 100;
/** Cloud time from the call until the first container starts. */
const STARTUP_MS = 5_000;

interface Running {
  readonly name: string;
  readonly spec: TaskSpec;
  readonly stop: AbortController;
  readonly done: Promise<void>;
  readonly count: { running: number; succeeded: number; failed: number; cancelled: number; retried: number };
  /** Of the first task that failed for good. */
  failure: string | undefined;
}

export class Executions {
  readonly #cloud: Cloud;
  readonly #running = new Map<string, Running>();

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
  }

  /** Begins an execution of `job`; `done` resolves when its last task has ended. */
  start(job: Resource, spec: TaskSpec, creator: string): { execution: Resource; done: Promise<void> } {
    const here = [...this.#running.keys()].filter((name) =>
      name.startsWith(job.name.split('/jobs/')[0] ?? ''),
    );
    if (here.length >= LIMITS.runningExecutions) {
      throw new ApiError(
        'RESOURCE_EXHAUSTED',
        `${LIMITS.runningExecutions} executions are running in this region.`,
      );
    }
    const id = `${lastOf(job.name)}-${randomBytes(3).toString('hex').slice(0, 5)}`;
    const execution = this.#cloud.resources.create({
      name: `${job.name}/executions/${id}`,
      assetType: EXECUTION,
      project: job.project,
      location: job.location,
      body: newExecution(this.#cloud, job, spec, id, creator),
    });
    const stop = new AbortController();
    const count = { running: 0, succeeded: 0, failed: 0, cancelled: 0, retried: 0 };
    const running: Running = {
      name: execution.name,
      spec,
      stop,
      count,
      failure: undefined,
      done: Promise.resolve().then(() => this.#run(running)),
    };
    this.#running.set(execution.name, running);
    this.#forgetOld(job.name);
    return { execution, done: running.done };
  }

  /** Stops the tasks that run and those still to come; resolves when they are gone. Throws when all have ended. */
  cancel(execution: Resource): Promise<void> {
    const running = this.#running.get(execution.name);
    if (!running) {
      throw new ApiError('FAILED_PRECONDITION', `Execution ${lastOf(execution.name)} has already completed.`);
    }
    running.stop.abort(new Error('cancelled'));
    return running.done;
  }

  /** Cancels and forgets every execution of a job that is being deleted. */
  async removeAll(job: string): Promise<void> {
    for (const execution of this.#cloud.resources.list({
      assetType: EXECUTION,
      prefix: `${job}/executions/`,
    })) {
      if (this.#running.has(execution.name)) await this.cancel(execution);
      this.#cloud.resources.delete(execution.name);
    }
  }

  async close(): Promise<void> {
    const all = [...this.#running.values()];
    for (const { stop } of all) stop.abort(new Error('the local cloud ends'));
    await Promise.all(all.map(({ done }) => done));
  }

  async #run(running: Running): Promise<void> {
    const { spec, stop } = running;
    try {
      await this.#cloud.clock.sleep(STARTUP_MS, stop.signal).catch(() => undefined);
      this.#note(running, (body) => ({ ...body, startTime: timestamp(this.#cloud.clock.now()) }));
      let next = 0;
      const worker = async () => {
        while (next < spec.taskCount) await this.#task(running, next++);
      };
      await Promise.all(Array.from({ length: Math.min(spec.parallelism, REGION_INSTANCES) }, worker));
    } catch (error) {
      this.#cloud.log('error', `run: ${running.name}: ${String(error)}`);
      running.failure ??= 'The local cloud failed to run the execution; its log says why.';
    }
    this.#running.delete(running.name);
    this.#note(running, (body) =>
      completed(this.#cloud, body, { cancelled: stop.signal.aborted, failure: running.failure }),
    );
  }

  async #task(running: Running, index: number): Promise<void> {
    const { spec, stop, count } = running;
    count.running += 1;
    this.#note(running, (body) => body);
    let end: AttemptEnd = { kind: 'cancelled' };
    for (let attempt = 0; attempt <= spec.maxRetries && !stop.signal.aborted; attempt++) {
      if (attempt > 0) count.retried += 1;
      end = await this.#attempt(running, index, attempt);
      if (end.kind === 'cancelled' || (end.kind === 'exited' && end.code === 0)) break;
    }
    count.running -= 1;
    if (end.kind === 'cancelled') count.cancelled += 1;
    else if (end.kind === 'exited' && end.code === 0) count.succeeded += 1;
    else {
      count.failed += 1;
      running.failure ??= `Task ${lastOf(running.name)}-task${index} failed with message: ${inWords(end)}`;
    }
    this.#note(running, (body) => body);
  }

  async #attempt(running: Running, index: number, attempt: number): Promise<AttemptEnd> {
    const { spec, stop } = running;
    const runnable = this.#cloud.config.images.find(({ image }) => image === withoutTag(spec.image));
    if (!runnable) {
      const known = this.#cloud.config.images.map(({ image }) => image).join(', ') || 'none';
      return {
        kind: 'not started',
        why: `Image '${spec.image}' not found. The local cloud can run: ${known}`,
      };
    }
    const place: TaskPlace = { ...placeOf(running.name), index, attempt };
    let world: TaskWorld | undefined;
    try {
      world = await taskWorld(this.#cloud, spec, place);
      return await runAttempt({
        argv: [...runnable.entrypoint, ...spec.args],
        env: world.env,
        cwd: world.cwd,
        timeoutSeconds: spec.timeoutSeconds,
        signal: stop.signal,
        onLine: taskLogger(this.#cloud, place),
      });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return { kind: 'not started', why: error.message };
    } finally {
      await world?.close();
    }
  }

  #note(running: Running, change: (body: Body) => Body): void {
    // A deleted job takes its executions along while they end.
    if (!this.#cloud.resources.get(running.name)) return;
    const { count } = running;
    this.#cloud.resources.update(running.name, (body) => ({
      ...change(body),
      runningCount: count.running,
      succeededCount: count.succeeded,
      failedCount: count.failed,
      cancelledCount: count.cancelled,
      retriedCount: count.retried,
      updateTime: timestamp(this.#cloud.clock.now()),
    }));
  }

  #forgetOld(job: string): void {
    const finished = this.#cloud.resources
      .list({ assetType: EXECUTION, prefix: `${job}/executions/` })
      .filter(({ name }) => !this.#running.has(name))
      .sort((a, b) => (a.createTime < b.createTime ? -1 : 1));
    for (const { name } of finished.slice(0, Math.max(0, finished.length - KEEP_FINISHED))) {
      this.#cloud.resources.delete(name);
    }
  }
}

function inWords(end: AttemptEnd): string {
  switch (end.kind) {
    case 'exited':
      return `The container exited with an error (exit code ${end.code}).`;
    case 'killed':
    case 'not started':
      return end.why;
    case 'timed out':
      return 'The configured timeout was reached.';
    case 'cancelled':
      return 'The execution was cancelled.';
  }
}

/** `host/p/r/image:tag@sha256:…` without tag and digest, as the configuration names images. */
const withoutTag = (image: string): string => image.replace(/@.*$/, '').replace(/:[^/:]*$/, '');

/** What the execution's store name says: `run.googleapis.com/projects/P/locations/L/jobs/J/executions/E`. */
function placeOf(name: string): Omit<TaskPlace, 'index' | 'attempt'> {
  const [, , project = '', , location = '', , job = '', , execution = ''] = name.split('/');
  return { project, location, job, execution };
}
