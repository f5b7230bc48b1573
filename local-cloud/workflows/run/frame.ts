/** The running side of an execution: its counters and limits, its scopes, and where each routine call stands. */
import { MAX_CONCURRENT_BRANCHES, MAX_MEMORY_BYTES, MAX_STEPS } from '../lang/limits.ts';
import { resourceLimit, type Fatal, type Stopped } from './errors.ts';
import type { Host } from './host.ts';
import type { StepObserver } from './observer.ts';
import { Permits } from './permits.ts';
import { Schedule, type Turns } from './schedule.ts';
import { Scope } from './variables.ts';

export { Scope } from './variables.ts';

/** What all branches and routine calls of one execution share. */
export class Run {
  readonly host: Host;
  readonly branches = new Permits(MAX_CONCURRENT_BRANCHES);
  readonly schedule: Schedule;
  #steps = 0;
  #memory = 0;
  /** Below any count once the run has ended, so that a step costs one comparison. */
  #mostSteps = MAX_STEPS;
  #ended: Fatal | Stopped | undefined;
  /** Told of every step before it is counted. */
  readonly onStep: (routine: string, step: string) => void;
  readonly observer: StepObserver | undefined;

  constructor(
    host: Host,
    onStep: (routine: string, step: string) => void,
    seed: number,
    observer: StepObserver | undefined,
  ) {
    this.host = host;
    this.observer = observer;
    this.schedule = new Schedule(seed);
    this.onStep = onStep;
  }

  /** Counts a step, a retry or a poll. Throws why the run has ended, and ends it at the limit. */
  countStep(): void {
    this.#steps += 1;
    if (this.#steps > this.#mostSteps) this.#refuseStep();
  }

  #refuseStep(): never {
    if (this.#ended === undefined) this.die(resourceLimit(`execution ran more than ${MAX_STEPS} steps`));
    // It was not run.
    this.#steps -= 1;
    throw this.#ended;
  }

  /** Steps run so far, retries and polls included. */
  get steps(): number {
    return this.#steps;
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
    this.#mostSteps = -1;
    this.host.end(cause);
  }
}

/** Where one routine call stands: compiled code gets this and nothing else. */
export class Frame {
  readonly run: Run;
  readonly routine: string;
  readonly scope: Scope;
  readonly callDepth: number;
  readonly parallelDepth: number;
  /** Set in a parallel branch. */
  readonly turns: Turns | undefined;
  /** What the run's observer called the piece that is running. */
  readonly entry: number | undefined;

  constructor(
    run: Run,
    routine: string,
    scope: Scope,
    callDepth: number,
    parallelDepth: number,
    turns: Turns | undefined,
    entry: number | undefined,
  ) {
    this.run = run;
    this.routine = routine;
    this.scope = scope;
    this.callDepth = callDepth;
    this.parallelDepth = parallelDepth;
    this.turns = turns;
    this.entry = entry;
  }

  /** The frame `main` is called from. */
  static outermost(run: Run): Frame {
    return new Frame(run, 'main', new Scope(run, 0), 0, 0, undefined, undefined);
  }

  /** In a scope of its own inside this one: a loop's round, a handler. */
  within(scope: Scope): Frame {
    const { run, routine, callDepth, parallelDepth, turns, entry } = this;
    return new Frame(run, routine, scope, callDepth, parallelDepth, turns, entry);
  }

  called(routine: string, scope: Scope): Frame {
    const { run, callDepth, parallelDepth, turns, entry } = this;
    return new Frame(run, routine, scope, callDepth + 1, parallelDepth, turns, entry);
  }

  branch(turns: Turns): Frame {
    const { run, routine, scope, callDepth, parallelDepth, entry } = this;
    return new Frame(run, routine, scope, callDepth, parallelDepth + 1, turns, entry);
  }

  /** As a piece of its own for the observer. */
  observed(entry: number): Frame {
    const { run, routine, scope, callDepth, parallelDepth, turns } = this;
    return new Frame(run, routine, scope, callDepth, parallelDepth, turns, entry);
  }
}
