/** A kind's declarations, laid beside what is wanted of one resource: each field with how it may be disturbed. */
import { isObject } from '../../reconciler/json.ts';
import type { Fields, Json, Risk, Want } from '../../reconciler/model.ts';
import { kindOf } from '../../reconciler/resources/index.ts';
import type { Leaf, List, Entries, Schema } from '../../reconciler/resources/schema/declare.ts';
import { isLeaf } from '../../reconciler/resources/schema/read.ts';
import { itemNames } from './bodies.ts';
import { wantedFields } from './worlds.ts';

export interface Declared {
  /** `item`: the being there of a list's item that has fields of its own. */
  readonly type: Leaf['type'] | 'item';
  readonly absent: Leaf['absent'];
  readonly risk: Risk;
  readonly member: boolean;
  /** Its list has items even where it is not there. */
  readonly refilled: boolean;
}

export interface DeclaredField {
  /** As findings show it. */
  readonly path: string;
  /** Where it stands in the body; `*` for each item. */
  readonly place: string;
  readonly declared: Declared;
}

export const declaredFields = (want: Want): DeclaredField[] =>
  fieldsOf(kindOf(want)?.schema ?? {}, '', '', wantedFields(want));

const placeOf = (at: string | readonly string[] | undefined, path: string): string =>
  at === undefined ? path : typeof at === 'string' ? at : at.join('.');

function fieldsOf(schema: Schema, prefix: string, place: string, fields: Fields): DeclaredField[] {
  return Object.entries(schema).flatMap(([path, declared]): DeclaredField[] => {
    const here = place + placeOf(declared.at, path);
    if (declared.node !== 'leaf') return itemsOf(declared, prefix + path, here, fields);
    return Object.hasOwn(fields, prefix + path) ? [fieldOf(declared, prefix + path, here)] : [];
  });
}

function itemsOf(declared: List | Entries, path: string, place: string, fields: Fields): DeclaredField[] {
  const { each } = declared;
  const item = {
    absent: undefined,
    risk: declared.risk ?? 'in-place',
    member: declared.node === 'list' && declared.members === true,
    refilled: declared.node === 'list' && declared.absent !== undefined,
  };
  return itemNames(fields, path).flatMap((name): DeclaredField[] => {
    const at = `${path}[${name}]`;
    const below = declared.node === 'map' ? `${place}.${name}` : `${place}.*`;
    if (isLeaf(each)) {
      // An item of one value is there or not; its default is a value of its own.
      return [{ path: at, place: below, declared: { ...item, type: each.type } }];
    }
    return [
      { path: at, place: below, declared: { ...item, type: 'item' } },
      ...fieldsOf(each, `${at}.`, `${below}.`, fields),
    ];
  });
}

const fieldOf = ({ type, absent, risk = 'in-place' }: Leaf, path: string, place: string): DeclaredField => ({
  path,
  place,
  declared: { type, absent, risk, member: false, refilled: false },
});

/** A value that is really another one, not only spelled otherwise. */
export function otherThan({ type }: Declared, value: Json): Json {
  switch (type) {
    case 'text':
    case 'word':
    case 'name':
      return `other-than-${typeof value === 'string' ? value : 'that'}`;
    case 'number':
      return typeof value === 'number' ? value + 1 : 1;
    case 'flag':
      return value !== true;
    case 'quantity':
      return value === '3' ? '4' : '3';
    case 'set':
      return Array.isArray(value) && value.length > 0 ? (value as readonly Json[]).slice(1) : ['one-more'];
    case 'value':
      return isObject(value) ? { ...value, other: ['than', 'that'] } : `other-than-${JSON.stringify(value)}`;
    case 'item':
      return null;
  }
}

/** One item more in every list and map of a resource that we own as a whole. */
export function additionsOf(want: Want): { path: string; more: Fields }[] {
  return additionsIn(kindOf(want)?.schema ?? {}, '', wantedFields(want));
}

function additionsIn(schema: Schema, prefix: string, fields: Fields): { path: string; more: Fields }[] {
  return Object.entries(schema).flatMap(([path, declared]) => {
    if (declared.node === 'leaf') return [];
    const { each } = declared;
    const inside = isLeaf(each)
      ? []
      : itemNames(fields, prefix + path).flatMap((name) =>
          additionsIn(each, `${prefix}${path}[${name}].`, fields),
        );
    if (declared.whole !== true) return inside;
    const parts = declared.node === 'list' && typeof declared.by !== 'string' ? declared.by.length : 1;
    const added = `${prefix}${path}[${parts === 1 ? 'one-more' : '4711/UDP'}]`;
    return [{ path: added, more: { [added]: isLeaf(each) ? 'x' : true } }, ...inside];
  });
}
