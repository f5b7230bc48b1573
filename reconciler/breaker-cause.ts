/** The one thing most of the tenants behind an open breaker have in common. Pure. */
import type { Finding, TenantReport } from './model.ts';

/** A cause is one line of a report. */
const LONGEST_VALUE = 80;

/** Findings of one fingerprint, one per tenant. */
interface Group {
  readonly example: Finding;
  readonly byTenant: Map<string, Finding>;
}

/**
 * The difference that most of these tenants share, in words, with who made it where most of its findings name the
 * same; null when no difference is shared by more than half of them. Of several, the one that comes first in resource
 * order: what stands in a cluster is missing with it.
 */
export function causeOf(tenants: ReadonlySet<TenantReport>): string | null {
  const groups = new Map<string, Group>();
  for (const { findings } of tenants) {
    for (const finding of findings) {
      if (finding.excepted !== null || finding.class === 'pending' || finding.class === 'exception') continue;
      const print = fingerprint(finding);
      const group = groups.get(print) ?? { example: finding, byTenant: new Map<string, Finding>() };
      group.byTenant.set(finding.tenant, finding);
      groups.set(print, group);
    }
  }
  let largest: Group | undefined;
  for (const group of groups.values()) {
    if (group.byTenant.size > (largest?.byTenant.size ?? 0)) largest = group;
  }
  if (largest === undefined || largest.byTenant.size * 2 <= tenants.size) return null;
  const { example, byTenant } = largest;
  return `${inWords(example)}, on ${byTenant.size} of ${tenants.size} tenants${madeBy([...byTenant.values()])}`;
}

/** What could not be read is one thing per source, whatever was asked of it. */
const fingerprint = ({ class: c, kind, field, have, source, plane }: Finding): string =>
  JSON.stringify(c === 'unreadable' ? [c, plane, source] : [c, kind, field, have]);

function inWords({ class: c, kind, field, have, source }: Finding): string {
  if (c === 'unreadable') return `${source} could not be read`;
  if (field === null || c === 'unhealthy') return `${kind} ${c}`;
  if (c === 'extra') return `${kind} has ${field} added`;
  return `${kind} ${field} is ${have === null ? 'gone' : JSON.stringify(have).slice(0, LONGEST_VALUE)}`;
}

/** Named only where most of the differences are this one person's or program's. */
function madeBy(findings: readonly Finding[]): string {
  const counts = new Map<string, number>();
  for (const { attribution } of findings) {
    if (attribution?.found === true) counts.set(attribution.who, (counts.get(attribution.who) ?? 0) + 1);
  }
  const [who, count] = [...counts].reduce((most, each) => (each[1] > most[1] ? each : most), ['', 0]);
  return count * 2 > findings.length ? `; ${count} of them by ${who}` : '';
}
