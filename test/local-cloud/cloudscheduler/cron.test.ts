/** Unix-cron: what is understood, what is refused, and when it next falls due anywhere in the world. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextRun, parseCron, type Cron } from '../../../local-cloud/cloudscheduler/cron.ts';
import { TimeZone } from '../../../local-cloud/cloudscheduler/time-zone.ts';

const next = (schedule: string, after: string, zone = 'Etc/UTC') => {
  const moment = nextRun(parseCron(schedule), new TimeZone(zone), Date.parse(after));
  return moment === undefined ? undefined : new Date(moment).toISOString().slice(0, 16);
};

describe('cron', () => {
  it.each([
    ['*/15 * * * *', '2026-03-01T10:07:00Z', '2026-03-01T10:15'],
    ['0 3 * * 1-5', '2026-11-20T03:00:00Z', '2026-11-23T03:00'],
    ['30 6 1,15 * *', '2026-01-15T06:30:00Z', '2026-02-01T06:30'],
    ['0 0 * JAN MON', '2026-06-01T00:00:00Z', '2027-01-04T00:00'],
    ['0 0 13 * 5', '2026-11-01T00:00:00Z', '2026-11-06T00:00'],
    ['0 0 * * 7', '2026-11-21T00:00:00Z', '2026-11-22T00:00'],
    ['5/20 8-10 * * *', '2026-01-01T08:45:00Z', '2026-01-01T09:05'],
    ['0 0 29 2 *', '2026-01-01T00:00:00Z', '2028-02-29T00:00'],
    ['0 0 30 2 *', '2026-01-01T00:00:00Z', undefined],
  ])('%s after %s is %s', (schedule, after, want) => {
    expect(next(schedule, after)).toBe(want);
  });

  it('follows the wall clock of the zone', () => {
    expect(next('0 9 * * *', '2026-01-01T00:00:00Z', 'America/New_York')).toBe('2026-01-01T14:00');
    expect(next('0 9 * * *', '2026-07-01T00:00:00Z', 'America/New_York')).toBe('2026-07-01T13:00');
    expect(next('0 9 * * *', '2026-01-01T00:00:00Z', 'Asia/Kathmandu')).toBe('2026-01-01T03:15');
  });

  it('skips a time the clock is put forward over, and takes one that comes twice only once', () => {
    expect(next('30 2 * * *', '2026-03-28T12:00:00Z', 'Europe/Berlin')).toBe('2026-03-30T00:30');
    const first = next('30 2 * * *', '2026-10-24T12:00:00Z', 'Europe/Berlin');
    expect(first).toBe('2026-10-25T00:30');
    expect(next('30 2 * * *', `${String(first)}:00Z`, 'Europe/Berlin')).toBe('2026-10-26T01:30');
  });

  it.each([
    'every 5 minutes',
    '* * * *',
    '* * * * * *',
    '60 * * * *',
    '* 24 * * *',
    '* * 0 * *',
    '*/0 * * * *',
    '5-1 * * * *',
    'x * * * *',
    '@daily',
    '',
  ])('refuses "%s"', (schedule) => {
    expect(() => parseCron(schedule)).toThrow('Schedule or time zone is invalid');
  });

  it('refuses a zone nobody knows', () => {
    expect(() => new TimeZone('Mars/Olympus')).toThrow('time zone');
  });

  it('gives the first matching minute after any moment, as going through the minutes one by one does', () => {
    const range = (min: number, max: number) =>
      fc.oneof(
        fc.constant('*'),
        fc.integer({ min, max }).map(String),
        fc.integer({ min: 2, max: 9 }).map((n) => `*/${n}`),
      );
    const schedule = fc.tuple(range(0, 59), range(0, 23), range(1, 28), fc.constant('*'), range(0, 6));
    const zone = fc.constantFrom('Etc/UTC', 'Asia/Kolkata', 'Asia/Tokyo');
    fc.assert(
      fc.property(schedule, zone, fc.integer({ min: 0, max: 1e9 }), (fields, name, minutes) => {
        const cron = parseCron(fields.join(' '));
        const after = 1_700_000_000_000 + (minutes % 500_000) * 60_000;
        const found = nextRun(cron, new TimeZone(name), after);
        expect(found).toBeGreaterThan(after);
        expect(matches(cron, new TimeZone(name), found ?? 0)).toBe(true);
        const horizon = Math.min(found ?? 0, after + 120 * 60_000);
        for (let t = Math.floor(after / 60_000) * 60_000 + 60_000; t < horizon; t += 60_000) {
          expect(matches(cron, new TimeZone(name), t)).toBe(false);
        }
      }),
      { numRuns: 40 },
    );
  });
});

function matches(cron: Cron, zone: TimeZone, moment: number): boolean {
  const wall = zone.wall(moment);
  const weekday = new Date(Date.UTC(wall.year, wall.month - 1, wall.day)).getUTCDay();
  const day = cron.days.has(wall.day);
  const week = cron.weekdays.has(weekday);
  return (
    cron.minutes.includes(wall.minute) &&
    cron.hours.includes(wall.hour) &&
    cron.months.has(wall.month) &&
    (cron.either ? day || week : day && week)
  );
}
