/** When an order ends: said as a length of time or as a moment, never past, never longer than is allowed. */
import { DURATION_FORM, durationText, parseDuration } from '../../desired-state/duration.ts';
import { UsageError } from './failure.ts';

export interface EndFlags {
  /** `4h`. */
  readonly for?: string;
  /** RFC 3339, or a length of time from now. */
  readonly until?: string;
}

export interface EndRule {
  /** What ends, for messages: `a pause`. */
  readonly what: string;
  /** Milliseconds. */
  readonly longest: number;
  /** When nothing is said; left out: something must be said. */
  readonly usual?: number;
}

/** RFC 3339. Throws UsageError for a time that cannot be read, has passed, or is too far. */
export function endOf(flags: EndFlags, { what, longest, usual }: EndRule, now: Date): string {
  if (flags.for !== undefined && flags.until !== undefined) {
    throw new UsageError('both --for and --until are given; say one of the two');
  }
  const ms = lengthOf(flags, now) ?? usual;
  if (ms === undefined) {
    throw new UsageError(`${what} must end: say --for 4h, or --until ${exampleOf(now)}`);
  }
  if (ms <= 0) throw new UsageError(`--until ${flags.until ?? ''} has passed; say a time to come`);
  if (ms > longest) {
    throw new UsageError(
      `${what} may last ${durationText(longest)} at most, until ${iso(now, longest)}; say an earlier end`,
    );
  }
  return iso(now, ms);
}

function lengthOf(flags: EndFlags, now: Date): number | undefined {
  if (flags.for !== undefined) {
    const ms = parseDuration(flags.for);
    if (ms === undefined) throw new UsageError(`--for ${flags.for}: use ${DURATION_FORM}`);
    return ms;
  }
  if (flags.until === undefined) return undefined;
  const ms = parseDuration(flags.until);
  if (ms !== undefined) return ms;
  const at = instantOf(flags.until);
  if (at === undefined) {
    throw new UsageError(
      `--until ${flags.until}: use a moment with its offset, such as ${exampleOf(now)}, or ${DURATION_FORM}`,
    );
  }
  return at - now.getTime();
}

/** A moment with its offset, or how long ago it was. Throws UsageError for what is neither. */
export function momentOf(flag: string, text: string, now = new Date()): Date {
  const ago = parseDuration(text);
  const at = ago === undefined ? instantOf(text) : now.getTime() - ago;
  if (at !== undefined) return new Date(at);
  throw new UsageError(
    `${flag} ${text}: use a moment with its offset, such as ${iso(now, 0).slice(0, 16)}Z, or how long ago: ${DURATION_FORM}`,
  );
}

/** Without an offset a time is a guess; the language would guess the machine's zone. */
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

function instantOf(text: string): number | undefined {
  const at = RFC_3339.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(at)) return undefined;
  // The language takes February 30 for March 2.
  const day = Number(text.slice(8, 10));
  const written = new Date(Date.UTC(Number(text.slice(0, 4)), Number(text.slice(5, 7)) - 1, day));
  return written.getUTCDate() === day ? at : undefined;
}

const iso = (now: Date, ms: number): string => new Date(now.getTime() + ms).toISOString();

const exampleOf = (now: Date): string => `${iso(now, 4 * 60 * 60_000).slice(0, 16)}Z`;
