/** The breaker of one pass: what it remembers and what people ordered is read here; breaker.ts decides. */
import { FLEET, type Store } from '../desired-state/store.ts';
import { assess, censusOf, holdBack, tallyOf } from './breaker.ts';
import { switchedOff, type BreakerLimits } from './breaker-limits.ts';
import type { FleetReport, Measure, OverrideInForce, Share } from './fleet-model.ts';
import type { Breaker, TenantReport, Verdict } from './model.ts';
import type { Operators } from './operators.ts';
import { overridesIn } from './overrides.ts';
import type { Clock } from './ports.ts';

export interface GuardOptions {
  readonly limits: BreakerLimits;
  readonly operators: Operators;
  /** Null when people named the tenants. */
  readonly shard: Share | null;
}

/** What a pass may launch, and what it says about that. */
export interface Guard {
  /** With everything held that the breaker does not let through. */
  readonly rows: TenantReport[];
  readonly breaker: Breaker | null;
  readonly fleet: Omit<FleetReport, 'rollouts'>;
  /** Takes one launch off an override, whichever has one left; undefined while the breaker is closed. */
  readonly permit: (() => Promise<boolean>) | undefined;
}

/** The fleet, judged: a row of each tenant, or for quiet ones perhaps a verdict among the counts alone. */
export interface Judgement {
  readonly rows: readonly TenantReport[];
  readonly verdicts: Readonly<Partial<Record<Verdict, number>>>;
}

/** Throws StoreError. */
export async function guard(
  ports: { readonly store: Store; readonly clock: Clock },
  { rows, verdicts }: Judgement,
  { limits, operators, shard }: GuardOptions,
): Promise<Guard> {
  const now = ports.clock.now().toISOString();
  const overrides = overridesIn(await ports.store.listDirectives([FLEET]), operators, now);
  const honoured = overrides.filter(({ refused }) => refused === null);
  const before = shard === null ? null : await measureOf(ports.store, shard);
  const share = shard ?? { index: 0, count: 1 };
  const tally = tallyOf(rows, verdicts);
  const breaker = assess({ tally, limits, shard: share, before });
  const closed = breaker === null;
  const left = honoured.reduce((sum, { launches, used }) => sum + Math.max(0, launches - used), 0);
  return {
    rows: closed ? [...rows] : holdBack(rows, left),
    breaker,
    fleet: {
      census: censusOf(
        tally,
        { shard: share, complete: shard !== null, before },
        // An override admits launches; only one that says so makes what is wrong now the measure of what is usual.
        { size: closed || honoured.some(({ acceptsSize }) => acceptsSize), missing: closed },
      ),
      overrides,
      unguarded: switchedOff(limits),
    },
    permit: closed ? undefined : () => permitted(ports, honoured),
  };
}

/** Runs looked through for the last complete one of this share: five of a hundred tasks. */
const LOOK_BACK = 500;

async function measureOf(store: Store, shard: Share): Promise<Measure | null> {
  const censuses = await store.listCensuses(LOOK_BACK);
  const last = censuses.find(
    (census) => census.complete && census.shard.index === shard.index && census.shard.count === shard.count,
  );
  return last?.measure ?? null;
}

/** The store counts, over all tasks and passes: never one launch more than was ordered. */
async function permitted(
  { store, clock }: { readonly store: Store; readonly clock: Clock },
  overrides: readonly OverrideInForce[],
): Promise<boolean> {
  for (const { id, launches, until } of overrides) {
    if (Date.parse(until) <= clock.now().getTime()) continue;
    if ((await store.useDirective(FLEET, id, { wanted: 1, most: launches })) === 1) return true;
  }
  return false;
}
