/** The report as JSON: the value itself, with its keys in reading order wherever it was kept in between. */
import type { RunReport } from '../model.ts';

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

/** Ends with a line break. Unknown keys follow the known ones in alphabetical order. */
export function renderJson(report: RunReport): string {
  return `${JSON.stringify(report, inOrder, 2)}\n`;
}

function inOrder(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => compare(a, b)));
}

function compare(a: string, b: string): number {
  const byRank = (RANK.get(a) ?? RANK.size) - (RANK.get(b) ?? RANK.size);
  if (byRank !== 0) return byRank;
  return a < b ? -1 : 1;
}
