/** What a pass leaves in the store: its run row, findings that are new, those that are gone, and their past. Pure. */
import type { FindingEntry, Looked, RunRecord } from '../desired-state/store.ts';
import { keptOf, lasts } from './attribute.ts';
import { historyChanges, isHidden } from './history.ts';
import type { Case } from './load.ts';
import { findingKey, type Finding, type Json, type RunReport, type TenantReport } from './model.ts';

/**
 * Before the first full apply nothing can have drifted, so nothing has an onset worth keeping: a fleet that is being
 * built leaves no findings behind. A finding that could not be re-examined (its tenant is in flight or unreadable there) is not resolved
 * by that, and neither is one of a tenant whose record cannot be used.
 */
export function runRecordOf(
  report: RunReport,
  cases: readonly Case[],
  only: readonly string[] | null,
): RunRecord {
  const memories = new Map(cases.map((item) => [item.stored.name, item]));
  const known = new Map(cases.map((item) => [item.stored.name, item.known]));
  const opened = report.tenants.filter(wasApplied).flatMap((tenant) =>
    tenant.findings
      .filter((finding) => isNews(finding, known.get(tenant.name)?.get(findingKey(finding))))
      .map((finding) => ({
        name: tenant.name,
        key: findingKey(finding),
        class: finding.class,
        firstSeen: finding.since,
        detail: {
          ...finding,
          attribution: lasts(finding.attribution) ? finding.attribution : null,
        } as unknown as Json,
      })),
  );
  const resolved = report.tenants.flatMap((tenant) => {
    if (tenant.verdict === 'invalid') return [];
    const seen = new Set(tenant.findings.map(findingKey));
    return [...(known.get(tenant.name)?.keys() ?? [])]
      .filter((key) => !seen.has(key) && !isHidden(key, tenant.findings))
      .map((key) => ({ name: tenant.name, key }));
  });
  const history = report.tenants.filter(wasApplied).flatMap((tenant) => {
    const memory = memories.get(tenant.name);
    return memory === undefined || tenant.verdict === 'invalid'
      ? []
      : historyChanges(tenant, memory, report.run.startedAt);
  });
  return { report, opened, resolved, history, looked: lookedOf(report, only) };
}

/** A finding nobody has seen before, or one whose author is known only now. */
const isNews = (finding: Finding, entry: FindingEntry | undefined): boolean =>
  entry === undefined || (lasts(finding.attribution) && keptOf(entry) === null);

const wasApplied = (tenant: TenantReport): boolean => tenant.appliedGeneration !== null;

/** More than this cannot be kept by name; then nothing is said. */
const MOST_EXCEPT = 1000;

function lookedOf({ run, tenants }: RunReport, only: readonly string[] | null): Omit<Looked, 'at'> | null {
  const except = tenants
    .filter((tenant) => !wasApplied(tenant) || tenant.verdict === 'invalid' || tenant.staleSince !== null)
    .map(({ name }) => name);
  return except.length > MOST_EXCEPT ? null : { shard: run.shard, only, except };
}
