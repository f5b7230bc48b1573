/** Rate quotas of the real services: so many calls per key and minute of cloud time, refilled on the whole minute. */
import type { Clock } from './clock.ts';

const MINUTE = 60_000;

export class MinuteQuota {
  readonly limit: number;
  readonly #clock: Clock;
  readonly #used = new Map<string, number>();
  #minute = -1;

  constructor(clock: Clock, limit: number) {
    this.#clock = clock;
    this.limit = limit;
  }

  /** Counts one call of `key`; false when this minute's are used up. */
  take(key: string): boolean {
    const minute = Math.floor(this.#clock.now() / MINUTE);
    if (minute !== this.#minute) this.#used.clear();
    this.#minute = minute;
    const used = this.#used.get(key) ?? 0;
    if (used >= this.limit) return false;
    this.#used.set(key, used + 1);
    return true;
  }
}
