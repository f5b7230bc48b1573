/**
 * Between judging and launching: does a pass want to act on so much, or see so little, that something else must be
 * wrong? Then it launches nothing. Only what nobody asked for counts; docs/decisions.md says why. Pure.
 */
import { isDeepCheck } from './deep-check.ts';
import type { BreakerLimits, Limit, Never } from './breaker-limits.ts';
import { causeOf } from './breaker-cause.ts';
import type { Census, Measure, Share } from './fleet-model.ts';
import { isLook } from './flows.ts';
import {
  findingKey,
  type Action,
  type Breaker,
  type Finding,
  type Held,
  type Risk,
  type TenantReport,
  type Verdict,
} from './model.ts';

/** What is counted over the tenants of a pass. */
export interface Tally {
  readonly records: number;
  /** Tenants that are not gone for good. */
  readonly live: number;
  readonly settled: number;
  readonly compared: number;
  readonly seen: number;
  readonly destructive: readonly TenantReport[];
  readonly changed: readonly TenantReport[];
  readonly missing: readonly TenantReport[];
  /** Tenants that lack resources, or could not be seen whole. */
  readonly thin: readonly TenantReport[];
  /** By source, e.g. `cloudasset`. */
  readonly unreadable: ReadonlyMap<string, readonly TenantReport[]>;
}

const DANGEROUS: ReadonlySet<Risk> = new Set<Risk>(['replace', 'one-way', 'stateful']);
const DRIFT: ReadonlySet<Finding['class']> = new Set<Finding['class']>(['missing', 'changed', 'extra']);

/** `verdicts` are those of all tenants: a report may count quiet tenants without a row of their own. */
export function tallyOf(
  rows: readonly TenantReport[],
  verdicts: Readonly<Partial<Record<Verdict, number>>>,
): Tally {
  // What deep checks say is hours old and leads to nothing: it neither opens the breaker nor keeps it open.
  const live = rows
    .filter(({ verdict }) => verdict !== 'decommissioned')
    .map((row) => ({ ...row, findings: row.findings.filter((finding) => !isDeepCheck(finding)) }));
  const applied = live.filter(({ appliedGeneration }) => appliedGeneration !== null);
  const settled = applied.filter(isSettled);
  const looked = settled.map((row) => ({ row, ...presence(row) }));
  const compared = looked.reduce((sum, each) => sum + each.compared, 0);
  const lost = looked.reduce((sum, each) => sum + each.compared - each.seen, 0);
  const records = Object.values(verdicts).reduce((sum, count) => sum + count, 0);
  const gone = verdicts.decommissioned ?? 0;
  const quiet = records - gone - live.length;
  const all = compared + (settled.length === 0 ? 0 : Math.round((compared / settled.length) * quiet));
  return {
    records,
    live: records - gone,
    settled: settled.length + quiet,
    compared: all,
    seen: all - lost,
    destructive: applied.filter((row) => causes(row, (finding) => DANGEROUS.has(finding.risk))),
    changed: applied.filter((row) => causes(row, (finding) => DRIFT.has(finding.class))),
    missing: looked.filter(({ isMissing }) => isMissing).map(({ row }) => row),
    thin: looked.filter(({ compared: most, seen }) => seen < most).map(({ row }) => row),
    unreadable: bySource(live),
  };
}

/** At rest: what such a tenant lacks, nobody is just making. */
const isSettled = ({ verdict }: TenantReport): boolean => verdict !== 'in-progress' && verdict !== 'invalid';

/** Whether the pass would change the tenant because of a finding of this sort. */
function causes({ actions, findings }: TenantReport, sort: (finding: Finding) => boolean): boolean {
  const because = new Set(actions.filter(({ flow }) => !isLook(flow)).flatMap((action) => action.because));
  return because.size > 0 && findings.some((finding) => sort(finding) && because.has(findingKey(finding)));
}

/** One entry per service however many of its lists failed: `kubernetes deployments` is `kubernetes`. */
function bySource(rows: readonly TenantReport[]): Map<string, TenantReport[]> {
  const found = new Map<string, TenantReport[]>();
  for (const row of rows) {
    const blind = row.findings.filter(({ class: c }) => c === 'unreadable');
    for (const source of new Set(blind.map(({ source: from }) => from.split(' ', 1)[0] ?? from))) {
      const others = found.get(source);
      if (others) others.push(row);
      else found.set(source, [row]);
    }
  }
  return found;
}

/** What the record newly asks for and what an exception expects to be away was not there to be lost. */
function presence({ findings, resources }: TenantReport) {
  const whole = findings.filter(({ field }) => field === null);
  const expected = whole.filter(
    (f) => (f.class === 'pending' && f.have === 'absent') || (f.class === 'missing' && f.excepted !== null),
  ).length;
  const missing = whole.filter((f) => f.class === 'missing' && f.excepted === null).length;
  const unreadable = whole.filter((f) => f.class === 'unreadable').length;
  const compared = resources - expected;
  return { compared, seen: compared - missing - unreadable, isMissing: missing > 0 };
}

/** Passes whose shares of tenants with something missing make up what is usual. */
const USUAL = 7;

/** What this pass leaves behind for the next one to be compared with; `trust` says what of it may be a measure. */
export function censusOf(
  tally: Tally,
  options: { readonly shard: Share; readonly complete: boolean; readonly before: Measure | null },
  trust: { readonly size: boolean; readonly missing: boolean },
): Census {
  const { records, settled, compared, seen } = tally;
  const { before, shard, complete } = options;
  const missing = tally.missing.length;
  const size =
    before === null || trust.size ? { records, seen: compared === 0 ? 1 : seen / compared } : before;
  const usual = before?.missing ?? [];
  return {
    shard,
    complete,
    records,
    settled,
    missing,
    compared,
    seen,
    measure: {
      records: size.records,
      seen: size.seen,
      missing: trust.missing ? [...usual, settled === 0 ? 0 : missing / settled].slice(-USUAL) : usual,
    },
  };
}

/** One threshold that was passed. */
interface Trip {
  readonly text: string;
  /** The tenants behind it; empty where no tenant stands behind it. */
  readonly tenants: readonly TenantReport[];
}

export interface AssessInput {
  readonly tally: Tally;
  readonly limits: BreakerLimits;
  readonly shard: Share;
  /** Null before the first complete pass, and where people named the tenants: then only this pass's own counts count. */
  readonly before: Measure | null;
}

/** Null: nothing stands in the way of launching. */
export function assess(input: AssessInput): Breaker | null {
  const trips = [
    ...destructive(input),
    ...changed(input),
    ...missing(input),
    ...unreadable(input),
    ...observed(input),
    ...records(input),
  ];
  if (trips.length === 0) return null;
  return {
    tripped: trips.map(({ text }) => text),
    cause: causeOf(new Set(trips.flatMap(({ tenants }) => tenants))),
    admitted: 0,
  };
}

function destructive({ tally, limits, shard }: AssessInput): Trip[] {
  const count = tally.destructive.length;
  const most = bound(limits.destructive, tally.live, shard);
  if (count <= most) return [];
  const text = `${tenants(count)} would have something replaced, removed or made again`;
  return [{ text: `${text}; ${atMost(most, tally.live, shard)}`, tenants: tally.destructive }];
}

function changed({ tally, limits, shard }: AssessInput): Trip[] {
  const count = tally.changed.length;
  const most = bound(limits.changed, tally.live, shard);
  if (count <= most) return [];
  const text = `${tenants(count)} would be changed because of drift`;
  return [{ text: `${text}; ${atMost(most, tally.live, shard)}`, tenants: tally.changed }];
}

function missing({ tally, limits, shard, before }: AssessInput): Trip[] {
  const limit = limits.missing;
  const count = tally.missing.length;
  const most = bound(limit, tally.settled, shard);
  if (count <= most || 'never' in limit) return [];
  const usual = median(before?.missing ?? []) * tally.settled;
  if (count < limit.times * usual) return [];
  const text =
    `${tenants(count)} ${count === 1 ? 'misses' : 'miss'} something that was there, ` +
    `against ${round(usual)} as a rule`;
  return [{ text: `${text}; ${atMost(most, tally.settled, shard)}`, tenants: tally.missing }];
}

function unreadable({ tally, limits, shard }: AssessInput): Trip[] {
  const most = bound(limits.unreadable, tally.live, shard);
  return [...tally.unreadable]
    .filter(([, found]) => found.length > most)
    .map(([source, found]) => ({
      text: `${source} could not be read for ${tenants(found.length)}; ${atMost(most, tally.live, shard)}`,
      tenants: found,
    }));
}

function observed({ tally, limits, shard, before }: AssessInput): Trip[] {
  if (before === null) return [];
  const usual = tally.compared * before.seen;
  const lost = usual - tally.seen;
  const most = bound(limits.observed, usual, shard);
  if (lost <= most) return [];
  const text =
    `${tally.seen} resources were seen where the last pass lets expect ${round(usual)}; ` +
    `at most ${round(most)} fewer may be`;
  return [{ text: text + share(shard), tenants: tally.thin }];
}

function records({ tally, limits, shard, before }: AssessInput): Trip[] {
  if (before === null) return [];
  const lost = before.records - tally.records;
  const most = bound(limits.records, before.records, shard);
  if (lost <= most) return [];
  const text = `there are ${tally.records} records where the last pass had ${before.records}; at most ${round(most)} fewer may be`;
  return [{ text: text + share(shard), tenants: [] }];
}

/**
 * How many of `population` one task may find before it stops. The limit is meant for the fleet: a task has its part of
 * it, and twice the standard deviation of what falls to a task by chance, so that many tasks are not many fleets.
 */
export function bound(limit: Limit | Never, population: number, { count }: Share): number {
  if ('never' in limit) return Infinity;
  const fleet = Math.max(limit.atLeast, (limit.percent / 100) * population * count);
  if (count === 1) return fleet;
  const part = fleet / count;
  return part + 2 * Math.sqrt(part);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const low = sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
  const high = sorted[Math.floor(sorted.length / 2)] ?? 0;
  return (low + high) / 2;
}

const round = (value: number): string => String(Math.round(value * 10) / 10);
const tenants = (count: number): string => `${count} ${count === 1 ? 'tenant' : 'tenants'}`;
const atMost = (most: number, population: number, shard: Share): string =>
  `at most ${Math.floor(most)} of ${population} may${share(shard)}`;
const share = ({ index, count }: Share): string =>
  count === 1 ? '' : ` (in this task's share of the fleet, ${index + 1} of ${count})`;

/**
 * What an open breaker lets through: the first `admit` changes in name order, and no look, so that "nothing" is
 * nothing. Everything else is held.
 */
export function holdBack(rows: readonly TenantReport[], admit: number): TenantReport[] {
  let left = admit;
  return rows.map((row) => {
    const [action] = row.actions;
    if (action === undefined) return row;
    if (!isLook(action.flow) && left > 0) {
      left -= 1;
      return row;
    }
    return { ...row, actions: [], held: [heldByBreaker(action), ...row.held] };
  });
}

const heldByBreaker = (action: Action): Held => ({
  tenant: action.tenant,
  flow: action.flow,
  because: action.because,
  reason: 'breaker',
  message:
    `${action.flow} waits: the breaker is open, as the head of this report says. Find the cause first; ` +
    "then 'plumb override --launches N --for 1h --reason WHY' lets N launches through",
  next: null,
});
