/**
 * The resources of the emulated cloud: one map from full resource name to the REST body its owning API would answer
 * with. Terraform's provider, the direct REST methods and Asset Inventory all read and write this one truth.
 */
import { createHash } from 'node:crypto';
import type { Clock } from './clock.ts';
import { timestamp } from './clock.ts';
import { ApiError, notFound } from './errors.ts';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type Body = { [key: string]: Json };

export interface Resource {
  /** Asset Inventory's full name without the leading `//`, e.g. `compute.googleapis.com/projects/p/global/networks/n`. */
  readonly name: string;
  /** e.g. `compute.googleapis.com/Network`. */
  readonly assetType: string;
  readonly project: string;
  /** Region, zone or `global`. */
  readonly location: string;
  readonly body: Body;
  readonly createTime: string;
  readonly updateTime: string;
}

export type NewResource = Omit<Resource, 'createTime' | 'updateTime'>;

export type StoreListener = (change: {
  type: 'put' | 'delete';
  resource: Resource;
  previous: Resource | undefined;
}) => void;

export class ResourceStore {
  readonly #resources = new Map<string, Resource>();
  readonly #listeners = new Set<StoreListener>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get(name: string): Resource | undefined {
    return this.#resources.get(name);
  }

  /** The resource, or the 404 its API would answer. */
  require(name: string): Resource {
    const resource = this.get(name);
    if (!resource) throw notFound(`The resource '${pathOf(name)}'`);
    return resource;
  }

  create(resource: NewResource): Resource {
    if (this.#resources.has(resource.name)) {
      throw new ApiError('ALREADY_EXISTS', `The resource '${pathOf(resource.name)}' already exists`, {
        reason: 'alreadyExists',
      });
    }
    return this.#put(resource, undefined);
  }

  /** Replaces the body; the caller passes a fresh object, never the stored one changed in place. */
  update(name: string, change: (body: Body) => Body): Resource {
    const previous = this.require(name);
    return this.#put({ ...previous, body: change(structuredClone(previous.body)) }, previous);
  }

  delete(name: string): boolean {
    const previous = this.#resources.get(name);
    if (!previous) return false;
    this.#resources.delete(name);
    for (const listener of this.#listeners) listener({ type: 'delete', resource: previous, previous });
    return true;
  }

  /** All resources in name order, so that paging is stable. */
  list(
    filter: { assetType?: string; project?: string; location?: string; prefix?: string } = {},
  ): Resource[] {
    return [...this.#resources.values()]
      .filter(
        (r) =>
          (filter.assetType === undefined || r.assetType === filter.assetType) &&
          (filter.project === undefined || r.project === filter.project) &&
          (filter.location === undefined || r.location === filter.location) &&
          (filter.prefix === undefined || r.name.startsWith(filter.prefix)),
      )
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  onChange(listener: StoreListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #put(resource: NewResource, previous: Resource | undefined): Resource {
    const now = timestamp(this.#clock.now());
    const stored: Resource = { ...resource, createTime: previous?.createTime ?? now, updateTime: now };
    this.#resources.set(stored.name, stored);
    for (const listener of this.#listeners) listener({ type: 'put', resource: stored, previous });
    return stored;
  }
}

/** `compute.googleapis.com/projects/p/…` → `projects/p/…`, as error texts name things. */
export const pathOf = (name: string): string => name.slice(name.indexOf('/') + 1);

/** A stable number with `digits` digits made from a name: ids that look like Google's and survive a rerun. */
export function numericId(name: string, digits = 15): string {
  const hash = createHash('sha256').update(name).digest();
  let text = '';
  for (const byte of hash) text += String(byte % 10);
  return `1${text.slice(0, digits - 1)}`;
}
