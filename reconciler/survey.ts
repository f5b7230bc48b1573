/**
 * The first, light reading of the whole fleet: whose turn it is in this pass, who claims which project, and whether the
 * last judgement of a tenant may still hold. What it keeps of a tenant is a line; records are read again, part by part,
 * when they are judged.
 */
import { shardOf } from '../desired-state/shard.ts';
import {
  FLEET,
  type Directive,
  type ExecutionEntry,
  type LastLook,
  type LedgerEntry,
  type Looked,
  type Store,
  type TenantMark,
} from '../desired-state/store.ts';
import { projectOf, type Claims } from './claims.ts';
import { LOOKS_KEPT } from './memories.ts';
import { add, emptySum, markOf, textOf, type Sum } from './marks.ts';

export interface SurveyOptions {
  readonly only?: readonly string[];
  readonly shard?: { readonly index: number; readonly count: number };
  /** Mark of everything of our own that a judgement rests on: the version, the platform and the policy. */
  readonly basis: string;
  /** Directives to leave out, for looking ahead: what would be, if they had never been given. */
  readonly lifted?: readonly string[];
  /** Time of the pass (RFC 3339). */
  readonly now: string;
}

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
export interface Past extends Omit<LastLook, 'etag' | 'project' | 'restsUntil'> {
  /** Milliseconds since 1970; null: never. */
  readonly restsUntil: number | null;
}

export interface Fleet {
  /** Tenants of this pass, the one not looked at for longest first. An entry's index is its ordinal. */
  readonly entries: readonly Entry[];
  /** Projects that more than one record claims. */
  readonly contested: Claims;
  /** Ledgers of all who claim a contested project. */
  readonly rivals: ReadonlyMap<string, LedgerEntry>;
  /** The execution under way, by tenant. */
  readonly active: ReadonlyMap<string, ExecutionEntry>;
  /** What people ordered for a tenant and for the fleet; ended and expired ones included. */
  directivesOf(name: string): readonly Directive[];
  /** All of them. */
  readonly directives: readonly Directive[];
  /** Whom the last runs looked at, the newest first. */
  readonly looks: readonly Looked[];
}

/** The whole fleet is read, whatever is asked for: another task's tenant may claim the project of one of ours. */
export async function survey(store: Store, options: SurveyOptions): Promise<Fleet> {
  const [active, given, open, looks] = await Promise.all([
    store.listActive(),
    store.listDirectives(),
    openMarks(store),
    store.lastLooks(LOOKS_KEPT),
  ]);
  const lifted = new Set(options.lifted);
  const directives = given.filter(({ id }) => !lifted.has(id));
  const ordered = Map.groupBy(directives, ({ name }) => name);
  const ofFleet = ordered.get(FLEET) ?? [];
  const known: Known = {
    active: new Map(active.map((each) => [each.name, each])),
    orders: new Orders(directives, options.now),
    open,
    texts: new Texts(),
  };
  const { entries, contested } = await readFleet(store, options, known);
  // Whether a record may be acted for hangs on others', of which its own marks say nothing.
  const disputed = new Set([...contested.values()].flat());
  const free = entries.map((entry) => (disputed.has(entry.name) ? { ...entry, rests: false } : entry));
  return {
    entries: free.sort(oldestFirst),
    contested,
    rivals: await store.ledgerOf([...contested.values()].flat()),
    active: known.active,
    directives,
    directivesOf: (name) => ofFleet.concat(ordered.get(name) ?? []),
    looks,
  };
}

interface Known extends Pick<Fleet, 'active'> {
  readonly orders: Orders;
  readonly open: ReadonlyMap<string, string>;
  readonly texts: Texts;
}

/** One text for all that say the same: most of what is known of a fleet is. */
class Texts {
  readonly #known = new Map<string, string>();

  of<T extends string>(text: T): T {
    const known = this.#known.get(text);
    // What is found under a text is equal to it.
    if (known !== undefined) return known as T;
    this.#known.set(text, text);
    return text;
  }
}

async function readFleet(
  store: Store,
  { only, shard, basis, now }: SurveyOptions,
  known: Known,
): Promise<{ entries: Entry[]; contested: Map<string, string[]> }> {
  const wanted = only === undefined ? undefined : new Set(only);
  const entries: Entry[] = [];
  const claimant = new Map<string, string>();
  const contested = new Map<string, string[]>();
  const own = { basis, at: Date.parse(now) };
  for await (const page of store.surveyTenants()) {
    const projects = await projectsOf(store, page);
    for (const mark of page) {
      const { name } = mark;
      const project = projects(mark);
      if (project !== null) {
        const first = claimant.get(project);
        if (first === undefined) claimant.set(project, name);
        else contested.set(project, [...(contested.get(project) ?? [first]), name]);
      }
      const ours = shard === undefined || shardOf(name, shard.count) === shard.index;
      if (ours && wanted?.has(name) !== false) entries.push(entryOf(mark, project, own, known));
    }
  }
  return { entries, contested };
}

/** Whoever was looked at since the record was last changed told its project then; the rest of the records are read. */
async function projectsOf(
  store: Store,
  page: readonly TenantMark[],
): Promise<(mark: TenantMark) => string | null> {
  const unknown = page.filter(({ etag, look }) => look?.etag !== etag).map(({ name }) => name);
  const read = new Map((await store.tenantsOf(unknown)).map(({ name, record }) => [name, projectOf(record)]));
  return ({ name, etag, look }) => (look?.etag === etag ? look.project : (read.get(name) ?? null));
}

function entryOf(
  { name, etag, generation, ledger, look }: TenantMark,
  project: string | null,
  own: { readonly basis: string; readonly at: number },
  { active, orders, open, texts }: Known,
): Entry {
  const settled = look?.open === (open.get(name) ?? NONE_OPEN);
  const basis = markOf([own.basis, etag, ledger?.updatedAt ?? '', orders.markFor(name)].join('\n'));
  const last = look && pastOf(look, basis, texts);
  return {
    name,
    project,
    stands: ledger?.appliedGeneration != null && !LEAVING.has(ledger.status ?? ''),
    generation,
    ledgerAt: look?.quiet === false ? (ledger?.updatedAt ?? null) : null,
    busy: active.has(name),
    basis,
    last,
    settled,
    rests:
      last !== null &&
      last.basis === basis &&
      settled &&
      // Whoever has something under way is looked at until it has ended.
      !active.has(name) &&
      (last.restsUntil === null || last.restsUntil > own.at),
  };
}

const pastOf = (look: LastLook, basis: string, texts: Texts): Past => ({
  run: texts.of(look.run),
  pass: look.pass,
  lookedAt: texts.of(look.lookedAt),
  basis: look.basis === basis ? basis : look.basis,
  assets: look.assets,
  objects: look.objects,
  restsUntil: look.restsUntil === null ? null : Date.parse(look.restsUntil),
  open: texts.of(look.open),
  signature: look.signature,
  verdict: texts.of(look.verdict),
  quiet: look.quiet,
});

const LEAVING: ReadonlySet<string> = new Set(['DECOMMISSIONING', 'DECOMMISSIONED']);

interface Aged {
  readonly name: string;
  readonly last: Pick<Past, 'lookedAt'> | null;
}

/** Never looked at is oldest of all. Equal ages go by name, so that two attempts of one pass go the same way. */
export const oldestFirst = (one: Aged, other: Aged): number =>
  compare(one.last?.lookedAt ?? '', other.last?.lookedAt ?? '') || compare(one.name, other.name);

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

/** Marks of what people ordered, by whom it is for. One that has lapsed is another than one that is in force. */
class Orders {
  readonly #marks = new Map<string, Sum>();

  constructor(directives: readonly Directive[], now: string) {
    for (const { name, id, kind, detail, uses, expiresAt, endedAt } of directives) {
      // The breaker's overrides are about passes, not about a tenant's judgement.
      if (kind === 'override' || endedAt !== null) continue;
      const lapsed = Date.parse(expiresAt) <= Date.parse(now);
      const sum = this.#marks.get(name) ?? emptySum();
      add(sum, JSON.stringify([id, kind, detail, uses, lapsed]));
      this.#marks.set(name, sum);
    }
  }

  markFor(name: string): string {
    return [name, FLEET].map((each) => textOf(this.#marks.get(each) ?? emptySum())).join(' ');
  }
}

/** Mark of these keys of open findings, in any order. */
export function openMark(keys: Iterable<string>): string {
  const sum = emptySum();
  for (const key of keys) add(sum, key);
  return textOf(sum);
}

const NONE_OPEN = openMark([]);

/** By tenant; one without open findings is left out. */
async function openMarks(store: Store): Promise<Map<string, string>> {
  const sums = new Map<string, Sum>();
  for await (const page of store.openFindingKeys()) {
    for (const { name, key } of page) {
      const sum = sums.get(name) ?? emptySum();
      sums.set(name, sum);
      add(sum, key);
    }
  }
  return new Map([...sums].map(([name, sum]) => [name, textOf(sum)]));
}
