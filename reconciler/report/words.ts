/** The sentences and orders that every rendering of a report shares, so that text and page never disagree. */
import {
  VERDICTS,
  type Coverage,
  type Finding,
  type FindingClass,
  type Json,
  type Plane,
  type RunReport,
  type TenantReport,
  type Verdict,
} from '../model.ts';

/** Worst first is not meant here: it is the order people read a difference in. */
export const CLASSES: readonly FindingClass[] = [
  'missing',
  'changed',
  'extra',
  'unhealthy',
  'unreadable',
  'pending',
  'exception',
];

const PLANES: readonly Plane[] = ['gcp', 'cluster', 'endpoint'];

export const VERDICT_WORDS: Readonly<Record<Verdict, string>> = {
  'in-sync': 'in sync',
  pending: 'pending',
  drift: 'drift',
  unhealthy: 'unhealthy',
  unreadable: 'unreadable',
  invalid: 'invalid',
  'in-progress': 'in progress',
  paused: 'paused',
  decommissioned: 'decommissioned',
};

/** Times in a text as `2026-03-01 10:00:05Z`: to the second, still UTC, still sortable. The rest stays what it is. */
export const shortTime = (text: string): string =>
  text.replace(/\b(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?Z\b/g, '$1 $2Z');

export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;

/** `1 missing, 2 changed`; empty text when there are none. */
export function classCounts(counts: Readonly<Partial<Record<FindingClass, number>>>): string {
  return CLASSES.flatMap((name) => {
    const count = counts[name] ?? 0;
    return count === 0 ? [] : [`${count} ${name}`];
  }).join(', ');
}

/** What `missing`, `changed` and `extra` are together. The other classes are something else, and never counted in. */
const DRIFT: ReadonlySet<FindingClass> = new Set<FindingClass>(['missing', 'changed', 'extra']);

/** Before a tenant was applied in full for the first time nothing can have drifted: what differs is still on its way. */
export const isUnmade = ({ appliedGeneration }: TenantReport, finding: Finding): boolean =>
  DRIFT.has(finding.class) && appliedGeneration === null;

export const driftOf = (tenant: TenantReport): Finding[] =>
  tenant.findings.filter((finding) => DRIFT.has(finding.class) && !isUnmade(tenant, finding));

/** What the record asks for and nobody applied yet. */
export const isPending = (tenant: TenantReport, finding: Finding): boolean =>
  finding.class === 'pending' || isUnmade(tenant, finding);

export const pendingOf = (tenant: TenantReport): Finding[] =>
  tenant.findings.filter((finding) => isPending(tenant, finding));

/** `drift: 1 missing, 2 changed; 1 unhealthy; pending: 3 changes`: what is drift and what is not stay apart. */
function foundCounts({ tenants }: RunReport): string {
  const drift = classCounts(countByClass(tenants.flatMap(driftOf)));
  const isOther = (finding: Finding) => !DRIFT.has(finding.class) && finding.class !== 'pending';
  const other = classCounts(countByClass(tenants.flatMap(({ findings }) => findings.filter(isOther))));
  const pending = tenants.reduce((sum, tenant) => sum + pendingOf(tenant).length, 0);
  return [
    ...(drift === '' ? [] : [`drift: ${drift}`]),
    ...(other === '' ? [] : [other]),
    ...(pending === 0 ? [] : [`pending: ${plural(pending, 'change')}`]),
  ].join('; ');
}

/** `2 in sync, 1 drift`; verdicts nobody has are left out. */
export function verdictCounts(counts: Readonly<Partial<Record<Verdict, number>>>): string {
  return VERDICTS.flatMap((name) => {
    const count = counts[name] ?? 0;
    return count === 0 ? [] : [`${count} ${VERDICT_WORDS[name]}`];
  }).join(', ');
}

export const countByClass = (findings: readonly Finding[]): Partial<Record<FindingClass, number>> => {
  const counts: Partial<Record<FindingClass, number>> = {};
  for (const finding of findings) counts[finding.class] = (counts[finding.class] ?? 0) + 1;
  return counts;
};

/** Whether there is more to say of a tenant than its line in the table: also of one in sync with guests in its project. */
export const hasSection = (tenant: TenantReport): boolean =>
  tenant.findings.length > 0 ||
  tenant.error !== null ||
  tenant.actions.length > 0 ||
  tenant.held.length > 0 ||
  tenant.staleSince !== null ||
  (tenant.coverage !== null && tenant.coverage.unexplained.length > 0);

/** The answer to "are we in sync?" without the counts. */
export function shortAnswer({ summary }: RunReport): string {
  if (summary.tenants === 0) return 'No tenants';
  const unsettled = summary.tenants - settled(summary);
  const all = plural(summary.tenants, 'tenant');
  return unsettled === 0 ? `In sync: ${all}` : `Not in sync: ${unsettled} of ${all}`;
}

/** The same in one line with all counts: it opens the report and ends it. */
export function answer(report: RunReport): string {
  const { summary, run } = report;
  const asOf = `as of ${shortTime(summary.oldestObservation ?? run.finishedAt)}`;
  if (summary.tenants === 0) return `No tenants: there is no record to compare (${asOf}).`;
  const open = { ...summary.verdicts, 'in-sync': 0, decommissioned: 0 };
  const verdicts = settled(summary) === summary.tenants ? '' : ` (${verdictCounts(open)})`;
  const excepted = summary.excepted === 0 ? '' : `; ${summary.excepted} of them excepted`;
  return `${shortAnswer(report)}${verdicts}; ${foundCounts(report) || 'no findings'}${excepted} (${asOf}).`;
}

const settled = ({ verdicts }: RunReport['summary']): number =>
  (verdicts['in-sync'] ?? 0) + (verdicts.decommissioned ?? 0);

/** What was done: `dry run, nothing launched` or `1 launched, 2 held`. */
export function deeds({ run, summary }: RunReport): string {
  if (run.mode === 'dry-run') {
    return `dry run, nothing launched${summary.held === 0 ? '' : `; ${summary.held} held`}`;
  }
  return `${summary.launched} launched, ${summary.held} held`;
}

/** `14 declared, 22 made by the platform, 1 unexplained` assets of the tenant's project. */
export function coverageText({ declared, platform, unexplained, more }: Coverage): string {
  return `${declared} declared, ${platform} made by the platform, ${unexplained.length + more} unexplained`;
}

/** Names of what nobody declared, and how many are not listed. */
export const unexplainedNames = ({ unexplained, more }: Coverage): string[] => [
  ...unexplained.map(({ name }) => name),
  ...(more === 0 ? [] : [`and ${more} more`]),
];

/** Null for a tenant that this pass has looked at. */
export const staleText = ({ staleSince }: TenantReport): string | null =>
  staleSince === null
    ? null
    : `not looked at by this pass, whose budget or time ran out: what is said is as of ${shortTime(staleSince)}`;

/** `generation 3, applied 2`; the pair that tells drift from a change that is on its way. */
export const generations = (tenant: TenantReport): string =>
  `generation ${tenant.generation}, ${tenant.appliedGeneration === null ? 'never applied' : `applied ${tenant.appliedGeneration}`}`;

/** `, plan 1a2b…` where something waits for an approval of it. */
export const planText = ({ planHash }: TenantReport): string =>
  planHash === null ? '' : `, plan ${planHash}`;

/** Findings of one tenant by plane and resource, in the order they came. */
export function byResource(
  findings: readonly Finding[],
): { plane: Plane; resources: { resource: string; findings: Finding[] }[] }[] {
  return PLANES.flatMap((plane) => {
    const groups = new Map<string, Finding[]>();
    for (const finding of findings) {
      if (finding.plane !== plane) continue;
      const group = groups.get(finding.resource);
      if (group) group.push(finding);
      else groups.set(finding.resource, [finding]);
    }
    if (groups.size === 0) return [];
    return [{ plane, resources: [...groups].map(([resource, found]) => ({ resource, findings: found })) }];
  });
}

/** Longest value shown in a line of text; the JSON has all of it. */
const LONGEST_VALUE = 200;

/** A value on one line. `null` reads as what it means in a comparison: nothing is there. */
export function valueText(value: Json): string {
  if (value === null) return 'none';
  const text = JSON.stringify(value);
  return text.length <= LONGEST_VALUE ? text : `${text.slice(0, LONGEST_VALUE)}… (${text.length} characters)`;
}

export const lastPart = (name: string): string => name.slice(name.lastIndexOf('/') + 1);
