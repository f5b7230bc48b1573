/**
 * One pass on one screen: settle what was left open, move rollouts on, load the records, observe, judge each tenant,
 * stop if the fleet looks wrong, launch what policy allows, report. Every stage is a plain value; only `launch` and the store change anything.
 */
import { heldMeanwhile } from './admit.ts';
import { assemble, count, rowOf, type Judged } from './assemble.ts';
import { DEFAULT_LIMITS, type BreakerLimits } from './breaker-limits.ts';
import { Survey } from './coverage.ts';
import { describe } from './error-text.ts';
import { withFleetExceptions } from './fleet-exceptions.ts';
import { guard, type Guard } from './guard.ts';
import { healthChecks } from './health.ts';
import { inquire } from './inquire.ts';
import { isObservable, judge, toContext, toObserved, type Judging } from './judge.ts';
import { launch, PASS } from './launch.ts';
import { load } from './load.ts';
import { markLaunched, markSeen } from './mark.ts';
import type { Platform, RunReport } from './model.ts';
import { observe } from './observe.ts';
import type { Operators } from './operators.ts';
import { WHOLE } from './policy/orders.ts';
import { DEFAULT_POLICY, type PolicySettings } from './policy/settings.ts';
import type { Ports } from './ports.ts';
import { moveRollouts } from './rollouts.ts';
import { runRecordOf } from './run-record.ts';
import { settle } from './settle.ts';
import { confirmStrays } from './strays.ts';
import { sweep } from './sweep.ts';

export interface PassOptions {
  readonly platform: Platform;
  /** Look and plan, but change nothing anywhere: no launch, no row. */
  readonly dryRun: boolean;
  /** Only these tenants. Who names a tenant has looked at it: its spent retry budget does not hold it then. */
  readonly only?: readonly string[];
  /** This task's share of the fleet. */
  readonly shard?: { readonly index: number; readonly count: number };
  readonly runId: string;
  /** Left out: what the table says by itself. */
  readonly policy?: PolicySettings;
  /** Directives to leave out, for a dry run that looks ahead: what would be, if they had never been given. */
  readonly lifted?: readonly string[];
  /** The breaker's thresholds; left out, the defaults. */
  readonly breaker?: BreakerLimits;
  /** Whose overrides and rollouts are honoured; left out, nobody's. */
  readonly operators?: Operators;
  /** What happened along the way, for progress and logs. */
  readonly onEvent?: (event: PassEvent) => void;
}

export type PassEvent =
  | { readonly type: 'loaded'; readonly tenants: number }
  | { readonly type: 'observed'; readonly tenants: number }
  | { readonly type: 'launched'; readonly tenant: string; readonly flow: string; readonly intent: string }
  /** Definitions that nothing needed any more are gone. */
  | { readonly type: 'swept'; readonly workflows: readonly string[] }
  | { readonly type: 'problem'; readonly tenant: string; readonly message: string };

/** Throws only when the store cannot be read or written; everything else is in the report. */
export async function reconcile(ports: Ports, options: PassOptions): Promise<RunReport> {
  const startedAt = ports.clock.now().toISOString();
  const emit = options.onEvent ?? (() => undefined);
  if (!options.dryRun) {
    await settle(ports, (tenant, error) => emit({ type: 'problem', tenant, message: describe(error) }));
  }

  const rollouts = await moveRollouts(ports, options);

  const cases = await load(ports.store, options);
  emit({ type: 'loaded', tenants: cases.length });

  const observable = cases.filter(isObservable);
  const survey = new Survey(observable.map(toContext).filter((context) => context !== null));
  const have = await observe(ports, options.platform.scope, observable.map(toObserved), survey);
  emit({ type: 'observed', tenants: have.size });

  const named = new Set(options.only);
  const by = { rules: (options.policy ?? DEFAULT_POLICY).rules, share: options.shard ?? WHOLE };
  const look = { whole: options.only === undefined, share: by.share, now: startedAt };
  const judged = await Promise.all(
    cases.map(async (item) => {
      const { name } = item.stored;
      const strays = await confirmStrays(ports.reads, survey, name);
      const surplus = { coverage: survey.coverageOf(name), strays };
      return judge(named.has(name) ? { ...item, failures: 0 } : item, have.get(name), startedAt, by, surplus);
    }),
  );
  const known = await inquire(ports, options.platform, withFleetExceptions(judged, look));
  const rows = known.map(rowOf);
  const guarded = await guard(
    ports,
    { rows, verdicts: count(rows.map(({ verdict }) => verdict)) },
    {
      limits: options.breaker ?? DEFAULT_LIMITS,
      operators: options.operators ?? [],
      shard: options.only === undefined ? (options.shard ?? { index: 0, count: 1 }) : null,
    },
  );
  const admitted = heldBack(known, guarded);
  const launched = options.dryRun
    ? admitted
    : await launchAll(ports, options, admitted, { by, permit: guarded.permit });
  if (!options.dryRun && guarded.breaker === null) await askHealth(ports, options, rollouts.due);

  const times = { startedAt, finishedAt: ports.clock.now().toISOString() };
  const fleet = { ...guarded.fleet, rollouts: rollouts.reports };
  const report = assemble(launched, options, times, { breaker: guarded.breaker, fleet });
  if (!options.dryRun) {
    await ports.store.saveRun(runRecordOf(report, cases, options.only ?? null));
    await markSeen(ports.store, launched, look);
    await tidy(ports, options);
  }
  return report;
}

/** Once per pass, whatever the number of tasks; what cannot be removed today is removed another day. */
async function tidy(ports: Ports, { platform, shard, onEvent }: PassOptions): Promise<void> {
  if (shard !== undefined && shard.index !== 0) return;
  try {
    const workflows = await sweep(ports, platform);
    if (workflows.length > 0) onEvent?.({ type: 'swept', workflows });
  } catch (error) {
    const message = `unused workflow definitions were not removed: ${describe(error)}`;
    onEvent?.({ type: 'problem', tenant: PASS, message });
  }
}

/** What the breaker let of each tenant's row. */
export function heldBack(judged: readonly Judged[], { rows, breaker }: Guard): Judged[] {
  if (breaker === null) return [...judged];
  const guarded = new Map(rows.map((row) => [row.name, row]));
  return judged.map((item) => {
    const row = guarded.get(item.case.stored.name);
    const isHeld = row !== undefined && row.actions.length < item.plan.actions.length;
    return isHeld ? { ...item, plan: { actions: [], held: row.held } } : item;
  });
}

/** Looks that a rollout waits for; whoever is changed in this pass is asked at the end of that. */
async function askHealth(ports: Ports, options: PassOptions, due: readonly string[]): Promise<void> {
  if (due.length === 0) return;
  for (const { tenant, intent } of await healthChecks(ports, options.platform, { only: due })) {
    if (intent !== null) options.onEvent?.({ type: 'launched', tenant, flow: 'health-check', intent });
  }
}

/** One after the other: the store's transactions and the definition's deployment would only contend. */
export async function launchAll(
  ports: Ports,
  options: PassOptions,
  judged: readonly Judged[],
  { by, permit }: { readonly by: Judging; readonly permit: Guard['permit'] },
): Promise<Judged[]> {
  const emit = options.onEvent ?? (() => undefined);
  const done: Judged[] = [];
  for (const item of judged) {
    const [action] = item.plan.actions;
    const { tenant, applied, ledger, stored } = item.case;
    if (action === undefined || tenant === null) {
      done.push(item);
      continue;
    }
    const now = ports.clock.now().toISOString();
    const held = await heldMeanwhile(ports.store, item, action, { now, by });
    if (held !== undefined) {
      done.push({ ...item, plan: { actions: [], held: [held, ...item.plan.held] } });
      continue;
    }
    const result = await launch(ports, options.platform, {
      tenant,
      applied: applied?.tenant ?? null,
      ledger,
      generation: stored.generation,
      flow: action.flow,
      because: [...action.because, ...(item.approval === null ? [] : [`approval:${item.approval.id}`])],
      requester: PASS,
      mayDestroy: action.mayDestroy ?? [],
      ...(permit !== undefined && { permit }),
    });
    if (result.outcome === 'launched') {
      await markLaunched(ports.store, item);
      emit({ type: 'launched', tenant: stored.name, flow: action.flow, intent: result.intent });
      done.push({ ...item, executions: new Map([[action, result.execution]]) });
    } else {
      emit({ type: 'problem', tenant: stored.name, message: result.message });
      const reason = result.outcome === 'held' ? result.reason : ('retry-later' as const);
      const { tenant, flow, because } = action;
      const held = { tenant, flow, because, reason, message: result.message, next: null };
      done.push({ ...item, plan: { actions: [], held: [held, ...item.plan.held] } });
    }
  }
  return done;
}
