/**
 * google.longrunning operations: what is asynchronous in Google Cloud stays asynchronous here. Ids are unique over
 * all services, because several of them share one path shape.
 */
import { randomUUID } from 'node:crypto';
import type { Clock } from './clock.ts';
import { timestamp } from './clock.ts';
import { ApiError, notFound, type RpcStatus } from './errors.ts';

export interface Operation {
  readonly name: string;
  metadata: Record<string, unknown>;
  done: boolean;
  response?: unknown;
  error?: RpcStatus;
}

/** Told at the end of an operation; the error of one that failed. */
export type OperationEnd = (error: RpcStatus | undefined) => void;

export interface OperationPlan {
  /** e.g. `projects/p/locations/us-central1`; the operation is named below it. */
  readonly parent: string;
  /** The `@type` of the metadata, e.g. `type.googleapis.com/google.cloud.workflows.v1.OperationMetadata`. */
  readonly metadataType: string;
  readonly metadata: Record<string, unknown>;
  /** Cloud time before `run` is called. */
  readonly delayMs: number;
  /** Does the work; its result becomes `response`, a thrown ApiError becomes `error`. */
  readonly run: () => unknown;
}

export class Operations {
  readonly #operations = new Map<string, Operation>();
  readonly #ends = new Map<string, OperationEnd>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  start(plan: OperationPlan): Operation {
    const operation: Operation = {
      name: `${plan.parent}/operations/operation-${randomUUID()}`,
      metadata: {
        '@type': plan.metadataType,
        createTime: timestamp(this.#clock.now()),
        ...plan.metadata,
      },
      done: false,
    };
    this.#operations.set(operation.name, operation);
    this.#clock.after(plan.delayMs, () => void this.#finish(operation, plan));
    return structuredClone(operation);
  }

  get(name: string): Operation {
    const operation = this.#operations.get(name);
    if (!operation) throw notFound(`Operation ${name}`);
    return operation;
  }

  /** Calls `tell` once the operation has ended; a second one for the same operation replaces the first. */
  whenDone(name: string, tell: OperationEnd): void {
    const operation = this.get(name);
    if (operation.done) tell(operation.error);
    else this.#ends.set(name, tell);
  }

  list(parent: string): Operation[] {
    return [...this.#operations.values()].filter((op) => op.name.startsWith(`${parent}/operations/`));
  }

  delete(name: string): void {
    if (!this.#operations.delete(name)) throw notFound(`Operation ${name}`);
  }

  async #finish(operation: Operation, plan: OperationPlan): Promise<void> {
    try {
      operation.response = await plan.run();
    } catch (error) {
      operation.error =
        error instanceof ApiError ? error.rpc : { code: 13, message: `Internal error: ${String(error)}` };
    }
    operation.metadata['endTime'] = timestamp(this.#clock.now());
    operation.done = true;
    this.#ends.get(operation.name)?.(operation.error);
    this.#ends.delete(operation.name);
  }
}
