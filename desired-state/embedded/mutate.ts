/** Mutations as SQL, each with the check and the error Spanner has for it. */
import type { SQLInputValue } from 'node:sqlite';
import type { Index, KeyPart, Table, TableModel } from '../ddl.ts';
import { TableError } from '../tables/engine.ts';
import type { Mutation } from '../tables/engine.ts';
import { conditionsOf } from './key-sql.ts';
import type { KeySource } from './key-sql.ts';
import { toSqlite } from './values.ts';

/** Runs one statement; answers how many rows changed. */
export type RunSql = (sql: string, values: readonly SQLInputValue[]) => number;

type Write = Exclude<Mutation, { kind: 'delete' }>;
type Values = ReadonlyMap<string, SQLInputValue>;

/** SQLite's extended result codes for a row that is there already. */
const CONSTRAINT_PRIMARY_KEY = 1555;
const CONSTRAINT_UNIQUE = 2067;

/** Applies one mutation inside the open transaction. Throws TableError. */
export function applyMutation(mutation: Mutation, model: TableModel, time: string, run: RunSql): void {
  const table = tableOf(model, mutation.table);
  if (mutation.kind === 'delete') {
    for (const { sql, values } of conditionsOf(sourceOf(table), mutation.keySet)) {
      run(`DELETE FROM "${table.name}" WHERE ${sql}`, values);
    }
    return;
  }
  for (const row of rowsOf(mutation, table, time)) writeRow(mutation.kind, table, row, run);
}

export function tableOf(model: TableModel, name: string): Table {
  const table = model.get(name);
  if (table === undefined) throw new TableError('NOT_FOUND', `Table not found: ${name}`);
  return table;
}

/** What a table is read by: its primary key, or an index. */
export interface ReadSource extends KeySource {
  /** The whole order of the rows: an index's key goes on with the primary key. */
  readonly order: readonly KeyPart[];
  /** Columns that can be had. */
  readonly readable: ReadonlySet<string>;
}

export function sourceOf(table: Table, indexName?: string): ReadSource {
  const { columns } = table;
  if (indexName === undefined || indexName === '') {
    return {
      table: table.name,
      key: table.key,
      columns,
      order: table.key,
      readable: new Set(columns.keys()),
    };
  }
  const index: Index | undefined = table.indexes.get(indexName);
  if (index === undefined) {
    throw new TableError('NOT_FOUND', `No index '${indexName}' was found for table '${table.name}'.`);
  }
  const rest = table.key.filter(({ column }) => !index.key.some((part) => part.column === column));
  const order = [...index.key, ...rest];
  return {
    table: index.name,
    key: index.key,
    columns,
    order,
    readable: new Set(order.map(({ column }) => column)),
  };
}

function rowsOf(write: Write, table: Table, time: string): Values[] {
  const columns = write.columns.map((name) => {
    const column = table.columns.get(name);
    if (column === undefined) {
      throw new TableError('NOT_FOUND', `Column not found in table ${table.name}: ${name}`);
    }
    return column;
  });
  const twice = write.columns.find((name, position) => write.columns.indexOf(name) !== position);
  if (twice !== undefined) throw new TableError('INVALID_ARGUMENT', `Multiple values for column ${twice}.`);
  return write.values.map((values) => {
    if (values.length !== columns.length) {
      throw new TableError(
        'INVALID_ARGUMENT',
        `Mutation column and value size mismatch: Found: ${columns.length} columns and ${values.length} values`,
      );
    }
    return new Map(
      columns.map((column, position) => [column.name, toSqlite(table.name, column, values[position], time)]),
    );
  });
}

function writeRow(kind: Write['kind'], table: Table, row: Values, run: RunSql): void {
  const missing = table.key.find(({ column }) => !row.has(column));
  if (missing !== undefined) throw incomplete(table, missing.column);
  switch (kind) {
    case 'insert':
      insert(table, row, run);
      return;
    case 'replace':
      run(`DELETE FROM "${table.name}" WHERE ${keyIs(table)}`, keyValues(table, row));
      insert(table, row, run);
      return;
    case 'insertOrUpdate':
      // As in Spanner, even when there is such a row.
      checkComplete(table, row);
      if (!update(table, row, run)) insert(table, row, run);
      return;
    case 'update':
      if (!update(table, row, run)) {
        throw new TableError('NOT_FOUND', `Table ${table.name}: Row {${keyText(table, row)}} not found.`);
      }
  }
}

function insert(table: Table, row: Values, run: RunSql): void {
  checkComplete(table, row);
  const names = [...row.keys()].map((name) => `"${name}"`);
  try {
    run(`INSERT INTO "${table.name}" (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`, [
      ...row.values(),
    ]);
  } catch (error) {
    const code = (error as { errcode?: number }).errcode;
    if (code !== CONSTRAINT_PRIMARY_KEY && code !== CONSTRAINT_UNIQUE) throw error;
    throw new TableError(
      'ALREADY_EXISTS',
      `Table ${table.name}: Row {${keyText(table, row)}} already exists.`,
    );
  }
}

function checkComplete(table: Table, row: Values): void {
  for (const column of table.columns.values()) {
    if (column.notNull && !row.has(column.name)) throw incomplete(table, column.name);
  }
}

/** Whether there was such a row. */
function update(table: Table, row: Values, run: RunSql): boolean {
  // The key columns are set too, to themselves: a mutation may name nothing else.
  const set = [...row.keys()].map((name) => `"${name}" = ?`).join(', ');
  const values = [...row.values(), ...keyValues(table, row)];
  return run(`UPDATE "${table.name}" SET ${set} WHERE ${keyIs(table)}`, values) > 0;
}

const keyIs = (table: Table): string => table.key.map(({ column }) => `"${column}" IS ?`).join(' AND ');

const keyValues = (table: Table, row: Values): SQLInputValue[] =>
  table.key.map(({ column }) => row.get(column) ?? null);

const keyText = (table: Table, row: Values): string =>
  keyValues(table, row)
    .map((value) => (typeof value === 'string' ? JSON.stringify(value) : `${value as bigint}`))
    .join(', ');

const incomplete = (table: Table, column: string): TableError =>
  new TableError(
    'FAILED_PRECONDITION',
    `A new row in table ${table.name} does not specify a non-null value for NOT NULL column: ${column}`,
  );
