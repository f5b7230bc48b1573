/** One row per tenant: what kind of trouble it has, for how long, and what is done about it. */
import { durationText } from '../../desired-state/duration.ts';
import type { Finding, RunReport, TenantReport } from '../model.ts';
import { columns } from './columns.ts';
import { doings } from './next.ts';
import { printable } from './printable.ts';
import { VERDICT_WORDS, classCounts, countByClass, driftOf, pendingOf } from './words.ts';

interface Column {
  readonly head: string;
  readonly cell: (tenant: TenantReport, report: RunReport) => string;
}

const ofClass = (tenant: TenantReport, keep: (finding: Finding) => boolean): Finding[] =>
  tenant.findings.filter(keep);

export const driftCell = (tenant: TenantReport): string =>
  classCounts(countByClass(driftOf(tenant))) || 'none';

/** All findings by class, drift first. */
export const findingsCell = ({ findings }: TenantReport): string =>
  classCounts(countByClass(findings)) || 'no findings';

export const pendingCell = (tenant: TenantReport): string => String(pendingOf(tenant).length);

export function healthCell({ health, findings }: TenantReport): string {
  if (findings.some((finding) => finding.class === 'unhealthy')) return 'unhealthy';
  return health === null ? 'unknown' : health.healthy ? 'healthy' : 'unhealthy';
}

/** How long the oldest finding has been open when the pass ended: `2d4h`. */
export function ageCell({ findings }: TenantReport, { run }: RunReport): string {
  const since = findings.map((finding) => Date.parse(finding.since)).filter(Number.isFinite);
  if (since.length === 0) return '';
  const age = Date.parse(run.finishedAt) - Math.min(...since);
  return Number.isFinite(age) ? durationText(age) : '';
}

const COLUMNS: readonly Column[] = [
  { head: 'TENANT', cell: ({ name }) => name },
  { head: 'VERDICT', cell: ({ verdict }) => VERDICT_WORDS[verdict] },
  { head: 'DRIFT', cell: driftCell },
  { head: 'PENDING', cell: pendingCell },
  { head: 'HEALTH', cell: healthCell },
  {
    head: 'UNREADABLE',
    cell: (tenant) => String(ofClass(tenant, (finding) => finding.class === 'unreadable').length),
  },
  { head: 'AGE', cell: ageCell },
  { head: 'ACTION', cell: doings },
];

/** In a narrow window these go first; the sections below the table tell the same. */
const DISPENSABLE = ['AGE', 'UNREADABLE', 'HEALTH', 'PENDING', 'ACTION'];

/** Head and rows, no wider than `width` as far as leaving columns out can help; and the heads that were left out. */
export function tenantTable(
  tenants: readonly TenantReport[],
  report: RunReport,
  width: number | null,
): { readonly lines: string[]; readonly without: string[] } {
  const cells = tenants.map((tenant) => COLUMNS.map(({ cell }) => printable(cell(tenant, report))));
  for (let count = 0; ; count += 1) {
    const without = DISPENSABLE.slice(0, count);
    const shown = COLUMNS.map(({ head }) => !without.includes(head));
    const keep = (row: readonly string[]): string[] => row.filter((_cell, index) => shown[index]);
    const lines = columns(keep(COLUMNS.map(({ head }) => head)), cells.map(keep));
    const fits = width === null || lines.every((line) => line.length <= width);
    if (fits || count === DISPENSABLE.length) return { lines, without };
  }
}
