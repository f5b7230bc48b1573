/** Who owns which field: `managedFields` read, moved along with each write, and written again. */
import type { Body, Json } from '../../core/store.ts';
import { isObject, type ManagedFieldsEntry } from '../object.ts';
import type { Schema } from '../schema/types.ts';
import { compare } from './compare.ts';
import {
  fromFieldsV1,
  intersection,
  sameSet,
  toFieldsV1,
  union,
  without,
  type FieldSet,
} from './field-set.ts';

export interface Owner {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly subresource: string;
  readonly time: string | undefined;
  readonly fields: FieldSet;
}

/** Owners by identity: the same manager owns separately per operation and subresource. */
export type Owners = ReadonlyMap<string, Owner>;

export type Writer = Pick<Owner, 'manager' | 'operation' | 'apiVersion' | 'subresource'>;

/** An applier is one owner whatever version it speaks; an updater is one per version. */
export const ownerKey = (w: Writer): string =>
  [w.operation, w.manager, w.subresource, w.operation === 'Update' ? w.apiVersion : ''].join('/');

/** Fields the server itself keeps; nobody owns them. */
const SERVER_FIELDS = [
  'name',
  'generateName',
  'namespace',
  'selfLink',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'managedFields',
];

/** The part of an object that can be owned. */
export function ownable(object: Body): Body {
  const rest = Object.fromEntries(
    Object.entries(object).filter(([key]) => !['apiVersion', 'kind', 'metadata'].includes(key)),
  );
  const metadata = isObject(object['metadata']) ? object['metadata'] : {};
  const kept = Object.entries(metadata).filter(([key]) => !SERVER_FIELDS.includes(key));
  return { ...rest, ...(kept.length > 0 && { metadata: Object.fromEntries(kept) }) };
}

export function readOwners(entries: Json | undefined): Owners {
  const owners = new Map<string, Owner>();
  for (const entry of Array.isArray(entries) ? (entries as ManagedFieldsEntry[]) : []) {
    // kubectl resets ownership with a list that holds one empty entry.
    if (!isObject(entry.fieldsV1)) continue;
    const owner: Owner = {
      manager: entry.manager,
      operation: entry.operation,
      apiVersion: entry.apiVersion,
      subresource: entry.subresource ?? '',
      time: entry.time,
      fields: fromFieldsV1(entry.fieldsV1),
    };
    owners.set(ownerKey(owner), owner);
  }
  return owners;
}

export function writeOwners(owners: Owners): ManagedFieldsEntry[] {
  return [...owners.values()]
    .filter(({ fields }) => fields.size > 0)
    .map(({ manager, operation, apiVersion, subresource, time, fields }) => ({
      manager,
      operation,
      apiVersion,
      ...(time !== undefined && { time }),
      fieldsType: 'FieldsV1',
      fieldsV1: toFieldsV1(fields),
      ...(subresource !== '' && { subresource }),
    }));
}

/**
 * Ownership after `writer` turned `before` into `after`: it owns what it added or changed, and everybody else loses
 * what was changed or removed.
 */
export function ownersAfterUpdate(
  owners: Owners,
  writer: Writer,
  before: Body,
  after: Body,
  schema: Schema,
  time: string,
): Owners {
  const { added, modified, removed } = compare(ownable(before), ownable(after), schema);
  const changed = union(added, modified);
  const mine = ownerKey(writer);
  const next = new Map<string, Owner>();
  for (const [key, owner] of owners) {
    const fields = key === mine ? without(owner.fields, removed) : without(owner.fields, changed, removed);
    next.set(key, { ...owner, fields });
  }
  const known = next.get(mine);
  const fields = union(known?.fields ?? new Set(), changed);
  const same = known !== undefined && sameSet(owners.get(mine)?.fields ?? new Set(), fields);
  if (fields.size > 0) next.set(mine, { ...writer, fields, time: same ? known.time : time });
  return next;
}

export interface FieldConflict {
  readonly owner: Owner;
  /** The path as FieldSet holds it. */
  readonly path: string;
}

/** Fields that others own and this change would alter. */
export function conflictsOf(
  owners: Owners,
  mine: string,
  before: Body,
  after: Body,
  schema: Schema,
): FieldConflict[] {
  const { added, modified } = compare(ownable(before), ownable(after), schema);
  const changed = union(added, modified);
  return [...owners]
    .filter(([key]) => key !== mine)
    .flatMap(([, owner]) => [...intersection(owner.fields, changed)].sort().map((path) => ({ owner, path })));
}
