/** What every rendering says of one finding: its symbol, its two sides, who made it and since when. */
import type { Finding, FindingClass, RunReport } from '../model.ts';
import { shortTime, valueText } from './words.ts';

/** Stands beside colour, never instead of a word: colour alone tells nothing to many readers. */
export const SYMBOLS: Readonly<Record<FindingClass, string>> = {
  missing: '-',
  changed: '~',
  extra: '+',
  unhealthy: '!',
  unreadable: '?',
  pending: '»',
  exception: '×',
};

const EXCEPTED = '·';
const REPLACES = '±';

/** Of this finding: also whether putting it right would replace something, and whether somebody accepts it. */
export function symbolOf({
  class: kind,
  risk,
  excepted,
}: Pick<Finding, 'class' | 'risk' | 'excepted'>): string {
  if (excepted !== null) return EXCEPTED;
  const changes = kind === 'changed' || kind === 'pending';
  return changes && (risk === 'replace' || risk === 'stateful') ? REPLACES : SYMBOLS[kind];
}

/** One line that explains them all. */
export const LEGEND = [
  ...Object.entries(SYMBOLS).map(([name, symbol]) => `${symbol} ${name}`),
  `${REPLACES} changed, needs replacement`,
  `${EXCEPTED} excepted`,
].join('  ');

/**
 * Only a value has two sides worth showing: nobody looked at what is unreadable, and a resource that is missing or
 * extra as a whole says so by its class.
 */
export const hasSides = ({ class: kind, field }: Finding): boolean =>
  kind !== 'unreadable' && (field !== null || kind === 'unhealthy' || kind === 'changed');

/** `first 2026-…`, for what an earlier pass has seen already; null for what is new. */
export const firstSeen = ({ since }: Finding, { run }: RunReport): string | null =>
  since < run.startedAt ? `first ${shortTime(since)}` : null;

/**
 * Who made a difference, when and how, and how sure that is; or why nobody can say. Null when nobody has asked.
 * `alice@example.com at 2026-…, by v1.compute.routers.patch with gcloud … (high confidence)`.
 */
export function authorText({ attribution }: Finding): string | null {
  if (attribution === null) return null;
  if (!attribution.found) return `not known: ${shortTime(attribution.reason)}`;
  const { who, when, how, from, confidence, ownRun } = attribution;
  const run = ownRun === null ? who : `our own run ${ownRun} (${who})`;
  const source = from === 'audit-log' ? 'audit log' : "the field's manager";
  return `${run} at ${shortTime(when)}, by ${how} (${source}, ${confidence} confidence)`;
}

/** ` autoscaling.max: want 4 → have 8`, as far as there is a field and two sides; begins with a blank or is empty. */
export function difference(finding: Finding): string {
  const where = finding.field === null ? '' : ` ${finding.field}`;
  return hasSides(finding) ? `${where}: ${saidOf(finding)}` : where;
}

/** `want 4 → have 8`; for what has no two sides, the message. */
export const saidOf = (finding: Finding): string =>
  hasSides(finding) ? `want ${valueText(finding.want)} → have ${valueText(finding.have)}` : finding.message;
