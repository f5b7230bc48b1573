/**
 * Wall clocks of IANA time zones, from what `Intl` knows of them: instant to local time and back. Pure; instants are
 * milliseconds since 1970, local minutes are minutes since local midnight as the clock shows them.
 */

export const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** A calendar day: its number since 1970-01-01, whatever the zone. */
export type DayNumber = number;

export const dayNumber = (date: string): DayNumber => Date.parse(`${date}T00:00:00Z`) / DAY;

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

export const weekdayOf = (day: DayNumber): Weekday => WEEKDAYS[new Date(day * DAY).getUTCDay()] ?? 'Sun';

/** Making one costs far more than using it. */
const formats = new Map<string, Intl.DateTimeFormat>();

/** Throws RangeError for a zone nobody knows; records are checked for that when they are read. */
function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'iso8601',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  formats.set(zone, made);
  return made;
}

/** What the clock on the wall shows, read as if it were UTC. */
function wallAt(zone: string, instant: number): number {
  const parts: Record<string, string> = {};
  for (const { type, value } of formatOf(zone).formatToParts(instant)) parts[type] = value;
  const { year = '', month = '', day = '', hour = '', minute = '', second = '' } = parts;
  return Date.parse(`${year.padStart(4, '0')}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

/** Whole seconds: what a zone is ahead of UTC at an instant, in milliseconds. */
const offsetAt = (zone: string, instant: number): number =>
  wallAt(zone, instant) - Math.floor(instant / 1000) * 1000;

/** The day the calendar on the wall shows. */
export const localDay = (zone: string, instant: number): DayNumber => Math.floor(wallAt(zone, instant) / DAY);

/**
 * When the clock shows this time on this day. Shown twice (summer time ends): the first time. Never shown (summer
 * time begins): the moment the clock jumps over it.
 */
export function instantOf(zone: string, day: DayNumber, minutes: number): number {
  const wall = day * DAY + minutes * MINUTE;
  // No zone changes its offset twice within two days.
  const before = offsetAt(zone, wall - DAY);
  const after = offsetAt(zone, wall + DAY);
  if (before === after) return wall - before;
  const candidates = [wall - before, wall - after].filter((instant) => wallAt(zone, instant) === wall);
  if (candidates.length > 0) return Math.min(...candidates);
  return changeBetween(zone, wall - Math.max(before, after), wall - Math.min(before, after));
}

/** The first instant of the new offset; zones change theirs at whole seconds. */
function changeBetween(zone: string, from: number, until: number): number {
  const old = offsetAt(zone, from);
  let [low, high] = [from / 1000, until / 1000];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(zone, middle * 1000) === old) low = middle;
    else high = middle;
  }
  return high * 1000;
}

/** `Sun 2026-03-29 22:00 Europe/Berlin`. */
export function localText(zone: string, instant: number): string {
  const wall = wallAt(zone, instant);
  const text = new Date(wall).toISOString();
  return `${weekdayOf(Math.floor(wall / DAY))} ${text.slice(0, 10)} ${text.slice(11, 16)} ${zone}`;
}
