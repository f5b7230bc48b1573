/**
 * Maintenance windows: from when on an action may start. Pure. A window opens by the clock of the tenant's time zone
 * and stays open for a length of time, so that on the days the clock changes it is neither shorter nor longer.
 */
import type { Maintenance, Purpose } from '../../desired-state/tenant.ts';
import type { Flow } from '../model.ts';
import { parseDuration } from '../../desired-state/duration.ts';
import { DAY, MINUTE, dayNumber, instantOf, localDay, weekdayOf } from './zone.ts';

/** From `from` up to `until`, which no longer belongs to it; milliseconds since 1970. */
interface Span {
  readonly from: number;
  readonly until: number;
}

/** How long a flow is expected to take: a cluster's upgrade, a build, a rollout, each with some room. */
const EXPECTED_MINUTES: Readonly<Record<Flow, number>> = {
  provision: 30,
  rebuild: 20,
  redeploy: 10,
  decommission: 30,
  // A look is no change: no window holds it.
  'health-check': 0,
  'deep-check': 0,
};

/** What must still be left of a window when the flow starts: all it takes, or nothing where it may run over. */
export const roomFor = (flow: Flow, { overrun }: Maintenance): number =>
  overrun === 'finish' ? 0 : EXPECTED_MINUTES[flow] * MINUTE;

/** Further ahead nobody plans; windows that are excluded for longer read as never. */
const HORIZON = 400 * DAY;
/** The longest window a record may have. */
const LONGEST = 7 * DAY;

/**
 * The earliest instant, at or after `instant`, at which an action for all of these purposes may start with `room` of
 * the window left; `instant` itself when it may start now, null when none comes within 400 days.
 */
export function nextOpening(
  maintenance: Maintenance,
  purposes: readonly Purpose[],
  instant: number,
  room = 0,
): number | null {
  const [first, ...others] = purposes.map((purpose) => openSpans(maintenance, purpose, instant));
  for (const { from, until } of others.reduce(shared, first ?? [])) {
    if (from > instant + HORIZON) return null;
    const start = Math.max(from, instant);
    if (start < until && start + room <= until) return start;
  }
  return null;
}

/** What two rows of spans have in common; both are in order and apart. */
function* shared(one: Iterable<Span>, other: Iterable<Span>): Generator<Span> {
  const rest = other[Symbol.iterator]();
  let here = rest.next();
  for (const span of one) {
    while (here.done !== true && here.value.until <= span.from) here = rest.next();
    while (here.done !== true && here.value.from < span.until) {
      const until = Math.min(span.until, here.value.until);
      yield { from: Math.max(span.from, here.value.from), until };
      // What goes on beyond this span may meet the next one.
      if (here.value.until > span.until) break;
      here = rest.next();
    }
  }
}

/** In order and apart: the windows, or all time where no window is for the purpose, without the excluded days. */
function* openSpans(maintenance: Maintenance, purpose: Purpose, instant: number): Iterable<Span> {
  const excluded = exclusionsOf(maintenance, purpose);
  for (const span of joined(windowSpans(maintenance, purpose, instant))) {
    let { from } = span;
    for (const out of excluded) {
      if (out.until <= from || out.from >= span.until) continue;
      if (out.from > from) yield { from, until: out.from };
      from = out.until;
    }
    if (from < span.until) yield { from, until: span.until };
  }
}

/** By the time they open, beginning with those that may still be open at `instant`. */
function* windowSpans(
  { timeZone, windows }: Maintenance,
  purpose: Purpose,
  instant: number,
): Generator<Span> {
  const ours = windows.filter((window) => window.for.includes(purpose));
  if (ours.length === 0) {
    yield { from: -Infinity, until: Infinity };
    return;
  }
  const first = localDay(timeZone, instant - LONGEST) - 1;
  const last = localDay(timeZone, instant + HORIZON) + 1;
  for (let day = first; day <= last; day += 1) {
    const weekday = weekdayOf(day);
    yield* ours
      .filter(({ days }) => days.includes(weekday))
      .map(({ start, duration }): Span => {
        const from = instantOf(timeZone, day, minutesOf(start));
        return { from, until: from + (parseDuration(duration) ?? 0) };
      })
      .sort((one, other) => one.from - other.from);
  }
}

/** Spans that touch or overlap become one. */
function* joined(spans: Iterable<Span>): Generator<Span> {
  let open: Span | undefined;
  for (const span of spans) {
    if (open === undefined) open = span;
    else if (span.from > open.until) {
      yield open;
      open = span;
    } else open = { from: open.from, until: Math.max(open.until, span.until) };
  }
  if (open !== undefined) yield open;
}

const exclusionsOf = ({ timeZone, exclusions }: Maintenance, purpose: Purpose): Span[] =>
  exclusions
    .filter((each) => each.for.includes(purpose))
    .map(({ from, until }) => ({
      from: instantOf(timeZone, dayNumber(from), 0),
      until: instantOf(timeZone, dayNumber(until) + 1, 0),
    }))
    .sort((one, other) => one.from - other.from);

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
