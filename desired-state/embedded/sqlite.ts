/**
 * One SQLite file that answers key reads and mutations as Spanner does. Everything here is synchronous, so a commit is
 * one step of this process; other processes are kept out by SQLite's own write lock, for the length of one commit.
 *
 * Transactions are optimistic: reads are noted, and a commit first checks that they would still answer the same. No
 * lock is held while a caller thinks, which matters when the caller and the REST facade live in one process.
 */
import { trimTimestamp } from '../tables/timestamp.ts';
import { DatabaseSync } from 'node:sqlite';
import type { SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite';
import { compareText } from '../canonical.ts';
import { parseStatement } from '../ddl.ts';
import type { KeyPart, Statement, TableModel } from '../ddl.ts';
import { TableError } from '../tables/engine.ts';
import type { Mutation, Read, Wire } from '../tables/engine.ts';
import { conditionsOf, orderBy } from './key-sql.ts';
import { applyMutation, sourceOf, tableOf } from './mutate.ts';
import { toSqliteDdl } from './sqlite-ddl.ts';
import { fromSqlite } from './values.ts';

/** How long a write waits for another process's commit; such a commit takes milliseconds. */
const BUSY_TIMEOUT_MS = 5_000;
/** A row with a record or a report in it then stands on one page, and one read gets all of it. */
const PAGE_BYTES = 16 * 1024;

export type Rows = readonly (readonly Wire[])[];

/** A read with what it answered, to be checked at the commit. */
export interface SeenRead {
  readonly read: Read;
  readonly rows: Rows;
}

export class SqliteTables {
  private readonly database: DatabaseSync;
  private readonly model: TableModel;
  private readonly statements = new Map<string, StatementSync>();
  private lastCommit = 0n;

  /** Throws what node:sqlite throws: the caller knows how to name the file. */
  constructor(file: string, model: TableModel) {
    this.model = model;
    this.database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
    // Of a new file; one that has pages keeps theirs.
    this.database.exec(`PRAGMA page_size = ${PAGE_BYTES}`);
    // Readers and one writer at a time, in as many processes as there are.
    this.database.exec('PRAGMA journal_mode = WAL');
    // An intent must be on disk before the launch it announces.
    this.database.exec('PRAGMA synchronous = FULL');
  }

  read(read: Read): Rows {
    const table = tableOf(this.model, read.table);
    const source = sourceOf(table, read.index);
    const columns = read.columns.map((name) => {
      const column = table.columns.get(name);
      if (column === undefined)
        throw new TableError('NOT_FOUND', `Column not found in table ${table.name}: ${name}`);
      if (read.index !== undefined && !source.readable.has(name)) {
        throw new TableError(
          'NOT_FOUND',
          `Index '${read.index}' which indexes '${table.name}' does not have a column named ${name}.`,
        );
      }
      return column;
    });
    const conditions = conditionsOf(source, read.keySet);
    // The order's columns come too, for merging the answers of several conditions.
    const names = [...read.columns, ...source.order.map(({ column }) => column)];
    const limit = read.limit === undefined || read.limit === 0 ? -1 : read.limit;
    const found = conditions.map(({ sql, values }) =>
      this.all(
        `SELECT ${names.map((name) => `"${name}"`).join(', ')} FROM "${table.name}" ` +
          `WHERE ${sql} ORDER BY ${orderBy(source.order)} LIMIT ?`,
        [...values, limit],
      ),
    );
    const rows = found.length === 1 ? (found[0] ?? []) : merge(found, read.columns.length, source.order);
    return (limit === -1 ? rows : rows.slice(0, limit)).map((row) =>
      columns.map((column, position) => fromSqlite(column, row[position] ?? null)),
    );
  }

  /**
   * Checks the reads, applies the mutations, answers the commit's timestamp. Throws TableError: ABORTED when a read
   * would answer otherwise by now.
   */
  commit(mutations: readonly Mutation[], seen: readonly SeenRead[] = []): string {
    return this.exclusively(() => {
      for (const { read, rows } of seen) {
        if (JSON.stringify(this.read(read)) !== JSON.stringify(rows)) {
          throw new TableError('ABORTED', 'Transaction aborted: what it read was changed by another commit.');
        }
      }
      const time = this.nextTimestamp();
      for (const mutation of mutations) {
        applyMutation(mutation, this.model, time, (sql, values) => this.run(sql, values));
      }
      return time;
    });
  }

  /** Whether nothing that was read has changed. */
  stillTrue(seen: readonly SeenRead[]): boolean {
    return seen.every(({ read, rows }) => JSON.stringify(this.read(read)) === JSON.stringify(rows));
  }

  /** Runs DDL and mutations as one; unlike in Spanner, DDL is a part of the transaction. */
  migrate(statements: readonly Statement[], mutations: readonly Mutation[]): void {
    this.exclusively(() => {
      for (const statement of statements) {
        const change = parseStatement(statement);
        // SQLite knows no ADD COLUMN IF NOT EXISTS: another process may have migrated since we looked.
        if (change.kind === 'column' && this.hasColumn(change.table, change.column.name)) continue;
        this.database.exec(toSqliteDdl(statement));
      }
      const time = this.nextTimestamp();
      for (const mutation of mutations) {
        applyMutation(mutation, this.model, time, (sql, values) => this.run(sql, values));
      }
    });
  }

  private hasColumn(table: string, column: string): boolean {
    return this.all('SELECT name FROM pragma_table_info(?)', [table]).some(([name]) => name === column);
  }

  close(): void {
    this.statements.clear();
    this.database.close();
  }

  private exclusively<T>(work: () => T): T {
    this.database.exec('BEGIN IMMEDIATE');
    try {
      const value = work();
      this.database.exec('COMMIT');
      return value;
    } catch (error) {
      // SQLite itself ends the transaction for some errors (a full disk).
      if (this.database.isTransaction) this.database.exec('ROLLBACK');
      throw error;
    }
  }

  private all(sql: string, values: readonly SQLInputValue[]) {
    // setReturnArrays, which the types do not follow.
    return this.prepare(sql).all(...values) as unknown as SQLOutputValue[][];
  }

  /** How many rows changed. */
  private run(sql: string, values: readonly SQLInputValue[]): number {
    return Number(this.prepare(sql).run(...values).changes);
  }

  private prepare(sql: string): StatementSync {
    const known = this.statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.database.prepare(sql);
    // INT64 is wider than a number.
    statement.setReadBigInts(true);
    statement.setReturnArrays(true);
    this.statements.set(sql, statement);
    return statement;
  }

  /** Microseconds, and later than any this connection gave before: commits in one millisecond keep their order. */
  private nextTimestamp(): string {
    const now = BigInt(Date.now()) * 1000n;
    this.lastCommit = now > this.lastCommit ? now : this.lastCommit + 1n;
    const micros = (this.lastCommit % 1_000_000n).toString().padStart(6, '0');
    const seconds = new Date(Number(this.lastCommit / 1000n)).toISOString().slice(0, 19);
    return trimTimestamp(`${seconds}.${micros}Z`);
  }
}

/** One list in key order from several, without a row twice; the key's columns stand after the first `width`. */
function merge(
  lists: readonly SQLOutputValue[][][],
  width: number,
  key: readonly KeyPart[],
): SQLOutputValue[][] {
  const rows = new Map<string, SQLOutputValue[]>();
  for (const row of lists.flat()) {
    rows.set(JSON.stringify(row.slice(width).map(String)), row);
  }
  return [...rows.values()].sort((one, other) => {
    for (const [position, { descending }] of key.entries()) {
      const order = compareValues(one[width + position] ?? null, other[width + position] ?? null);
      if (order !== 0) return descending ? -order : order;
    }
    return 0;
  });
}

/** Within one column: nulls first, then by value. */
function compareValues(one: SQLOutputValue, other: SQLOutputValue): number {
  if (one === null || other === null) return Number(one !== null) - Number(other !== null);
  if (typeof one === 'bigint' && typeof other === 'bigint') return one < other ? -1 : one > other ? 1 : 0;
  return compareText(String(one), String(other));
}
