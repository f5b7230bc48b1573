/** Joins what a pass found into one RunReport: the value every renderer reads and the store keeps. Pure. */
import type { Case } from './load.ts';
import {
  REPORT_FORMAT,
  type Action,
  type Finding,
  type Plan,
  type Reading,
  type RunReport,
  type TenantReport,
  type Verdict,
} from './model.ts';

export interface Judged {
  readonly case: Case;
  readonly findings: readonly Finding[];
  readonly verdict: Verdict;
  readonly plan: Plan;
  readonly readings: readonly Reading<unknown>[];
  /** The execution each launched action got. */
  readonly executions: ReadonlyMap<Action, string>;
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

export function rowOf({ case: item, findings, verdict, plan, readings, executions }: Judged): TenantReport {
  return {
    name: item.stored.name,
    labels: item.tenant?.metadata.labels ?? {},
    verdict,
    status: item.ledger?.status ?? null,
    generation: item.stored.generation,
    appliedGeneration: item.ledger?.appliedGeneration ?? null,
    findings,
    actions: plan.actions.map((action) => ({ ...action, execution: executions.get(action) ?? null })),
    held: plan.held,
    error: item.problem ?? item.ledger?.lastError ?? null,
    health: item.ledger?.health ?? null,
    resources: readings.length,
    paused: null,
    coverage: null,
    staleSince: null,
    planHash: null,
  };
}

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
