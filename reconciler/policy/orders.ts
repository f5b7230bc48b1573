/** What the directives of a tenant and of the fleet come to at one moment: who holds back what, and until when. Pure. */
import { FLEET, type Directive } from '../../desired-state/store.ts';
import { entriesAt, numberAt, textAt } from '../json.ts';
import type { Pause } from '../model.ts';

/** A directive in force, as it is told to people. */
export interface Order extends Pause {
  readonly id: string;
  /** It speaks of the whole fleet. */
  readonly fleet: boolean;
}

export interface Orders {
  /** Of several, the one that ends last. */
  readonly pause: Order | null;
  /** Pauses that are over, after which nobody has been shown yet what would be done. */
  readonly unplanned: readonly Order[];
  readonly breakGlass: Order | null;
  /** In force and not used yet, newest first. */
  readonly approvals: readonly Directive[];
  /** Not taken back; some may have expired. */
  readonly exceptions: readonly Directive[];
  /** The newest; it may have expired, or been taken back. */
  readonly adoption: Directive | null;
}

export const NO_ORDERS: Orders = {
  pause: null,
  unplanned: [],
  breakGlass: null,
  approvals: [],
  exceptions: [],
  adoption: null,
};

/** A share of the fleet, as tasks take it: the whole is `{index: 0, count: 1}`. */
export interface Share {
  readonly index: number;
  readonly count: number;
}

export const WHOLE: Share = { index: 0, count: 1 };

export interface OrdersFor {
  readonly tenant: string;
  /** Null when the record cannot be used: then no selector fits. */
  readonly labels: Readonly<Record<string, string>> | null;
  readonly share: Share;
  /** RFC 3339. */
  readonly now: string;
}

/** `directives`: at least those of this tenant and of the fleet. */
export function ordersOf(directives: readonly Directive[], of: OrdersFor): Orders {
  const ours = directives.filter((each) => concerns(each, of));
  const standing = ours.filter((each) => isInForce(each, of.now));
  const pauses = ours.filter(({ kind }) => kind === 'pause');
  return {
    pause: lastToEnd(standing.filter(({ kind }) => kind === 'pause')),
    unplanned: pauses
      .filter((pause) => !isInForce(pause, of.now) && !wasPlanned(pause, ours, of.share))
      .map(orderOf),
    breakGlass: lastToEnd(standing.filter(({ kind }) => kind === 'break-glass')),
    approvals: standing.filter(({ kind, uses }) => kind === 'approval' && uses === 0).sort(newestFirst),
    exceptions: ours.filter(({ kind, endedAt }) => kind === 'exception' && endedAt === null),
    adoption: ours.filter(({ kind }) => kind === 'adoption').sort(newestFirst)[0] ?? null,
  };
}

const newestFirst = (one: Directive, other: Directive): number =>
  Date.parse(other.createdAt) - Date.parse(one.createdAt);

/** The moment it expires no longer belongs to it. */
export const isInForce = ({ endedAt, expiresAt }: Directive, now: string): boolean =>
  endedAt === null && Date.parse(now) < Date.parse(expiresAt);

function concerns({ name, detail }: Directive, { tenant, labels }: OrdersFor): boolean {
  if (name !== FLEET) return name === tenant;
  return entriesAt(detail, 'selector').every(
    ([key, value]) => labels !== null && Object.hasOwn(labels, key) && labels[key] === value,
  );
}

const orderOf = ({ id, name, actor, reason, createdAt, expiresAt }: Directive): Order => ({
  id,
  fleet: name === FLEET,
  by: actor,
  reason,
  since: createdAt,
  until: expiresAt,
});

function lastToEnd(directives: readonly Directive[]): Order | null {
  const [last] = directives.toSorted((one, other) => Date.parse(other.expiresAt) - Date.parse(one.expiresAt));
  return last === undefined ? null : orderOf(last);
}

/**
 * A `resume` of the tenant speaks for the tenant. One of the fleet speaks for the share that was shown: it counts for
 * the same share, and for any once all shares of one division have been shown.
 */
function wasPlanned(pause: Directive, directives: readonly Directive[], share: Share): boolean {
  const resumes = directives.filter(
    ({ kind, detail }) => kind === 'resume' && textAt(detail, 'pause') === pause.id,
  );
  if (resumes.some(({ name }) => name !== FLEET)) return true;
  const shown = resumes.map(({ detail }) => shareOf(detail));
  if (shown.some(({ index, count }) => index === share.index && count === share.count)) return true;
  return [...Map.groupBy(shown, ({ count }) => count)].some(
    ([count, shares]) => new Set(shares.map(({ index }) => index)).size === count,
  );
}

const shareOf = (detail: Directive['detail']): Share => ({
  index: numberAt(detail, 'share', 0) ?? 0,
  count: numberAt(detail, 'share', 1) ?? 1,
});
