/** Lengths of time as people write them: `30m`, `4h`, `14d`, `1h30m`. Pure. */

const UNITS: Readonly<Record<string, number>> = { d: 24 * 60 * 60_000, h: 60 * 60_000, m: 60_000 };

/** How to write one, for messages. */
export const DURATION_FORM = 'a length of time such as 30m, 4h or 2d';

/** Milliseconds; undefined for anything but whole days, hours and minutes, largest first, that make more than nothing. */
export function parseDuration(text: string): number | undefined {
  const parts = /^(?:(\d{1,5})d)?(?:(\d{1,5})h)?(?:(\d{1,6})m)?$/.exec(text);
  if (parts === null) return undefined;
  const ms = ['d', 'h', 'm'].reduce(
    (sum, unit, i) => sum + Number(parts[i + 1] ?? 0) * (UNITS[unit] ?? 0),
    0,
  );
  return ms > 0 ? ms : undefined;
}

/** `13d4h`, `3h12m`, `45m`: the two largest units that say something, rounded down; less than a minute is `0m`. */
export function durationText(ms: number): string {
  let rest = Math.max(0, ms);
  const parts: string[] = [];
  for (const [unit, size] of Object.entries(UNITS)) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count}${unit}`);
    // A gap between units reads oddly: 2d, not 2d5m.
    else if (parts.length > 0) break;
  }
  return parts.length === 0 ? '0m' : parts.slice(0, 2).join('');
}
