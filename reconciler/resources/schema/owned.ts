/**
 * From a field's path in a finding to its place in an object's `managedFields` (FieldsV1 keys from the root), read off the
 * kind's declarations: `containers[web].image` is `f:spec`, …, `f:containers`, `k:{"name":"web"}`, `f:image`.
 */
import type { Declaration, List, Schema } from './declare.ts';
import { nameAt, stepsOf, type NameAt } from './path.ts';
import { isLeaf } from './read.ts';

/**
 * Keys from the root. A path that no declaration has gives a key that nobody owns, never none: no key at all would
 * stand for the whole object.
 */
export function ownedPlace(schema: Schema, path: string): readonly string[] {
  for (const [place, declared] of Object.entries(schema)) {
    if (place === path) return keysTo(place, declared);
    const item = path.startsWith(place) ? nameAt(path, place.length) : null;
    if (item !== null && declared.node === 'map') return [...keysTo(place, declared), `f:${item.name}`];
    if (item !== null && declared.node === 'list') {
      return [...keysTo(place, declared), ...keysInto(declared, item)];
    }
  }
  return [`f:${path}`];
}

/** A position in a list has no key: such a list is owned as a whole. */
function keysTo(place: string, declared: Declaration): string[] {
  const steps = stepsOf(declared.at ?? place);
  const position = steps.findIndex((step) => typeof step === 'number');
  return (position < 0 ? steps : steps.slice(0, position)).map((step) => `f:${step}`);
}

function keysInto({ by, each }: List, { name, rest }: NameAt): readonly string[] {
  const key = keyOf(by, name);
  if (key === null) return [];
  return rest === '' || isLeaf(each) ? [key] : [key, ...ownedPlace(each, rest)];
}

/** `k:{"containerPort":8080,"protocol":"TCP"}`; null where what tells items apart is no key that a server merges by. */
function keyOf(by: List['by'], name: string): string | null {
  const parts = (typeof by === 'string' ? [by] : by).map((part) =>
    typeof part === 'string' ? [part] : part.firstOf,
  );
  if (parts.some((places) => places.length > 1 || places[0]?.includes('.'))) return null;
  if (parts.length === 1) return `k:${JSON.stringify({ [parts[0]?.[0] ?? '']: name })}`;
  // Of several parts the first is a port, which travels as a number.
  const values = name.split('/').map((value, at) => (at === 0 ? Number(value) : value));
  return `k:${JSON.stringify(Object.fromEntries(parts.map(([place = ''], at) => [place, values[at]])))}`;
}
