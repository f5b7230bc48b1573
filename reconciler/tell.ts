/** What a pass tells people: decided from its report and what was told before, to be kept with its findings. */
import type { Directive, Store } from '../desired-state/store.ts';
import type { RunReport } from './model.ts';
import { tellingsOf } from './notify/compose.ts';
import { changesToTell } from './notify/decide.ts';
import type { NotifyTarget, Telling, ToldEntry } from './notify/message.ts';

export interface TellOptions {
  readonly report: RunReport;
  /** Everybody this pass was to look at. */
  readonly names: ReadonlySet<string>;
  readonly directives: readonly Directive[];
  /** Nobody to tell: nothing is read, and nothing remembered. */
  readonly targets: readonly NotifyTarget[];
  /** People named the tenants, so the pass says nothing of the fleet. */
  readonly named: boolean;
  /** Time of the pass (RFC 3339). */
  readonly now: string;
}

/** Throws only what the store throws. */
export async function tellingsFor(
  store: Pick<Store, 'toldEntries'>,
  { report, names, directives, targets, named, now }: TellOptions,
): Promise<Telling[]> {
  if (targets.length === 0) return [];
  const told: ToldEntry[] = [];
  for await (const page of store.toldEntries()) told.push(...page);
  const shard = named ? null : report.run.shard;
  const changes = changesToTell({ report, names, shard, directives, told, now });
  return tellingsOf(changes, { run: report.run.id, at: now, targets });
}
