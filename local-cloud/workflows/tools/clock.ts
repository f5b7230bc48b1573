/** Time for an execution: a virtual clock that moves only while everything sleeps, and the wall's. */

export interface ToolClock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls `fn` once after `ms`; gives what cancels it. `drives`: somebody waits for exactly this. */
  after(ms: number, fn: () => void, drives: boolean): () => void;
  /** Real work, during which virtual time stands still. */
  during<T>(work: () => Promise<T>): Promise<T>;
}

interface Timer {
  readonly due: number;
  readonly drives: boolean;
  readonly fn: () => void;
}

/** Between noticing that all sleep and moving on: streams of in-memory answers take a turn or two of the event loop. */
const IDLE_TURNS = 3;

export class VirtualClock implements ToolClock {
  readonly #timers = new Set<Timer>();
  #now: number;
  #busy = 0;
  #watching = false;

  constructor(start: number) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  after(ms: number, fn: () => void, drives: boolean): () => void {
    const timer: Timer = { due: this.#now + Math.max(0, ms), drives, fn };
    this.#timers.add(timer);
    this.#watch();
    return () => this.#timers.delete(timer);
  }

  async during<T>(work: () => Promise<T>): Promise<T> {
    this.#busy += 1;
    try {
      return await work();
    } finally {
      this.#busy -= 1;
      this.#watch();
    }
  }

  #watch(turns = IDLE_TURNS): void {
    if (this.#watching || this.#busy > 0 || ![...this.#timers].some(({ drives }) => drives)) return;
    this.#watching = true;
    setImmediate(() => {
      this.#watching = false;
      if (turns > 1) this.#watch(turns - 1);
      else if (this.#busy === 0) this.#move();
    });
  }

  /** To the next moment somebody waits for, past the deadlines on the way. */
  #move(): void {
    const due = Math.min(...[...this.#timers].filter(({ drives }) => drives).map((timer) => timer.due));
    const fired = [...this.#timers].filter((timer) => timer.due <= due).sort((a, b) => a.due - b.due);
    const [first] = fired;
    if (first === undefined) return;
    this.#now = Math.max(this.#now, first.due);
    this.#timers.delete(first);
    first.fn();
    this.#watch();
  }
}

const MAX_TIMEOUT_MS = 2 ** 31 - 1;

export const WALL_CLOCK: ToolClock = {
  now: () => Date.now(),
  after: (ms, fn) => {
    let timer: NodeJS.Timeout;
    const wait = (left: number): void => {
      const part = Math.min(left, MAX_TIMEOUT_MS);
      timer = setTimeout(() => (left > part ? wait(left - part) : fn()), part);
    };
    wait(Math.max(0, ms));
    return () => clearTimeout(timer);
  },
  during: (work) => work(),
};
