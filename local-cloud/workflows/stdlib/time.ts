/** The module `time`: RFC 3339 text and seconds since the epoch. */
import { valueError } from '../run/errors.ts';
import { params, type LibraryFunction } from './function.ts';

const RFC3339 =
  /^(\d{4}-\d{2}-\d{2})[Tt]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

/** A day that is not there, JavaScript takes for one of the next month. */
const isDay = (day: string): boolean => {
  const at = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(day);
};

/** Seconds since the epoch. Raises ValueError for anything that is not RFC 3339 §5.6; assumed: leap seconds too. */
export function parseTime(text: string): number {
  const match = RFC3339.exec(text);
  if (match === null || !isDay(match[1] ?? '')) throw valueError(`time: '${text}' is not an RFC 3339 time`);
  const fraction = match[3] ?? '';
  // Date keeps milliseconds only, so the fraction is added by hand; the service keeps microseconds.
  const whole = Date.parse(text.replace(fraction, ''));
  const micros = fraction === '' ? 0 : Number(fraction.slice(1, 7).padEnd(6, '0'));
  return whole / 1000 + micros / 1_000_000;
}

function format(seconds: number, timezone: string): string {
  const micros = Math.round(seconds * 1_000_000);
  const date = new Date(Math.floor(micros / 1000));
  if (Number.isNaN(date.getTime())) throw valueError(`time.format: ${seconds} is not a time`);
  const fraction = String(((micros % 1_000_000) + 1_000_000) % 1_000_000).padStart(6, '0');
  const offset = offsetMinutes(date, timezone);
  const local = new Date(date.getTime() + offset * 60_000).toISOString().slice(0, 19);
  return `${local}.${fraction}${offset === 0 ? 'Z' : offsetText(offset)}`;
}

/** Minutes the zone is ahead of UTC at that moment. */
function offsetMinutes(date: Date, timezone: string): number {
  if (timezone === 'UTC') return 0;
  try {
    const parts = new Intl.DateTimeFormat('en-US', { timeZone: timezone, timeZoneName: 'longOffset' });
    const name = parts.formatToParts(date).find((part) => part.type === 'timeZoneName')?.value ?? 'GMT';
    const [, sign, hours, minutes] = /GMT([+-])(\d{2}):(\d{2})/.exec(name) ?? [];
    return (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * (sign === '-' ? -1 : 1);
  } catch {
    throw valueError(`time.format: unknown time zone '${timezone}'`);
  }
}

function offsetText(minutes: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

export const TIME: readonly LibraryFunction[] = [
  {
    name: 'time.format',
    params: params('seconds', ['timezone', 'UTC']),
    call: (args) => format(args.number('seconds'), args.string('timezone')),
  },
  { name: 'time.parse', params: params('value'), call: (args) => parseTime(args.string('value')) },
];
