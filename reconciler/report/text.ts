/** The report for a terminal or a log: the answer first and last, a table of tenants, then every finding with its cause. */
import { isQuiet, type Finding, type FindingClass, type RunReport, type TenantReport } from '../model.ts';
import { columns } from './columns.ts';
import { breakerLines, fleetLines } from './fleet-words.ts';
import { orderLines } from './orders.ts';
import { printable } from './printable.ts';
import {
  SYMBOLS,
  VERDICT_WORDS,
  answer,
  authorText,
  byResource,
  classCounts,
  commonNext,
  countByClass,
  coverageText,
  deeds,
  doings,
  firstSeen,
  generations,
  hasSection,
  hasSides,
  heldText,
  nextFor,
  planText,
  plural,
  shortTime,
  unexplainedNames,
  valueText,
  type Next,
} from './words.ts';

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
}

/** Above this many rows the tenants with nothing to say are counted instead of listed. */
const MOST_QUIET_ROWS = 40;

/** Same report and paint, same bytes. Ends with a line break. */
export function renderText(report: RunReport, { paint = PLAIN }: TextOptions = {}): string {
  const verdict = printable(answer(report));
  const painted = paint.bold(verdict.startsWith('In sync') ? paint.green(verdict) : paint.yellow(verdict));
  const loud = report.tenants.filter(hasSection);
  const lines = [...loudly(report, paint), painted, paint.dim(headline(report)), ''];
  const fleet = fleetLines(report);
  if (fleet.length > 0) lines.push(...fleet.map(printable), '');
  if (report.summary.tenants > 0) lines.push(...table(report, paint), '');
  for (const { title, lines: orders } of orderLines(report)) {
    lines.push(paint.bold(`${title}:`), ...orders.map((line) => paint.magenta(printable(`  ${line}`))), '');
  }
  for (const tenant of loud) lines.push(...tenantLines(tenant, report, paint), '');
  if (loud.some(({ findings }) => findings.length > 0)) lines.push(paint.dim(legend()), '');
  lines.push(painted);
  return `${lines.join('\n')}\n`;
}

/** An open breaker comes before everything else: who reads one line must read this one. */
function loudly(report: RunReport, paint: Paint): string[] {
  const open = breakerLines(report);
  if (open === null) return [];
  return [
    paint.bold(paint.red(printable(open.head))),
    ...open.lines.map((line) => paint.red(printable(`  ${line}`))),
    '',
  ];
}

function headline(report: RunReport): string {
  const { run } = report;
  const shard = run.shard.count > 1 ? `, shard ${run.shard.index + 1} of ${run.shard.count}` : '';
  return printable(
    `Run ${run.id}, ${shortTime(run.startedAt)} to ${shortTime(run.finishedAt)}${shard}: ${deeds(report)}.`,
  );
}

const legend = (): string =>
  `Symbols: ${Object.entries(SYMBOLS)
    .map(([name, symbol]) => `${symbol} ${name}`)
    .join('  ')}; [the record's field it comes from].`;

function table({ tenants, summary }: RunReport, paint: Paint): string[] {
  const fold = summary.tenants > MOST_QUIET_ROWS;
  const shown = fold ? tenants.filter((tenant) => !isQuiet(tenant)) : tenants;
  const [head = '', ...rows] = columns(
    ['TENANT', 'VERDICT', 'STATUS', 'GENERATION', 'APPLIED', 'FINDINGS', 'ACTION'],
    shown.map((tenant) =>
      [
        tenant.name,
        VERDICT_WORDS[tenant.verdict],
        tenant.status ?? 'none',
        String(tenant.generation),
        tenant.appliedGeneration === null ? 'never' : String(tenant.appliedGeneration),
        classCounts(countByClass(tenant.findings)) || 'none',
        doings(tenant),
      ].map(printable),
    ),
  );
  const quiet = summary.tenants - shown.length;
  return [
    paint.bold(head),
    ...rows,
    ...(quiet === 0 ? [] : [paint.dim(`${plural(quiet, 'more tenant')} with nothing to report`)]),
  ];
}

function tenantLines(tenant: TenantReport, report: RunReport, paint: Paint): string[] {
  const lines = [
    `${paint.bold(printable(tenant.name))}: ${VERDICT_WORDS[tenant.verdict]}, ${generations(tenant)}, ${plural(tenant.resources, 'resource')} compared${planText(tenant)}`,
  ];
  if (tenant.error !== null) lines.push(`  ${paint.red(`could not be judged: ${printable(tenant.error)}`)}`);
  const common = commonNext(tenant, report.run.mode);
  for (const { plane, resources } of byResource(tenant.findings)) {
    lines.push(`  ${plane}`);
    for (const { resource, findings } of resources) {
      lines.push(`    ${paint.bold(printable(resource))}`);
      for (const finding of findings) {
        const next = common === null ? nextFor(tenant, finding, report.run.mode) : null;
        lines.push(...findingLines(finding, next, report, paint));
      }
    }
  }
  if (common !== null)
    lines.push(nextLine(`  next, for all ${tenant.findings.length} findings: `, common, paint));
  lines.push(...looseLines(tenant, paint), ...coverageLines(tenant, paint));
  return lines;
}

/** What nobody declared is listed: it is the part of the project that a person has to look at. */
function coverageLines({ coverage }: TenantReport, paint: Paint): string[] {
  if (coverage === null) return [];
  return [
    paint.dim(`  in its project: ${coverageText(coverage)}`),
    ...unexplainedNames(coverage).map((name) => `    ${printable(name)}`),
  ];
}

/** Actions and holds that no finding stands behind, for example a tenant that somebody paused. */
function looseLines(tenant: TenantReport, paint: Paint): string[] {
  return [
    ...tenant.actions
      .filter(({ because }) => because.length === 0)
      .map(({ flow, summary }) => paint.cyan(printable(`  next: ${flow}: ${summary}`))),
    ...tenant.held
      .filter(({ because }) => because.length === 0)
      .map((held) => paint.magenta(printable(`  held, ${heldText(held)}`))),
  ];
}

/** `next` is null where it was said once for all. */
function findingLines(finding: Finding, next: Next | null, report: RunReport, paint: Paint): string[] {
  const { class: kind, message, source, at, from } = finding;
  const first = firstSeen(finding, report);
  const author = authorText(finding);
  const seen = `${source} at ${shortTime(at)}${first === null ? '' : `, ${first}`}`;
  return [
    `      ${classPaint(kind, paint)(printable(`${SYMBOLS[kind]} ${kind}${difference(finding)}`))}${from === null ? '' : `  ${printable(`[${from}]`)}`}`,
    paint.dim(`          why: ${printable(message)} (${printable(seen)})`),
    ...(author === null ? [] : [paint.dim(printable(`          who: ${author}`))]),
    ...(next === null ? [] : [nextLine('          next: ', next, paint)]),
  ];
}

function nextLine(prefix: string, next: Next, paint: Paint): string {
  const nextPaint = next.kind === 'action' ? paint.cyan : next.kind === 'held' ? paint.magenta : paint.dim;
  return nextPaint(printable(`${prefix}${next.text}`));
}

function difference(finding: Finding): string {
  const where = finding.field === null ? '' : ` ${finding.field}`;
  if (!hasSides(finding)) return where;
  return `${where}: want ${valueText(finding.want)} → have ${valueText(finding.have)}`;
}

function classPaint(kind: FindingClass, paint: Paint): (text: string) => string {
  switch (kind) {
    case 'missing':
    case 'unhealthy':
      return paint.red;
    case 'changed':
      return paint.yellow;
    case 'extra':
      return paint.green;
    case 'unreadable':
    case 'exception':
      return paint.magenta;
    case 'pending':
      return paint.cyan;
  }
}
