/** Unix-cron schedules of five fields, and when they next fall due in a time zone. */
import { invalid } from '../core/body.ts';
import type { TimeZone, WallTime } from './time-zone.ts';

interface Field {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly words?: readonly string[];
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const FIELDS = {
  minute: { name: 'minute', min: 0, max: 59 },
  hour: { name: 'hour', min: 0, max: 23 },
  day: { name: 'day of month', min: 1, max: 31 },
  month: { name: 'month', min: 1, max: 12, words: MONTHS },
  // 7 is Sunday too.
  weekday: { name: 'day of week', min: 0, max: 7, words: DAYS },
} as const satisfies Record<string, Field>;

/** A schedule that asks for the 29th of February comes at the latest eight years on (around a century without one). */
const HORIZON_DAYS = 8 * 366;
const DAY_MS = 24 * 3_600_000;

export interface Cron {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly days: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  /** 0 is Sunday. */
  readonly weekdays: ReadonlySet<number>;
  /** Days of month and of week are alternatives when both are given, as cron has always had it. */
  readonly either: boolean;
}

/**
 * The schedule as sets of values: `*`, lists, ranges, steps and English short names.
 * Throws INVALID_ARGUMENT for anything else, App Engine's `every 5 minutes` among it.
 */
export function parseCron(schedule: string): Cron {
  const [minute, hour, day, month, weekday, ...more] = schedule.trim().split(/\s+/);
  if (minute === undefined || hour === undefined || day === undefined || month === undefined)
    throw wrong(schedule);
  if (weekday === undefined || more.length > 0) throw wrong(schedule);
  const read = (text: string, field: Field) => [...parseField(text, field, schedule)].sort((a, b) => a - b);
  return {
    minutes: read(minute, FIELDS.minute),
    hours: read(hour, FIELDS.hour),
    days: new Set(read(day, FIELDS.day)),
    months: new Set(read(month, FIELDS.month)),
    weekdays: new Set(read(weekday, FIELDS.weekday).map((value) => value % 7)),
    either: !day.startsWith('*') && !weekday.startsWith('*'),
  };
}

/**
 * The first moment after `after` (milliseconds) that the schedule names, on the zone's wall clock. Times that the wall
 * clock skips are skipped, times it shows twice count once. Undefined for a day that never comes (30 February).
 */
export function nextRun(cron: Cron, zone: TimeZone, after: number): number | undefined {
  const today = zone.wall(after);
  const start = Date.UTC(today.year, today.month - 1, today.day);
  for (let offset = 0; offset <= HORIZON_DAYS; offset++) {
    const date = new Date(start + offset * DAY_MS);
    if (!dayMatches(cron, date)) continue;
    for (const time of timesOf(cron, date)) {
      // What the wall clock showed before now need not be looked up: it counts once, and that was then.
      if (offset === 0 && time.hour * 60 + time.minute < today.hour * 60 + today.minute) continue;
      const moment = zone.moment(time);
      if (moment !== undefined && moment > after) return moment;
    }
  }
  return undefined;
}

/** The wall-clock times of a day that matches, in order. */
function* timesOf(cron: Cron, date: Date): Generator<WallTime> {
  const day = { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
  for (const hour of cron.hours) for (const minute of cron.minutes) yield { ...day, hour, minute };
}

function dayMatches(cron: Cron, date: Date): boolean {
  if (!cron.months.has(date.getUTCMonth() + 1)) return false;
  const day = cron.days.has(date.getUTCDate());
  const weekday = cron.weekdays.has(date.getUTCDay());
  return cron.either ? day || weekday : day && weekday;
}

function parseField(text: string, field: Field, schedule: string): Set<number> {
  const found = new Set<number>();
  for (const part of text.toLowerCase().split(',')) {
    const [, range = '', step] = /^(\*|[a-z0-9]+(?:-[a-z0-9]+)?)(?:\/(\d+))?$/.exec(part) ?? [];
    const [low, high] = bounds(range, step !== undefined, field, schedule);
    const by = step === undefined ? 1 : Number(step);
    if (low > high || by < 1) throw wrong(schedule, field);
    for (let value = low; value <= high; value += by) found.add(value);
  }
  return found;
}

function bounds(range: string, stepped: boolean, field: Field, schedule: string): [number, number] {
  if (range === '*') return [field.min, field.name === 'day of week' ? 6 : field.max];
  const [from = '', to] = range.split('-');
  const low = number(from, field, schedule);
  if (to !== undefined) return [low, number(to, field, schedule)];
  // `5/15` begins at 5 and goes on to the end.
  return [low, stepped ? field.max : low];
}

function number(text: string, field: Field, schedule: string): number {
  const word = field.words?.indexOf(text) ?? -1;
  if (word >= 0) return word + field.min;
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= field.min && value <= field.max)) throw wrong(schedule, field);
  return value;
}

const wrong = (schedule: string, field?: Field): Error =>
  invalid(
    `Schedule or time zone is invalid: "${schedule}"` +
      (field
        ? ` has a wrong ${field.name} (${field.min} to ${field.max}).`
        : ' is not of five fields: "0 3 * * 1-5".'),
  );
