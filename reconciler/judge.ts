/** From one tenant's case and what was seen of it to its findings, verdict and plan. Pure. */
import type { Judged } from './assemble.ts';
import { attributed } from './attribute.ts';
import { contextOf, type TenantContext } from './coverage.ts';
import { diff } from './diff.ts';
import { withPast } from './history.ts';
import type { Case } from './load.ts';
import { findingKey, type Coverage, type Fields, type Reading } from './model.ts';
import { namesOf } from './names.ts';
import type { Observed } from './observe.ts';
import { plan } from './plan.ts';
import { strayFindings, type SeenStray } from './strays.ts';
import { verdictOf } from './verdict.ts';

/** A record that does not parse has nothing to compare; a decommissioned tenant has nothing to look for. */
export const isObservable = (item: Case): boolean =>
  item.tenant !== null && item.ledger?.status !== 'DECOMMISSIONED';

export function toObserved({ stored, wants, applied, ledger }: Case): Observed {
  const ids = new Set(wants.map((want) => want.id));
  const leaving = applied?.wants.filter((want) => !ids.has(want.id)) ?? [];
  return { name: stored.name, wants: [...wants, ...leaving], health: ledger?.health ?? null };
}

/** What tells the assets of the tenant's project apart; null for a record that says of none. */
export function toContext({ stored, tenant, wants, applied }: Case): TenantContext | null {
  if (tenant === null) return null;
  const { infraIdentity } = namesOf(tenant);
  return contextOf(stored.name, tenant.spec.project, [...wants, ...(applied?.wants ?? [])], [infraIdentity]);
}

/** What a sweep showed of the tenant's project beside what is wanted there. */
export interface Surplus {
  readonly coverage: Coverage | null;
  readonly strays: readonly SeenStray[];
}

const NO_SURPLUS: Surplus = { coverage: null, strays: [] };

/** One tenant's findings, verdict and plan. A fault in here is that tenant's alone. */
export function judge(
  item: Case,
  have: Map<string, Reading<Fields>> | undefined,
  now: string,
  { coverage, strays }: Surplus = NO_SURPLUS,
): Judged {
  const { stored, ledger, active, applied } = item;
  const everApplied = ledger?.appliedGeneration != null;
  const base = {
    invalid: item.tenant === null,
    status: ledger?.status ?? null,
    inFlight: active !== undefined,
  };
  if (have === undefined) {
    const verdict = verdictOf({ ...base, everApplied, findings: [] });
    return {
      case: item,
      findings: [],
      verdict,
      plan: { actions: [], held: [] },
      readings: [],
      executions: new Map(),
      coverage,
    };
  }
  const differences = diff({
    tenant: stored.name,
    wants: item.wants,
    applied: applied?.wants ?? null,
    have,
    generation: stored.generation,
    appliedGeneration: ledger?.appliedGeneration ?? null,
    unfinished: ledger?.status === 'FAILED' ? (ledger.lastError ?? 'no reason was recorded') : null,
    since: (key) => item.known.get(key)?.firstSeen,
    now,
  });
  const seen = [...differences, ...strayFindings(stored.name, strays, item.known, now)].map((finding) =>
    attributed(finding, item.known.get(findingKey(finding)), have.get(finding.resource)),
  );
  const findings = withPast(seen, item, now);
  return {
    case: item,
    findings,
    verdict: verdictOf({ ...base, everApplied, findings }),
    plan: plan({
      tenant: stored.name,
      findings,
      ledger,
      active,
      failures: item.failures,
      leaving: item.leaving,
      now,
    }),
    readings: [...have.values()],
    executions: new Map(),
    coverage,
  };
}
