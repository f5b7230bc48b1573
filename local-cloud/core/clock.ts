/**
 * Time as an object: every delay of the local cloud passes through one clock, which may run faster than the wall
 * or be moved by a test, so that nothing in here ever sleeps on its own.
 */

export interface Clock {
  /** Milliseconds since the epoch, in the cloud's own time. */
  now(): number;
  /** Resolves after `ms` of cloud time; rejects with the signal's reason when aborted first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls `fn` once after `ms` of cloud time. Returns a cancel function. */
  after(ms: number, fn: () => void): () => void;
}

interface Timer {
  readonly due: number;
  readonly fn: () => void;
}

/** A clock that runs `speed` times as fast as the wall and can be advanced by hand. Speed 0 stands still. */
export class CloudClock implements Clock {
  readonly #timers = new Set<Timer>();
  #speed: number;
  #cloudBase: number;
  #wallBase: number;
  #wake: NodeJS.Timeout | undefined;

  constructor(options: { speed?: number; start?: number } = {}) {
    this.#speed = options.speed ?? 1;
    this.#cloudBase = options.start ?? Date.now();
    this.#wallBase = performance.now();
  }

  get speed(): number {
    return this.#speed;
  }

  now(): number {
    return Math.floor(this.#cloudBase + (performance.now() - this.#wallBase) * this.#speed);
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason as Error);
        return;
      }
      const onAbort = () => {
        cancel();
        reject(signal?.reason as Error);
      };
      const cancel = this.after(ms, () => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      });
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  after(ms: number, fn: () => void): () => void {
    const timer: Timer = { due: this.now() + Math.max(0, ms), fn };
    this.#timers.add(timer);
    this.#schedule();
    return () => {
      this.#timers.delete(timer);
      this.#schedule();
    };
  }

  /** Moves time forward by `ms`, firing every timer that falls due on the way, in order. */
  async advance(ms: number): Promise<void> {
    const target = this.now() + ms;
    for (;;) {
      const next = this.#next();
      if (!next || next.due > target) break;
      this.#set(Math.max(next.due, this.now()));
      this.#timers.delete(next);
      next.fn();
      // A timer's consequences (a poll, an operation finishing) may set the next timer: let them run first.
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.#set(Math.max(target, this.now()));
    this.#schedule();
  }

  setSpeed(speed: number): void {
    this.#set(this.now());
    this.#speed = speed;
    this.#schedule();
  }

  #set(now: number): void {
    this.#cloudBase = now;
    this.#wallBase = performance.now();
  }

  #next(): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) if (!next || timer.due < next.due) next = timer;
    return next;
  }

  #schedule(): void {
    clearTimeout(this.#wake);
    const next = this.#next();
    if (!next || this.#speed === 0) return;
    const wall = Math.max(0, (next.due - this.now()) / this.#speed);
    this.#wake = setTimeout(() => this.#fire(), Math.min(wall, 2 ** 31 - 1));
    // A pending timer alone must not keep the process alive; the listening sockets do that.
    this.#wake.unref();
  }

  #fire(): void {
    for (let next = this.#next(); next && next.due <= this.now(); next = this.#next()) {
      this.#timers.delete(next);
      next.fn();
    }
    this.#schedule();
  }
}

/** RFC 3339 with nanosecond digits, as Google's services print times. */
export function timestamp(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000000Z');
}
