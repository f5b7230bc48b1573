/**
 * The fleet's turn: chunk by chunk each tenant's last judgement is carried on, or verified by a glance, or made anew from
 * a look in full; and nothing but a row of each stays. One that cannot be judged, whatever the reason, is that tenant's
 * matter alone.
 */
import type { Observation } from '../desired-state/store.ts';
import { notesOf, rowOf, type Roll } from './assemble.ts';
import type { Entry } from './entries.ts';
import type { FleetExceptions } from './fleet-exceptions.ts';
import { Gate } from './gate.ts';
import type { Inquirer } from './inquire.ts';
import { casesOf, type Case } from './load.ts';
import { lookAtTenant, type View, type ViewOptions } from './look-at-tenant.ts';
import type { Marks } from './mark.ts';
import { restsAsSeen, type ClusterSight } from './observe-cluster.ts';
import type { Coverage } from './model.ts';
import type { Pass, Turn, Turns } from './passes.ts';
import type { Ports } from './ports.ts';
import { changesOf, hasChanges, type Changes } from './run-record.ts';
import { CHUNK } from './shelf.ts';
import type { Sight, Sights } from './sights.ts';
import type { Fleet } from './survey.ts';
import { observationOf, openAfter, staleRow, unseenRow } from './told.ts';

/** Tenants whose records are held at the same time: whoever is judged makes room, however slow a neighbour's cluster is. */
const TENANTS_HELD = 2 * CHUNK;

/** Chunks that wait for their last tenants. */
const CHUNKS_OPEN = 16;

/** Tenants whose answers are held at the same time. */
const TENANTS_AT_ONCE = 32;

interface LookOptions extends ViewOptions {
  readonly runId: string;
  readonly dryRun: boolean;
}

/** What looking at the fleet has brought. */
export interface Looked {
  /** What it changes about findings and their past, by tenant; later stages may know better. */
  readonly changes: Map<string, Changes>;
  /** New judgements, as they were saved; later stages may tell more of a tenant. */
  readonly saved: Map<string, Observation>;
  /** Looked at in full, with nothing new. */
  readonly unchanged: string[];
  /** Not got to in this pass. */
  stale: number;
  /** Something is told that was not told before. */
  news: boolean;
}

interface Context {
  readonly ports: Ports;
  readonly fleet: Fleet;
  readonly turns: Turns;
  readonly sights: Sights;
  readonly pass: Pass;
  readonly roll: Roll;
  readonly inquirer: Inquirer;
  readonly exceptions: FleetExceptions;
  readonly marks: Marks;
  readonly options: LookOptions;
}

interface Work extends Context {
  /** For those whose answers are held. */
  readonly asking: Gate;
  /** For those whose records are held. */
  readonly gate: Gate;
}

/** Looks at every entry of the fleet and adds its row to the roll. Throws only what the store throws. */
export async function lookAtFleet(context: Context): Promise<Looked> {
  const work: Work = { ...context, asking: new Gate(TENANTS_AT_ONCE), gate: new Gate(TENANTS_HELD) };
  const looked: Looked = { changes: new Map(), saved: new Map(), unchanged: [], stale: 0, news: false };
  const { entries } = context.fleet;
  const open = new Map<number, Promise<void>>();
  const failed: number[] = [];
  for (let chunk = 0; chunk * CHUNK < entries.length; chunk += 1) {
    await work.gate.enter(CHUNK);
    if (open.size >= CHUNKS_OPEN) await Promise.race(open.values());
    // Whoever was first to fail is heard below; the others must not bring the process down.
    if (failed.length > 0) break;
    const turn = lookAtChunk(work, chunk, looked).then(async () => {
      open.delete(chunk);
      // Chunks end in any order; done is what lies before the first that has not.
      const done = entries.get(Math.min(...open.keys(), chunk + 1) * CHUNK - 1);
      if (done !== undefined)
        await context.pass.note({ lookedAt: done.last?.lookedAt ?? '', name: done.name });
    });
    open.set(chunk, turn);
    turn.catch(() => {
      failed.push(chunk);
      work.gate.leave(CHUNK);
    });
  }
  await Promise.all(open.values());
  return looked;
}

async function lookAtChunk(context: Work, chunk: number, looked: Looked): Promise<void> {
  const { ports, fleet, turns, sights } = context;
  const first = chunk * CHUNK;
  const sightOf = sights.take(chunk);
  const all = fleet.entries
    .slice(first, first + CHUNK)
    .map((entry, at): Seat => ({ entry, turn: turns.of(first + at), sight: sightOf(first + at) }));
  const holding = await stillHolding(context, all);
  await reuse(context, looked, holding);
  context.gate.leave(holding.length);
  const rest = all.filter((seat) => !holding.includes(seat));
  const caseOf = await casesByName(context, rest);
  const coverages = await coveragesOf(ports, rest);
  const late: Seat[] = [];
  const fresh: Observation[] = [];
  await Promise.all(
    // In the order of the seats: when time runs out, it does so for those who were looked at last.
    rest.map((seat) =>
      context.asking.run(async () => {
        const { name } = seat.entry;
        const item = caseOf.get(name);
        caseOf.delete(name);
        const view = item && (await lookAtTenant(context, seat.sight, item, coverages.get(name) ?? null));
        if (view === 'spent') late.push(seat);
        else if (view !== undefined) fresh.push(...enter(context, looked, seat, view));
        context.gate.leave();
      }),
    ),
  );
  looked.stale += late.length;
  await enterStale(context, late);
  if (!context.options.dryRun) await ports.store.saveObservations(fresh);
  for (const each of fresh) if (!each.quiet) looked.saved.set(each.name, each);
}

async function casesByName({ ports, fleet }: Context, seats: readonly Seat[]): Promise<Map<string, Case>> {
  const cases = await casesOf(
    ports.store,
    fleet,
    seats.map(({ entry }) => entry),
  );
  return new Map(cases.map((item) => [item.stored.name, item]));
}

/** What the last look said of the projects of those whose bodies were not asked for, since nothing has moved there. */
async function coveragesOf({ store }: Ports, seats: readonly Seat[]): Promise<Map<string, Coverage | null>> {
  const unread = seats.filter(
    ({ entry, sight }) => sight.assets === null && sight.mark !== null && sight.mark === entry.last?.assets,
  );
  const told = await store.observationsOf(unread.map(({ entry }) => entry.name));
  return new Map([...told].map(([name, { report }]) => [name, report.coverage]));
}

interface Seat {
  readonly entry: Entry;
  readonly turn: Turn;
  readonly sight: Sight;
}

/** Those whose last judgement holds: nothing has moved, neither in the inventory nor in the cluster. */
async function stillHolding({ ports, options, asking }: Work, seats: readonly Seat[]): Promise<Seat[]> {
  const unmoved = seats.filter(
    ({ entry, turn, sight }) => turn === 'glance' && sight.mark !== null && sight.mark === entry.last?.assets,
  );
  const clusters = await ports.store.clustersOf(unmoved.map(({ entry }) => entry.name));
  const rests = await Promise.all(
    unmoved.map(async ({ entry }) => {
      if (entry.last?.objects === '') return true;
      if (ports.clock.now().getTime() > options.until) return false;
      // Written by observationOf from the same type.
      const cluster = clusters.get(entry.name) as unknown as ClusterSight | null | undefined;
      return cluster != null && (await asking.run(() => restsAsSeen(ports, cluster)));
    }),
  );
  const holding = new Set(unmoved.filter((_, at) => rests[at] === true));
  return seats.filter((seat) => seat.turn === 'carry' || holding.has(seat));
}

/** Rows as they were last told. The quiet ones of a large fleet are not even read. */
async function reuse(context: Context, looked: Looked, seats: readonly Seat[]): Promise<void> {
  const { ports, roll, options } = context;
  const needed = seats.filter(({ entry }) => !entry.settled || roll.lists(entry.last?.quiet ?? false));
  const told = await ports.store.observationsOf(needed.map(({ entry }) => entry.name));
  for (const { entry } of seats) {
    const { last, name } = entry;
    if (last === null) continue;
    const observation = told.get(name);
    if (observation === undefined) roll.count(last.verdict, last.lookedAt);
    else {
      roll.add(observation.report, { observedAt: last.lookedAt, ledgerAt: entry.ledgerAt });
      context.exceptions.carry(observation.report.findings);
    }
    if (last.run !== options.runId) continue;
    // The attempt that made it was killed before it could report.
    looked.news = true;
    if (observation !== undefined && !last.quiet) looked.saved.set(name, observation);
  }
  await settleFindings(
    context,
    looked,
    needed.filter(({ entry }) => !entry.settled),
    told,
  );
}

/** An attempt that was killed has left judgements behind, but not what they mean for the open findings. */
async function settleFindings(
  context: Context,
  looked: Looked,
  seats: readonly Seat[],
  told: ReadonlyMap<string, Observation>,
): Promise<void> {
  if (seats.length === 0) return;
  for (const item of (await casesByName(context, seats)).values()) {
    const report = told.get(item.stored.name)?.report;
    if (report !== undefined) note(looked, report.name, changesOf([report], [item], context.options.now));
  }
}

function note({ changes }: Looked, name: string, found: Changes): void {
  if (hasChanges(found)) changes.set(name, found);
}

/** Takes a judgement into the roll; answers what is to be saved of it, which is nothing when nothing is new. */
function enter(
  { pass, roll, options, exceptions, marks }: Context,
  looked: Looked,
  { entry, sight }: Seat,
  { judged, cluster }: View,
): Observation[] {
  const row = rowOf(judged);
  roll.add(row, notesOf(judged));
  exceptions.see(judged);
  marks.see(judged);
  const changes = changesOf([row], [judged.case], options.now);
  note(looked, row.name, changes);
  const observation = observationOf(judged, entry, {
    run: options.runId,
    pass: pass.number,
    now: options.now,
    assets: sight.mark,
    cluster,
    open: openAfter(judged.case.known.keys(), changes),
  });
  if (observation.signature !== entry.last?.signature || row.actions.length > 0) looked.news = true;
  if (entry.last !== null && saysTheSame(observation, entry.last)) {
    looked.unchanged.push(entry.name);
    return [];
  }
  return [observation];
}

/** Times aside. */
const saysTheSame = (now: Observation, before: NonNullable<Entry['last']>): boolean =>
  now.signature === before.signature &&
  now.basis === before.basis &&
  now.assets === before.assets &&
  now.objects === before.objects &&
  now.open === before.open &&
  time(now.restsUntil) === time(before.restsUntil);

const time = (text: string | null): number | null => (text === null ? null : Date.parse(text));

async function enterStale(context: Context, seats: readonly Seat[]): Promise<void> {
  const { ports, roll, options, exceptions } = context;
  if (seats.length > 0) exceptions.miss();
  const told = await ports.store.observationsOf(seats.map(({ entry }) => entry.name));
  for (const { entry } of seats) {
    const before = told.get(entry.name);
    const row =
      before === undefined
        ? unseenRow(entry, 'the budget of this pass was spent before its turn came', options.now)
        : staleRow(before);
    roll.add(row, { observedAt: before?.lookedAt ?? null, ledgerAt: null });
  }
}
