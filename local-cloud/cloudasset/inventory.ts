/**
 * What Asset Inventory knows: the resource store as it was some time ago. It keeps a history of changes, so that it
 * can lag behind reality, answer for a past time, and give every page of one list from one snapshot.
 */
import type { Cloud } from '../core/cloud.ts';
import { perCloud } from '../core/per-cloud.ts';
import type { Resource } from '../core/store.ts';

/** The oldest `readTime` the service answers for. */
export const HISTORY_MS = 35 * 24 * 3_600_000;

/** Changes kept per resource; a demo that runs for weeks must not grow without end. */
const VERSIONS = 64;
/** Snapshots remembered between the pages of a list; one that fell out is built again. */
const SNAPSHOTS = 8;

interface Version {
  /** Order of the change among all: a clock may stand still between two. */
  readonly sequence: number;
  readonly at: number;
  /** Undefined: deleted. */
  readonly resource: Resource | undefined;
}

/** A moment of the inventory; the same moment always shows the same resources while its history is kept. */
export interface Moment {
  /** Cloud time in milliseconds. */
  readonly at: number;
  readonly sequence: number;
}

class Inventory {
  readonly #cloud: Cloud;
  readonly #history = new Map<string, Version[]>();
  readonly #snapshots = new Map<string, readonly Resource[]>();
  #sequence = 0;
  #lagMs = 0;

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
    for (const resource of cloud.resources.list())
      this.#note(resource.name, Date.parse(resource.updateTime), resource);
    cloud.resources.onChange(({ type, resource }) =>
      this.#note(resource.name, cloud.clock.now(), type === 'put' ? resource : undefined),
    );
  }

  /** How far the inventory is behind, in milliseconds of cloud time. */
  get lagMs(): number {
    return this.#lagMs;
  }

  setLag(lagMs: number): void {
    this.#lagMs = lagMs;
  }

  /** The newest moment the inventory can show, or the one at `readTime` (milliseconds) when that is older. */
  moment(readTime?: number): Moment {
    const newest = this.#cloud.clock.now() - this.#lagMs;
    return { at: Math.min(readTime ?? newest, newest), sequence: this.#sequence };
  }

  /** Everything there was at that moment, in name order. */
  at(moment: Moment): readonly Resource[] {
    const key = `${moment.at} ${moment.sequence}`;
    const known = this.#snapshots.get(key);
    if (known) return known;
    const found = [...this.#history.values()]
      .map(
        (versions) => versions.findLast((v) => v.at <= moment.at && v.sequence <= moment.sequence)?.resource,
      )
      .filter((resource) => resource !== undefined)
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    this.#snapshots.set(key, found);
    const [oldest] = this.#snapshots.keys();
    if (this.#snapshots.size > SNAPSHOTS && oldest !== undefined) this.#snapshots.delete(oldest);
    return found;
  }

  #note(name: string, at: number, resource: Resource | undefined): void {
    const versions = this.#history.get(name) ?? [];
    versions.push({ sequence: ++this.#sequence, at, resource });
    // The last one before the window's beginning is what its beginning shows; all before that can go.
    const beyond = this.#cloud.clock.now() - HISTORY_MS;
    while (versions.length > VERSIONS || (versions[1] !== undefined && versions[1].at <= beyond))
      versions.shift();
    this.#history.set(name, versions);
  }
}

/** The one inventory of a cloud. Asset Inventory's service makes it first, before any resource exists. */
export const inventoryOf = perCloud((cloud) => new Inventory(cloud));
