/** What a defaulting function may ask: the object it replaces, and the cluster's allocators. */
import type { Body } from '../../core/store.ts';
import type { Kube } from '../object.ts';

export interface DefaultContext {
  /** The stored object a write replaces; undefined on create. */
  readonly live: Kube | undefined;
  /** A free cluster IP. */
  clusterIp(): string;
  /** A free node port, never one of `taken`. */
  nodePort(taken: ReadonlySet<number>): number;
}

/** Fills what was not said, in place. The object is freshly decoded and belongs to the caller. */
export type Defaults = (object: Body, context: DefaultContext) => void;
