/** Server-side apply: merges a configuration into a live object and moves the ownership of its fields. */
import type { Body } from '../../core/store.ts';
import { isObject } from '../object.ts';
import type { Struct } from '../schema/types.ts';
import { fieldSetOf, printPath, sameSet, union, without, withParents } from '../fields/field-set.ts';
import { compare } from '../fields/compare.ts';
import { merge, removePaths } from '../fields/merge.ts';
import {
  conflictsOf,
  ownable,
  ownerKey,
  type FieldConflict,
  type Owner,
  type Owners,
  type Writer,
} from '../fields/ownership.ts';
import { StatusError, type StatusDetails } from '../status.ts';

export interface Applied {
  readonly object: Body;
  readonly owners: Owners;
}

/**
 * The object after `config` was applied to `live` (an object that does not exist yet is `{}`). Fields the writer
 * applied before and no longer sends go, unless somebody else owns them too. Throws 409 with one cause per field when
 * the configuration would change what others own, unless `force`.
 */
export function apply(options: {
  live: Body;
  owners: Owners;
  config: Body;
  schema: Struct;
  writer: Writer;
  force: boolean;
  time: string;
  details: StatusDetails;
}): Applied {
  const { live, owners, config, schema, writer, force } = options;
  const mine = ownerKey(writer);
  const fields = fieldSetOf(ownable(config), schema);
  const last = owners.get(mine)?.fields ?? new Set<string>();
  const others = [...owners].filter(([key]) => key !== mine).map(([, owner]) => owner.fields);

  const merged = merge(live, config, schema);
  const held = withParents(union(...others));
  const dropped = without(withParents(last), withParents(fields), held);
  const pruned = removePaths(merged, schema, dropped);
  const object = isObject(pruned) ? pruned : {};

  const conflicts = conflictsOf(owners, mine, live, object, schema);
  if (conflicts.length > 0 && !force) throw conflictError(conflicts, options.details);

  const { added, modified, removed } = compare(ownable(live), ownable(object), schema);
  const next = new Map<string, Owner>();
  for (const [key, owner] of owners) {
    if (key !== mine) next.set(key, { ...owner, fields: without(owner.fields, added, modified, removed) });
  }
  const unchanged = owners.get(mine);
  const time = unchanged && sameSet(unchanged.fields, fields) ? unchanged.time : options.time;
  next.set(mine, { ...writer, fields, time });
  return { object, owners: next };
}

function conflictError(conflicts: readonly FieldConflict[], details: StatusDetails): StatusError {
  const causes = conflicts.map(({ owner, path }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${printOwner(owner)}`,
    field: printPath(path),
  }));
  return new StatusError(409, 'Conflict', conflictText(conflicts), { ...details, causes });
}

function conflictText(conflicts: readonly FieldConflict[]): string {
  const [first] = conflicts;
  if (first && conflicts.length === 1) {
    return `Apply failed with 1 conflict: conflict with ${printOwner(first.owner)}: ${printPath(first.path)}`;
  }
  const byOwner = Map.groupBy(conflicts, ({ owner }) => printOwner(owner));
  const parts = [...byOwner].map(
    ([owner, own]) => `conflicts with ${owner}:\n${own.map(({ path }) => `- ${printPath(path)}`).join('\n')}`,
  );
  return `Apply failed with ${conflicts.length} conflicts: ${parts.join('\n')}`;
}

function printOwner({ manager, subresource, operation, apiVersion, time }: Owner): string {
  const name =
    JSON.stringify(manager) + (subresource === '' ? '' : ` with subresource ${JSON.stringify(subresource)}`);
  if (operation === 'Apply') return name;
  return `${name} using ${apiVersion}${time === undefined ? '' : ` at ${time}`}`;
}
