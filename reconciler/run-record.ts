/** What a pass leaves in the store: its run row, findings seen for the first time, findings that are gone. Pure. */
import type { FindingEntry, RunRecord } from '../desired-state/store.ts';
import { keptOf, lasts } from './attribute.ts';
import type { Case } from './load.ts';
import { findingKey, type Finding, type Json, type RunReport, type TenantReport } from './model.ts';

/**
 * Before the first full apply nothing can have drifted, so nothing has an onset worth keeping: a fleet that is being
 * built leaves no findings behind. A finding that could not be re-examined (its tenant is in flight or unreadable there) is not resolved
 * by that, and neither is one of a tenant whose record cannot be used.
 */
export function runRecordOf(report: RunReport, cases: readonly Case[]): RunRecord {
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
    const hidden = new Set(tenant.findings.filter((f) => f.class === 'unreadable').map((f) => f.resource));
    return [...(known.get(tenant.name)?.keys() ?? [])]
      .filter((key) => !seen.has(key) && !hidden.has(resourceOf(key)))
      .map((key) => ({ name: tenant.name, key }));
  });
  return { report, opened, resolved };
}

/** A finding nobody has seen before, or one whose author is known only now. */
const isNews = (finding: Finding, entry: FindingEntry | undefined): boolean =>
  entry === undefined || (lasts(finding.attribution) && keptOf(entry) === null);

const wasApplied = (tenant: TenantReport): boolean => tenant.appliedGeneration !== null;

/** `class:resource[:field]`, where neither class nor resource holds a colon. */
const resourceOf = (key: string): string => key.split(':', 2)[1] ?? '';
