/**
 * From declarations to a reader, compiled once per kind: a body goes in, its fields come out flat, with defaults filled
 * in and Google's three spellings of a name made one. It throws on nothing that a service may send. Most of a pass's
 * time that is not parsing is spent here, so steps and paths are worked out beforehand, not per body.
 */
import { isObject } from '../../json.ts';
import type { Json } from '../../model.ts';
import type { Entries, Leaf, List, Schema } from './declare.ts';
import { PathBook, stepsOf, type Step } from './path.ts';

type Flat = Record<string, Json>;

/** Writes what `from` holds into `flat`, under these paths: one per declaration, in order. */
type Read = (from: Json | undefined, flat: Flat, paths: readonly string[]) => void;

/** The reader of a whole body. */
export function readerOf(schema: Schema): (body: Json) => Flat {
  const read = readerOfAll(schema);
  const paths = Object.keys(schema);
  return (body) => {
    const flat: Flat = {};
    read(body, flat, paths);
    return flat;
  };
}

/** Leaves that stand side by side in a body are read together: the way to what encloses them is gone once. */
function readerOfAll(schema: Schema): Read {
  const reads: Read[] = [];
  let beside: { readonly way: string; readonly leaves: PlacedLeaf[] } | undefined;
  for (const [at, [path, declared]] of Object.entries(schema).entries()) {
    if (declared.node !== 'leaf') {
      beside = undefined;
      reads.push(declared.node === 'list' ? listReader(declared, path, at) : mapReader(declared, path, at));
      continue;
    }
    const steps = stepsOf(declared.at ?? path);
    const way = JSON.stringify(steps.slice(0, -1));
    if (beside?.way !== way) {
      beside = { way, leaves: [] };
      reads.push(leavesReader(steps.slice(0, -1), beside.leaves));
    }
    beside.leaves.push({
      at,
      last: steps.at(-1) ?? '',
      plain: NORMAL[declared.type] === asIs && declared.type !== 'value',
      absent: typeof declared.absent === 'function' ? undefined : declared.absent,
      simple: typeof declared.absent !== 'function' && declared.or === undefined,
      valueOf: finder(declared, path),
    });
  }
  return (from, flat, paths) => {
    for (const read of reads) read(from, flat, paths);
  };
}

interface PlacedLeaf {
  /** Its position among the declarations. */
  readonly at: number;
  readonly last: Step;
  /** Whatever stands there is its value. */
  readonly plain: boolean;
  /** Its value where nothing stands, unless more has to be looked at for that. */
  readonly absent: Json | undefined;
  readonly simple: boolean;
  readonly valueOf: Finder;
}

const leavesReader =
  (way: readonly Step[], leaves: readonly PlacedLeaf[]): Read =>
  (from, flat, paths) => {
    const around = dig(from, way);
    const holds = typeof around === 'object' && around !== null;
    for (const leaf of leaves) {
      const found = holds ? (around as Flat)[leaf.last] : undefined;
      const isThere = found !== undefined && found !== null;
      const direct = isThere ? leaf.plain : leaf.simple;
      const value = direct ? (isThere ? found : leaf.absent) : leaf.valueOf(found, from);
      if (value !== undefined) flat[paths[leaf.at] as string] = value;
    }
  };

function listReader(declared: List, path: string, at: number): Read {
  const steps = stepsOf(declared.at ?? path);
  const nameOf = namer(declared.by);
  const skip = declared.unless === undefined ? undefined : stepsOf(declared.unless);
  const put = itemReader(declared.each);
  return (from, flat, paths) => {
    const found = dig(from, steps) ?? declared.absent;
    const list = paths[at];
    if (!Array.isArray(found) || list === undefined) return;
    for (const item of found as readonly Json[]) {
      if (skip === undefined || dig(item, skip) !== true) put(item, flat, list, nameOf(item));
    }
  };
}

/** An item of one value is a field; one of several is a field for being there, and theirs below it. */
function itemReader(each: Leaf | Schema): (item: Json, flat: Flat, list: string, name: string) => void {
  if (isLeaf(each)) {
    const steps = stepsOf(each.at ?? []);
    const find = finder(each, '');
    const book = new PathBook([]);
    return (item, flat, list, name) => {
      flat[book.of(list, name).path] = find(dig(item, steps), item) ?? null;
    };
  }
  const read = readerOfAll(each);
  const book = new PathBook(Object.keys(each));
  return (item, flat, list, name) => {
    const { path, below } = book.of(list, name);
    flat[path] = true;
    read(item, flat, below);
  };
}

export const isLeaf = (each: Leaf | Schema): each is Leaf => each['node'] === 'leaf';

function mapReader(declared: Entries, path: string, at: number): Read {
  const steps = stepsOf(declared.at ?? path);
  const normal = NORMAL[declared.each.type];
  const book = new PathBook([]);
  return (from, flat, paths) => {
    const found = dig(from, steps);
    const map = paths[at];
    if (!isObject(found) || map === undefined) return;
    for (const name in found) {
      const entry = found[name];
      if (entry !== undefined) flat[book.of(map, name).path] = normal(entry);
    }
  };
}

/** The value of a field from what stands in its place, or else from what encloses it. */
type Finder = (found: Json | undefined, enclosing: Json | undefined) => Json | undefined;

function finder(leaf: Leaf, path: string): Finder {
  const { absent, filled, or } = leaf;
  const normal = NORMAL[leaf.type];
  const other = or && { steps: stepsOf(or.at ?? path), find: finder(or, path) };
  return (found, enclosing) => {
    if (found !== undefined && found !== null && !(leaf.type === 'value' && isEmpty(found))) {
      return filled === undefined ? normal(found) : fill(found, filled);
    }
    const second = other?.find(dig(enclosing, other.steps), enclosing);
    if (second !== undefined) return second;
    return typeof absent === 'function' ? absent(enclosing ?? null) : absent;
  };
}

/** The steps come from our own declarations, never from a body, so no step can meet an inherited property. */
function dig(from: Json | undefined, steps: readonly Step[]): Json | undefined {
  let here: Json | undefined = from;
  for (const step of steps) {
    if (typeof here !== 'object' || here === null) return undefined;
    here = (here as Flat)[step];
  }
  return here;
}

/** An API server drops empty lists and maps that it was sent: to it they are the same as nothing. */
const isEmpty = (found: Json): boolean =>
  typeof found === 'object' && found !== null && Object.keys(found).length === 0;

/** `found` with the defaults below it that it does not have; a default object only completes one that is there. */
function fill(found: Json, defaults: Json): Json {
  if (!isObject(found) || !isObject(defaults)) return found;
  const full: Flat = { ...found };
  for (const [name, preset] of Object.entries(defaults)) {
    const own = full[name];
    if (isObject(preset)) {
      if (own !== undefined) full[name] = fill(own, preset);
    } else full[name] ??= preset;
  }
  return full;
}

const asIs = (found: Json): Json => found;

/** What surprises (a list where a text was expected) stays as it is: it differs, and is shown. */
const NORMAL: Readonly<Record<Leaf['type'], (found: Json) => Json>> = {
  text: asIs,
  word: asIs,
  // int64 travels as text; one that a number cannot hold exactly stays text.
  number: (found) => (typeof found === 'string' && /^-?\d{1,15}$/.test(found) ? Number(found) : found),
  flag: asIs,
  name: (found) => (typeof found === 'string' ? found.slice(found.lastIndexOf('/') + 1) : found),
  quantity: (found) => (typeof found === 'number' ? String(found) : found),
  set: asIs,
  value: asIs,
};

function namer(by: List['by']): (item: Json) => string {
  const parts = (typeof by === 'string' ? [by] : by).map((part) =>
    typeof part === 'string'
      ? { places: [stepsOf(part)], absent: '' }
      : { places: part.firstOf.map(stepsOf), absent: part.absent ?? '' },
  );
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return (item) => partOf(item, only);
  return (item) => parts.map((part) => partOf(item, part)).join('/');
}

interface NamePart {
  readonly places: readonly (readonly Step[])[];
  readonly absent: string;
}

function partOf(item: Json, { places, absent }: NamePart): string {
  for (const place of places) {
    const found = dig(item, place);
    if (typeof found === 'string') return found;
    if (typeof found === 'number') return String(found);
  }
  return absent;
}
