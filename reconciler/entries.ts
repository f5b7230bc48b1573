/**
 * The tenants of a pass as the survey found them, all of a fleet at once. They are held in columns and read one by one:
 * as objects they would be most of what a pass over a large fleet holds.
 */
import type { LastLook } from '../desired-state/store.ts';
import { MarkTexts, Numbers, Repeating } from './columns.ts';
import type { Verdict } from './model.ts';

/** One tenant of the pass, by its place in the fleet. */
export interface Entry {
  readonly name: string;
  /** As its record claims it; null where the record does not say. */
  readonly project: string | null;
  /** It was applied in full and not taken away since, so there is something of it to be seen. */
  readonly stands: boolean;
  readonly generation: number;
  /** When its ledger was last written (RFC 3339); null as well where the last look left nothing to act on. */
  readonly ledgerAt: string | null;
  /** An execution of it is under way. */
  readonly busy: boolean;
  /** Mark of what is known without looking. A judgement of another basis says nothing any more. */
  readonly basis: string;
  readonly last: Past | null;
  /** The findings that the last judgement left are those that are open. */
  readonly settled: boolean;
  /** The last judgement holds as far as can be known without looking. */
  readonly rests: boolean;
}

/** What of the last look is kept in mind, of everybody at once. */
export type Past = Omit<LastLook, 'etag' | 'project'>;

export class Entries implements Iterable<Entry> {
  readonly #columns = new Columns();
  /** Rows in the order of the fleet. */
  #order: Uint32Array | undefined;

  constructor(entries: Iterable<Entry> = []) {
    for (const entry of entries) this.add(entry);
  }

  get length(): number {
    return this.#columns.names.length;
  }

  add(entry: Entry): void {
    this.#columns.add(entry);
    this.#order = undefined;
  }

  /** The one not looked at for longest first. */
  sort(): void {
    const line = (row: number) => new Line(this.#columns, row);
    this.#order = Uint32Array.from({ length: this.length }, (_, row) => row).sort((one, other) =>
      oldestFirst(line(one), line(other)),
    );
  }

  /** Whatever is known of these: none of them rests. */
  wake(names: ReadonlySet<string>): void {
    if (names.size > 0) this.#columns.wake(names);
  }

  get(ordinal: number): Entry | undefined {
    return ordinal >= 0 && ordinal < this.length ? this.#line(ordinal) : undefined;
  }

  slice(first: number, end: number): Entry[] {
    const { length } = this;
    return Array.from({ length: Math.max(0, Math.min(end, length) - first) }, (_, n) =>
      this.#line(first + n),
    );
  }

  *[Symbol.iterator](): Generator<Entry> {
    for (let ordinal = 0; ordinal < this.length; ordinal += 1) yield this.#line(ordinal);
  }

  map<T>(make: (entry: Entry, ordinal: number) => T): T[] {
    return Array.from(this, make);
  }

  flatMap<T>(make: (entry: Entry, ordinal: number) => readonly T[]): T[] {
    const made: T[] = [];
    let ordinal = 0;
    for (const entry of this) made.push(...make(entry, ordinal++));
    return made;
  }

  filter(test: (entry: Entry, ordinal: number) => boolean): Entry[] {
    return this.flatMap((entry, ordinal) => (test(entry, ordinal) ? [entry] : []));
  }

  #line(ordinal: number): Entry {
    return new Line(this.#columns, this.#order?.[ordinal] ?? ordinal);
  }
}

const STANDS = 1;
const BUSY = 2;
const SETTLED = 4;
const RESTS = 8;
const LOOKED_AT = 16;
const QUIET = 32;

class Columns {
  readonly names: string[] = [];
  readonly projects: (string | null)[] = [];
  readonly flags = new Numbers();
  readonly generation = new Numbers();
  readonly basis = new MarkTexts();
  /** Few have one. */
  readonly ledgerAt = new Map<number, string>();
  readonly pass = new Numbers();
  readonly restsUntil = new Numbers();
  readonly run = new Repeating();
  readonly lookedAt = new Repeating();
  readonly verdict = new Repeating<Verdict>();
  readonly lastBasis = new MarkTexts();
  readonly assets = new MarkTexts();
  readonly objects = new MarkTexts();
  readonly open = new MarkTexts();
  readonly signature = new MarkTexts();

  add({ name, project, generation, basis, ledgerAt, last, ...is }: Entry): void {
    const row = this.names.push(name) - 1;
    this.projects.push(project);
    this.generation.set(row, generation);
    this.basis.set(row, basis);
    if (ledgerAt !== null) this.ledgerAt.set(row, ledgerAt);
    const { stands, busy, settled, rests } = is;
    this.flags.set(
      row,
      (stands ? STANDS : 0) | (busy ? BUSY : 0) | (settled ? SETTLED : 0) | (rests ? RESTS : 0),
    );
    if (last !== null) this.#addPast(row, last);
  }

  #addPast(row: number, last: Past): void {
    this.flags.set(row, this.flags.get(row) | LOOKED_AT | (last.quiet ? QUIET : 0));
    this.pass.set(row, last.pass);
    this.restsUntil.set(row, last.restsUntil === null ? NaN : Date.parse(last.restsUntil));
    this.run.set(row, last.run);
    this.lookedAt.set(row, last.lookedAt);
    this.verdict.set(row, last.verdict);
    this.lastBasis.set(row, last.basis);
    this.assets.set(row, last.assets);
    this.objects.set(row, last.objects);
    this.open.set(row, last.open);
    this.signature.set(row, last.signature);
  }

  wake(names: ReadonlySet<string>): void {
    for (const [row, name] of this.names.entries()) {
      if (names.has(name)) this.flags.set(row, this.flags.get(row) & ~RESTS);
    }
  }
}

/** A row, read where it is: most who ask want one or two of its columns. */
class Line implements Entry {
  readonly #columns: Columns;
  readonly #row: number;

  constructor(columns: Columns, row: number) {
    this.#columns = columns;
    this.#row = row;
  }

  get name(): string {
    return this.#columns.names[this.#row] ?? '';
  }

  get project(): string | null {
    return this.#columns.projects[this.#row] ?? null;
  }

  get stands(): boolean {
    return this.#is(STANDS);
  }

  get generation(): number {
    return this.#columns.generation.get(this.#row);
  }

  get ledgerAt(): string | null {
    return this.#columns.ledgerAt.get(this.#row) ?? null;
  }

  get busy(): boolean {
    return this.#is(BUSY);
  }

  get basis(): string {
    return this.#columns.basis.get(this.#row) ?? '';
  }

  get last(): Past | null {
    return this.#is(LOOKED_AT) ? new LastLine(this.#columns, this.#row) : null;
  }

  get settled(): boolean {
    return this.#is(SETTLED);
  }

  get rests(): boolean {
    return this.#is(RESTS);
  }

  #is(flag: number): boolean {
    return (this.#columns.flags.get(this.#row) & flag) !== 0;
  }
}

class LastLine implements Past {
  readonly #columns: Columns;
  readonly #row: number;

  constructor(columns: Columns, row: number) {
    this.#columns = columns;
    this.#row = row;
  }

  get run(): string {
    return this.#columns.run.get(this.#row);
  }

  get pass(): number {
    return this.#columns.pass.get(this.#row);
  }

  get lookedAt(): string {
    return this.#columns.lookedAt.get(this.#row);
  }

  get basis(): string {
    return this.#columns.lastBasis.get(this.#row) ?? '';
  }

  get assets(): string | null {
    return this.#columns.assets.get(this.#row);
  }

  get objects(): string {
    return this.#columns.objects.get(this.#row) ?? '';
  }

  get restsUntil(): string | null {
    const time = this.#columns.restsUntil.get(this.#row);
    return Number.isNaN(time) ? null : new Date(time).toISOString();
  }

  get open(): string {
    return this.#columns.open.get(this.#row) ?? '';
  }

  get signature(): string {
    return this.#columns.signature.get(this.#row) ?? '';
  }

  get verdict(): Verdict {
    return this.#columns.verdict.get(this.#row);
  }

  get quiet(): boolean {
    return (this.#columns.flags.get(this.#row) & QUIET) !== 0;
  }
}

interface Aged {
  readonly name: string;
  readonly last: Pick<Past, 'lookedAt'> | null;
}

/** Never looked at is oldest of all. Equal ages go by name, so that two attempts of one pass go the same way. */
export const oldestFirst = (one: Aged, other: Aged): number =>
  compare(one.last?.lookedAt ?? '', other.last?.lookedAt ?? '') || compare(one.name, other.name);

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);
