/** Who owns a field of a cluster object, as its `metadata.managedFields` says. */
import { at, entriesAt, isObject, listAt, textAt } from './json.ts';
import type { Json } from './model.ts';

export interface Owner {
  readonly manager: string;
  /** `Apply` or `Update`. */
  readonly operation: string;
  /** When the manager last changed what it owns (RFC 3339): the field at the latest then. */
  readonly at: string;
  /** The subresource it writes through; empty for the object itself. */
  readonly subresource: string;
}

/**
 * Owners of the field at `path` (FieldsV1 keys from the root), the one that wrote last first. A container that is owned
 * as a whole owns everything in it. Empty when nobody owns the field.
 */
export function ownersOf(managedFields: Json | undefined, path: readonly string[]): Owner[] {
  return listAt(managedFields)
    .filter((entry) => owns(at(entry, 'fieldsV1'), path))
    .flatMap(ownerOf)
    .toSorted((one, other) => Date.parse(other.at) - Date.parse(one.at));
}

function ownerOf(entry: Json): Owner[] {
  const manager = textAt(entry, 'manager');
  const time = textAt(entry, 'time');
  if (manager === null || time === null || Number.isNaN(Date.parse(time))) return [];
  return [
    {
      manager,
      operation: textAt(entry, 'operation') ?? 'Update',
      at: time,
      subresource: textAt(entry, 'subresource') ?? '',
    },
  ];
}

function owns(fields: Json | undefined, path: readonly string[]): boolean {
  let here = fields;
  for (const [depth, step] of path.entries()) {
    if (!isObject(here)) return false;
    // A leaf: whatever is below it belongs to it. An entry that is empty altogether owns nothing.
    if (Object.keys(here).length === 0) return depth > 0;
    here = child(here, step);
  }
  return isObject(here);
}

/** List keys are JSON in a key's text; their own keys may stand in any order. */
function child(node: Json, step: string): Json | undefined {
  const exact = at(node, step);
  if (exact !== undefined || !step.startsWith('k:')) return exact;
  const want = sortedKey(step);
  return entriesAt(node).find(([key]) => key.startsWith('k:') && sortedKey(key) === want)?.[1];
}

function sortedKey(step: string): string {
  try {
    const keys: unknown = JSON.parse(step.slice(2));
    return JSON.stringify(Object.entries(keys as object).sort(([one], [other]) => (one < other ? -1 : 1)));
  } catch {
    return step;
  }
}
