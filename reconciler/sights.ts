/**
 * One sweep of the inventory for the whole fleet: whose each asset is, and what of it is compared. Nothing else of an
 * asset outlives the page it came on.
 */
import { briefly, SWEPT_TYPES } from './coverage.ts';
import { describe } from './error-text.ts';
import { textAt } from './json.ts';
import { Sums } from './marks.ts';
import type { Fields, Json, Platform, Want } from './model.ts';
import type { Turn, Turns } from './passes.ts';
import type { Asset, ObservePorts, PassMark } from './ports.ts';
import { GCP_KINDS, kindOf } from './resources/index.ts';
import type { GcpKind } from './resources/kind.ts';
import { Shelf, type Shelved } from './shelf.ts';
import type { Entry } from './entries.ts';
import type { Fleet } from './survey.ts';

/** What the inventory shows of one tenant. */
export interface Sight {
  /** When the sweep began (RFC 3339). */
  readonly at: string;
  /** Why nothing can be concluded from the inventory; null when it was read to its end. */
  readonly failure: string | null;
  /** Why what it does not show may be there all the same; null when there is no reason to think so. */
  readonly doubt: string | null;
  /** Mark of names and update times; null where they were not all shown. An equal mark says that nothing has moved. */
  readonly mark: string | null;
  /** The fields of a wanted resource; undefined when the inventory does not show it, or was only asked for names. */
  fieldsOf(want: Want): Fields | undefined;
  /** All that stands in its project, {@link briefly}; null when the inventory was not, or not wholly, asked for bodies. */
  readonly assets: readonly Asset[] | null;
}

/** What the inventory shows of the fleet. */
export interface Sights {
  /** How much a complete sweep has shown; as before where this one failed or is doubted. */
  readonly swept: PassMark['sweep'];
  /** The sights of one chunk of the fleet, by ordinal. They can be taken once. */
  take(chunk: number): (ordinal: number) => Sight;
}

export interface SweepOptions {
  readonly platform: Pick<Platform, 'scope'>;
  readonly only?: readonly string[];
  /** Who is to be looked at how. Names are enough to tell who has moved; only whoever has is then read in full. */
  readonly turns: Turns;
  /** When it must be over (milliseconds since 1970). */
  readonly until: number;
  /** What earlier sweeps have shown, and whether less has been shown for so long that it must be believed by now. */
  readonly pass: { readonly sweptBefore: PassMark['sweep']; readonly doubtedEnough: boolean };
}

/** More named tenants than this are swept with everybody else's, in fewer calls than one by one. */
const MOST_SCOPES = 20;

interface Scope {
  readonly path: string;
  /** Whose it is; null: everybody's. */
  readonly ordinal: number | null;
}

/** One scope for the whole fleet; whoever names a few tenants need not wait for everybody else's pages. */
function scopesOf({ entries }: Fleet, { platform, only }: SweepOptions): Scope[] {
  if (only === undefined || entries.length > MOST_SCOPES) return [{ path: platform.scope, ordinal: null }];
  return entries.flatMap(({ project }, ordinal) =>
    project === null ? [] : [{ path: `projects/${project}`, ordinal }],
  );
}

const KINDS_OF: ReadonlyMap<string, readonly GcpKind[]> = Map.groupBy(GCP_KINDS, (kind) => kind.assetType);

type SweepPorts = Pick<ObservePorts, 'inventory' | 'clock'>;

/** Reads all scopes to their end. Never throws: a sweep that failed is a result. */
export async function sweepFleet(ports: SweepPorts, fleet: Fleet, options: SweepOptions): Promise<Sights> {
  const at = ports.clock.now().toISOString();
  const { pass, turns, until } = options;
  const { content } = turns;
  const tally = new Tally(fleet);
  const failures =
    content === null
      ? new Map<number | null, string>()
      : await readAll(ports, scopesOf(fleet, options), { content, until }, (asset) => tally.add(asset));
  const whole = failures.size === 0 && options.only === undefined && content !== null;
  const doubt = whole ? tally.doubt(pass) : null;
  const inFull =
    content === 'names' && whole ? await readMoved(ports, fleet, tally, options) : isWhole(failures, content);
  tally.end();
  return {
    swept: whole ? sweptNow(tally, doubt, pass.sweptBefore) : pass.sweptBefore,
    take: (chunk) => {
      const taken = tally.shelf.take(chunk);
      return (ordinal) => {
        const failure = failures.get(ordinal) ?? failures.get(null) ?? null;
        // What is doubted proves nothing: neither that nothing has moved, nor that nothing else stands there.
        const sure = failure === null && doubt === null;
        const mark = sure ? tally.markOf(ordinal) : null;
        const shelved = taken(ordinal);
        const assets = sure && inFull(ordinal) ? assetsIn(shelved) : null;
        return { at, failure, doubt, mark, assets, fieldsOf: finder(shelved) };
      };
    },
  };
}

/** Failures by whose scope it was; null: everybody's. */
async function readAll(
  { inventory }: SweepPorts,
  scopes: readonly Scope[],
  how: { readonly content: 'bodies' | 'names'; readonly until: number },
  see: (asset: Asset) => void,
): Promise<Map<number | null, string>> {
  const failures = new Map<number | null, string>();
  for (const { path, ordinal } of scopes) {
    try {
      for await (const assets of inventory.sweep({ scope: path, assetTypes: SWEPT_TYPES, ...how })) {
        for (const asset of assets) see(asset);
      }
    } catch (error) {
      failures.set(ordinal, describe(error));
    }
  }
  return failures;
}

const isWhole =
  (failures: ReadonlyMap<number | null, string>, content: 'bodies' | 'names' | null) => (ordinal: number) =>
    content === 'bodies' && !failures.has(ordinal) && !failures.has(null);

/** The service's page: a sweep of everybody costs a call for each. */
const ASSETS_PER_CALL = 1000;

/**
 * After the names, the bodies of those who have moved: project by project, or everybody's again where that is fewer
 * calls. Without them the owning APIs are asked one resource at a time, so a failure here costs calls and nothing else.
 */
async function readMoved(
  ports: SweepPorts,
  { entries }: Fleet,
  tally: Tally,
  { platform, turns, until }: SweepOptions,
): Promise<(ordinal: number) => boolean> {
  const moved = entries.flatMap((entry, ordinal): Scope[] =>
    entry.project !== null && isToBeRead(entry, turns.of(ordinal), tally.markOf(ordinal))
      ? [{ path: `projects/${entry.project}`, ordinal }]
      : [],
  );
  const single = moved.length <= Math.max(1, tally.assets / ASSETS_PER_CALL);
  const scopes = single ? moved : [{ path: platform.scope, ordinal: null }];
  const failures = await readAll(ports, scopes, { content: 'bodies', until }, (asset) => tally.shelve(asset));
  const asked = new Set(moved.map(({ ordinal }) => ordinal));
  return (ordinal) => asked.has(ordinal) && !failures.has(ordinal) && !failures.has(null);
}

/** What stands in the project of one whose mark and basis are the same is known from the last look. */
const isToBeRead = (entry: Entry, turn: Turn, mark: string | null): boolean =>
  turn !== 'carry' && (mark === null || mark !== entry.last?.assets || entry.basis !== entry.last.basis);

function sweptNow(
  { assets, standing }: Tally,
  doubt: string | null,
  before: PassMark['sweep'],
): PassMark['sweep'] {
  if (doubt === null) return { assets, standing, doubted: 0 };
  return { ...(before ?? { assets, standing }), doubted: (before?.doubted ?? 0) + 1 };
}

/** What has been seen of everybody so far. */
class Tally {
  readonly shelf: Shelf;
  assets = 0;
  readonly standing: number;
  readonly #fleet: Fleet;
  #owners: Owners | undefined;
  readonly #sums: Sums;
  /** Of these something was shown without the time of its last change: nobody can say that it has not moved. */
  readonly #timeless = new Set<number>();
  /** Whose a project number is, learned from assets that tell both; buckets are named without either. */
  readonly #numbers = new Map<string, number>();
  #homeless: Asset[] = [];

  constructor(fleet: Fleet) {
    this.#fleet = fleet;
    this.#owners = new Owners(fleet);
    this.#sums = new Sums(fleet.entries.length);
    // A project's name mostly begins with its tenant's.
    this.shelf = new Shelf((ordinal) => {
      const { name = '', project = null } = fleet.entries.at(ordinal) ?? {};
      return [project ?? '', name];
    });
    this.standing = fleet.entries.filter(({ stands }) => stands).length;
  }

  add(asset: Asset): void {
    const project = projectIn(asset.name);
    const ordinal = this.shelve(asset, project);
    if (ordinal === undefined) return;
    this.assets += 1;
    // A sweep for names shows no labels, so the mark is made of what both kinds of sweep can tell the owner of.
    if (project === undefined) return;
    this.#sums.add(ordinal, `${asset.name} ${asset.updateTime}`);
    if (asset.updateTime === '') this.#timeless.add(ordinal);
  }

  /** Keeps what a body tells until its tenant's turn; answers whose it is. */
  shelve(asset: Asset, project = projectIn(asset.name)): number | undefined {
    const ordinal = this.#owners?.of(asset, project);
    if (asset.data === undefined) return ordinal;
    if (ordinal === undefined) {
      if (project === undefined && asset.project !== null) this.#homeless.push({ ...asset, data: null });
      return undefined;
    }
    if (asset.project !== null && project !== undefined) this.#numbers.set(asset.project, ordinal);
    putFields(this.shelf, ordinal, asset);
    putAsset(this.shelf, ordinal, asset);
    return ordinal;
  }

  /** Everything was shown: now it is known whose the numbers are, and nobody's owner is asked for again. */
  end(): void {
    for (const asset of this.#homeless) {
      const ordinal = this.#numbers.get(asset.project ?? '');
      if (ordinal !== undefined) putAsset(this.shelf, ordinal, asset);
    }
    this.#homeless = [];
    this.#numbers.clear();
    this.#owners = undefined;
  }

  markOf(ordinal: number): string | null {
    return this.#timeless.has(ordinal) ? null : this.#sums.textOf(ordinal);
  }

  /** A permission that was lost can look like a complete, much emptier world. */
  doubt({ sweptBefore: before, doubtedEnough }: SweepOptions['pass']): string | null {
    const { entries } = this.#fleet;
    const unseen = entries.filter(({ stands }, ordinal) => stands && this.#sums.isEmpty(ordinal)).length;
    if (unseen > this.standing * BELIEVABLE_ABSENCE) {
      return doubtText(`nothing at all of ${unseen} of the ${this.standing} tenants that stand`);
    }
    if (before === null || doubtedEnough || before.standing === 0) return null;
    const expected = (before.assets / before.standing) * this.standing;
    if (this.assets >= expected * BELIEVABLE_REST) return null;
    return doubtText(`${this.assets} resources where the last sweep lets expect ${Math.round(expected)}`);
  }
}

/** More of the fleet than this vanishes as a whole only from sight. */
const BELIEVABLE_ABSENCE = 0.2;
/** Less than this of what was there is left only in sight. */
const BELIEVABLE_REST = 0.5;

const doubtText = (shown: string): string =>
  `the inventory shows ${shown}, so what is not found is not taken for gone; check the scope of the sweep and the ` +
  'permissions it is made with';

/** Terraform's `default_labels` put it on whatever takes labels. */
const LABEL = 'plumbline-tenant';

/** `compute.googleapis.com/projects/p/…` → `p`. */
function projectIn(name: string): string | undefined {
  const host = name.indexOf('/');
  if (host <= 0 || !name.startsWith(PROJECTS, host)) return undefined;
  const begin = host + PROJECTS.length;
  const end = name.indexOf('/', begin);
  return end > begin ? name.slice(begin, end) : undefined;
}

const PROJECTS = '/projects/';

/** Whose an asset is: by the project in its name, else by our label. Few names lack a project, fewer of ours the label. */
class Owners {
  readonly #byProject = new Map<string, number>();
  readonly #entries: Fleet['entries'];
  /** Made when it is first needed: many fleets have nothing that only a label gives an owner. */
  #byName: Map<string, number> | undefined;

  constructor({ entries }: Fleet) {
    this.#entries = entries;
    let ordinal = 0;
    for (const { project } of entries) {
      if (project !== null) this.#byProject.set(project, ordinal);
      ordinal += 1;
    }
  }

  of({ data }: Asset, project: string | undefined): number | undefined {
    if (project !== undefined) return this.#byProject.get(project);
    const label = textAt(data, 'labels', LABEL) ?? textAt(data, 'resourceLabels', LABEL);
    if (label === null) return undefined;
    this.#byName ??= new Map(this.#entries.map(({ name }, ordinal) => [name, ordinal]));
    return this.#byName.get(label);
  }
}

function putFields(shelf: Shelf, ordinal: number, { name, assetType, data = null }: Asset): void {
  for (const kind of KINDS_OF.get(assetType) ?? []) {
    for (const [item, fields] of fieldsIn(kind, data)) shelf.put(ordinal, keyOf(kind, item, name), fields);
  }
}

/** A body that a reader stumbles over is as good as not shown: the owning API is asked. */
function fieldsIn(kind: GcpKind, data: Json): ReturnType<GcpKind['all']> {
  try {
    return kind.all(data);
  } catch {
    return [];
  }
}

const keyOf = (kind: GcpKind, item: string | null, name: string): string =>
  `${kind.kind} ${item ?? ''} ${name}`;

const ASSET = '//';

function putAsset(shelf: Shelf, ordinal: number, asset: Asset): void {
  const { name, assetType, project, data = null } = briefly(asset);
  shelf.put(ordinal, ASSET + name, [assetType, project, data]);
}

const assetsIn = (shelved: Shelved | undefined): Asset[] =>
  [...(shelved ?? [])]
    .filter(([key]) => key.startsWith(ASSET))
    .map(([key, value]) => {
      // Written by putAsset.
      const [assetType, project, data] = value as [string, string | null, Json];
      return { name: key.slice(ASSET.length), assetType, project, data, updateTime: '' };
    });

const finder =
  (shelved: Shelved | undefined) =>
  (want: Want): Fields | undefined => {
    const kind = kindOf(want);
    if (kind?.plane !== 'gcp') return undefined;
    // Written by putFields.
    return shelved?.get(keyOf(kind, kind.item(want), want.name)) as Fields | undefined;
  };
