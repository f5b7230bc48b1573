/** Key sets as SQL conditions: one per range and one for all plain keys, over key columns that may be descending. */
import type { SQLInputValue } from 'node:sqlite';
import type { Column, KeyPart } from '../ddl.ts';
import { TableError } from '../tables/engine.ts';
import type { Key, KeyRange, KeySet } from '../tables/engine.ts';
import { toSqlite } from './values.ts';

export interface Condition {
  /** Without WHERE; `1` for everything. */
  readonly sql: string;
  readonly values: readonly SQLInputValue[];
}

/** The key a table or index is read by. */
export interface KeySource {
  readonly table: string;
  readonly key: readonly KeyPart[];
  readonly columns: ReadonlyMap<string, Column>;
}

/** Throws TableError for a key of the wrong size or type. */
export function conditionsOf(source: KeySource, keySet: KeySet): Condition[] {
  if (keySet.all === true) return [{ sql: '1', values: [] }];
  return [
    ...keyConditions(source, keySet.keys ?? []),
    ...(keySet.ranges ?? []).map((range) => rangeCondition(source, range)),
  ];
}

/** `"name", "revision" DESC` */
export const orderBy = (key: readonly KeyPart[]): string =>
  key.map(({ column, descending }) => `"${column}"${descending ? ' DESC' : ''}`).join(', ');

/** Many keys of one text column are one question: a statement of its own for each costs many times its row. */
function keyConditions(source: KeySource, keys: readonly Key[]): Condition[] {
  const each = keys.map((key) => keyCondition(source, key));
  const [part] = source.key;
  const values = each.flatMap((condition) => condition.values);
  if (part === undefined || source.key.length > 1 || values.length < 2 || !values.every(isPlainText))
    return each;
  return [{ sql: `"${part.column}" IN (SELECT value FROM json_each(?))`, values: [JSON.stringify(values)] }];
}

/** What JSON in SQLite gives back as it was: NUL and halves of characters it does not. */
const isPlainText = (value: SQLInputValue): boolean =>
  typeof value === 'string' && !value.includes('\0') && value.isWellFormed();

function keyCondition(source: KeySource, key: Key): Condition {
  if (key.length !== source.key.length) {
    throw new TableError(
      'FAILED_PRECONDITION',
      `Wrong number of key parts for ${source.table}. Expected ${source.key.length} key parts, found ${key.length} key parts.`,
    );
  }
  return equals(source, key);
}

/** The leading key columns equal these values. */
function equals(source: KeySource, key: Key): Condition {
  if (key.length === 0) return { sql: '1', values: [] };
  return {
    sql: source.key
      .slice(0, key.length)
      .map(({ column }) => `"${column}" IS ?`)
      .join(' AND '),
    values: valuesOf(source, key),
  };
}

function rangeCondition(source: KeySource, range: KeyRange): Condition {
  const { start, end } = range;
  if (Math.max(start.length, end.length) > source.key.length) {
    throw new TableError('FAILED_PRECONDITION', `Too many key parts in a range of ${source.table}.`);
  }
  // What both ends share is an equality, which SQLite can use its index for.
  let shared = 0;
  while (shared < Math.min(start.length, end.length) && start[shared] === end[shared]) shared += 1;
  const conditions = [
    equals(source, start.slice(0, shared)),
    bound(source, start, shared, range.startOpen, 'after'),
    bound(source, end, shared, range.endOpen, 'before'),
  ];
  return {
    sql: conditions.map(({ sql }) => `(${sql})`).join(' AND '),
    values: conditions.flatMap(({ values }) => values),
  };
}

/**
 * Rows on the right side of a bound. A bound shorter than the key stands for all keys that begin with it: closed takes
 * them in, open leaves them out. Row values (`(a, b) > (?, ?)`) cannot say this when a column is descending.
 */
function bound(
  source: KeySource,
  key: Key,
  shared: number,
  open: boolean,
  side: 'after' | 'before',
): Condition {
  const values = valuesOf(source, key);
  const alternatives: Condition[] = [];
  for (let depth = shared; depth < key.length; depth += 1) {
    const part = source.key[depth];
    if (part === undefined) break;
    const operator = (side === 'after') === part.descending ? '<' : '>';
    const before = source.key.slice(shared, depth).map(({ column }) => `"${column}" IS ?`);
    alternatives.push({
      sql: [...before, `"${part.column}" ${operator} ?`].join(' AND '),
      values: values.slice(shared, depth + 1),
    });
  }
  if (!open) {
    const rest = source.key.slice(shared, key.length).map(({ column }) => `"${column}" IS ?`);
    alternatives.push({ sql: rest.length === 0 ? '1' : rest.join(' AND '), values: values.slice(shared) });
  }
  if (alternatives.length === 0) return { sql: '0', values: [] };
  return {
    sql: alternatives.map(({ sql }) => `(${sql})`).join(' OR '),
    values: alternatives.flatMap((alternative) => alternative.values),
  };
}

function valuesOf(source: KeySource, key: Key): SQLInputValue[] {
  return key.map((value, position) => {
    const column = source.columns.get(source.key[position]?.column ?? '');
    if (column === undefined) throw new TableError('INTERNAL', `${source.table} has no such key column`);
    // A key may be looked up whatever its size; only writing is bound by the column.
    return toSqlite(source.table, { ...column, notNull: false, maxLength: null }, value, END_OF_TIME);
  });
}

/** A timestamp in a key set is never "in the future". */
const END_OF_TIME = '9999-12-31T23:59:59Z';
