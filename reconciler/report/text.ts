/** The report for a terminal or a log: the answer first and last, a table of tenants, then every finding with its cause. */
import { isQuiet, type RunReport, type TenantReport } from '../model.ts';
import { breakerLines, fleetLines } from './fleet-words.ts';
import { LEGEND } from './finding-words.ts';
import { Lines } from './lines.ts';
import { orderLines } from './orders.ts';
import { masked } from './sensitive.ts';
import { tenantTable } from './tenant-table.ts';
import { findingsText } from './text-findings.ts';
import { trendLine, type History } from './trend.ts';
import { answer, deeds, plural, shortTime } from './words.ts';

/** The colours used; picocolors' `createColors` gives them, `PLAIN` gives none. */
export interface Paint {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly cyan: (text: string) => string;
  readonly magenta: (text: string) => string;
}

const same = (text: string): string => text;
export const PLAIN: Paint = {
  bold: same,
  dim: same,
  red: same,
  green: same,
  yellow: same,
  cyan: same,
  magenta: same,
};

export interface TextOptions {
  readonly paint?: Paint;
  /** `summary`: the answer, the table and who ordered what; `detail` (standard): every finding as well. */
  readonly density?: 'summary' | 'detail';
  /** Characters of a line; null (standard): as long as they are. */
  readonly width?: number | null;
  /** Earlier passes over the same tenants. */
  readonly history?: History;
}

/** Above this many rows the tenants with nothing to say are counted instead of listed. */
const MOST_QUIET_ROWS = 40;

/** Same report and options, same bytes. Ends with a line break. Secrets are masked. */
export function renderText(unmasked: RunReport, options: TextOptions = {}): string {
  const { paint = PLAIN, density = 'detail', width = null, history = [] } = options;
  const report = masked(unmasked);
  const lines = new Lines(width);
  const verdict = answer(report);
  const paintAnswer = (text: string): string =>
    paint.bold(verdict.startsWith('In sync') ? paint.green(text) : paint.yellow(text));
  loudly(report, lines, paint);
  lines.add(verdict, paintAnswer);
  lines.add(headline(report), paint.dim);
  const trend = trendLine(report, history);
  if (trend !== null) lines.add(trend, paint.dim);
  lines.gap();
  for (const line of fleetLines(report)) lines.add(line);
  lines.gap();
  table(report, lines, paint, width);
  for (const { title, lines: orders } of orderLines(report)) {
    lines.add(`${title}:`, paint.bold);
    for (const line of orders) lines.add(`  ${line}`, paint.magenta);
    lines.gap();
  }
  if (density === 'detail') {
    findingsText(report, lines, paint);
    if (report.tenants.some(({ findings }) => findings.length > 0)) {
      lines.gap();
      lines.add(`Symbols: ${LEGEND}; [the record's field it comes from].`, paint.dim);
    }
  }
  lines.gap();
  lines.add(verdict, paintAnswer);
  return lines.toString();
}

/** An open breaker comes before everything else: who reads one line must read this one. */
function loudly(report: RunReport, lines: Lines, paint: Paint): void {
  const open = breakerLines(report);
  if (open === null) return;
  lines.add(open.head, (text) => paint.bold(paint.red(text)));
  for (const line of open.lines) lines.add(`  ${line}`, paint.red);
  lines.gap();
}

function headline(report: RunReport): string {
  const { run } = report;
  const shard = run.shard.count > 1 ? `, shard ${run.shard.index + 1} of ${run.shard.count}` : '';
  return `Run ${run.id}, ${shortTime(run.startedAt)} to ${shortTime(run.finishedAt)}${shard}: ${deeds(report)}.`;
}

function table(report: RunReport, lines: Lines, paint: Paint, width: number | null): void {
  const { tenants, summary } = report;
  if (summary.tenants === 0) return;
  const shown: readonly TenantReport[] =
    summary.tenants > MOST_QUIET_ROWS ? tenants.filter((tenant) => !isQuiet(tenant)) : tenants;
  if (shown.length > 0) {
    const { lines: rows, without } = tenantTable(shown, report, width);
    for (const [index, row] of rows.entries()) lines.add(row, index === 0 ? paint.bold : undefined);
    if (without.length > 0) lines.add(`Left out in this narrow window: ${without.join(', ')}.`, paint.dim);
  }
  const quiet = summary.tenants - shown.length;
  if (quiet > 0) lines.add(`${plural(quiet, 'more tenant')} with nothing to report`, paint.dim);
  lines.gap();
}
