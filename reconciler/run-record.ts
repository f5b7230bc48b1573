/** What a pass leaves in the store of the tenants it judged: findings seen for the first time, findings that are gone. Pure. */
import type { RunRecord } from '../desired-state/store.ts';
import type { Case } from './load.ts';
import { findingKey, type Json, type TenantReport } from './model.ts';

/**
 * Before the first full apply nothing can have drifted, so nothing has an onset worth keeping: a fleet that is being
 * built leaves no findings behind. A finding that could not be re-examined (its tenant is in flight or unreadable there) is not resolved
 * by that, and neither is one of a tenant whose record cannot be used.
 */
export function runRecordOf(
  tenants: readonly TenantReport[],
  cases: readonly { readonly stored: Pick<Case['stored'], 'name'>; readonly known: Case['known'] }[],
): Pick<RunRecord, 'opened' | 'resolved'> {
  const known = new Map(cases.map((item) => [item.stored.name, item.known]));
  const opened = tenants.filter(wasApplied).flatMap((tenant) =>
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
  const resolved = tenants.flatMap((tenant) => {
    if (tenant.verdict === 'invalid') return [];
    const seen = new Set(tenant.findings.map(findingKey));
    const hidden = new Set(tenant.findings.filter((f) => f.class === 'unreadable').map((f) => f.resource));
    return [...(known.get(tenant.name)?.keys() ?? [])]
      .filter((key) => !seen.has(key) && !hidden.has(resourceOf(key)))
      .map((key) => ({ name: tenant.name, key }));
  });
  return { opened, resolved };
}

const wasApplied = (tenant: TenantReport): boolean => tenant.appliedGeneration !== null;

/** `class:resource[:field]`, where neither class nor resource holds a colon. */
const resourceOf = (key: string): string => key.split(':', 2)[1] ?? '';
