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
  type LedgerEntry,
  type Looked,
  type Store,
  type TenantMark,
} from '../desired-state/store.ts';
import { projectOf, type Claims } from './claims.ts';
import { Entries, type Entry } from './entries.ts';
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

export interface Fleet {
  /** Tenants of this pass, the one not looked at for longest first. An entry's place is its ordinal. */
  readonly entries: Entries;
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
  };
  const { entries, contested } = await readFleet(store, options, known);
  // Whether a record may be acted for hangs on others', of which its own marks say nothing.
  entries.wake(new Set([...contested.values()].flat()));
  entries.sort();
  return {
    entries,
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
}

async function readFleet(
  store: Store,
  { only, shard, basis, now }: SurveyOptions,
  known: Known,
): Promise<{ entries: Entries; contested: Map<string, string[]> }> {
  const wanted = only === undefined ? undefined : new Set(only);
  const entries = new Entries();
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
      if (ours && wanted?.has(name) !== false) entries.add(entryOf(mark, project, own, known));
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
  { active, orders, open }: Known,
): Entry {
  const settled = look?.open === (open.get(name) ?? NONE_OPEN);
  const basis = markOf([own.basis, etag, ledger?.updatedAt ?? '', orders.markFor(name)].join('\n'));
  return {
    name,
    project,
    stands: ledger?.appliedGeneration != null && !LEAVING.has(ledger.status ?? ''),
    generation,
    ledgerAt: look?.quiet === false ? (ledger?.updatedAt ?? null) : null,
    busy: active.has(name),
    basis,
    last: look,
    settled,
    rests:
      look !== null &&
      look.basis === basis &&
      settled &&
      // Whoever has something under way is looked at until it has ended.
      !active.has(name) &&
      (look.restsUntil === null || Date.parse(look.restsUntil) > own.at),
  };
}

const LEAVING: ReadonlySet<string> = new Set(['DECOMMISSIONING', 'DECOMMISSIONED']);

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
