/** The running side of an execution: its counters and limits, its scopes, and where each routine call stands. */
import { MAX_CONCURRENT_BRANCHES, MAX_MEMORY_BYTES, MAX_STEPS } from '../lang/limits.ts';
import type { Location } from '../lang/scope.ts';
import { resourceLimit, systemError, type Fatal, type Stopped } from './errors.ts';
import type { Host } from './host.ts';
import type { StepObserver } from './observer.ts';
import { Permits } from './permits.ts';
import { sizeOf, type Value } from './values.ts';

/** What all branches and routine calls of one execution share. */
export class Run {
  readonly host: Host;
  readonly branches = new Permits(MAX_CONCURRENT_BRANCHES);
  #steps = 0;
  #memory = 0;
  #ended: Fatal | Stopped | undefined;
  readonly #onStep: (routine: string, step: string) => void;
  readonly observer: StepObserver | undefined;

  constructor(
    host: Host,
    onStep: (routine: string, step: string) => void,
    observer?: StepObserver | undefined,
  ) {
    this.host = host;
    this.#onStep = onStep;
    this.observer = observer;
  }

  enterStep(routine: string, step: string): void {
    this.#onStep(routine, step);
    this.countStep();
  }

  countStep(): void {
    if (this.#ended !== undefined) throw this.#ended;
    this.#steps += 1;
    if (this.#steps > MAX_STEPS) this.die(resourceLimit(`execution ran more than ${MAX_STEPS} steps`));
  }

  /** Grows or shrinks the memory in use, in bytes. */
  useMemory(bytes: number): void {
    this.#memory += bytes;
    if (bytes > 0 && this.#memory > MAX_MEMORY_BYTES) {
      this.die(
        resourceLimit(
          `memory usage limit of ${MAX_MEMORY_BYTES} bytes exceeded: ${this.#memory} bytes in use`,
        ),
      );
    }
  }

  get memory(): number {
    return this.#memory;
  }

  /** Ends the execution; branches that still run stop at their next step. */
  die(cause: Fatal | Stopped): never {
    this.stop(cause);
    throw cause;
  }

  stop(cause: Fatal | Stopped): void {
    this.#ended ??= cause;
    this.host.end(cause);
  }
}

/** The variables of one scope while it runs. */
export class Scope {
  readonly parent: Scope | undefined;
  readonly #run: Run;
  readonly #values: (Value | undefined)[];

  constructor(run: Run, size: number, parent?: Scope) {
    this.#run = run;
    this.#values = new Array<Value | undefined>(size).fill(undefined);
    this.parent = parent;
  }

  get(location: Location, name: string): Value {
    const value = this.peek(location);
    // The checker proves that the name is assigned somewhere; the path taken may still have missed it.
    if (value === undefined)
      throw systemError('KeyError', `variable '${name}' was not assigned before it was read`);
    return value;
  }

  peek({ depth, slot }: Location): Value | undefined {
    return this.#up(depth).#values[slot];
  }

  set({ depth, slot }: Location, value: Value): void {
    const values = this.#up(depth).#values;
    const before = values[slot];
    this.#run.useMemory(sizeOf(value) - (before === undefined ? 0 : sizeOf(before)));
    values[slot] = value;
  }

  /** Gives the memory back when the scope ends. */
  release(): void {
    for (const value of this.#values) if (value !== undefined) this.#run.useMemory(-sizeOf(value));
    this.#values.fill(undefined);
  }

  #up(depth: number): Scope {
    return depth === 0 || this.parent === undefined ? this : this.parent.#up(depth - 1);
  }
}

/** Where one routine call stands: compiled code gets this and nothing else. */
export interface Frame {
  readonly run: Run;
  readonly routine: string;
  readonly scope: Scope;
  readonly callDepth: number;
  readonly parallelDepth: number;
  /** What the run's observer called the piece that is running. */
  readonly entry?: number;
}
