/** What people ordered beside the records, as every report tells it: who is paused, until when, what has gathered. */
import { durationText } from '../../desired-state/duration.ts';
import type { FindingClass, Pause, RunReport, TenantReport } from '../model.ts';
import { namesOf } from './causes.ts';
import { plural, shortTime } from './words.ts';

/** A line per order: `zeta until … (30d14h left), by …: …; 2 differences since`. Tenants under one order share a line. */
export interface OrderLines {
  readonly title: string;
  readonly lines: readonly string[];
}

/** Only what is in force. */
export const orderLines = (report: RunReport): OrderLines[] =>
  [
    { title: 'Paused', lines: linesOf(report, ({ paused }) => paused, gathered) },
    {
      title: 'Glass broken',
      lines: linesOf(
        report,
        ({ breakGlass }) => breakGlass,
        () => '',
      ),
    },
  ].filter(({ lines }) => lines.length > 0);

type Suffix = (order: Pause, tenants: readonly TenantReport[]) => string;

function linesOf(
  { run, tenants }: RunReport,
  orderOf: (tenant: TenantReport) => Pause | null,
  suffix: Suffix,
): string[] {
  const under = Map.groupBy(
    tenants.filter((tenant) => orderOf(tenant) !== null),
    (tenant) => JSON.stringify(orderOf(tenant)),
  );
  return [...under.values()].flatMap((group) => {
    const order = group[0] && orderOf(group[0]);
    return order == null ? [] : [lineOf(order, group, run.finishedAt) + suffix(order, group)];
  });
}

function lineOf({ by, reason, since, until }: Pause, tenants: readonly TenantReport[], now: string): string {
  const named = namesOf(
    tenants.map(({ name }) => name),
    NAMED,
  );
  const left = durationText(Date.parse(until) - Date.parse(now));
  return `${named} until ${shortTime(until)} (${left} left), by ${by} at ${shortTime(since)}: ${reason}`;
}

const gathered: Suffix = ({ since }, tenants) => {
  const count = tenants.reduce((sum, tenant) => sum + gatheredSince(tenant, since), 0);
  return count === 0 ? '; no difference since' : `; ${plural(count, 'difference')} since`;
};

const GATHERED: ReadonlySet<FindingClass> = new Set<FindingClass>([
  'missing',
  'changed',
  'extra',
  'unhealthy',
]);

const gatheredSince = ({ findings }: TenantReport, since: string): number =>
  findings.filter(
    (finding) =>
      GATHERED.has(finding.class) &&
      finding.excepted === null &&
      Date.parse(finding.since) >= Date.parse(since),
  ).length;

/** A pause of the fleet would name everybody. */
const NAMED = 5;
