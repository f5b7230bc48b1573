/** The part of the Logging query language that scripts use: comparisons of fields, joined by AND or line ends. */
import { invalid } from '../core/body.ts';
import { SEVERITIES, type LogEntry } from './entries.ts';

const TERM = /^([A-Za-z_][\w."/-]*)\s*(>=|<=|!=|=~|=|:|>|<)\s*("(?:[^"\\]|\\.)*"|\S+)$/;

/**
 * A predicate for `filter`: `logName="…"`, `resource.labels.build_id=x`, `severity>=ERROR`, `timestamp>"…"`,
 * `textPayload:"part"`. Throws INVALID_ARGUMENT for OR, NOT, brackets and patterns.
 */
export function parseLogFilter(filter: string): (entry: LogEntry) => boolean {
  const terms = filter
    .split(/\s*\n\s*|\s+AND\s+/)
    .map((text) => text.trim())
    .filter((text) => text !== '')
    .map(term);
  return (entry) => terms.every((holds) => holds(entry));
}

function term(text: string): (entry: LogEntry) => boolean {
  const [, field, operator, raw] = TERM.exec(text) ?? [];
  if (field === undefined || operator === undefined || raw === undefined || operator === '=~') {
    throw invalid(`Unparseable filter: "${text}". The local cloud knows FIELD OP VALUE joined by AND.`);
  }
  const want = unquoted(raw);
  const order = field === 'severity' ? severityOrder : field.endsWith('imestamp') ? timeOrder : textOrder;
  if (Number.isNaN(order(want, want)))
    throw invalid(`Unparseable filter: "${want}" is no value of ${field}.`);
  return (entry) => {
    const have = valueAt(entry, field);
    // A comparison with a field that is not there is false, whatever the operator.
    return have !== undefined && compare(order(have, want), operator, have, want);
  };
}

function compare(order: number, operator: string, have: string, want: string): boolean {
  switch (operator) {
    case ':':
      return have.toLowerCase().includes(want.toLowerCase());
    case '=':
      return order === 0;
    case '!=':
      return order !== 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
    case '<':
      return order < 0;
    default:
      return order <= 0;
  }
}

function valueAt(entry: LogEntry, field: string): string | undefined {
  let value: unknown = entry;
  // Label keys that hold dots are quoted: labels."run.googleapis.com/task".
  for (const key of field.match(/"[^"]*"|[^.]+/g) ?? []) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string, unknown>)[unquoted(key)];
  }
  if (value === undefined || value === null) return undefined;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const textOrder = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1);
const timeOrder = (a: string, b: string): number => Date.parse(a) - Date.parse(b);

function severityOrder(a: string, b: string): number {
  const rank = (text: string) => {
    const found = SEVERITIES.findIndex((severity) => severity === text.toUpperCase());
    return found < 0 ? Number.NaN : found;
  };
  return rank(a) - rank(b);
}

const unquoted = (text: string): string =>
  text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1).replace(/\\(.)/g, '$1') : text;
