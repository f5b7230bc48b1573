/**
 * Exceptions for the fleet speak of many tenants, so one that is over or matches nothing is told once: at the first
 * tenant it selects. Pure.
 */
import { FLEET, type Directive } from '../desired-state/store.ts';
import type { Judged } from './assemble.ts';
import { exceptionFinding } from './policy/exceptions.ts';
import { isInForce, type Share } from './policy/orders.ts';
import { reported } from './policy/reported.ts';

/** Every share of the fleet has been looked at by then, and whichever matched has said so. */
const ALL_SHARES_MS = 24 * 60 * 60_000;

export interface FleetLook {
  /** False: only some tenants were asked for, which tells nothing about the fleet. */
  readonly whole: boolean;
  readonly share: Share;
  /** RFC 3339. */
  readonly now: string;
}

export function withFleetExceptions(judged: readonly Judged[], look: FleetLook): Judged[] {
  const exceptions = new Map(
    judged.flatMap(({ orders }) => orders.exceptions.filter(isOfFleet)).map((each) => [each.id, each]),
  );
  const used = new Set(judged.flatMap(({ findings }) => findings.map(({ excepted }) => excepted)));
  const told = new Map<Judged, Directive[]>();
  for (const each of exceptions.values()) {
    if (used.has(each.id)) continue;
    const selected = judged.filter(({ orders }) => orders.exceptions.some(({ id }) => id === each.id));
    const [first] = selected;
    if (first !== undefined && isAtFault(each, selected, look)) {
      told.set(first, [...(told.get(first) ?? []), each]);
    }
  }
  return judged.map((item) => withFindings(item, told.get(item) ?? [], look.now));
}

const isOfFleet = ({ name }: Directive): boolean => name === FLEET;

function isAtFault(
  exception: Directive,
  selected: readonly Judged[],
  { whole, share, now }: FleetLook,
): boolean {
  if (!whole) return selected.some(({ case: item }) => item.known.has(`exception:exception/${exception.id}`));
  if (!isInForce(exception, now)) return share.index === 0;
  const full = selected.every(
    ({ case: item, findings, readings }) =>
      item.active === undefined &&
      readings.length > 0 &&
      !findings.some((each) => each.class === 'unreadable'),
  );
  if (!full) return false;
  if (share.count === 1) return true;
  // Other shares are looked at by other tasks, which mark what matches there.
  const age = Date.parse(now) - Date.parse(exception.createdAt);
  return share.index === 0 && exception.uses === 0 && age > ALL_SHARES_MS;
}

function withFindings(item: Judged, exceptions: readonly Directive[], now: string): Judged {
  if (exceptions.length === 0) return item;
  const { stored, wants, known } = item.case;
  const added = exceptions.map((each) =>
    exceptionFinding(each, {
      tenant: stored.name,
      wants,
      since: (key) => known.get(key)?.firstSeen,
      now,
    }),
  );
  const nothing = { due: [], waiting: [], stuck: [], excepted: [] };
  const held = reported(stored.name, { ...nothing, reported: added });
  return {
    ...item,
    findings: [...item.findings, ...added],
    plan: { ...item.plan, held: [...item.plan.held, ...held] },
  };
}
