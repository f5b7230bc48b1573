/** Starts, runs, queues and cancels executions. */
import { randomUUID } from 'node:crypto';
import type { Cloud } from '../../core/cloud.ts';
import { ApiError } from '../../core/errors.ts';
import { MAX_WAIT } from '../lang/limits.ts';
import { Raised, Stopped } from '../run/errors.ts';
import { parseJson, printable, toJson } from '../run/json.ts';
import type { Run } from '../run/frame.ts';
import type { ExecutionIdentity } from '../run/host.ts';
import type { Value } from '../run/values.ts';
import { Callbacks } from './callbacks.ts';
import type { Revision } from './definitions.ts';
import { isRunning, type Execution, type ExecutionError } from './execution.ts';
import { CloudHost } from './host.ts';
import { History } from './history.ts';
import { ExecutionLog } from './log.ts';
import type { Projects, WorkflowName } from './names.ts';
import { exhausted, type Quotas } from './quotas.ts';
import { Registry } from './registry.ts';

/** Between the answer to a create and the first step; real executions need about as long. Assumed. */
const START_DELAY_MS = 50;

export interface ExecutionRequest {
  /** JSON text. */
  readonly argument: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly callLogLevel: string | undefined;
  readonly historyLevel: string | undefined;
  readonly disableBuffering: boolean | undefined;
}

export class Executions {
  readonly #cloud: Cloud;
  readonly #projects: Projects;
  readonly #quotas: Quotas;
  readonly #registry: Registry;
  readonly #runs = new Map<string, Run>();
  /** Running executions per project and location. */
  readonly #active = new Map<string, number>();
  readonly #queues = new Map<string, Execution[]>();

  constructor(cloud: Cloud, projects: Projects, quotas: Quotas) {
    this.#cloud = cloud;
    this.#projects = projects;
    this.#quotas = quotas;
    this.#registry = new Registry(cloud.clock);
  }

  /** Throws NOT_FOUND. */
  get(workflow: WorkflowName, id: string): Execution {
    return this.#registry.get(workflow, id);
  }

  /** Newest first. */
  list(workflow: WorkflowName): Execution[] {
    return this.#registry.list(workflow);
  }

  /** Throws RESOURCE_EXHAUSTED when there is no place and no queue for it. */
  create(workflow: WorkflowName, revision: Revision, request: ExecutionRequest): Execution {
    const id = randomUUID();
    const { location } = workflow;
    const project = this.#projects.numberOf(workflow.project);
    const place = placeOf(workflow);
    const free = this.#isFree(place);
    if (!free) this.#checkQueue(workflow, request);
    const log = new ExecutionLog(this.#cloud, this.#identityOf(id, workflow, revision));
    const calls = log.calls(request.callLogLevel);
    const execution: Execution = {
      id,
      name: `projects/${project}/locations/${location}/workflows/${workflow.workflow}/executions/${id}`,
      workflow,
      revision,
      ...request,
      created: this.#cloud.clock.now(),
      callbacks: new Callbacks(),
      history: new History({
        detailed: request.historyLevel === 'EXECUTION_HISTORY_DETAILED',
        routines: revision.routines,
        now: () => this.#cloud.clock.now(),
        ...(calls !== undefined && { calls }),
      }),
      log,
      state: 'QUEUED',
      started: undefined,
      ended: undefined,
      result: undefined,
      error: undefined,
      current: undefined,
    };
    this.#registry.add(execution);
    if (free) this.#start(execution);
    else this.#queueAt(place).push(execution);
    return execution;
  }

  /** Throws FAILED_PRECONDITION when it is over already. */
  cancel(execution: Execution): void {
    if (!isRunning(execution)) {
      throw new ApiError(
        'FAILED_PRECONDITION',
        `execution ${execution.id} is ${execution.state}, it cannot be cancelled`,
      );
    }
    const message = 'Execution was cancelled.';
    this.#finish(execution, 'CANCELLED', {
      error: { payload: JSON.stringify(message), context: message, stack: [] },
    });
    this.#stop(execution, message);
  }

  /** Cancels and forgets all executions of a deleted workflow. */
  removeAll(workflow: WorkflowName): void {
    for (const execution of this.list(workflow)) if (isRunning(execution)) this.cancel(execution);
    this.#registry.removeAll(workflow);
  }

  /** Throws FAILED_PRECONDITION while it runs (assumed: its history is still being written). */
  deleteHistory(execution: Execution): void {
    if (isRunning(execution)) {
      throw new ApiError(
        'FAILED_PRECONDITION',
        `execution ${execution.id} is ${execution.state}; its history can be deleted when it has ended`,
      );
    }
    this.#registry.dropHistory(execution);
  }

  /** Stops what runs, without a trace in its state: the cloud itself is ending. */
  stopAll(): void {
    this.#queues.clear();
    for (const run of this.#runs.values()) run.stop(new Stopped('the local cloud is closing'));
    this.#runs.clear();
  }

  #isFree(place: string): boolean {
    return (this.#active.get(place) ?? 0) < this.#quotas.limits.running;
  }

  #checkQueue(workflow: WorkflowName, { disableBuffering }: ExecutionRequest): void {
    const { project, location } = workflow;
    if (disableBuffering === true) throw exhausted('Concurrent executions per region', project, location);
    if (this.#queueAt(placeOf(workflow)).length < this.#quotas.limits.queued) return;
    throw exhausted('Backlogged executions per region', project, location);
  }

  #queueAt(place: string): Execution[] {
    const queue = this.#queues.get(place) ?? [];
    this.#queues.set(place, queue);
    return queue;
  }

  #start(execution: Execution): void {
    const place = placeOf(execution.workflow);
    this.#active.set(place, (this.#active.get(place) ?? 0) + 1);
    execution.state = 'ACTIVE';
    execution.started = this.#cloud.clock.now();
    execution.log.started(execution.argument);
    this.#cloud.clock.after(START_DELAY_MS, () => {
      // It may have been cancelled before its first step.
      if (execution.state === 'ACTIVE') void this.#run(execution);
    });
  }

  async #run(execution: Execution): Promise<void> {
    const { id, workflow, revision, log, history } = execution;
    const host = new CloudHost(
      this.#cloud,
      this.#identityOf(id, workflow, revision),
      execution.callbacks,
      (severity, payload) => log.said(severity, payload),
    );
    const tooOld = this.#cloud.clock.after(MAX_WAIT * 1000, () => this.#outlived(execution));
    const { run, result } = revision.program.start(
      parseJson(execution.argument),
      host,
      (routine, step) => {
        execution.current = { routine, step };
      },
      history,
    );
    this.#runs.set(execution.id, run);
    try {
      this.#succeed(execution, await result);
    } catch (error) {
      this.#fail(execution, error);
    } finally {
      tooOld();
      this.#stop(execution, 'execution ended');
    }
  }

  /** Assumed form of the error; that a year is the longest is documented. */
  #outlived(execution: Execution): void {
    const message = `TimeoutError: execution ran longer than ${MAX_WAIT} s`;
    const payload = JSON.stringify({ message, tags: ['TimeoutError'] });
    this.#finish(execution, 'FAILED', { error: { payload, context: message, stack: [] } });
    this.#stop(execution, message);
  }

  #succeed(execution: Execution, value: Value): void {
    this.#finish(execution, 'SUCCEEDED', { result: toJson(value) });
  }

  #fail(execution: Execution, error: unknown): void {
    if (error instanceof Stopped) return;
    if (error instanceof Raised) {
      this.#finish(execution, 'FAILED', { error: errorOf(error) });
      return;
    }
    // Our own mistake: told as what the service calls it, and in our log with its trace.
    this.#cloud.log(
      'error',
      `workflow ${execution.name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
    const message = `SystemError: internal error: ${String(error)}`;
    const payload = JSON.stringify({ message, tags: ['SystemError'] });
    this.#finish(execution, 'FAILED', { error: { payload, context: message, stack: [] } });
  }

  /** Branches that still run stop; nothing of an execution outlives it. */
  #stop(execution: Execution, reason: string): void {
    this.#runs.get(execution.id)?.stop(new Stopped(reason));
    this.#runs.delete(execution.id);
  }

  #finish(
    execution: Execution,
    state: 'SUCCEEDED' | 'FAILED' | 'CANCELLED',
    outcome: { result?: string; error?: ExecutionError },
  ): void {
    if (!isRunning(execution)) return;
    const place = placeOf(execution.workflow);
    const queue = this.#queueAt(place);
    if (execution.state === 'QUEUED') queue.splice(queue.indexOf(execution), 1);
    else this.#active.set(place, (this.#active.get(place) ?? 1) - 1);
    execution.state = state;
    execution.ended = this.#cloud.clock.now();
    execution.result = outcome.result;
    execution.error = outcome.error;
    execution.history.close();
    this.#registry.ended(execution);
    execution.log.ended(state, outcome.result, outcome.error);
    const next = this.#isFree(place) ? queue.shift() : undefined;
    if (next !== undefined) this.#start(next);
  }

  #identityOf(id: string, workflow: WorkflowName, revision: Revision): ExecutionIdentity {
    const account = revision.body['serviceAccount'];
    const projectNumber = this.#projects.numberOf(workflow.project);
    return {
      project: workflow.project,
      projectNumber,
      location: workflow.location,
      workflow: workflow.workflow,
      revision: revision.id,
      execution: id,
      serviceAccount:
        typeof account === 'string'
          ? account.slice(account.lastIndexOf('/') + 1)
          : defaultServiceAccount(projectNumber),
      userEnvVars: (revision.body['userEnvVars'] ?? {}) as Record<string, string>,
    };
  }
}

/** What runs a workflow that names no service account. */
export const defaultServiceAccount = (projectNumber: string): string =>
  `${projectNumber}-compute@developer.gserviceaccount.com`;

const placeOf = ({ project, location }: WorkflowName): string => `projects/${project}/locations/${location}`;

const errorOf = (error: Raised): ExecutionError => ({
  payload: printable(error.value),
  context: error.context(printable),
  stack: error.trace,
});
