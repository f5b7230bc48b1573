/** Rows as named, typed values over an engine's positional wire values. */
import type { Json } from '../../reconciler/model.ts';
import type { Column, Table, TableModel } from '../ddl.ts';
import { StoreError } from '../store.ts';
import { COMMIT_TIMESTAMP } from './engine.ts';
import type { Engine, EngineTransaction, Key, KeySet, Wire, WriteKind } from './engine.ts';

/** By column name. TIMESTAMP is RFC 3339 text, INT64 a number, JSON the value itself. */
export type Row = Readonly<Record<string, Json>>;

/** As a value of a row that is written: the time of the commit. */
export const COMMIT_TIME = Symbol('commit time');

export type NewRow = Readonly<Record<string, Json | typeof COMMIT_TIME>>;

export interface ScanOptions {
  readonly index?: string;
  readonly limit?: number;
  /** Default: all columns of the table; through an index, those of the primary key. */
  readonly columns?: readonly string[];
}

/** Reads rows, in a transaction or outside one. */
export class RowReader {
  protected readonly model: TableModel;
  private readonly source: Pick<EngineTransaction, 'read'>;

  constructor(source: Pick<EngineTransaction, 'read'>, model: TableModel) {
    this.source = source;
    this.model = model;
  }

  async get(table: string, key: Key): Promise<Row | undefined> {
    const [row] = await this.scan(table, { keys: [key] });
    return row;
  }

  /** Rows in key order. */
  async scan(name: string, keySet: KeySet, options: ScanOptions = {}): Promise<Row[]> {
    const table = tableOf(this.model, name);
    const { index, limit } = options;
    const names =
      options.columns ??
      (index === undefined ? [...table.columns.keys()] : table.key.map(({ column }) => column));
    const columns = names.map((column) => columnOf(table, column));
    const rows = await this.source.read({
      table: name,
      columns: names,
      keySet,
      ...(index === undefined ? {} : { index }),
      ...(limit === undefined ? {} : { limit }),
    });
    return rows.map((values) => {
      // A survey reads three rows of every tenant: one object each, and nothing on the way.
      const row: Record<string, Json> = {};
      for (let position = 0; position < columns.length; position += 1) {
        const column = columns[position];
        if (column !== undefined) row[column.name] = decode(column, values[position] ?? null);
      }
      return row;
    });
  }
}

/** Reads, and writes that take effect together at the commit. */
export class RowTransaction extends RowReader {
  private readonly tx: EngineTransaction;

  constructor(tx: EngineTransaction, model: TableModel) {
    super(tx, model);
    this.tx = tx;
  }

  /** Columns that are not named keep their value, or are null in a new row. */
  write(kind: WriteKind, name: string, ...rows: readonly NewRow[]): void {
    const table = tableOf(this.model, name);
    for (const row of rows) {
      const columns = Object.keys(row);
      const values = columns.map((column) => encode(columnOf(table, column), row[column] ?? null));
      this.tx.write({ kind, table: name, columns, values: [values] });
    }
  }

  remove(table: string, ...keys: readonly Key[]): void {
    if (keys.length > 0) this.tx.write({ kind: 'delete', table, keySet: { keys } });
  }
}

/** Runs `work` in a transaction over rows. */
export const inTransaction = <T>(
  engine: Engine,
  model: TableModel,
  work: (tx: RowTransaction) => Promise<T>,
): Promise<{ readonly value: T; readonly committedAt: string }> =>
  engine.transaction((tx) => work(new RowTransaction(tx, model)));

function encode(column: Column, value: Json | typeof COMMIT_TIME): Wire {
  if (value === COMMIT_TIME) return COMMIT_TIMESTAMP;
  // In a column that must hold something, null is the JSON value; elsewhere it is "nothing known".
  if (value === null && !(column.type === 'JSON' && column.notNull)) return null;
  switch (column.type) {
    case 'JSON':
      return JSON.stringify(value);
    case 'BOOL':
      if (typeof value === 'boolean') return value;
      break;
    case 'INT64':
      if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
      break;
    case 'TIMESTAMP':
      if (typeof value === 'string' && value.endsWith('Z')) return value;
      // Spanner takes UTC only.
      if (typeof value === 'string' && !Number.isNaN(Date.parse(value))) return new Date(value).toISOString();
      break;
    case 'STRING':
      if (typeof value === 'string') return value;
      break;
  }
  throw new StoreError(`cannot store ${typeof value} in column ${column.name} (${column.type})`, {
    retryable: false,
  });
}

function decode(column: Column, value: Wire): Json {
  if (value === null || typeof value === 'boolean') return value;
  switch (column.type) {
    case 'JSON':
      return JSON.parse(value) as Json;
    case 'INT64': {
      const number = Number(value);
      if (Number.isSafeInteger(number)) return number;
      throw new StoreError(`column ${column.name} holds ${value}, more than a number here can say`, {
        retryable: false,
      });
    }
    default:
      return value;
  }
}

function tableOf(model: TableModel, name: string): Table {
  const table = model.get(name);
  if (table === undefined) throw new Error(`no migration creates table ${name}`);
  return table;
}

function columnOf(table: Table, name: string): Column {
  const column = table.columns.get(name);
  if (column === undefined) throw new Error(`no migration gives ${table.name} a column ${name}`);
  return column;
}
