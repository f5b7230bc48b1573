/** What a pass leaves in the store of the tenants it judged: findings that are new, those that are gone, and their past. Pure. */
import type { FindingEntry, Looked, RunRecord } from '../desired-state/store.ts';
import { keptOf, lasts } from './attribute.ts';
import { historyChanges, isHidden, type Memory } from './history.ts';
import type { Case } from './load.ts';
import { findingKey, type Finding, type Json, type RunReport, type TenantReport } from './model.ts';

export type Changes = Required<Pick<RunRecord, 'opened' | 'resolved' | 'history'>>;

/**
 * Before the first full apply nothing can have drifted, so nothing has an onset worth keeping: a fleet that is being
 * built leaves no findings behind. A finding that could not be re-examined (its tenant is in flight or unreadable there) is not resolved
 * by that, and neither is one of a tenant whose record cannot be used. `now`: when the pass began (RFC 3339).
 */
export function changesOf(
  tenants: readonly TenantReport[],
  cases: readonly ({ readonly stored: Pick<Case['stored'], 'name'> } & Memory)[],
  now: string,
): Changes {
  const memories = new Map(cases.map((item) => [item.stored.name, item]));
  const knownOf = (tenant: TenantReport) => memories.get(tenant.name)?.known;
  const opened = tenants.filter(wasApplied).flatMap((tenant) =>
    tenant.findings
      .filter((finding) => isNews(finding, knownOf(tenant)?.get(findingKey(finding))))
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
  const resolved = tenants.flatMap((tenant) => {
    if (tenant.verdict === 'invalid') return [];
    const seen = new Set(tenant.findings.map(findingKey));
    return [...(knownOf(tenant)?.keys() ?? [])]
      .filter((key) => !seen.has(key) && !isHidden(key, tenant.findings))
      .map((key) => ({ name: tenant.name, key }));
  });
  const history = tenants.filter(wasApplied).flatMap((tenant) => {
    const memory = memories.get(tenant.name);
    return memory === undefined || tenant.verdict === 'invalid' ? [] : historyChanges(tenant, memory, now);
  });
  return { opened, resolved, history };
}

export const hasChanges = ({ opened, resolved, history }: Changes): boolean =>
  opened.length > 0 || resolved.length > 0 || history.length > 0;

/** A finding nobody has seen before, or one whose author is known only now. */
const isNews = (finding: Finding, entry: FindingEntry | undefined): boolean =>
  entry === undefined || (lasts(finding.attribution) && keptOf(entry) === null);

const wasApplied = (tenant: TenantReport): boolean => tenant.appliedGeneration !== null;

/** More than this cannot be kept by name; then nothing is said. */
const MOST_EXCEPT = 1000;

/** Whom the pass looked at, for later ones to know when a difference was last not there. */
export function lookedOf(
  { run, tenants }: RunReport,
  only: readonly string[] | null,
): Omit<Looked, 'at'> | null {
  const except = tenants
    .filter((tenant) => !wasApplied(tenant) || tenant.verdict === 'invalid' || tenant.staleSince !== null)
    .map(({ name }) => name);
  return except.length > MOST_EXCEPT ? null : { shard: run.shard, only, except };
}
