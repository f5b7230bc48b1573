/**
 * One pass on one screen: settle what was left open, survey the fleet, sweep the inventory, look at each tenant and judge
 * it, launch what policy allows, report. The whole fleet is judged before anything is launched. Of a tenant nothing but
 * its row is kept: the fleet may be larger than memory.
 */
import { assemble, Roll } from './assemble.ts';
import { describe } from './error-text.ts';
import { launchAll } from './launch-all.ts';
import { PASS } from './launch.ts';
import { lookAtFleet } from './look.ts';
import { markOf } from './marks.ts';
import { REPORT_FORMAT, type Platform, type RunReport } from './model.ts';
import { beginPass, type Freshness } from './passes.ts';
import type { Ports } from './ports.ts';
import { remember } from './remember.ts';
import { CLUSTER_KINDS, GCP_KINDS } from './resources/index.ts';
import { settle } from './settle.ts';
import { sweepFleet } from './sights.ts';
import { survey } from './survey.ts';
import { sweep } from './sweep.ts';

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
  const begun = ports.clock.now();
  const startedAt = begun.toISOString();
  const look = {
    ...options,
    now: startedAt,
    basis: basisOf(options),
    until: begun.getTime() + (options.minutes ?? Infinity) * 60_000,
  };
  const emit = options.onEvent ?? (() => undefined);
  const problem = (message: string) => emit({ type: 'problem', tenant: PASS, message });
  const calls = ports.calls();
  if (!options.dryRun) {
    await settle(ports, (tenant, error) => emit({ type: 'problem', tenant, message: describe(error) }));
  }

  const pass = await beginPass(ports, look, problem);
  const fleet = await survey(ports.store, look);
  emit({ type: 'loaded', tenants: fleet.entries.length });

  const turns = pass.turnsOf(fleet.entries);
  const sights = await sweepFleet(ports, fleet, { ...look, pass, content: turns.content });
  const roll = new Roll(fleet.entries.length);
  const looked = await lookAtFleet({ ports, fleet, turns, sights, pass, roll, options: look });
  emit({ type: 'observed', tenants: fleet.entries.length });

  if (!options.dryRun) await launchAll(ports, fleet, roll, options);

  const times = { startedAt, finishedAt: ports.clock.now().toISOString() };
  const report = assemble(roll, options, { ...times, calls: more(ports.calls(), calls) });
  if (!options.dryRun) {
    await remember(ports, { report, looked, pass, swept: sights.swept, now: startedAt }, problem);
    await tidy(ports, options);
  }
  return report;
}

/** A judgement rests on more than the world: on the code that made it, and on what it was told to work on. */
const basisOf = ({ platform, version = '' }: PassOptions): string =>
  markOf(
    JSON.stringify([
      REPORT_FORMAT,
      version,
      platform,
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
