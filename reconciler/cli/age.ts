/** Ages as kubectl writes them: one or two units, the largest that say something. */

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `12s`, `5m`, `3h12m`, `9d`. A time ahead of the clock (clocks differ) is `0s`; text that is no time is `unknown`. */
export function ageOf(time: string | null | undefined, now: number): string {
  const then = Date.parse(time ?? '');
  if (Number.isNaN(then)) return 'unknown';
  const seconds = Math.max(0, Math.floor((now - then) / 1000));
  if (seconds < 2 * MINUTE) return `${seconds}s`;
  if (seconds < 2 * HOUR) return `${Math.floor(seconds / MINUTE)}m`;
  const minutes = Math.floor((seconds % HOUR) / MINUTE);
  if (seconds < DAY) return `${Math.floor(seconds / HOUR)}h${minutes === 0 ? '' : `${minutes}m`}`;
  return `${Math.floor(seconds / DAY)}d`;
}
