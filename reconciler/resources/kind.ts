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
   * More fields than are wanted may be given: only wanted and owned ones are compared.
   */
  read(body: Json, want: Want): Fields | undefined;
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
  /** Where the owning API answers for it. */
  ref(want: Want): ApiRef;
  /** Where Terraform's state keeps the one of this id: all that an approved replacement may touch. */
  address(id: string): string;
}

export interface ClusterKind extends KindBase {
  readonly plane: 'cluster';
  readonly resource: KubeResource;
  readonly namespaced: boolean;
  /** `image`: the deployed image's full reference, null before the first build. */
  wants(tenant: Tenant, image: string | null): readonly Want[];
}

export type ResourceKind = GcpKind | ClusterKind;

/** A field that comes from the record at `from`, or from Plumbline itself when null. */
export const field = (want: Json, from: string | null): FieldWant => ({ want, from });

/** `gpu` of the id `node-pool/gpu`. */
export const nameIn = (id: string): string => id.slice(id.indexOf('/') + 1);

/** `compute.googleapis.com/projects/p/…` → `projects/p/…`. */
export const pathOf = (name: string): string => name.slice(name.indexOf('/') + 1);

/** The last part of a self link, relative name or plain name: the three spellings the APIs mix. */
export const tail = (name: string | null): string | null => name?.split('/').at(-1) ?? null;

/** Replacing the thing, rather than changing it, is what a change of these fields takes. */
export const riskOf =
  (replacing: readonly RegExp[], whole: Risk = 'in-place') =>
  (path: string | null): Risk =>
    path === null ? whole : replacing.some((pattern) => pattern.test(path)) ? 'replace' : 'in-place';
