/** Every finding of a report for a terminal: what many tenants share once, then tenant, plane, resource, field. */
import type { Finding, FindingClass, RunReport, TenantReport } from '../model.ts';
import {
  FOLDED_FROM,
  SHARED_FROM,
  causesOf,
  namesOf,
  placesOf,
  sharedNext,
  type Cause,
  type Place,
} from './causes.ts';
import { authorText, difference, firstSeen, hasSides, saidOf, symbolOf } from './finding-words.ts';
import type { Lines } from './lines.ts';
import { commonNext, heldText, nextFor, type Next } from './next.ts';
import type { Paint } from './text.ts';
import {
  VERDICT_WORDS,
  byResource,
  coverageText,
  generations,
  hasSection,
  isPending,
  planText,
  plural,
  shortTime,
  staleText,
  unexplainedNames,
} from './words.ts';

/** A folded finding names so many of its tenants. */
const NAMED = 8;

/** Drift and pending are two things. */
const PARTS = [
  ['Same on several tenants:', false],
  ['Pending on several tenants; their records are newer than what was applied, which is no drift:', true],
] as const;

export function findingsText(report: RunReport, lines: Lines, paint: Paint): void {
  const shared = placesOf(causesOf(report), FOLDED_FROM, SHARED_FROM).filter(
    (row) => 'causes' in row || row.reach >= SHARED_FROM,
  );
  const folded = new Set(shared.flatMap((row) => membersOf(row).map(({ finding }) => finding)));
  for (const [title, isPendingPart] of PARTS) {
    const part = shared.filter(({ pending }) => pending === isPendingPart);
    if (part.length > 0) lines.add(title, paint.bold);
    for (const row of part) {
      if ('causes' in row) placeText(row, report, lines, paint);
      else causeText(row, report, lines, paint);
    }
    lines.gap();
  }
  for (const tenant of report.tenants.filter(hasSection)) {
    const own = tenant.findings.filter((finding) => !folded.has(finding));
    if (own.length > 0 || !isAllFolded(tenant)) tenantText(tenant, own, report, lines, paint);
  }
}

const membersOf = (row: Cause | Place): Cause['members'] =>
  'causes' in row ? row.causes.flatMap(({ members }) => members) : row.members;

/** Nothing is left to say of a tenant of which each finding was told with others. */
const isAllFolded = ({ findings, error, staleSince, coverage, held, actions }: TenantReport): boolean =>
  findings.length > 0 &&
  error === null &&
  staleSince === null &&
  (coverage?.unexplained.length ?? 0) === 0 &&
  [...held, ...actions].every(({ because }) => because.length > 0);

/** A line for each value: the tenants have a place in common, and what stands there is their own. */
function placeText(place: Place, { run }: RunReport, lines: Lines, paint: Paint): void {
  const { finding, causes, reach } = place;
  const nexts = membersOf(place).map((member) => nextFor(member.tenant, member.finding, run.mode));
  const where = `${finding.resource}${finding.field === null ? '' : ` ${finding.field}`}`;
  lines.add(`  ${headOf(finding, where)}`, classPaint(finding.class, paint));
  lines.add(
    `      ${causes.length} different ${hasSides(finding) ? 'values' : 'reasons'} on ${reach} tenants:`,
  );
  for (const { finding: own, members, since } of causes) {
    const [author] = members.flatMap((member) => authorText(member.finding) ?? []);
    const names = members.map(({ tenant }) => tenant.name).join(', ');
    const notes = `first ${shortTime(since)}${author === undefined ? '' : `; who: ${author}`}`;
    lines.add(`        ${names}: ${saidOf(own)} (${notes})`);
  }
  const [why, ...others] = new Set(causes.map(({ finding: own }) => own.message));
  if (hasSides(finding) && others.length === 0) lines.add(`      why: ${why ?? ''}`, paint.dim);
  lines.add(`      next: ${shortTime(sharedNext(nexts))}`, paint.cyan);
}

function causeText(cause: Cause, { run }: RunReport, lines: Lines, paint: Paint): void {
  const { finding, members, reach, since } = cause;
  const names = [...new Set(members.map(({ tenant }) => tenant.name))];
  const nexts = members.map((member) => nextFor(member.tenant, member.finding, run.mode));
  const authors = [...new Set(members.flatMap((member) => authorText(member.finding) ?? []))];
  lines.add(
    `  ${headOf(finding, `${finding.resource}${difference(finding)}`)}`,
    classPaint(finding.class, paint),
  );
  lines.add(`      same on ${reach} tenants: ${namesOf(names, NAMED)}`);
  lines.add(
    `      why: ${finding.message} (${finding.source} at ${shortTime(finding.at)}, first ${shortTime(since)})`,
    paint.dim,
  );
  if (authors[0] !== undefined) {
    const others = authors.length === 1 ? '' : `; and ${authors.length - 1} more, see the tenants in -o html`;
    lines.add(`      who: ${authors[0]}${others}`, paint.dim);
  }
  lines.add(`      next: ${shortTime(sharedNext(nexts))}`, paint.cyan);
}

function tenantText(
  tenant: TenantReport,
  own: readonly Finding[],
  report: RunReport,
  lines: Lines,
  paint: Paint,
): void {
  lines.gap();
  lines.add(
    `${tenant.name}: ${VERDICT_WORDS[tenant.verdict]}, ${generations(tenant)}, ${plural(tenant.resources, 'resource')} compared${planText(tenant)}`,
    paint.bold,
  );
  if (tenant.error !== null) lines.add(`  could not be judged: ${tenant.error}`, paint.red);
  const stale = staleText(tenant);
  if (stale !== null) lines.add(`  ${stale}`, paint.magenta);
  const folded = tenant.findings.length - own.length;
  const common = folded === 0 ? commonNext(tenant, report.run.mode) : null;
  const context = { tenant, report, lines, paint, common };
  planesText(
    own.filter((finding) => !isPending(tenant, finding)),
    '  ',
    context,
  );
  const pending = own.filter((finding) => isPending(tenant, finding));
  if (pending.length > 0) {
    lines.add(
      `  pending: ${generations(tenant)}; the record is newer than what was applied, which is no drift`,
      paint.cyan,
    );
    planesText(pending, '    ', context);
  }
  if (folded > 0) lines.add(`  and ${plural(folded, 'finding')} that others have too, see above`, paint.dim);
  if (common !== null) nextText(`  next, for all ${tenant.findings.length} findings: `, common, lines, paint);
  looseText(tenant, lines, paint);
  coverageLines(tenant, lines, paint);
}

interface Context {
  readonly tenant: TenantReport;
  readonly report: RunReport;
  readonly lines: Lines;
  readonly paint: Paint;
  /** What happens next with all findings alike: said once, below them. */
  readonly common: Next | null;
}

function planesText(findings: readonly Finding[], indent: string, context: Context): void {
  const { lines, paint } = context;
  for (const { plane, resources } of byResource(findings)) {
    lines.add(`${indent}${plane}`);
    for (const { resource, findings: found } of resources) {
      lines.add(`${indent}  ${resource}`, paint.bold);
      for (const finding of found) findingText(finding, `${indent}    `, context);
    }
  }
}

function findingText(finding: Finding, indent: string, context: Context): void {
  const { tenant, report, lines, paint, common } = context;
  const first = firstSeen(finding, report);
  const author = authorText(finding);
  const seen = `${finding.source} at ${shortTime(finding.at)}${first === null ? '' : `, ${first}`}`;
  lines.add(`${indent}${headOf(finding, difference(finding).trimStart())}`, classPaint(finding.class, paint));
  lines.add(`${indent}    why: ${finding.message} (${seen})`, paint.dim);
  if (author !== null) lines.add(`${indent}    who: ${author}`, paint.dim);
  if (common === null)
    nextText(`${indent}    next: `, nextFor(tenant, finding, report.run.mode), lines, paint);
}

/** `~ changed node-pool/gpu autoscaling.max: want 4 → have 8  [spec.cluster…]`. */
function headOf(finding: Finding, what: string): string {
  const record = finding.from === null ? '' : `  [${finding.from}]`;
  return `${symbolOf(finding)} ${finding.class}${what === '' ? '' : ` ${what}`}${record}`;
}

/** What nobody declared is listed: it is the part of the project that a person has to look at. */
function coverageLines({ coverage }: TenantReport, lines: Lines, paint: Paint): void {
  if (coverage === null) return;
  lines.add(`  in its project: ${coverageText(coverage)}`, paint.dim);
  for (const name of unexplainedNames(coverage)) lines.add(`    ${name}`);
}

/** Actions and holds that no finding stands behind, for example a tenant that somebody paused. */
function looseText(tenant: TenantReport, lines: Lines, paint: Paint): void {
  for (const { because, flow, summary } of tenant.actions) {
    if (because.length === 0) lines.add(`  next: ${flow}: ${summary}`, paint.cyan);
  }
  for (const held of tenant.held) {
    if (held.because.length === 0) lines.add(`  held, ${heldText(held)}`, paint.magenta);
  }
}

function nextText(prefix: string, next: Next, lines: Lines, paint: Paint): void {
  const paintNext = next.kind === 'action' ? paint.cyan : next.kind === 'held' ? paint.magenta : paint.dim;
  lines.add(`${prefix}${next.text}`, paintNext);
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
