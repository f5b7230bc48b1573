/**
 * From declarations to a reader, compiled once per kind: a body goes in, its fields come out flat, with defaults filled
 * in and Google's three spellings of a name made one. It throws on nothing that a service may send.
 */
import { isObject } from '../../json.ts';
import type { Json } from '../../model.ts';
import type { Declaration, Entries, Leaf, List, Schema } from './declare.ts';
import { inside, stepsOf } from './path.ts';

type Flat = Record<string, Json>;

/** Writes what `from` holds into `flat`, under paths that begin with `prefix`. */
export type Read = (from: Json | undefined, flat: Flat, prefix: string) => void;

/** All declarations of a schema as one reader. */
export function readerOf(schema: Schema): Read {
  const reads = Object.entries(schema).map(([path, declared]) =>
    READERS[declared.node](path, declared as never),
  );
  return (from, flat, prefix) => {
    for (const read of reads) read(from, flat, prefix);
  };
}

const READERS: {
  readonly [N in Declaration['node']]: (path: string, declared: Extract<Declaration, { node: N }>) => Read;
} = {
  leaf: leafReader,
  list: listReader,
  map: mapReader,
};

function leafReader(path: string, leaf: Leaf): Read {
  const valueOf = valueReader(leaf, path);
  return (from, flat, prefix) => {
    const value = valueOf(from);
    if (value !== undefined) flat[prefix + path] = value;
  };
}

function listReader(path: string, declared: List): Read {
  const steps = stepsOf(declared.at ?? path);
  const nameOf = namer(declared.by);
  const skip = declared.unless === undefined ? undefined : stepsOf(declared.unless);
  const put = itemReader(declared.each);
  return (from, flat, prefix) => {
    const found = dig(from, steps) ?? declared.absent;
    if (!Array.isArray(found)) return;
    for (const item of found as readonly Json[]) {
      if (skip === undefined || dig(item, skip) !== true)
        put(item, flat, inside(prefix + path, nameOf(item)));
    }
  };
}

/** An item of one value is a field; one of several is a field for being there, and theirs below it. */
function itemReader(each: Leaf | Schema): Read {
  if (isLeaf(each)) {
    const valueOf = valueReader(each, '');
    return (item, flat, at) => {
      flat[at] = valueOf(item) ?? null;
    };
  }
  const read = readerOf(each);
  return (item, flat, at) => {
    flat[at] = true;
    read(item, flat, `${at}.`);
  };
}

export const isLeaf = (each: Leaf | Schema): each is Leaf => each['node'] === 'leaf';

function mapReader(path: string, declared: Entries): Read {
  const steps = stepsOf(declared.at ?? path);
  const normal = NORMAL[declared.each.type];
  return (from, flat, prefix) => {
    const found = dig(from, steps);
    if (!isObject(found)) return;
    for (const name of Object.keys(found)) {
      const entry = found[name];
      if (entry !== undefined) flat[inside(prefix + path, name)] = normal(entry);
    }
  };
}

type ValueOf = (enclosing: Json | undefined) => Json | undefined;

function valueReader(leaf: Leaf, path: string): ValueOf {
  const { absent, filled } = leaf;
  const steps = stepsOf(leaf.at ?? path);
  const normal = NORMAL[leaf.type];
  const other = leaf.or && valueReader(leaf.or, path);
  return (enclosing) => {
    const found = dig(enclosing, steps);
    if (found !== undefined && found !== null && !(leaf.type === 'value' && isEmpty(found))) {
      return filled === undefined ? normal(found) : fill(found, filled);
    }
    const second = other?.(enclosing);
    if (second !== undefined) return second;
    return typeof absent === 'function' ? absent(enclosing ?? null) : absent;
  };
}

/** The steps come from our own declarations, never from a body, so no step can meet an inherited property. */
function dig(from: Json | undefined, steps: readonly (string | number)[]): Json | undefined {
  let here: Json | undefined = from;
  for (const step of steps) {
    if (typeof here !== 'object' || here === null) return undefined;
    here = (here as Readonly<Record<string | number, Json>>)[step];
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

function partOf(
  item: Json,
  { places, absent }: { places: readonly (readonly (string | number)[])[]; absent: string },
): string {
  for (const place of places) {
    const found = dig(item, place);
    if (typeof found === 'string') return found;
    if (typeof found === 'number') return String(found);
  }
  return absent;
}
