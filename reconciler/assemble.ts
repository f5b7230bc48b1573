/** Joins what a pass found into one RunReport: the value every renderer reads and the store keeps. Pure. */
import type { Directive } from '../desired-state/store.ts';
import { withOpponent } from './history.ts';
import type { Case } from './load.ts';
import {
  REPORT_FORMAT,
  type Action,
  type Coverage,
  type Finding,
  type Pause,
  type Plan,
  type Reading,
  type RunReport,
  type TenantReport,
  type Verdict,
} from './model.ts';
import type { Order, Orders } from './policy/orders.ts';

export interface Judged {
  readonly case: Case;
  readonly findings: readonly Finding[];
  readonly verdict: Verdict;
  readonly plan: Plan;
  /** Pauses, exceptions and the like that were in force when it was judged. */
  readonly orders: Orders;
  /** Of what waits for an approval; null when nothing does. */
  readonly planHash: string | null;
  /** The approval that its action makes use of. */
  readonly approval: Directive | null;
  /** The broken glass without which its action would be held. */
  readonly brokenGlass: Order | null;
  readonly readings: readonly Reading<unknown>[];
  /** The execution each launched action got. */
  readonly executions: ReadonlyMap<Action, string>;
  readonly coverage: Coverage | null;
}

export interface ReportOptions {
  readonly runId: string;
  readonly dryRun: boolean;
  readonly shard?: { readonly index: number; readonly count: number };
}

export function assemble(
  judged: readonly Judged[],
  options: ReportOptions,
  times: { startedAt: string; finishedAt: string },
  { breaker, fleet }: Pick<RunReport, 'breaker' | 'fleet'>,
): RunReport {
  const tenants = judged.map(rowOf);
  const launched = judged.reduce((sum, { executions }) => sum + executions.size, 0);
  return {
    format: REPORT_FORMAT,
    run: {
      id: options.runId,
      ...times,
      mode: options.dryRun ? 'dry-run' : 'act',
      shard: options.shard ?? { index: 0, count: 1 },
    },
    summary: {
      tenants: tenants.length,
      verdicts: count(tenants.map((tenant) => tenant.verdict)),
      findings: count(tenants.flatMap((tenant) => tenant.findings.map((finding) => finding.class))),
      launched,
      held: tenants.reduce((sum, { held }) => sum + held.length, 0),
      oldestObservation: oldest(judged.flatMap(({ readings }) => readings.map((reading) => reading.at))),
      excepted: tenants.reduce(
        (sum, { findings }) => sum + findings.filter((finding) => finding.excepted !== null).length,
        0,
      ),
      calls: {},
    },
    // Whatever was launched past an open breaker, an override admitted.
    breaker: breaker && { ...breaker, admitted: launched },
    fleet,
    tenants,
  };
}

export function rowOf(judged: Judged): TenantReport {
  const { case: item, findings, verdict, plan, orders, readings, executions, coverage } = judged;
  const isGone = item.ledger?.status === 'DECOMMISSIONED';
  return {
    name: item.stored.name,
    labels: item.tenant?.metadata.labels ?? {},
    verdict,
    status: item.ledger?.status ?? null,
    generation: item.stored.generation,
    appliedGeneration: item.ledger?.appliedGeneration ?? null,
    findings: findings.map(withOpponent),
    actions: plan.actions.map((action) => ({ ...action, execution: executions.get(action) ?? null })),
    held: plan.held,
    error: item.problem ?? item.ledger?.lastError ?? null,
    health: item.ledger?.health ?? null,
    resources: readings.length,
    paused: isGone ? null : told(orders.pause),
    breakGlass: isGone ? null : told(orders.breakGlass),
    coverage,
    staleSince: null,
    planHash: judged.planHash,
  };
}

const told = (order: Order | null): Pause | null =>
  order && { by: order.by, reason: order.reason, since: order.since, until: order.until };

/** Counts in order of first appearance, so that equal input gives equal bytes. */
export function count<T extends string>(values: readonly T[]): Partial<Record<T, number>> {
  const counts: Partial<Record<T, number>> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

const oldest = (times: readonly string[]): string | null =>
  times.reduce<string | null>(
    (old, time) => (time !== '' && (old === null || time < old) ? time : old),
    null,
  );
