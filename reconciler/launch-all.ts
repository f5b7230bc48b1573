/**
 * Launches what a judged fleet calls for. The judging kept nothing of a tenant but its row, so each case is loaded anew;
 * one that is no longer what was judged waits for the next pass.
 */
import type { Roll } from './assemble.ts';
import { launch, PASS, type LaunchResult } from './launch.ts';
import { casesOf } from './load.ts';
import type { Action, Platform, TenantReport } from './model.ts';
import type { Ports } from './ports.ts';
import type { PassEvent } from './reconcile.ts';
import type { Fleet } from './survey.ts';

export interface LaunchAllOptions {
  readonly platform: Platform;
  readonly onEvent?: (event: PassEvent) => void;
}

/** Replaces the rows of what was launched or could not be. In name order, one after the other: the store's transactions and the definition's deployment would only contend. */
export async function launchAll(
  ports: Ports,
  fleet: Fleet,
  roll: Roll,
  { platform, onEvent }: LaunchAllOptions,
): Promise<void> {
  const done: TenantReport[] = [];
  for (const row of roll.inOrder()) {
    const [action] = row.actions;
    if (action === undefined) {
      done.push(row);
      continue;
    }
    const result = await launchOne(ports, platform, fleet, roll.ledgerOf(row.name), row, action);
    if (result.outcome === 'launched') {
      onEvent?.({ type: 'launched', tenant: row.name, flow: action.flow, intent: result.intent });
      done.push({ ...row, actions: [{ ...action, execution: result.execution }] });
    } else {
      onEvent?.({ type: 'problem', tenant: row.name, message: result.message });
      const reason = result.outcome === 'held' ? ('in-flight' as const) : ('retry-later' as const);
      const { tenant, flow, because } = action;
      const held = { tenant, flow, because, reason, message: result.message, next: null };
      done.push({ ...row, actions: [], held: [held, ...row.held] });
    }
  }
  roll.rows = done;
}

async function launchOne(
  ports: Ports,
  platform: Platform,
  fleet: Fleet,
  judgedWith: string | null,
  row: TenantReport,
  action: Action,
): Promise<LaunchResult> {
  const entry = fleet.entries.find(({ name }) => name === row.name);
  const [item] = entry === undefined ? [] : await casesOf(ports.store, fleet, [entry]);
  const same =
    item !== undefined &&
    item.stored.generation === row.generation &&
    (item.ledger?.updatedAt ?? null) === judgedWith;
  if (!same || item.tenant === null) {
    return {
      outcome: 'held',
      message: `${row.name} has changed since it was looked at; the next pass looks again`,
    };
  }
  return launch(ports, platform, {
    tenant: item.tenant,
    applied: item.applied?.tenant ?? null,
    ledger: item.ledger,
    generation: row.generation,
    flow: action.flow,
    because: action.because,
    requester: PASS,
  });
}
