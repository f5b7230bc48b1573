/** All executions the service still knows, by workflow; what is too old is gone for everybody who asks. */
import type { Clock } from '../../core/clock.ts';
import { notFound } from '../../core/errors.ts';
import type { Execution } from './execution.ts';
import { workflowPath, type WorkflowName } from './names.ts';

const DAY_MS = 24 * 3600 * 1000;
/** After its end. The docs say so of execution data; that it ends with 404 is assumed. */
const RETENTION_MS = 90 * DAY_MS;
/** Step entries kept over all finished executions: oldest go first, so that a local cloud that runs for days stays small. */
const MAX_KEPT_ENTRIES = 500_000;

export class Registry {
  readonly #clock: Clock;
  readonly #workflows = new Map<string, Map<string, Execution>>();
  /** Finished executions that still have step entries, oldest end first. */
  readonly #withHistory = new Set<Execution>();
  #kept = 0;
  #swept = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(execution: Execution): void {
    this.#sweep();
    const path = workflowPath(execution.workflow);
    const executions = this.#workflows.get(path) ?? new Map<string, Execution>();
    this.#workflows.set(path, executions.set(execution.id, execution));
  }

  /** Throws NOT_FOUND. */
  get(workflow: WorkflowName, id: string): Execution {
    const execution = this.#workflows.get(workflowPath(workflow))?.get(id);
    if (execution === undefined || this.#isExpired(execution)) {
      throw notFound(`execution ${id} of workflow ${workflowPath(workflow)}`);
    }
    return execution;
  }

  /** Newest first. */
  list(workflow: WorkflowName): Execution[] {
    const executions = this.#workflows.get(workflowPath(workflow))?.values() ?? [];
    return [...executions].filter((one) => !this.#isExpired(one)).reverse();
  }

  removeAll(workflow: WorkflowName): void {
    for (const execution of this.list(workflow)) this.dropHistory(execution);
    this.#workflows.delete(workflowPath(workflow));
  }

  /** To be told of each execution that has ended. */
  ended(execution: Execution): void {
    this.#withHistory.add(execution);
    this.#kept += execution.history.entries.length;
    for (const oldest of this.#withHistory) {
      if (this.#kept <= MAX_KEPT_ENTRIES || oldest === execution) break;
      this.dropHistory(oldest);
    }
  }

  dropHistory(execution: Execution): void {
    if (this.#withHistory.delete(execution)) this.#kept -= execution.history.entries.length;
    execution.history.clear();
  }

  #isExpired({ ended }: Execution): boolean {
    return ended !== undefined && ended + RETENTION_MS < this.#clock.now();
  }

  /** Gives the memory of expired executions back, once a day of cloud time. */
  #sweep(): void {
    const now = this.#clock.now();
    if (now - this.#swept < DAY_MS) return;
    this.#swept = now;
    for (const executions of this.#workflows.values()) {
      for (const execution of executions.values()) {
        if (!this.#isExpired(execution)) continue;
        this.dropHistory(execution);
        executions.delete(execution.id);
      }
    }
  }
}
