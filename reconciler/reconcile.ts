/**
 * One pass on one screen: settle what was left open, move rollouts on, survey the fleet, sweep the inventory, look at
 * each tenant and judge it, stop if the fleet looks wrong, launch what policy allows, report. The whole fleet is judged
 * before anything is launched. Of a tenant nothing but its row is kept: the fleet may be larger than memory.
 */
import { keep, outboxOf, sendOut, writeOut } from './after-pass.ts';
import type { ArchiveSettings } from './archive-settings.ts';
import { assemble, Roll } from './assemble.ts';
import { DEFAULT_LIMITS, type BreakerLimits } from './breaker-limits.ts';
import { dueDeepChecks, NO_DEEP_CHECKS, type DeepCheckSettings } from './deep-checks.ts';
import { describe } from './error-text.ts';
import { FleetExceptions } from './fleet-exceptions.ts';
import { guard } from './guard.ts';
import { healthChecks } from './health.ts';
import { Inquirer } from './inquire.ts';
import { launchAll } from './launch-all.ts';
import { PASS } from './launch.ts';
import { lookAtFleet } from './look.ts';
import { Marks } from './mark.ts';
import { markOf } from './marks.ts';
import { REPORT_FORMAT, type Platform, type RunReport } from './model.ts';
import type { NotifyTarget } from './notify/message.ts';
import type { Operators } from './operators.ts';
import { beginPass, type Freshness } from './passes.ts';
import { WHOLE } from './policy/orders.ts';
import { DEFAULT_POLICY, type PolicySettings } from './policy/settings.ts';
import type { Ports } from './ports.ts';
import { CLUSTER_KINDS, GCP_KINDS } from './resources/index.ts';
import { moveRollouts } from './rollouts.ts';
import { settle } from './settle.ts';
import { sweepFleet } from './sights.ts';
import { survey, type Fleet } from './survey.ts';
import { sweep } from './sweep.ts';
import { UNSEEN, type Stage } from './telemetry/port.ts';
import { tellExceptions } from './tell-exceptions.ts';

export interface PassOptions {
  readonly platform: Platform;
  /** Look and plan, but change nothing anywhere: no launch, no row. */
  readonly dryRun: boolean;
  /** Only these tenants. Who names a tenant has looked at it: its spent retry budget does not hold it then. */
  readonly only?: readonly string[];
  /** This task's share of the fleet. */
  readonly shard?: { readonly index: number; readonly count: number };
  /** An attempt of the same id goes on where one that was killed had come to. */
  readonly runId: string;
  /** Name of the code that judges, e.g. its version: what another one judged is judged anew. */
  readonly version?: string;
  readonly freshness?: Freshness;
  /** How long the pass may look. Whoever it has not got to by then is told as stale. */
  readonly minutes?: number;
  /** Left out: what the table says by itself. */
  readonly policy?: PolicySettings;
  /** Directives to leave out, for a dry run that looks ahead: what would be, if they had never been given. */
  readonly lifted?: readonly string[];
  /** The breaker's thresholds; left out, the defaults. */
  readonly breaker?: BreakerLimits;
  /** Left out: this pass starts no deep checks. */
  readonly deepCheck?: DeepCheckSettings;
  /** Whose overrides and rollouts are honoured; left out, nobody's. */
  readonly operators?: Operators;
  /** Who is told what is new; left out: nobody. */
  readonly notify?: readonly NotifyTarget[];
  /** Where reports are written beside the store; left out or null: nowhere. */
  readonly reports?: ArchiveSettings | null;
  /** Told of each part of the pass as it runs; left out: nobody looks on. */
  readonly stage?: Stage;
  /** What happened along the way, for progress and logs. */
  readonly onEvent?: (event: PassEvent) => void;
}

export type PassEvent =
  | { readonly type: 'loaded'; readonly tenants: number }
  | { readonly type: 'observed'; readonly tenants: number }
  | { readonly type: 'launched'; readonly tenant: string; readonly flow: string; readonly intent: string }
  /** Definitions that nothing needed any more are gone. */
  | { readonly type: 'swept'; readonly workflows: readonly string[] }
  /** Notifications have arrived. */
  | { readonly type: 'told'; readonly sent: number }
  | { readonly type: 'problem'; readonly tenant: string; readonly message: string };

/** Throws only when the store cannot be read or written; everything else is in the report. */
export async function reconcile(ports: Ports, options: PassOptions): Promise<RunReport> {
  const { platform, dryRun, stage = UNSEEN, onEvent = () => undefined } = options;
  const look = lookOf(ports, options);
  const problem = (message: string) => onEvent({ type: 'problem', tenant: PASS, message });
  const calls = ports.calls();
  if (!dryRun) {
    const onProblem = (tenant: string, error: unknown) =>
      onEvent({ type: 'problem', tenant, message: describe(error) });
    await stage('settle', () => settle(ports, onProblem));
  }
  const rollouts = await moveRollouts(ports, options);
  const { fleet, roll, looked, ...judged } = await judgeFleet(ports, look, { problem, onEvent });

  const { now, by, whole } = look;
  const { breaker: limits = DEFAULT_LIMITS, operators = [] } = options;
  const judgement = { rows: roll.inOrder(), verdicts: roll.summary().verdicts };
  const guarded = await stage('guard', () =>
    guard(ports, judgement, { limits, operators, shard: whole ? by.share : null }),
  );
  roll.rows = guarded.rows;
  if (!dryRun) {
    const named = new Set(options.only);
    const { permit } = guarded;
    await stage('launch', async () => {
      await launchAll({ ports, platform, fleet, roll, looked, by, named, permit, begunAt: now, onEvent });
      if (guarded.breaker !== null) return;
      await askHealth(ports, options, rollouts.due);
      await askDeep(ports, options, fleet);
    });
  }

  const times = { startedAt: now, finishedAt: ports.clock.now().toISOString() };
  const outbox = await outboxOf(ports.store, options);
  const report = assemble(
    roll,
    options,
    { ...times, calls: more(ports.calls(), calls) },
    { breaker: guarded.breaker, fleet: { ...guarded.fleet, rollouts: rollouts.reports, ...outbox } },
  );
  if (!dryRun) {
    const only = options.only ?? null;
    await stage('remember', () =>
      keep(ports, { report, fleet, looked, ...judged, only, now }, options, problem),
    );
    await tidy(ports, options);
    await sendOut(ports, options, problem);
    await writeOut(ports, options, problem);
  }
  return report;
}

type Look = ReturnType<typeof lookOf>;

/** The options of a pass with what is settled as it begins. */
function lookOf({ clock }: Ports, options: PassOptions) {
  const begun = clock.now();
  const by = { rules: (options.policy ?? DEFAULT_POLICY).rules, share: options.shard ?? WHOLE };
  return {
    ...options,
    now: begun.toISOString(),
    by,
    share: by.share,
    until: begun.getTime() + (options.minutes ?? Infinity) * 60_000,
    basis: basisOf(options),
    whole: options.only === undefined,
  };
}

/** Looks and judges; what is to be done about it is not decided before the whole fleet has been judged. */
async function judgeFleet(
  ports: Ports,
  look: Look,
  {
    problem,
    onEvent,
  }: {
    readonly problem: (message: string) => void;
    readonly onEvent: (event: PassEvent) => void;
  },
) {
  const pass = await beginPass(ports, look, problem);
  const { stage = UNSEEN } = look;
  const fleet = pass.known(await stage('survey', () => survey(ports.store, look)));
  onEvent({ type: 'loaded', tenants: fleet.entries.length });

  const turns = pass.turnsOf(fleet.entries);
  const sights = await stage('sweep', () => sweepFleet(ports, fleet, { ...look, pass, turns }));
  const roll = new Roll(fleet.entries.length);
  const marks = new Marks(look);
  const exceptions = new FleetExceptions(look);
  const inquirer = new Inquirer(ports, look.platform);
  const work = { ports, fleet, turns, sights, pass, roll, inquirer, exceptions, marks, options: look };
  const looked = await stage('look', () => lookAtFleet(work));
  await tellExceptions(ports, { fleet, roll, looked, exceptions }, look);
  onEvent({ type: 'observed', tenants: fleet.entries.length });
  return { fleet, roll, looked, marks, pass, swept: sights.swept };
}

/** A judgement rests on more than the world: on the code that made it, and on what it was told to work on. */
const basisOf = ({ platform, policy, version = '' }: PassOptions): string =>
  markOf(
    JSON.stringify([
      REPORT_FORMAT,
      version,
      platform,
      (policy ?? DEFAULT_POLICY).rules,
      [...GCP_KINDS, ...CLUSTER_KINDS].map(({ kind }) => kind),
    ]),
  );

/** Calls made since. */
const more = (now: Readonly<Record<string, number>>, before: Readonly<Record<string, number>>) =>
  Object.fromEntries(
    Object.entries(now).flatMap(([api, count]) => {
      const since = count - (before[api] ?? 0);
      return since === 0 ? [] : [[api, since]];
    }),
  );

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

/** Looks that a rollout waits for; whoever is changed in this pass is asked at the end of that. */
async function askHealth(ports: Ports, options: PassOptions, due: readonly string[]): Promise<void> {
  if (due.length === 0) return;
  for (const { tenant, intent } of await healthChecks(ports, options.platform, { only: due })) {
    if (intent !== null) options.onEvent?.({ type: 'launched', tenant, flow: 'health-check', intent });
  }
}

/** Nobody has to name them: those that are due by the settings. */
async function askDeep(ports: Ports, options: PassOptions, fleet: Fleet): Promise<void> {
  const settings = options.deepCheck ?? NO_DEEP_CHECKS;
  for (const { tenant, intent } of await dueDeepChecks(ports, options.platform, settings, fleet)) {
    if (intent !== null) options.onEvent?.({ type: 'launched', tenant, flow: 'deep-check', intent });
  }
}
