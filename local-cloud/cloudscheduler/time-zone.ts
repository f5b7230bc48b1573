/** Wall clocks of time zones: what day and time it is somewhere, and which moment a wall clock's time is. */
import { invalid } from '../core/body.ts';

/** A calendar time without a zone; `month` from 1. */
export interface WallTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
}

const MINUTE = 60_000;

export class TimeZone {
  readonly #format: Intl.DateTimeFormat;

  /** `name` as in the IANA data base, e.g. `Europe/Berlin`. Throws INVALID_ARGUMENT for one nobody knows. */
  constructor(name: string) {
    try {
      this.#format = new Intl.DateTimeFormat('en-US', {
        timeZone: name,
        calendar: 'iso8601',
        hourCycle: 'h23',
        year: 'numeric',
        month: 'numeric',
        day: 'numeric',
        hour: 'numeric',
        minute: 'numeric',
      });
    } catch {
      throw invalid(`The time zone "${name}" is not known.`);
    }
  }

  /** What the wall clock shows at `ms` since the epoch. */
  wall(ms: number): WallTime {
    const parts = new Map(this.#format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
    const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
    return {
      year: part('year'),
      month: part('month'),
      day: part('day'),
      hour: part('hour'),
      minute: part('minute'),
    };
  }

  /**
   * The first moment at which the wall clock shows `time`, in milliseconds since the epoch; undefined when it never
   * does, because the clocks are put forward over it.
   */
  moment(time: WallTime): number | undefined {
    const asUtc = utcOf(time);
    // Offsets change by hours at most: the two that hold a day before and after are the only ones that can apply.
    const candidates = [asUtc - 24 * 60 * MINUTE, asUtc + 24 * 60 * MINUTE].map(
      (near) => asUtc - this.#offset(near),
    );
    return candidates.filter((ms) => utcOf(this.wall(ms)) === asUtc).sort((a, b) => a - b)[0];
  }

  /** How far the wall clock is ahead of UTC at `ms`. */
  #offset(ms: number): number {
    return utcOf(this.wall(ms)) - Math.floor(ms / MINUTE) * MINUTE;
  }
}

const utcOf = (time: WallTime): number =>
  Date.UTC(time.year, time.month - 1, time.day, time.hour, time.minute);
