/** The objects of one cluster: versions count up over all of them, and a log of changes feeds the watches. */
import type { Kind } from './kinds.ts';
import type { Kube } from './object.ts';

export type ChangeType = 'ADDED' | 'MODIFIED' | 'DELETED';

export interface Change {
  readonly type: ChangeType;
  readonly kind: Kind;
  readonly object: Kube;
  readonly previous: Kube | undefined;
  readonly version: number;
}

export type ChangeListener = (change: Change) => void;

/** How many changes a watch may lag behind; older versions answer 410, as after etcd's compaction. */
export const LOG_LIMIT = 2_000;

/** The API server's versions never start at one; clients must not read meaning into them. */
const FIRST_VERSION = 100;

const keyOf = (namespace: string | undefined, name: string): string => `${namespace ?? ''}/${name}`;

export class ObjectStore {
  readonly #objects = new Map<Kind, Map<string, Kube>>();
  readonly #listeners = new Set<ChangeListener>();
  #log: Change[] = [];
  #version = FIRST_VERSION;

  /** The version of the latest change. */
  get version(): number {
    return this.#version;
  }

  /** Versions up to this one are no longer in the log. */
  get compacted(): number {
    const first = this.#log[0];
    return first === undefined || this.#log.length < LOG_LIMIT ? FIRST_VERSION : first.version - 1;
  }

  get(kind: Kind, namespace: string | undefined, name: string): Kube | undefined {
    return this.#objects.get(kind)?.get(keyOf(namespace, name));
  }

  /** In namespace and name order, as etcd keeps keys. */
  list(kind: Kind, namespace?: string): Kube[] {
    const all = this.#objects.get(kind)?.entries() ?? [];
    return [...all]
      .filter(([, { metadata }]) => namespace === undefined || metadata.namespace === namespace)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, object]) => object);
  }

  /** Stores the object under the next version, which it returns with it. */
  put(kind: Kind, object: Kube): Kube {
    const objects = this.#objects.get(kind) ?? new Map<string, Kube>();
    this.#objects.set(kind, objects);
    const key = keyOf(object.metadata.namespace, object.metadata.name);
    const previous = objects.get(key);
    const stored = this.#stamped(object);
    objects.set(key, stored);
    this.#announce(previous ? 'MODIFIED' : 'ADDED', kind, stored, previous);
    return stored;
  }

  remove(kind: Kind, object: Kube): void {
    const key = keyOf(object.metadata.namespace, object.metadata.name);
    const previous = this.#objects.get(kind)?.get(key);
    if (!previous) return;
    this.#objects.get(kind)?.delete(key);
    this.#announce('DELETED', kind, this.#stamped(previous), previous);
  }

  /** Changes after `version`, oldest first. */
  since(version: number): Change[] {
    return this.#log.filter((change) => change.version > version);
  }

  subscribe(listener: ChangeListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #stamped(object: Kube): Kube {
    this.#version += 1;
    return { ...object, metadata: { ...object.metadata, resourceVersion: String(this.#version) } };
  }

  #announce(type: ChangeType, kind: Kind, object: Kube, previous: Kube | undefined): void {
    const change: Change = { type, kind, object, previous, version: this.#version };
    this.#log.push(change);
    if (this.#log.length > LOG_LIMIT) this.#log = this.#log.slice(-LOG_LIMIT);
    for (const listener of this.#listeners) listener(change);
  }
}
