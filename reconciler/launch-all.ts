/**
 * Launches what a judged fleet calls for. The judging kept nothing of a tenant but its row, so each case is loaded anew;
 * one that is no longer what was judged waits for the next pass.
 */
import { admit } from './admit.ts';
import type { Judged, Roll } from './assemble.ts';
import type { Guard } from './guard.ts';
import type { Judging } from './judge.ts';
import { launch, PASS } from './launch.ts';
import { casesOf } from './load.ts';
import type { Looked } from './look.ts';
import { markLaunched } from './mark.ts';
import type { Action, Held, HoldReason, Platform, TenantReport } from './model.ts';
import { importsOf } from './policy/adoption.ts';
import type { Ports } from './ports.ts';
import type { PassEvent } from './reconcile.ts';
import { changesOf } from './run-record.ts';
import type { Fleet } from './survey.ts';

export interface Launching {
  readonly ports: Ports;
  readonly platform: Platform;
  readonly fleet: Fleet;
  readonly roll: Roll;
  readonly looked: Looked;
  readonly by: Judging;
  /** Asked for by name: a spent retry budget does not hold these. */
  readonly named: ReadonlySet<string>;
  /** Takes one launch off an override; undefined while the breaker is closed. */
  readonly permit: Guard['permit'];
  /** When the pass began (RFC 3339). */
  readonly begunAt: string;
  readonly onEvent: (event: PassEvent) => void;
}

/**
 * Replaces the rows of what was launched or could not be. In name order, one after the other: the store's transactions
 * and the definition's deployment would only contend.
 */
export async function launchAll(launching: Launching): Promise<void> {
  const { roll, onEvent } = launching;
  for (const row of [...roll.inOrder()]) {
    const [action] = row.actions;
    if (action === undefined) continue;
    const result = await launchOne(launching, row, action);
    if ('execution' in result) {
      onEvent({ type: 'launched', tenant: row.name, flow: action.flow, intent: result.intent });
      roll.replace({ ...row, actions: [{ ...action, execution: result.execution }] });
    } else {
      if (result.problem) onEvent({ type: 'problem', tenant: row.name, message: result.held.message });
      roll.replace({ ...row, actions: [], held: [result.held, ...row.held] });
    }
  }
}

type Outcome =
  | { readonly execution: string; readonly intent: string }
  | { readonly held: Held; readonly problem: boolean };

async function launchOne(launching: Launching, row: TenantReport, action: Action): Promise<Outcome> {
  const { ports, platform, fleet, roll, by } = launching;
  const held = (reason: HoldReason, message: string): Outcome => {
    const { tenant, flow, because } = action;
    return { held: { tenant, flow, because, reason, message, next: null }, problem: true };
  };
  const entries = fleet.entries.filter(({ name }) => name === row.name);
  const [item] = await casesOf(ports.store, fleet, entries);
  const same =
    item !== undefined &&
    item.stored.generation === row.generation &&
    (item.ledger?.updatedAt ?? null) === roll.ledgerOf(row.name);
  if (!same || item.tenant === null) {
    return held('in-flight', `${row.name} has changed since it was looked at; the next pass looks again`);
  }
  const now = ports.clock.now().toISOString();
  const asked = launching.named.has(row.name) ? { ...item, failures: 0 } : item;
  const admitted = await admit(ports.store, { item: asked, findings: row.findings }, action, { now, by });
  if ('held' in admitted) return { held: admitted.held, problem: false };
  const { judged } = admitted;
  const result = await launch(ports, platform, {
    tenant: item.tenant,
    applied: item.applied?.tenant ?? null,
    ledger: item.ledger,
    generation: row.generation,
    flow: action.flow,
    because: [...action.because, ...inTheNameOf(judged)],
    requester: PASS,
    mayDestroy: action.mayDestroy ?? [],
    imports: importsOf(judged.adoption, item.wants, row.findings),
    ...(launching.permit !== undefined && { permit: launching.permit }),
  });
  if (result.outcome !== 'launched') {
    return held(result.outcome === 'held' ? result.reason : 'retry-later', result.message);
  }
  await markLaunched(ports.store, judged);
  const done = { ...row, actions: [{ ...action, execution: result.execution }] };
  launching.looked.changes.set(row.name, changesOf([done], [item], launching.begunAt));
  return result;
}

/** Directives that the launch makes use of, as the ledger keeps them beside the findings. */
const inTheNameOf = ({ approval, adoption }: Judged): string[] => [
  ...(approval === null ? [] : [`approval:${approval.id}`]),
  ...(adoption === null ? [] : [`adoption:${adoption.id}`]),
];
