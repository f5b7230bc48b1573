/**
 * Exceptions for the fleet speak of many tenants, so one that is over or matches nothing is told once: where it was told
 * before, else at the first tenant it selects. Gathered tenant by tenant; nobody may be told before all were looked at.
 */
import { FLEET, type Directive } from '../desired-state/store.ts';
import { rowOf, type Judged } from './assemble.ts';
import type { Case } from './load.ts';
import type { Finding, TenantReport } from './model.ts';
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

/** An exception at fault, and the row of the tenant at which it is told. */
export interface Fault {
  readonly exception: Directive;
  readonly row: TenantReport;
  /** An earlier pass told it there. */
  readonly again: boolean;
}

interface Selection {
  readonly exception: Directive;
  /** Everybody it selects was seen in full. */
  full: boolean;
  first: TenantReport;
  told: TenantReport | null;
}

const keyOf = ({ id }: Directive): string => `exception:exception/${id}`;

const isOfFleet = ({ name }: Directive): boolean => name === FLEET;

/** Whether a pass has told of an exception for the fleet at this tenant. */
export const tellsOfFleet = ({ known, directives }: Pick<Case, 'known' | 'directives'>): boolean =>
  directives.some((each) => isOfFleet(each) && each.kind === 'exception' && known.has(keyOf(each)));

export class FleetExceptions {
  readonly #look: FleetLook;
  readonly #selections = new Map<string, Selection>();
  readonly #used = new Set<string | null>();
  #isWhole = true;

  constructor(look: FleetLook) {
    this.#look = look;
  }

  /** A tenant that this pass has judged. */
  see(judged: Judged): void {
    this.carry(judged.findings);
    const { case: item, findings, readings, orders } = judged;
    const full =
      item.active === undefined &&
      readings.length > 0 &&
      !findings.some((each) => each.class === 'unreadable');
    for (const exception of orders.exceptions.filter(isOfFleet)) {
      const row = rowOf(judged);
      const kept = this.#selections.get(exception.id);
      const told = item.known.has(keyOf(exception)) ? row : (kept?.told ?? null);
      const first = kept === undefined || row.name < kept.first.name ? row : kept.first;
      this.#selections.set(exception.id, { exception, full: full && (kept?.full ?? true), first, told });
    }
  }

  /** A tenant whose last judgement holds. */
  carry(findings: readonly Finding[]): void {
    for (const { excepted } of findings) this.#used.add(excepted);
  }

  /** This pass did not get to somebody: what it has not seen may match. */
  miss(): void {
    this.#isWhole = false;
  }

  faults(): Fault[] {
    return [...this.#selections.values()]
      .filter((each) => !this.#used.has(each.exception.id) && this.#isAtFault(each))
      .map(({ exception, first, told }) => ({ exception, row: told ?? first, again: told !== null }));
  }

  #isAtFault({ exception, full, told }: Selection): boolean {
    const { whole, share, now } = this.#look;
    if (!whole) return told !== null;
    if (!isInForce(exception, now)) return share.index === 0;
    if (!full || !this.#isWhole) return false;
    if (share.count === 1) return true;
    // Other shares are looked at by other tasks, which mark what matches there.
    const age = Date.parse(now) - Date.parse(exception.createdAt);
    return share.index === 0 && exception.uses === 0 && age > ALL_SHARES_MS;
  }
}

/** The row with these exceptions told. */
export function withFaults(
  row: TenantReport,
  { wants, known }: Pick<Case, 'wants' | 'known'>,
  exceptions: readonly Directive[],
  now: string,
): TenantReport {
  const tenant = row.name;
  const added = exceptions.map((each) =>
    exceptionFinding(each, { tenant, wants, since: (key) => known.get(key)?.firstSeen, now }),
  );
  const held = reported(tenant, { due: [], waiting: [], stuck: [], excepted: [], reported: added });
  return { ...row, findings: [...row.findings, ...added], held: [...row.held, ...held] };
}
