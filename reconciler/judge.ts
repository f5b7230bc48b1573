/** From one tenant's case and what was seen of it to its findings, verdict and plan. Pure. */
import type { Judged } from './assemble.ts';
import { diff } from './diff.ts';
import { withPast } from './history.ts';
import type { Case } from './load.ts';
import type { Fields, Reading } from './model.ts';
import type { Observed } from './observe.ts';
import { plan } from './plan.ts';
import { verdictOf } from './verdict.ts';

/** A record that does not parse has nothing to compare; a decommissioned tenant has nothing to look for. */
export const isObservable = (item: Case): boolean =>
  item.tenant !== null && item.ledger?.status !== 'DECOMMISSIONED';

export function toObserved({ stored, wants, applied, ledger }: Case): Observed {
  const ids = new Set(wants.map((want) => want.id));
  const leaving = applied?.wants.filter((want) => !ids.has(want.id)) ?? [];
  return { name: stored.name, wants: [...wants, ...leaving], health: ledger?.health ?? null };
}

/** One tenant's findings, verdict and plan. A fault in here is that tenant's alone. */
export function judge(item: Case, have: Map<string, Reading<Fields>> | undefined, now: string): Judged {
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
    };
  }
  const seen = diff({
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
  };
}
