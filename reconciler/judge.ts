/** From one tenant's case and what was seen of it to its findings, verdict and plan. Pure. */
import type { Judged } from './assemble.ts';
import { attributed } from './attribute.ts';
import { contextOf, type TenantContext } from './coverage.ts';
import { deepCheckFindings, isDeepCheck } from './deep-check.ts';
import { diff } from './diff.ts';
import { withPast } from './history.ts';
import type { Case } from './load.ts';
import { findingKey, type Coverage, type Fields, type Finding, type Reading } from './model.ts';
import { namesOf } from './names.ts';
import type { Observed } from './observe.ts';
import { plan } from './plan.ts';
import { exceptionFindings, withExceptions } from './policy/exceptions.ts';
import { ordersOf, type Orders, type Share } from './policy/orders.ts';
import type { PolicyRule } from './policy/table.ts';
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
  /** Why the tenant's last deep check gave no result, where it gave none. */
  readonly deepCheckFailure?: string | undefined;
}

const NO_SURPLUS: Surplus = { coverage: null, strays: [] };

/** What judging goes by besides the tenant itself. */
export interface Judging {
  readonly rules: readonly PolicyRule[];
  /** Of the fleet: what this pass looks at. */
  readonly share: Share;
}

/** One tenant's findings, verdict and plan; `have` is undefined where nobody looked. A fault in here is that tenant's alone. */
export function judge(
  item: Case,
  have: Map<string, Reading<Fields>> | undefined,
  now: string,
  by: Judging,
  { coverage, strays, deepCheckFailure }: Surplus = NO_SURPLUS,
): Judged {
  const { stored, ledger, applied, active } = item;
  const since = (key: string) => item.known.get(key)?.firstSeen;
  if (have === undefined) return { ...unseen(item, now, by), coverage };
  const differences = diff({
    tenant: stored.name,
    wants: item.wants,
    applied: applied?.wants ?? null,
    have,
    generation: stored.generation,
    appliedGeneration: ledger?.appliedGeneration ?? null,
    unfinished: ledger?.status === 'FAILED' ? (ledger.lastError ?? 'no reason was recorded') : null,
    since,
    now,
  });
  const failure = deepCheckFailure ?? null;
  const deep = deepCheckFindings({ tenant: stored.name, ledger, active, failure, since, now });
  const seen = [...differences, ...strayFindings(stored.name, strays, item.known, now), ...deep].map(
    (finding) => attributed(finding, item.known.get(findingKey(finding)), have.get(finding.resource)),
  );
  const findings = withPast(seen, item, now);
  return { ...conclude(item, findings, now, by), readings: [...have.values()], coverage };
}

/**
 * From what was found to what it comes to under the orders in force at a moment. Asked again, with the same findings
 * and the orders of that moment, just before a launch.
 */
export function conclude(item: Case, found: readonly Finding[], now: string, by: Judging): Judged {
  const { stored, tenant, known, wants, active } = item;
  const base = unseen(item, now, by);
  const { orders } = base;
  const accepted = withExceptions(found, orders.exceptions, now);
  const told = exceptionFindings(orders.exceptions, {
    tenant: stored.name,
    wants,
    findings: accepted,
    full: active === undefined && !found.some((finding) => finding.class === 'unreadable'),
    since: (key) => known.get(key)?.firstSeen,
    now,
  });
  const findings = [...accepted, ...told];
  const { actions, held, ...approvals } = plan({
    ...item,
    ...by,
    tenant: stored.name,
    generation: stored.generation,
    labels: tenant?.metadata.labels ?? {},
    maintenance: tenant?.spec.maintenance ?? null,
    findings: findings.filter((finding) => !isDeepCheck(finding)),
    orders,
    now,
  });
  return {
    ...base,
    ...approvals,
    findings,
    verdict: verdictOf({ ...standing(item, orders), findings }),
    plan: { actions, held },
  };
}

/** Of a tenant there is nothing to compare for. */
function unseen(item: Case, now: string, { share }: Judging): Judged {
  const { stored, tenant } = item;
  const labels = tenant?.metadata.labels ?? null;
  const orders = ordersOf(item.directives, { tenant: stored.name, labels, share, now });
  return {
    case: item,
    findings: [],
    verdict: verdictOf({ ...standing(item, orders), findings: [] }),
    plan: { actions: [], held: [] },
    orders,
    planHash: null,
    approval: null,
    brokenGlass: null,
    adoption: null,
    readings: [],
    executions: new Map(),
    coverage: null,
  };
}

/** How the tenant stands, whatever was found. */
const standing = ({ tenant, ledger, active }: Case, { pause, breakGlass }: Orders) => ({
  invalid: tenant === null,
  status: ledger?.status ?? null,
  inFlight: active !== undefined,
  paused: pause !== null && breakGlass === null,
  everApplied: ledger?.appliedGeneration != null,
});
