/** The report as JSON: the value itself, with its keys in reading order wherever it was kept in between. */
import type { RunReport } from '../model.ts';
import { masked } from './sensitive.ts';

/** Spanner's JSON columns give keys back sorted; this order makes a stored report read as a fresh one, byte for byte. */
const READING_ORDER = [
  'format',
  'run',
  'summary',
  'breaker',
  'tripped',
  'cause',
  'admitted',
  'fleet',
  'census',
  'overrides',
  'unguarded',
  'rollouts',
  'outbox',
  'tenants',
  'id',
  'name',
  'labels',
  'verdict',
  'status',
  'generation',
  'appliedGeneration',
  'startedAt',
  'finishedAt',
  'mode',
  'shard',
  'index',
  'count',
  'verdicts',
  'tenant',
  'class',
  'plane',
  'resource',
  'kind',
  'field',
  'want',
  'have',
  'from',
  'risk',
  'message',
  'source',
  'at',
  'since',
  'lastClean',
  'corrected',
  'contested',
  'attribution',
  'found',
  'who',
  'when',
  'how',
  'confidence',
  'ownRun',
  'again',
  'excepted',
  'flow',
  'because',
  'mayDestroy',
  'by',
  'reason',
  'next',
  'until',
  'execution',
  'findings',
  'actions',
  'held',
  'launched',
  'error',
  'health',
  'resources',
  'paused',
  'breakGlass',
  'coverage',
  'declared',
  'platform',
  'unexplained',
  'more',
  'staleSince',
  'planHash',
];

const RANK: ReadonlyMap<string, number> = new Map(READING_ORDER.map((key, index) => [key, index]));

/** Line separators and reading-direction marks act on a reader's screen even inside quotes; JSON can spell them. */
export const ACTING = /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** `\\uXXXX`, as JSON and YAML write it between double quotes. */
export const spelled = (character: string): string =>
  `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Ends with a line break. Unknown keys follow the known ones in alphabetical order. Secrets are masked. */
export const renderJson = (report: RunReport): string =>
  `${JSON.stringify(inReadingOrder(report), null, 2).replace(ACTING, spelled)}\n`;

/** The report as a plain value, masked, with its keys in the order in which every document of it has them. */
export const inReadingOrder = (report: RunReport): unknown => ordered(masked(report));

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => compare(a, b))
      .map(([key, item]) => [key, ordered(item)]),
  );
}

function compare(a: string, b: string): number {
  const byRank = (RANK.get(a) ?? RANK.size) - (RANK.get(b) ?? RANK.size);
  if (byRank !== 0) return byRank;
  return a < b ? -1 : 1;
}
