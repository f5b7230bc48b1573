/** What a pass leaves in the store: its run row, findings seen for the first time, findings that are gone. Pure. */
import type { RunRecord } from '../desired-state/store.ts';
import type { Case } from './load.ts';
import { findingKey, type Json, type RunReport } from './model.ts';

/** A finding that could not be re-examined (its tenant is in flight or unreadable there) is not resolved by that. */
export function runRecordOf(report: RunReport, cases: readonly Case[]): RunRecord {
  const known = new Map(cases.map((item) => [item.stored.name, item.known]));
  const opened = report.tenants.flatMap((tenant) =>
    tenant.findings
      .filter((finding) => !known.get(tenant.name)?.has(findingKey(finding)))
      .map((finding) => ({
        name: tenant.name,
        key: findingKey(finding),
        class: finding.class,
        firstSeen: finding.since,
        detail: finding as unknown as Json,
      })),
  );
  const resolved = report.tenants.flatMap((tenant) => {
    const seen = new Set(tenant.findings.map(findingKey));
    const hidden = new Set(tenant.findings.filter((f) => f.class === 'unreadable').map((f) => f.resource));
    return [...(known.get(tenant.name)?.keys() ?? [])]
      .filter((key) => !seen.has(key) && !hidden.has(resourceOf(key)))
      .map((key) => ({ name: tenant.name, key }));
  });
  return { report, opened, resolved };
}

/** `class:resource[:field]`, where neither class nor resource holds a colon. */
const resourceOf = (key: string): string => key.split(':', 2)[1] ?? '';
