/** What one resource kind tells the rest of a pass: what is wanted, where it is read, which fields count, its order. */
import type { Tenant } from '../../desired-state/tenant.ts';
import type { FieldWant, Fields, Json, Risk, Want } from '../model.ts';
import type { ApiRef, KubeResource } from '../ports.ts';

interface KindBase {
  readonly kind: string;
  /** Findings and actions are listed in this order: what others stand on comes first. */
  readonly order: number;
  /**
   * The compared fields of a body; undefined when the body does not hold this resource (a NAT inside a router).
   * More fields than are wanted may be given: only wanted and owned ones are compared. Of the want only the id is known:
   * a sweep reads bodies before it knows the records.
   */
  read(body: Json, want: Pick<Want, 'id'>): Fields | undefined;
  /** Paths where we own the whole: something there that was not asked for is a finding. */
  owns?(path: string): boolean;
  /** What a correction would take; `null` asks for the resource as a whole being missing. */
  risk(path: string | null): Risk;
}

export interface GcpKind extends KindBase {
  readonly plane: 'gcp';
  /** As Asset Inventory names it. */
  readonly assetType: string;
  wants(tenant: Tenant): readonly Want[];
  /** Set for a resource that is an item of the asset's body: ids of all such items there, as their wants would have. */
  items?(body: Json): readonly string[];
  /** Where the owning API answers for it. */
  ref(want: Want): ApiRef;
}

export interface ClusterKind extends KindBase {
  readonly plane: 'cluster';
  readonly resource: KubeResource;
  readonly namespaced: boolean;
  /** Nothing of its status is compared, and its status changes all the time: a change there alone is no news. */
  readonly restlessStatus?: true;
  /** `image`: the deployed image's full reference, null before the first build. */
  wants(tenant: Tenant, image: string | null): readonly Want[];
}

export type ResourceKind = GcpKind | ClusterKind;

/** A field that comes from the record at `from`, or from Plumbline itself when null. */
export const field = (want: Json, from: string | null): FieldWant => ({ want, from });

/** `compute.googleapis.com/projects/p/…` → `projects/p/…`. */
export const pathOf = (name: string): string => name.slice(name.indexOf('/') + 1);

/** The last part of a self link, relative name or plain name: the three spellings the APIs mix. */
export const tail = (name: string | null): string | null => name?.split('/').at(-1) ?? null;

/** Replacing the thing, rather than changing it, is what a change of these fields takes. */
export const riskOf =
  (replacing: readonly RegExp[], whole: Risk = 'in-place') =>
  (path: string | null): Risk =>
    path === null ? whole : replacing.some((pattern) => pattern.test(path)) ? 'replace' : 'in-place';
