/**
 * What one resource kind tells the rest of a pass: what is wanted, where it is read, which fields count and how, its
 * order. A kind's file only declares; what a pass calls is compiled from that here, once.
 */
import type { Tenant } from '../../desired-state/tenant.ts';
import { listAt, textAt } from '../json.ts';
import type { FieldWant, Fields, Json, Risk, Want } from '../model.ts';
import type { ApiRef, KubeResource } from '../ports.ts';
import { compileSchema, type CompiledSchema } from './schema/compile.ts';
import type { Foreign, Schema } from './schema/declare.ts';
import { ownedPlace } from './schema/owned.ts';

interface Declared {
  readonly kind: string;
  /** Findings and actions are listed in this order: what others stand on comes first. */
  readonly order: number;
  /** Every field that is compared. */
  readonly schema: Schema;
  /** What in a body is never compared, and whose it is. */
  readonly foreign: Foreign;
  /** What making it anew would take when it is gone; default `in-place`. */
  readonly gone?: Risk;
  /** It is an item of this list in the body of another resource (a NAT inside a router), under this name. */
  readonly within?: { readonly list: string; readonly name: (want: Want) => string };
}

interface Compiled extends Pick<CompiledSchema, 'same' | 'owns' | 'isMember'> {
  /**
   * The compared fields of a body; undefined when the body does not hold this resource. More fields than are wanted
   * may be given: only wanted and owned ones are compared.
   */
  read(body: Json, want: Want): Fields | undefined;
  /** All of this kind that a body holds, for who has no want at hand: their fields, each with its {@link Compiled.item}. */
  all(body: Json): readonly (readonly [item: string | null, fields: Fields])[];
  /** What tells this one from others in the same body; null where it fills the body alone. */
  item(want: Want): string | null;
  /** What a correction would take; `null` asks for the resource as a whole being missing. */
  risk(path: string | null): Risk;
}

interface GcpDeclared extends Declared {
  /** As Asset Inventory names it. */
  readonly assetType: string;
  wants(tenant: Tenant): readonly Want[];
  /** Where the owning API answers for it. */
  ref(want: Want): ApiRef;
  /** Where Terraform's state keeps the one of this id: all that an approved replacement may touch. */
  address(id: string): string;
  /** Under which id Terraform imports it; left out: its name without the service's host. */
  importId?(want: Want): string;
}

interface ClusterDeclared extends Declared {
  readonly resource: KubeResource;
  readonly namespaced: boolean;
  /** Nothing of its status is compared, and its status changes all the time: a change there alone is no news. */
  readonly restlessStatus?: true;
  /** The record's field that asks for it. */
  readonly from: string;
  /** What is deployed, and so what is wanted. `image`: full reference of the deployed one, null before the first build. */
  manifest(tenant: Tenant, image: string | null): Json;
}

export interface GcpKind extends GcpDeclared, Compiled {
  readonly plane: 'gcp';
  importId(want: Want): string;
}

export interface ClusterKind extends ClusterDeclared, Compiled {
  readonly plane: 'cluster';
  wants(tenant: Tenant, image: string | null): readonly Want[];
  /** Where the field at a path stands in an object's `managedFields`: FieldsV1 keys from the root. */
  owned(path: string): readonly string[];
}

export type ResourceKind = GcpKind | ClusterKind;

export const gcpKind = (declared: GcpDeclared): GcpKind => ({
  plane: 'gcp',
  importId: (want) => pathOf(want.name),
  ...declared,
  ...compile(declared, compileSchema(declared.schema)),
});

/** Wants are read off the very manifest that is deployed, by the reader of live objects. */
export function clusterKind(declared: ClusterDeclared): ClusterKind {
  const schema = compileSchema(declared.schema);
  return {
    plane: 'cluster',
    ...declared,
    ...compile(declared, schema),
    wants: (tenant, image) => [wantOf(declared, schema, declared.manifest(tenant, image))],
    owned: (path) => ownedPlace(declared.schema, path),
  };
}

function compile({ within, gone = 'in-place' }: Declared, schema: CompiledSchema): Compiled {
  const { fields, same, owns, isMember, risk } = schema;
  return {
    ...(within === undefined
      ? { read: fields, all: (body) => [[null, fields(body)]], item: () => null }
      : {
          read: (body, want) => readItem(fields, body, within.list, within.name(want)),
          all: (body) => listAt(body, within.list).map((item) => [textAt(item, 'name'), fields(item)]),
          item: within.name,
        }),
    same,
    owns,
    isMember,
    risk: (path) => (path === null ? gone : risk(path)),
  };
}

function readItem(
  fields: CompiledSchema['fields'],
  body: Json,
  list: string,
  name: string,
): Fields | undefined {
  const item = listAt(body, list).find((candidate) => textAt(candidate, 'name') === name);
  return item === undefined ? undefined : fields(item);
}

/** Its name is `namespace/name`, or the plain name for cluster-scoped objects. */
function wantOf({ kind, from }: ClusterDeclared, schema: CompiledSchema, manifest: Json): Want {
  const name = textAt(manifest, 'metadata', 'name') ?? '';
  const namespace = textAt(manifest, 'metadata', 'namespace');
  return {
    id: `${kind}/${name}`,
    kind,
    plane: 'cluster',
    name: namespace === null ? name : `${namespace}/${name}`,
    from,
    fields: Object.fromEntries(
      Object.entries(schema.fields(manifest)).map(([path, want]) => [path, field(want, schema.origin(path))]),
    ),
  };
}

/** A field that comes from the record at `from`, or from Plumbline itself when null. */
export const field = (want: Json, from: string | null): FieldWant => ({ want, from });

/** `gpu` of the id `node-pool/gpu`. */
export const nameIn = (id: string): string => id.slice(id.indexOf('/') + 1);

/** `compute.googleapis.com/projects/p/…` → `projects/p/…`. */
export const pathOf = (name: string): string => name.slice(name.indexOf('/') + 1);

/** The last part of a self link, relative name or plain name: the three spellings the APIs mix. */
export const tail = (name: string | null): string | null => name?.split('/').at(-1) ?? null;
