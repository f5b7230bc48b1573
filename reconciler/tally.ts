/**
 * What a sweep has seen of everybody so far: whose each asset is, marks of all, and on the shelf what of each is compared.
 * Nothing else of an asset outlives the page it came on.
 */
import { briefly } from './coverage.ts';
import { textAt } from './json.ts';
import { Sums } from './marks.ts';
import type { Fields, Json, Want } from './model.ts';
import type { Asset, PassMark } from './ports.ts';
import { GCP_KINDS, kindOf } from './resources/index.ts';
import type { GcpKind } from './resources/kind.ts';
import { Shelf, type Shelved } from './shelf.ts';
import type { Fleet } from './survey.ts';

/** What earlier sweeps have shown, and whether less has been shown for so long that it must be believed by now. */
export interface SweptBefore {
  readonly sweptBefore: PassMark['sweep'];
  readonly doubtedEnough: boolean;
}

const KINDS_OF: ReadonlyMap<string, readonly GcpKind[]> = Map.groupBy(GCP_KINDS, (kind) => kind.assetType);

export class Tally {
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
      const { name = '', project = null } = fleet.entries.get(ordinal) ?? {};
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
    this.#sums.add(ordinal, asset.name, ' ', asset.updateTime);
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
  doubt({ sweptBefore: before, doubtedEnough }: SweptBefore): string | null {
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

export const assetsIn = (shelved: Shelved | undefined): Asset[] =>
  [...(shelved ?? [])]
    .filter(([key]) => key.startsWith(ASSET))
    .map(([key, value]) => {
      // Written by putAsset.
      const [assetType, project, data] = value as [string, string | null, Json];
      return { name: key.slice(ASSET.length), assetType, project, data, updateTime: '' };
    });

/** Reads the fields of a want out of what was shelved of its tenant. */
export const finder =
  (shelved: Shelved | undefined) =>
  (want: Want): Fields | undefined => {
    const kind = kindOf(want);
    if (kind?.plane !== 'gcp') return undefined;
    // Written by putFields.
    return shelved?.get(keyOf(kind, kind.item(want), want.name)) as Fields | undefined;
  };
