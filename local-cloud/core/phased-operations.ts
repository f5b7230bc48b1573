/**
 * Operations of the older APIs (Compute Engine, Kubernetes Engine), which have no google.longrunning shape: they go
 * PENDING, RUNNING, DONE. Each API prints them in its own words; this file only keeps them and lets time pass.
 */
import { randomBytes } from 'node:crypto';
import type { Clock } from './clock.ts';
import { ApiError, notFound } from './errors.ts';
import type { OperationEnd } from './operations.ts';

export interface PhasedOperation {
  readonly name: string;
  /** e.g. `delete`, or `UPDATE_CLUSTER`. */
  readonly type: string;
  /** Path of the resource it works on, e.g. `projects/p/global/networks/n`. */
  readonly target: string;
  readonly project: string;
  /** `global`, a region or a zone. */
  readonly location: string;
  /** The caller's email. */
  readonly user: string;
  /** Milliseconds of cloud time since the epoch, as are the other two. */
  readonly insertTime: number;
  startTime?: number;
  endTime?: number;
  status: 'PENDING' | 'RUNNING' | 'DONE';
  /** Why it failed; only once it is DONE. */
  error?: ApiError;
}

export interface PhasedPlan extends Pick<
  PhasedOperation,
  'type' | 'target' | 'project' | 'location' | 'user'
> {
  /** Cloud time from the call to DONE. */
  readonly delayMs: number;
  /** Does the work at the end of the delay; what it throws becomes the operation's error. */
  readonly run: () => unknown;
}

/** Share of the delay an operation is PENDING before it runs: long enough that a client sees both. */
const PENDING_SHARE = 0.2;

export class PhasedOperations {
  readonly #clock: Clock;
  readonly #operations = new Map<string, PhasedOperation>();
  readonly #waiting = new Map<string, Set<() => void>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  start({ delayMs, run, ...about }: PhasedPlan): PhasedOperation {
    const now = this.#clock.now();
    const operation: PhasedOperation = {
      name: `operation-${now}-${randomBytes(8).toString('hex')}`,
      ...about,
      insertTime: now,
      status: 'PENDING',
    };
    this.#operations.set(operation.name, operation);
    this.#clock.after(delayMs * PENDING_SHARE, () => {
      operation.status = 'RUNNING';
      operation.startTime = this.#clock.now();
    });
    this.#clock.after(delayMs, () => void this.#finish(operation, run));
    return operation;
  }

  /** Throws 404 when there is none of that name in that place. */
  get(project: string, location: string, name: string): PhasedOperation {
    const operation = this.#operations.get(name);
    if (operation?.project !== project || (location !== '-' && operation.location !== location)) {
      throw notFound(`The resource 'projects/${project}/${location}/operations/${name}'`);
    }
    return operation;
  }

  /** Oldest first; `location` `-` means every one. */
  list(project: string, location: string): PhasedOperation[] {
    return [...this.#operations.values()].filter(
      (op) => op.project === project && (location === '-' || op.location === location),
    );
  }

  /** The unfinished operation on `target` or something below it, if there is one. */
  active(target: string): PhasedOperation | undefined {
    return [...this.#operations.values()].find(
      (op) => op.status !== 'DONE' && (op.target === target || op.target.startsWith(`${target}/`)),
    );
  }

  /** Calls `tell` once the operation has ended. */
  whenDone(name: string, tell: OperationEnd): void {
    const operation = this.#operations.get(name);
    if (!operation) return;
    if (operation.status === 'DONE') {
      tell(operation.error?.rpc);
      return;
    }
    this.#waiting.set(
      name,
      (this.#waiting.get(name) ?? new Set()).add(() => tell(operation.error?.rpc)),
    );
  }

  /** The operation once it is DONE, or as it is after `maxMs` of cloud time. */
  async wait(operation: PhasedOperation, maxMs: number): Promise<PhasedOperation> {
    if (operation.status === 'DONE') return operation;
    await new Promise<void>((resolve) => {
      const waiting = this.#waiting.get(operation.name) ?? new Set();
      this.#waiting.set(operation.name, waiting.add(done));
      const cancel = this.#clock.after(maxMs, done);
      function done() {
        cancel();
        waiting.delete(done);
        resolve();
      }
    });
    return operation;
  }

  async #finish(operation: PhasedOperation, run: () => unknown): Promise<void> {
    try {
      await run();
    } catch (error) {
      operation.error =
        error instanceof ApiError ? error : new ApiError('INTERNAL', `Internal error: ${String(error)}`);
    }
    operation.status = 'DONE';
    operation.endTime = this.#clock.now();
    for (const done of this.#waiting.get(operation.name) ?? []) done();
    this.#waiting.delete(operation.name);
  }
}
