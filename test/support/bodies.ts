/**
 * Bodies as an API would answer with them, written from the kinds' declarations: the wanted fields in one of their
 * spellings, lists in any order, defaults written out or left out, and beside them what belongs to others. The way back
 * from a body is the kind's reader.
 */
import type { Fields, Json, Want } from '../../reconciler/model.ts';
import type { ResourceKind } from '../../reconciler/resources/kind.ts';
import type { Entries, Leaf, List, Schema } from '../../reconciler/resources/schema/declare.ts';
import { stepsOf } from '../../reconciler/resources/schema/path.ts';
import { isLeaf } from '../../reconciler/resources/schema/read.ts';
import { SPELLINGS } from './spellings.ts';
import type { Random } from './random.ts';

type Body = { [key: string]: Json };

export interface Noise {
  readonly random: Random;
  /** How much of what may vary does, from 0 to 1. */
  readonly amount: number;
}

/** The body that holds this resource, with exactly these fields. */
export function bodyOf(kind: ResourceKind, want: Want, fields: Fields, noise: Noise): Json {
  const body: Body = {};
  writeSchema(body, kind.schema, '', fields, noise);
  const own = { ...body, name: lastPart(want.name) };
  addForeign(own, kind, noise);
  if (kind.plane === 'cluster') return withMetadata(own, want);
  if (kind.within === undefined) return own;
  const item = { ...own, name: kind.within.name(want) };
  const others = noise.random.chance(noise.amount) ? [{ name: 'of-somebody-else', state: 'ELSEWHERE' }] : [];
  return {
    name: lastPart(kind.ref(want).path),
    [kind.within.list]: noise.random.shuffled([item, ...others]),
  };
}

const lastPart = (name: string): string => name.slice(name.lastIndexOf('/') + 1);

function withMetadata({ metadata, ...rest }: Body, want: Want): Json {
  const slash = want.name.indexOf('/');
  const namespace = slash < 0 ? undefined : want.name.slice(0, slash);
  const own = want.name.slice(slash + 1);
  const named = {
    ...(metadata as Body | undefined),
    name: own,
    ...(namespace !== undefined && { namespace }),
  };
  return { ...rest, metadata: named };
}

function writeSchema(body: Body, schema: Schema, prefix: string, fields: Fields, noise: Noise): void {
  for (const [path, declared] of Object.entries(schema)) {
    if (declared.node === 'leaf') writeLeaf(body, declared, path, fields[prefix + path], noise);
    else if (declared.node === 'map') writeMap(body, declared, path, prefix, fields, noise);
    else writeList(body, declared, path, prefix, fields, noise);
  }
}

function writeLeaf(body: Body, leaf: Leaf, path: string, value: Json | undefined, noise: Noise): void {
  if (value === undefined) return;
  const isDefault = typeof leaf.absent !== 'function' && same(leaf.absent, value);
  if (value === null || (isDefault && noise.random.chance(noise.amount))) return;
  const place = leaf.or !== undefined && typeof value === 'object' ? leaf.or.at : leaf.at;
  put(body, stepsOf(place ?? path), spelled(leaf, value, noise));
}

const same = (one: Json | undefined, other: Json): boolean => JSON.stringify(one) === JSON.stringify(other);

function spelled(leaf: Leaf, value: Json, { random, amount }: Noise): Json {
  return random.chance(amount) ? random.pick(SPELLINGS[leaf.type](value, random)) : value;
}

function writeMap(
  body: Body,
  declared: Entries,
  path: string,
  prefix: string,
  fields: Fields,
  noise: Noise,
): void {
  const names = itemNames(fields, prefix + path);
  const added = noise.random.chance(noise.amount) ? foreignNames(declared) : [];
  if (names.length + added.length === 0) return;
  const entries = [
    ...names.map((name): [string, Json] => [
      name,
      spelled(declared.each, fields[`${prefix}${path}[${name}]`] ?? null, noise),
    ]),
    ...added.filter((name) => !names.includes(name)).map((name): [string, Json] => [name, 'theirs']),
  ];
  put(body, stepsOf(declared.at ?? path), Object.fromEntries(noise.random.shuffled(entries)));
}

/** Names that others may add without being told about. */
function foreignNames({ whole, except }: Entries | List): string[] {
  if (whole !== true) return ['team', 'argocd.argoproj.io/instance'];
  return except === undefined ? [] : FOREIGN_ITEMS.filter((name) => except.test(name));
}

const FOREIGN_ITEMS = ['nvidia.com/gpu', 'cloud.google.com/gke-spot', 'gke-acme-pods-1f2e'];

function writeList(
  body: Body,
  declared: List,
  path: string,
  prefix: string,
  fields: Fields,
  noise: Noise,
): void {
  const names = itemNames(fields, prefix + path);
  const items = names.map((name) => itemOf(declared, `${prefix}${path}[${name}]`, name, fields, noise));
  if (noise.random.chance(noise.amount)) {
    items.push(...foreignNames(declared).map((name) => itemOf(declared, 'nowhere', name, fields, noise)));
    if (declared.unless !== undefined) {
      const item = itemOf(declared, 'nowhere', 'made-with-the-load', fields, noise);
      put(item, stepsOf(declared.unless), true);
      items.push(item);
    }
  }
  if (items.length > 0) put(body, stepsOf(declared.at ?? path), noise.random.shuffled(items));
}

function itemOf({ by, each }: List, at: string, name: string, fields: Fields, noise: Noise): Body {
  const item: Body = {};
  if (isLeaf(each)) writeLeaf(item, each, '', fields[at], noise);
  else writeSchema(item, each, `${at}.`, fields, noise);
  const parts = typeof by === 'string' ? [by] : by;
  const values = parts.length === 1 ? [name] : name.split('/');
  for (const [index, part] of parts.entries()) {
    const value = values[index] ?? '';
    const [place, absent] =
      typeof part === 'string' ? [part, undefined] : [part.firstOf[0] ?? '', part.absent];
    if (value === absent && noise.random.chance(noise.amount)) continue;
    put(item, stepsOf(place), /^\d+$/.test(value) && part !== 'name' ? Number(value) : value);
  }
  return item;
}

/** Names of the items that the fields hold directly below a path, in order. */
export function itemNames(fields: Fields, path: string): string[] {
  const names = Object.keys(fields).flatMap((each) => {
    if (!each.startsWith(`${path}[`)) return [];
    const end = each.indexOf(']', path.length);
    return [each.slice(path.length + 1, end)];
  });
  return [...new Set(names)];
}

function addForeign(body: Body, kind: ResourceKind, noise: Noise): void {
  for (const place of Object.keys(kind.foreign)) {
    if (noise.random.chance(noise.amount)) putForeign(body, place.split('.'), noise.random);
  }
  if (noise.random.chance(noise.amount)) body['aFieldOfTomorrow'] = { since: 'v2', items: [1, 2, 3] };
}

function putForeign(at: Json, [step = '', ...rest]: readonly string[], random: Random): void {
  if (step === '*') {
    for (const item of Array.isArray(at) ? (at as Json[]) : []) putForeign(item, rest, random);
    return;
  }
  const here = at as Body;
  if (rest.length === 0) here[step] = random.pick<Json>(['x', 7, true, null, { any: ['thing'] }, []]);
  else if (here[step] !== undefined || rest[0] !== '*') putForeign((here[step] ??= {}), rest, random);
}

function put(body: Body, steps: readonly (string | number)[], value: Json): void {
  let here = body as Record<string | number, Json>;
  for (const [index, step] of steps.entries()) {
    if (index === steps.length - 1) here[step] = value;
    else
      here = (here[step] ??= typeof steps[index + 1] === 'number' ? [] : {}) as Record<string | number, Json>;
  }
}
