/** One sweep of the inventory for the whole fleet, and what it shows of each tenant. */
import { SWEPT_TYPES } from './coverage.ts';
import type { Entry } from './entries.ts';
import { describe } from './error-text.ts';
import type { Fields, Platform, Want } from './model.ts';
import type { Turn, Turns } from './passes.ts';
import type { Asset, ObservePorts, PassMark } from './ports.ts';
import type { Fleet } from './survey.ts';
import { assetsIn, finder, Tally, type SweptBefore } from './tally.ts';

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
  readonly pass: SweptBefore;
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
