/**
 * One sweep of the inventory for the whole fleet: whose each asset is, and what of it is compared. Nothing else of an
 * asset outlives the page it came on.
 */
import { describe } from './error-text.ts';
import { textAt } from './json.ts';
import { add, emptySum, textOf, type Sum } from './marks.ts';
import type { Fields, Json, Platform, Want } from './model.ts';
import type { Asset, ObservePorts, PassMark } from './ports.ts';
import { GCP_KINDS, kindOf } from './resources/index.ts';
import type { GcpKind } from './resources/kind.ts';
import { Shelf, type Shelved } from './shelf.ts';
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
  /** `names`: enough to tell who has moved; whoever has is read at the owning APIs. Null: nothing is asked for. */
  readonly content: 'bodies' | 'names' | null;
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

/** Reads all scopes to their end. Never throws: a sweep that failed is a result. */
export async function sweepFleet(
  { inventory, clock }: Pick<ObservePorts, 'inventory' | 'clock'>,
  fleet: Fleet,
  options: SweepOptions,
): Promise<Sights> {
  const at = clock.now().toISOString();
  const tally = new Tally(fleet);
  const failures = new Map<number | null, string>();
  const { content, until, pass } = options;
  for (const { path, ordinal } of content === null ? [] : scopesOf(fleet, options)) {
    try {
      const request = { scope: path, assetTypes: [...KINDS_OF.keys()], content: content ?? 'names', until };
      for await (const assets of inventory.sweep(request)) for (const asset of assets) tally.add(asset);
    } catch (error) {
      failures.set(ordinal, describe(error));
    }
  }
  const whole = failures.size === 0 && options.only === undefined && content !== null;
  const doubt = whole ? tally.doubt(pass) : null;
  return {
    swept: whole ? sweptNow(tally, doubt, pass.sweptBefore) : pass.sweptBefore,
    take: (chunk) => {
      const taken = tally.shelf.take(chunk);
      return (ordinal) => {
        const failure = failures.get(ordinal) ?? failures.get(null) ?? null;
        // What is doubted proves nothing, not even that nothing has moved.
        const mark = failure === null && doubt === null ? tally.markOf(ordinal) : null;
        return { at, failure, doubt, mark, fieldsOf: finder(taken.get(ordinal)) };
      };
    },
  };
}

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
  readonly shelf = new Shelf();
  assets = 0;
  readonly standing: number;
  readonly #fleet: Fleet;
  readonly #owners: Owners;
  readonly #sums = new Map<number, Sum>();
  /** Of these something was shown without the time of its last change: nobody can say that it has not moved. */
  readonly #timeless = new Set<number>();

  constructor(fleet: Fleet) {
    this.#fleet = fleet;
    this.#owners = new Owners(fleet);
    this.standing = fleet.entries.filter(({ stands }) => stands).length;
  }

  add(asset: Asset): void {
    const project = projectIn(asset.name);
    const ordinal = this.#owners.of(asset, project);
    if (ordinal === undefined) return;
    this.assets += 1;
    shelve(this.shelf, ordinal, asset);
    // A sweep for names shows no labels, so the mark is made of what both kinds of sweep can tell the owner of.
    if (project === undefined) return;
    const sum = this.#sums.get(ordinal) ?? emptySum();
    this.#sums.set(ordinal, sum);
    add(sum, `${asset.name} ${asset.updateTime}`);
    if (asset.updateTime === '') this.#timeless.add(ordinal);
  }

  markOf(ordinal: number): string | null {
    return this.#timeless.has(ordinal) ? null : textOf(this.#sums.get(ordinal) ?? emptySum());
  }

  /** A permission that was lost can look like a complete, much emptier world. */
  doubt({ sweptBefore: before, doubtedEnough }: SweepOptions['pass']): string | null {
    const { entries } = this.#fleet;
    const unseen = entries.filter(({ stands }, ordinal) => stands && !this.#sums.has(ordinal)).length;
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
const projectIn = (name: string): string | undefined => /^[^/]+\/projects\/([^/]+)\//.exec(name)?.[1];

/** Whose an asset is: by the project in its name, else by our label. Few names lack a project, fewer of ours the label. */
class Owners {
  readonly #byProject = new Map<string, number>();
  readonly #byName = new Map<string, number>();

  constructor({ entries }: Fleet) {
    for (const [ordinal, { name, project }] of entries.entries()) {
      if (project !== null) this.#byProject.set(project, ordinal);
      this.#byName.set(name, ordinal);
    }
  }

  of({ data }: Asset, project: string | undefined): number | undefined {
    if (project !== undefined) return this.#byProject.get(project);
    const label = textAt(data, 'labels', LABEL) ?? textAt(data, 'resourceLabels', LABEL);
    return label === null ? undefined : this.#byName.get(label);
  }
}

function shelve(shelf: Shelf, ordinal: number, { name, assetType, data }: Asset): void {
  if (data === undefined) return;
  for (const kind of KINDS_OF.get(assetType) ?? []) {
    for (const id of kind.items?.(data) ?? [null]) {
      const fields = fieldsIn(kind, data, id);
      if (fields !== undefined) shelf.put(ordinal, keyOf(kind, id, name), fields);
    }
  }
}

/** A body that a reader stumbles over is as good as not shown: the owning API is asked. */
function fieldsIn(kind: GcpKind, data: Json, id: string | null): Fields | undefined {
  try {
    return kind.read(data, { id: id ?? '' });
  } catch {
    return undefined;
  }
}

const keyOf = (kind: GcpKind, id: string | null, name: string): string => `${id ?? kind.kind} ${name}`;

const finder =
  (shelved: Shelved | undefined) =>
  (want: Want): Fields | undefined => {
    const kind = kindOf(want);
    if (kind?.plane !== 'gcp') return undefined;
    return shelved?.get(keyOf(kind, kind.items === undefined ? null : want.id, want.name));
  };
