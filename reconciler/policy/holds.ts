/**
 * What holds an action back though policy allows it: a pause, a plan nobody has been shown since one ended, a window
 * that is closed. Each says when it may be done by itself. Pure.
 */
import type { LedgerEntry } from '../../desired-state/store.ts';
import type { Maintenance, Purpose } from '../../desired-state/tenant.ts';
import { findingKey, type Finding, type Flow, type Held, type HoldReason } from '../model.ts';
import type { Order, Orders } from './orders.ts';
import { nextOpening, roomFor } from './windows.ts';
import { localText } from './zone.ts';

export interface HoldFor {
  readonly tenant: string;
  readonly maintenance: Maintenance | null;
  readonly ledger: LedgerEntry | undefined;
  readonly orders: Orders;
  /** RFC 3339. */
  readonly now: string;
}

/** Why not now, and when; `next` is null when no time comes by itself. */
export interface Objection {
  readonly reason: HoldReason;
  readonly message: string;
  readonly next: string | null;
}

/** What the findings of an action make of it: putting drift right, applying a changed record, or both. */
export function purposesOf(findings: readonly Finding[]): Purpose[] {
  const upgrades = findings.filter(isUpgrade).length;
  return [
    ...(upgrades < findings.length ? (['heal'] as const) : []),
    ...(upgrades > 0 ? (['upgrade'] as const) : []),
  ];
}

/** A run that did not end well is repeated to put things right; any other pending change is the record's. */
const isUpgrade = ({ class: c, kind, field }: Finding): boolean =>
  c === 'pending' && !(kind === 'record' && field === 'status');

/** A pause in force; broken glass lifts it. */
export function pauseObjection(of: HoldFor, flow: Flow, purposes: readonly Purpose[]): Objection | undefined {
  const { tenant, orders, now } = of;
  const { pause, breakGlass } = orders;
  if (pause === null || breakGlass !== null) return undefined;
  const who = pause.fleet ? 'the whole fleet' : tenant;
  const resume = pause.fleet ? '--all' : tenant;
  const opening = openingFor(of, flow, purposes, Date.parse(pause.until));
  return {
    reason: 'paused',
    message: `${who} is paused ${orderText(pause)}. 'plumb resume ${resume}' shows what would be done, and ends it`,
    next: Date.parse(pause.until) <= Date.parse(now) || opening === null ? null : iso(opening),
  };
}

/** After a pause that nobody ended by hand, the first pass only shows what it would do. */
export function unseenObjection({ orders }: HoldFor): Objection | undefined {
  const [pause] = orders.unplanned;
  if (pause === undefined || orders.breakGlass !== null) return undefined;
  return {
    reason: 'paused',
    message: `a pause (${pause.id}, ${orderText(pause)}) is over. This pass only shows what would be done; the next one does it`,
    next: null,
  };
}

/** A window that is closed, or too short by now; broken glass lifts it. */
export function windowObjection(
  of: HoldFor,
  flow: Flow,
  purposes: readonly Purpose[],
): Objection | undefined {
  const { tenant, maintenance, orders, now } = of;
  if (maintenance === null || orders.breakGlass !== null) return undefined;
  const opening = openingFor(of, flow, purposes, Date.parse(now));
  if (opening === Date.parse(now)) return undefined;
  const what = `no maintenance window for ${purposes.join(' and ')} has room for it now`;
  return {
    reason: 'window',
    message:
      opening === null
        ? `${what}, and none will within a year. Change spec.maintenance of ${tenant}, or break the glass`
        : `${what}; it may start ${localText(maintenance.timeZone, opening)}. 'plumb break-glass ${tenant}' lets it start before`,
    next: opening === null ? null : iso(opening),
  };
}

export const heldBecause = (
  tenant: string,
  flow: Flow,
  findings: readonly Finding[],
  objection: Objection | undefined,
): Held | undefined =>
  objection && {
    tenant,
    flow,
    because: findings.map(findingKey),
    ...objection,
    message: `${flow} waits: ${objection.message}`,
  };

/** Windows protect what runs: before the first full apply nothing does, so the first one need not wait for any. */
function openingFor(
  { maintenance, ledger }: HoldFor,
  flow: Flow,
  purposes: readonly Purpose[],
  instant: number,
): number | null {
  if (maintenance === null || ledger?.appliedGeneration == null) return instant;
  return nextOpening(maintenance, purposes, instant, roomFor(flow, maintenance));
}

const iso = (instant: number): string => new Date(instant).toISOString();

/** For messages: who ordered it, until when and why. */
const orderText = ({ by, until, reason }: Pick<Order, 'by' | 'until' | 'reason'>): string =>
  `by ${by} until ${until}: ${reason}`;
