/** Joins what a pass found into one RunReport: the value every renderer reads and the store keeps. Pure. */
import type { Directive } from '../desired-state/store.ts';
import { withOpponent } from './history.ts';
import type { Case } from './load.ts';
import {
  REPORT_FORMAT,
  isQuiet,
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

/** One tenant's look, as it was judged. It lives as long as the tenant's turn; its row is what the pass keeps. */
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
  /** The adoption that its action carries out. */
  readonly adoption: Directive | null;
  readonly readings: readonly Reading<unknown>[];
  /** The execution each launched action got. */
  readonly executions: ReadonlyMap<Action, string>;
  readonly coverage: Coverage | null;
}

/** A larger fleet's quiet tenants are counted, not listed: a report is read by people and kept in one row. */
const MOST_LISTED = 5000;

export interface RollNotes {
  /** The oldest reading the row rests on (RFC 3339); null when nothing was observed. */
  readonly observedAt: string | null;
  /** When the ledger was last written before the row was judged; null when it never was. */
  readonly ledgerAt: string | null;
}

/** The tenants a pass has judged: a row each, or for the quiet ones of a large fleet a count. */
export class Roll {
  /** In any order. Stages after the judging may replace one by another of the same tenant. */
  rows: TenantReport[] = [];
  /** Of those who have an action: when their ledger was last written before they were judged. */
  readonly #ledgers = new Map<string, string | null>();
  readonly #listsAll: boolean;
  readonly #counted: Partial<Record<Verdict, number>> = {};
  #oldest: string | null = null;

  /** `tenants`: how many there will be. */
  constructor(tenants: number) {
    this.#listsAll = tenants <= MOST_LISTED;
  }

  /** Whether such a row is listed, or only counted. */
  lists(quiet: boolean): boolean {
    return this.#listsAll || !quiet;
  }

  add(row: TenantReport, { observedAt, ledgerAt }: RollNotes): void {
    if (!this.lists(isQuiet(row))) {
      this.count(row.verdict, observedAt);
      return;
    }
    this.#oldest = oldest([this.#oldest ?? '', observedAt ?? '']);
    if (row.actions.length > 0) this.#ledgers.set(row.name, ledgerAt);
    this.rows.push(row);
  }

  /** Puts a row in the place of the same tenant's, or of its count. */
  replace(row: TenantReport): void {
    const at = this.rows.findIndex(({ name }) => name === row.name);
    if (at >= 0) this.rows[at] = row;
    else {
      this.#counted[row.verdict] = (this.#counted[row.verdict] ?? 0) - 1;
      this.rows.push(row);
    }
  }

  count(verdict: Verdict, observedAt: string | null): void {
    this.#oldest = oldest([this.#oldest ?? '', observedAt ?? '']);
    this.#counted[verdict] = (this.#counted[verdict] ?? 0) + 1;
  }

  inOrder(): readonly TenantReport[] {
    return this.rows.sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  ledgerOf(name: string): string | null {
    return this.#ledgers.get(name) ?? null;
  }

  summary(): Omit<RunReport['summary'], 'calls'> {
    const verdicts = count(this.rows.map(({ verdict }) => verdict));
    for (const [verdict, more] of Object.entries(this.#counted) as [Verdict, number][]) {
      verdicts[verdict] = (verdicts[verdict] ?? 0) + more;
    }
    const findings = this.rows.flatMap((row) => row.findings);
    return {
      tenants: Object.values(verdicts).reduce((sum, each) => sum + each, 0),
      verdicts,
      findings: count(findings.map((finding) => finding.class)),
      launched: this.rows.flatMap(({ actions }) => actions).filter(({ execution }) => execution !== null)
        .length,
      held: this.rows.reduce((sum, { held }) => sum + held.length, 0),
      oldestObservation: this.#oldest,
      excepted: findings.filter((finding) => finding.excepted !== null).length,
    };
  }
}

export interface ReportOptions {
  readonly runId: string;
  readonly dryRun: boolean;
  readonly shard?: { readonly index: number; readonly count: number };
}

export function assemble(
  roll: Roll,
  options: ReportOptions,
  { calls, ...times }: { startedAt: string; finishedAt: string; calls: Readonly<Record<string, number>> },
  { breaker, fleet }: Pick<RunReport, 'breaker' | 'fleet'>,
): RunReport {
  const summary = roll.summary();
  return {
    format: REPORT_FORMAT,
    run: {
      id: options.runId,
      ...times,
      mode: options.dryRun ? 'dry-run' : 'act',
      shard: options.shard ?? { index: 0, count: 1 },
    },
    summary: { ...summary, calls },
    // Whatever was launched past an open breaker, an override admitted.
    breaker: breaker && { ...breaker, admitted: summary.launched },
    fleet,
    tenants: roll.inOrder(),
  };
}

export const notesOf = ({ readings, case: { ledger } }: Judged): RollNotes => ({
  observedAt: oldest(readings.map(({ at }) => at)),
  ledgerAt: ledger?.updatedAt ?? null,
});

export function rowOf(judged: Judged): TenantReport {
  const { case: item, findings, verdict, plan, orders, readings, executions, coverage } = judged;
  const setAside = readings.find((reading) => reading.state === 'unreadable' && reading.quarantined === true);
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
    error: item.problem ?? reasonOf(setAside) ?? item.ledger?.lastError ?? null,
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

const reasonOf = (reading: Reading<unknown> | undefined): string | null =>
  reading?.state === 'unreadable' ? reading.reason : null;

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
