/**
 * Which of several parallel branches goes on. The service leaves the order open and changes it between executions;
 * here a seed decides, so that an order that uncovered a mistake can be had again.
 */

/**
 * Assumed: branches take turns between steps only, so that one assignment reads and writes a shared variable at once; the
 * docs call reads and writes atomic and their own samples add to shared sums. A branch may run so many steps before
 * another one gets its turn; the number is drawn anew each time, so that every interleaving can happen.
 */
const LONGEST_TURN = 4;

/** The seed an execution has when nobody chose one: its id, so that asking for the same execution gives the same run. */
export function seedOf(execution: string): number {
  // FNV-1a, 32 bits.
  let hash = 0x811c9dc5;
  for (let i = 0; i < execution.length; i += 1) {
    hash = Math.imul(hash ^ execution.charCodeAt(i), 0x01000193);
  }
  return hash >>> 0;
}

/** Mulberry32: small, fast and good enough to shuffle with. Whole numbers from 0 to `below` − 1. */
function dice(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

export class Schedule {
  readonly #roll: (below: number) => number;
  readonly #waiting: (() => void)[] = [];
  #picking = false;

  constructor(seed: number) {
    this.#roll = dice(seed);
  }

  /** A new branch; it must await its {@link Turns.next} before its first step. */
  branch(): Turns {
    return new Turns(this);
  }

  /** Steps the branch whose turn begins may run. */
  length(): number {
    return 1 + this.#roll(LONGEST_TURN);
  }

  /** Resolves when the seed picks the caller among all that wait. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      if (this.#picking) return;
      this.#picking = true;
      queueMicrotask(() => this.#pick());
    });
  }

  #pick(): void {
    const at = this.#roll(this.#waiting.length);
    const chosen = this.#waiting[at];
    const last = this.#waiting.pop();
    if (at < this.#waiting.length && last !== undefined) this.#waiting[at] = last;
    chosen?.();
    this.#picking = this.#waiting.length > 0;
    if (this.#picking) queueMicrotask(() => this.#pick());
  }
}

/** The turns of one branch. */
export class Turns {
  readonly #schedule: Schedule;
  #left = 0;

  constructor(schedule: Schedule) {
    this.#schedule = schedule;
  }

  /** Called before each step: whether the branch must wait for its next turn first. */
  over(): boolean {
    this.#left -= 1;
    return this.#left < 0;
  }

  async next(): Promise<void> {
    await this.#schedule.next();
    this.#left = this.#schedule.length();
  }
}
