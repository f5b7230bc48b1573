/** Windows by hand at every edge of the clock, and against a model that reads the wall clock quarter by quarter. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAYS, PURPOSES, type Maintenance, type Purpose } from '../../../desired-state/tenant.ts';
import { nextOpening, roomFor } from '../../../reconciler/policy/windows.ts';
import { localText } from '../../../reconciler/policy/zone.ts';
import { RULES, SHORTEST_WINDOW } from '../../../desired-state/rules.ts';
import { parseDuration } from '../../../desired-state/duration.ts';
import { FLOW_NAMES } from '../../../workflow-defs/compile.ts';
import { tenant } from '../../support/records.ts';

const MINUTE = 60_000;
const QUARTER = 15 * MINUTE;

const maintenance = (change: Partial<Maintenance> = {}): Maintenance => ({
  timeZone: 'Europe/Berlin',
  windows: [],
  exclusions: [],
  overrun: 'avoid',
  ...change,
});

const daily = (start: string, duration: string): Maintenance['windows'][number] => ({
  days: [...DAYS],
  start,
  duration,
  for: [...PURPOSES],
});

/** In UTC, to the minute; `never` where none comes. */
const next = (of: Maintenance, at: string, purpose: Purpose = 'heal', room = 0): string => {
  const found = nextOpening(of, [purpose], Date.parse(at), room);
  return found === null ? 'never' : new Date(found).toISOString().replace(':00.000Z', 'Z');
};

describe('a window', () => {
  it('opens by the clock of the tenant’s zone, and is closed at the moment it ends', () => {
    const berlin = maintenance({ windows: [daily('22:00', '4h')] });
    expect(next(berlin, '2026-01-15T12:00:00Z')).toBe('2026-01-15T21:00Z');
    expect(next(berlin, '2026-07-15T12:00:00Z')).toBe('2026-07-15T20:00Z');
    expect(next(berlin, '2026-01-15T21:00:00Z')).toBe('2026-01-15T21:00Z');
    expect(next(berlin, '2026-01-16T00:59:00Z')).toBe('2026-01-16T00:59Z');
    expect(next(berlin, '2026-01-16T01:00:00Z')).toBe('2026-01-16T21:00Z');
  });

  it('runs past midnight into a day it does not open on', () => {
    const saturday = maintenance({ windows: [{ ...daily('23:30', '2h'), days: ['Sat'] }] });
    // Sunday 01:00 in Berlin.
    expect(next(saturday, '2026-01-18T00:00:00Z')).toBe('2026-01-18T00:00Z');
    expect(next(saturday, '2026-01-18T00:30:00Z')).toBe('2026-01-24T22:30Z');
  });

  it('opens when the clock jumps over its start, and lasts as long as on any day', () => {
    // 2026-03-29, 02:00 becomes 03:00: 01:00 UTC.
    const skipped = maintenance({ windows: [daily('02:30', '1h')] });
    expect(next(skipped, '2026-03-29T00:00:00Z')).toBe('2026-03-29T01:00Z');
    expect(next(skipped, '2026-03-29T01:59:00Z')).toBe('2026-03-29T01:59Z');
    expect(next(skipped, '2026-03-29T02:00:00Z')).toBe('2026-03-30T00:30Z');
    const across = maintenance({ windows: [daily('00:00', '4h')] });
    expect(next(across, '2026-03-29T02:59:00Z')).toBe('2026-03-29T02:59Z');
    expect(next(across, '2026-03-29T03:00:00Z')).toBe('2026-03-29T22:00Z');
  });

  it('opens once on the night an hour comes twice', () => {
    // 2026-10-25, 03:00 becomes 02:00: 02:30 is at 00:30 and at 01:30 UTC.
    const twice = maintenance({ windows: [daily('02:30', '1h')] });
    expect(next(twice, '2026-10-25T00:00:00Z')).toBe('2026-10-25T00:30Z');
    expect(next(twice, '2026-10-25T01:30:00Z')).toBe('2026-10-26T01:30Z');
    const across = maintenance({ windows: [daily('01:00', '4h')] });
    expect(next(across, '2026-10-25T02:59:00Z')).toBe('2026-10-25T02:59Z');
    expect(next(across, '2026-10-25T03:00:00Z')).toBe('2026-10-26T00:00Z');
  });

  it('keeps to zones without summer time, with odd offsets, and that change theirs at midnight', () => {
    expect(
      next(
        maintenance({ timeZone: 'Asia/Kolkata', windows: [daily('02:00', '1h')] }),
        '2026-03-29T00:00:00Z',
      ),
    ).toBe('2026-03-29T20:30Z');
    const cairo = maintenance({ timeZone: 'Africa/Cairo', windows: [daily('00:15', '1h')] });
    // 2026-04-24, 00:00 becomes 01:00: 22:00 UTC the day before.
    expect(next(cairo, '2026-04-23T12:00:00Z')).toBe('2026-04-23T22:00Z');
    // Half an hour of summer time: 2026-10-04, 02:00 becomes 02:30: 15:30 UTC the day before.
    const island = maintenance({ timeZone: 'Australia/Lord_Howe', windows: [daily('02:15', '1h')] });
    expect(next(island, '2026-10-03T12:00:00Z')).toBe('2026-10-03T15:30Z');
  });

  it('holds only what it is for; what no window is for may start at any time', () => {
    const upgrades = maintenance({ windows: [{ ...daily('02:00', '2h'), for: ['upgrade'] }] });
    expect(next(upgrades, '2026-01-15T12:00:00Z', 'heal')).toBe('2026-01-15T12:00Z');
    expect(next(upgrades, '2026-01-15T12:00:00Z', 'upgrade')).toBe('2026-01-16T01:00Z');
  });

  it('must suit every purpose of an action', () => {
    const apart = maintenance({
      windows: [
        { ...daily('01:00', '4h'), for: ['heal'] },
        { ...daily('03:00', '4h'), for: ['upgrade'] },
        { ...daily('12:00', '4h'), for: ['decommission'] },
      ],
    });
    const at = Date.parse('2026-01-15T12:00:00Z');
    expect(nextOpening(apart, ['heal', 'upgrade'], at)).toBe(Date.parse('2026-01-16T02:00:00Z'));
    expect(nextOpening(apart, ['heal', 'decommission'], at)).toBeNull();
  });
});

describe('excluded days', () => {
  it('are whole days of the tenant’s zone, windows or not', () => {
    const freeze = maintenance({
      exclusions: [{ from: '2026-12-24', until: '2026-12-26', for: ['heal', 'upgrade'], reason: 'holidays' }],
    });
    expect(next(freeze, '2026-12-23T22:59:00Z')).toBe('2026-12-23T22:59Z');
    expect(next(freeze, '2026-12-23T23:00:00Z')).toBe('2026-12-26T23:00Z');
    expect(next(freeze, '2026-12-24T12:00:00Z', 'decommission')).toBe('2026-12-24T12:00Z');
    const nightly = { ...freeze, windows: [daily('22:00', '4h')] };
    // The window of the 26th goes on into the 27th: only that part of it is left.
    expect(next(nightly, '2026-12-23T23:30:00Z')).toBe('2026-12-26T23:00Z');
  });

  it('of more than a year leave no opening', () => {
    const closed = maintenance({
      exclusions: [{ from: '2026-01-01', until: '2028-01-01', for: ['heal'], reason: '' }],
    });
    expect(next(closed, '2026-01-15T12:00:00Z')).toBe('never');
  });
});

describe('an action that may run past the end of the window', () => {
  const nightly = maintenance({ windows: [daily('22:00', '1h')] });

  it('does not start unless it can be expected to end in it', () => {
    const room = roomFor('provision', nightly);
    expect(room).toBeGreaterThan(0);
    const close = Date.parse('2026-01-15T22:00:00Z');
    const last = new Date(close - room).toISOString();
    expect(next(nightly, last, 'heal', room)).toBe(last.replace(':00.000Z', 'Z'));
    expect(next(nightly, new Date(close - room + MINUTE).toISOString(), 'heal', room)).toBe(
      '2026-01-16T21:00Z',
    );
  });

  it('starts up to the last minute where it may finish late', () => {
    expect(roomFor('provision', { ...nightly, overrun: 'finish' })).toBe(0);
    expect(next(nightly, '2026-01-15T21:59:00Z', 'heal', 0)).toBe('2026-01-15T21:59Z');
  });

  it('fits into the shortest window a record may have, whatever it is', () => {
    for (const flow of FLOW_NAMES) {
      expect(roomFor(flow, nightly)).toBeLessThanOrEqual(parseDuration(SHORTEST_WINDOW) ?? 0);
    }
  });
});

/** What a clock on the wall shows, told in another way than the code has it told. */
const shown = new Map<string, { readonly date: string; readonly time: string }>();
const clocks = new Map<string, Intl.DateTimeFormat>();
function wall(zone: string, instant: number) {
  const key = `${zone} ${instant}`;
  const known = shown.get(key);
  if (known !== undefined) return known;
  const clock =
    clocks.get(zone) ??
    new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' });
  clocks.set(zone, clock);
  const [date = '', time = ''] = clock.format(instant).split(' ');
  const read = { date, time };
  shown.set(key, read);
  return read;
}

/** Whether an action for all purposes may start at each quarter of these days, told by looking at every quarter. */
function openQuarters(
  of: Maintenance,
  purposes: readonly Purpose[],
  from: number,
  until: number,
  room: number,
) {
  const quarters: { at: number; date: string; time: string }[] = [];
  for (let at = from; at < until; at += QUARTER) quarters.push({ at, ...wall(of.timeZone, at) });
  const openFor = (purpose: Purpose): Set<number> => {
    const ours = of.windows.filter((window) => window.for.includes(purpose));
    const open = new Set<number>(ours.length === 0 ? quarters.map(({ at }) => at) : []);
    for (const [date, ofDay] of Map.groupBy(quarters, (quarter) => quarter.date)) {
      const weekday = new Date(`${date}T00:00:00Z`).toUTCString().slice(0, 3);
      for (const { days, start, duration } of ours) {
        const first = ofDay.find(({ time }) => time === start) ?? ofDay.find(({ time }) => time > start);
        if (!days.some((name) => name === weekday) || first === undefined) continue;
        const length = parseDuration(duration) ?? 0;
        for (let at = first.at; at < first.at + length; at += QUARTER) open.add(at);
      }
    }
    for (const { at, date } of quarters) {
      if (of.exclusions.some((out) => out.for.includes(purpose) && out.from <= date && date <= out.until)) {
        open.delete(at);
      }
    }
    return open;
  };
  const sets = purposes.map(openFor);
  return (at: number): boolean =>
    sets.every((open) => {
      for (let t = at; t === at || t < at + room; t += QUARTER) if (!open.has(t)) return false;
      return true;
    });
}

describe('nextOpening', () => {
  it('is in a window with the room that is asked for, and nothing earlier is', () => {
    const hours = fc.integer({ min: 0, max: 95 }).map((n) => {
      const two = (value: number) => String(value).padStart(2, '0');
      return `${two(Math.floor(n / 4))}:${two((n % 4) * 15)}`;
    });
    const some = fc.subarray([...PURPOSES], { minLength: 1 });
    const date = (n: number) => new Date(n * 24 * 60 * MINUTE).toISOString().slice(0, 10);
    const any = fc.record({
      timeZone: fc.constantFrom(
        'Europe/Berlin',
        'America/New_York',
        'Asia/Kolkata',
        'Africa/Cairo',
        'Australia/Lord_Howe',
        'UTC',
      ),
      windows: fc.array(
        fc.record({
          days: fc.subarray([...DAYS], { minLength: 1 }),
          start: hours,
          duration: fc.integer({ min: 2, max: 96 }).map((n) => `${n * 15}m`),
          for: some,
        }),
        { maxLength: 3 },
      ),
      exclusions: fc.array(
        fc.record({ from: fc.nat(12), days: fc.nat(3), for: some }).map(({ from, days, for: purposes }) => ({
          from,
          days,
          for: purposes,
        })),
        { maxLength: 2 },
      ),
      // The weeks in which these zones change their clocks, and two quiet ones.
      start: fc.constantFrom(
        '2026-03-06',
        '2026-03-27',
        '2026-04-22',
        '2026-10-02',
        '2026-10-23',
        '2026-10-30',
      ),
      quarter: fc.nat(96 * 3),
      purposes: some,
      room: fc.constantFrom(0, 2 * QUARTER, 5 * QUARTER),
    });
    fc.assert(
      fc.property(any, ({ start, quarter, purposes, room, exclusions, ...rest }) => {
        const begin = Date.parse(`${start}T00:00:00Z`);
        const firstDay = begin / (24 * 60 * MINUTE);
        const of: Maintenance = {
          ...rest,
          overrun: 'avoid',
          exclusions: exclusions.map(({ from, days, for: out }) => ({
            from: date(firstDay + from),
            until: date(firstDay + from + days),
            for: out,
            reason: '',
          })),
        };
        const instant = begin + quarter * QUARTER;
        const [lookFrom, lookUntil] = [begin - 3 * 96 * QUARTER, begin + 14 * 96 * QUARTER];
        const isOpen = openQuarters(of, purposes, lookFrom, lookUntil, room);
        const found = nextOpening(of, purposes, instant, room);
        const end = Math.min(found ?? Infinity, lookUntil - 2 * 96 * QUARTER);
        for (let at = instant; at < end; at += QUARTER) {
          if (isOpen(at)) expect.fail(`${localText(of.timeZone, at)} is open and earlier`);
        }
        if (found !== null && found < lookUntil - 2 * 96 * QUARTER) expect(isOpen(found)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});

describe('a record', () => {
  const problems = (maintained: unknown) => {
    const record = { ...tenant(), spec: { ...tenant().spec, maintenance: maintained } };
    return RULES.flatMap((rule) => rule.check(record)).map(({ path, message, cure }) =>
      [path, message, cure].join(' '),
    );
  };

  it('with windows nobody could use is refused with all that is wrong, and how to put it right', () => {
    expect(
      problems({
        timeZone: 'Europe/Berln',
        windows: [
          { days: ['Mon'], start: '22:00', duration: '29m' },
          { days: ['Mon'], start: '22:00', duration: '169h' },
        ],
        exclusions: [{ from: '2026-12-26', until: '2026-12-24' }],
      }),
    ).toEqual([
      expect.stringMatching(/timeZone is "Europe\/Berln".*did you mean "Europe\/Berlin"\?/),
      expect.stringMatching(/windows\[0\]\.duration is 29m.*may take 30m/),
      expect.stringMatching(/windows\[1\]\.duration is 169h, longer than a week/),
      expect.stringMatching(/exclusions\[0\]\.until .*before its from, "2026-12-26"/),
    ]);
  });

  it('names its zone: an offset knows no summer time', () => {
    expect(problems({ timeZone: '+01:00' })).toEqual([expect.stringContaining('Europe/Berlin')]);
    expect(problems({ timeZone: 'UTC' })).toEqual([]);
  });
});
