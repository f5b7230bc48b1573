/** The running side of an execution: its counters and limits, its scopes, and where each routine call stands. */
import { MAX_CONCURRENT_BRANCHES, MAX_MEMORY_BYTES, MAX_STEPS } from '../lang/limits.ts';
import type { Location } from '../lang/scope.ts';
import { resourceLimit, systemError, type Fatal, type Stopped } from './errors.ts';
import type { Host } from './host.ts';
import type { StepObserver } from './observer.ts';
import { Permits } from './permits.ts';
import { Schedule, type Turns } from './schedule.ts';
import { measure } from './memory.ts';
import type { Value } from './values.ts';

/** What all branches and routine calls of one execution share. */
export class Run {
  readonly host: Host;
  readonly branches = new Permits(MAX_CONCURRENT_BRANCHES);
  readonly schedule: Schedule;
  #steps = 0;
  #memory = 0;
  #ended: Fatal | Stopped | undefined;
  readonly #onStep: (routine: string, step: string) => void;

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
    this.#onStep = onStep;
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
    this.host.end(cause);
  }
}

/** The variables of one scope while it runs. */
export class Scope {
  readonly parent: Scope | undefined;
  readonly #run: Run;
  readonly #values: (Value | undefined)[];
  /** Bytes of each variable, as they were counted. */
  readonly #sizes: number[];

  constructor(run: Run, size: number, parent?: Scope) {
    this.#run = run;
    this.#values = new Array<Value | undefined>(size).fill(undefined);
    this.#sizes = new Array<number>(size).fill(0);
    this.parent = parent;
  }

  get(slot: number, name: string): Value {
    const value = this.#values[slot];
    // The checker proves that the name is assigned somewhere; the path taken may still have missed it.
    if (value === undefined) throw notAssigned(name);
    return value;
  }

  peek(slot: number): Value | undefined {
    return this.#values[slot];
  }

  /** Raises ResourceLimitError, which nobody can catch, when the value does not fit. */
  set(slot: number, value: Value): void {
    const size = measure(value);
    const grown = size - (this.#sizes[slot] ?? 0);
    if (grown !== 0) this.#run.useMemory(grown);
    this.#sizes[slot] = size;
    this.#values[slot] = value;
  }

  /** Gives the memory back when the scope ends. */
  release(): void {
    for (let slot = 0; slot < this.#sizes.length; slot += 1) {
      this.#run.useMemory(-(this.#sizes[slot] ?? 0));
      this.#sizes[slot] = 0;
      this.#values[slot] = undefined;
    }
  }

  /** The scope `depth` levels further out. */
  up(depth: number): Scope {
    return depth === 0 || this.parent === undefined ? this : this.parent.up(depth - 1);
  }

  /** All variables that hold a value: the accounts can be checked against them. */
  get held(): readonly Value[] {
    return this.#values.filter((value) => value !== undefined);
  }
}

/** Assumed: the tag is KeyError; the service's text for this case is not known. */
const notAssigned = (name: string) =>
  systemError('KeyError', `variable '${name}' was not assigned before it was read`);

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

/** How compiled code reaches a variable. */
export function reader({ depth, slot }: Location, name: string): (frame: Frame) => Value {
  if (depth === 0) return (frame) => frame.scope.get(slot, name);
  return (frame) => frame.scope.up(depth).get(slot, name);
}
