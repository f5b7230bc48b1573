/**
 * Which number a pass has, how far an attempt of it that was killed had come, and who is due for a look in full. What
 * cannot be counted looks at everybody in full: nothing may stay unseen because a memory was lost.
 */
import { oldestFirst, type Entries, type Entry, type Past } from './entries.ts';
import { describe } from './error-text.ts';
import { fractionOf } from './marks.ts';
import type { PassMark, Ports } from './ports.ts';
import type { Verdict } from './model.ts';
import type { Fleet } from './survey.ts';

export interface Freshness {
  /** Everybody is looked at in full at least every so many passes. */
  readonly fullEvery: number;
  /** This share of the fleet is looked at in full in every pass, moved or not. */
  readonly sample: number;
}

export const FRESHNESS: Freshness = { fullEvery: 12, sample: 0.01 };

export interface PassesOptions {
  readonly runId: string;
  readonly dryRun: boolean;
  /** Whoever names tenants wants them looked at now; that is no pass over the fleet and counts for none. */
  readonly only?: readonly string[];
  readonly shard?: { readonly index: number; readonly count: number };
  readonly freshness?: Freshness;
  /** Time of the pass (RFC 3339). */
  readonly now: string;
}

type Key = NonNullable<PassMark['done']>;

/** What happens to a tenant in a pass: its last judgement is carried on, verified by a glance, or made anew. */
export type Turn = 'carry' | 'glance' | 'look';

/** Everybody's turn, and what the inventory must be asked for because of it. */
export class Turns {
  readonly #turns: readonly Turn[];
  /** Null: nobody's turn needs the inventory. */
  readonly content: 'bodies' | 'names' | null;
  /** Nobody is left to a glance. */
  readonly inFull: boolean;

  constructor(turns: readonly Turn[]) {
    const looks = turns.filter((turn) => turn === 'look').length;
    const glances = turns.filter((turn) => turn === 'glance').length;
    this.inFull = glances === 0 || looks > (looks + glances) * MOST_READ_SINGLY;
    this.#turns = this.inFull ? turns.map((turn) => (turn === 'glance' ? 'look' : turn)) : turns;
    this.content = looks + glances === 0 ? null : this.inFull ? 'bodies' : 'names';
  }

  of(ordinal: number): Turn {
    return this.#turns[ordinal] ?? 'look';
  }
}

/** When more of the fleet has to be read than this, one sweep of everybody's bodies costs fewer calls than reading theirs. */
const MOST_READ_SINGLY = 0.2;

/** Objects in the bucket take one change a second. Source: Cloud Storage quotas, "maximum rate of writes to the same object". */
const LEAST_MS_BETWEEN_NOTES = 1_000;

/** Verdicts over what was seen of an environment that stands. */
const SEEN: ReadonlySet<Verdict> = new Set<Verdict>([
  'in-sync',
  'drift',
  'unhealthy',
  'unreadable',
  'paused',
]);

/** After so many sweeps in a row that showed much less, that is how things are. */
const DOUBTED_ENOUGH = 3;

export class Pass {
  readonly #ports: Ports;
  readonly #options: PassesOptions;
  readonly #freshness: Freshness;
  /** Of the pass before, or of the attempt that was killed; undefined where nothing is known. */
  readonly #before: PassMark | undefined;
  /** Null: it is not counted. */
  #mark: PassMark | null;
  #notedAt = 0;

  constructor(ports: Ports, options: PassesOptions, before: PassMark | undefined, mark: PassMark | null) {
    this.#ports = ports;
    this.#options = options;
    this.#freshness = options.freshness ?? FRESHNESS;
    this.#before = before;
    this.#mark = mark;
  }

  /** No earlier pass has left a report, or nobody knows of it. */
  get isFirst(): boolean {
    return this.#before?.newsRun == null;
  }

  /** Counted from 1; 0 when it could not be counted. */
  get number(): number {
    return this.#mark?.pass ?? 0;
  }

  /** What the last complete sweep showed; null when there was none. */
  get sweptBefore(): PassMark['sweep'] {
    return this.#before?.sweep ?? null;
  }

  /** Whether earlier sweeps in a row have shown so little that it must be believed by now. */
  get doubtedEnough(): boolean {
    return (this.#before?.sweep?.doubted ?? 0) >= DOUBTED_ENOUGH;
  }

  /** With the pass before among those that looked: one that found nothing new has no run row. */
  known(fleet: Fleet): Fleet {
    const at = this.#before?.wholeAt ?? null;
    if (at === null) return fleet;
    const except = fleet.entries.filter(({ last }) => last === null || !SEEN.has(last.verdict));
    const look = { at, shard: shardOf(this.#options), only: null, except: except.map(({ name }) => name) };
    const looks = [...fleet.looks, look].sort((one, other) => Date.parse(other.at) - Date.parse(one.at));
    return { ...fleet, looks };
  }

  /** Decides who is looked at how, for the whole of the pass. */
  turnsOf(entries: Entries): Turns {
    const turns = new Turns(entries.map((entry) => this.#turnOf(entry)));
    if (this.#mark !== null) {
      const before = this.#mark.done === null ? true : (this.#before?.inFull ?? false);
      this.#mark = { ...this.#mark, inFull: turns.inFull && before };
    }
    return turns;
  }

  #turnOf(entry: Entry): Turn {
    const { name, last, basis, rests } = entry;
    if (last === null || this.#options.only !== undefined || this.#mark === null) return 'look';
    if (this.#isDone(last, entry) && last.basis === basis && !entry.busy) return 'carry';
    if (!rests || last.assets === null || this.#isDue(last)) return 'look';
    return fractionOf(`${this.#options.runId} ${name}`) < this.#freshness.sample ? 'look' : 'glance';
  }

  /** Another attempt of this very pass has looked at it. */
  #isDone(last: Past, entry: Entry): boolean {
    if (this.#before?.run !== this.#options.runId || this.#before.finishedAt !== null) return false;
    if (last.run === this.#options.runId) return true;
    const { done } = this.#before;
    return done !== null && oldestFirst(entry, { name: done.name, last: { lookedAt: done.lookedAt } }) <= 0;
  }

  /** A count that went back to the beginning knows nothing of earlier passes. */
  #isDue({ pass }: Pick<Past, 'pass'>): boolean {
    const latest = Math.max(pass, this.#mark?.fullPass ?? 0);
    return latest > this.number || this.number - latest >= this.#freshness.fullEvery;
  }

  /** Everybody up to here is done. A note that cannot be written costs the next attempt its time, and nothing else. */
  async note(done: Key): Promise<void> {
    const now = this.#ports.clock.now().getTime();
    if (this.#mark === null || now - this.#notedAt < LEAST_MS_BETWEEN_NOTES) return;
    this.#notedAt = now;
    await this.#write({ ...this.#mark, done }).catch(() => undefined);
  }

  /** Throws CloudError when it cannot be written: the next pass will not know that this one has ended. */
  async end(outcome: Pick<PassMark, 'sweep'> & { complete: boolean; news: boolean }): Promise<void> {
    if (this.#mark === null) return;
    await this.#write({
      ...this.#mark,
      finishedAt: this.#ports.clock.now().toISOString(),
      fullPass: outcome.complete && this.#mark.inFull ? this.number : this.#mark.fullPass,
      newsRun: outcome.news ? this.#options.runId : this.#mark.newsRun,
      wholeAt: outcome.complete ? this.#mark.begunAt : this.#mark.wholeAt,
      done: null,
      sweep: outcome.sweep,
    });
  }

  /** A pass that began meanwhile has the word; what we found out about the whole fleet is told it all the same. */
  async #write(mark: PassMark): Promise<void> {
    this.#mark = mark;
    if (!counts(this.#options)) return;
    const shard = shardOf(this.#options);
    const now = await this.#ports.passes.read(shard);
    const { fullPass, newsRun, wholeAt, sweep } = mark;
    const overtaken = now !== undefined && now.run !== mark.run;
    if (overtaken && mark.finishedAt === null) return;
    await this.#ports.passes.write(shard, overtaken ? { ...now, fullPass, newsRun, wholeAt, sweep } : mark);
  }
}

const counts = ({ dryRun, only }: PassesOptions): boolean => !dryRun && only === undefined;

const shardOf = ({ shard }: PassesOptions) => shard ?? { index: 0, count: 1 };

/** Never throws; `onProblem` is told why a pass cannot be counted. */
export async function beginPass(
  ports: Ports,
  options: PassesOptions,
  onProblem: (message: string) => void,
): Promise<Pass> {
  try {
    const before = await ports.passes.read(shardOf(options));
    const again = before?.run === options.runId && before.finishedAt === null;
    const mark: PassMark = {
      pass: (before?.pass ?? 0) + (again || options.only !== undefined ? 0 : 1),
      run: options.runId,
      begunAt: options.now,
      finishedAt: null,
      fullPass: before?.fullPass ?? 0,
      newsRun: before?.newsRun ?? null,
      wholeAt: before?.wholeAt ?? null,
      inFull: false,
      done: again ? before.done : null,
      sweep: before?.sweep ?? null,
    };
    // Before anything is looked at: a pass that is not counted must not let anybody rest.
    if (counts(options)) await ports.passes.write(shardOf(options), mark);
    return new Pass(ports, options, before, mark);
  } catch (error) {
    onProblem(`this pass is not counted, so everybody is looked at in full: ${describe(error)}`);
    return new Pass(ports, options, undefined, null);
  }
}
