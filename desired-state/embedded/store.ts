/** The embedded store: one SQLite file, no server, for one machine. */
import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TableModel } from '../ddl.ts';
import { MIGRATIONS_TABLE, migrate, tableModel } from '../migrations.ts';
import { StoreError } from '../store.ts';
import type { Store } from '../store.ts';
import { COMMIT_TIMESTAMP, TableError } from '../tables/engine.ts';
import type { Engine, EngineTransaction, Mutation, Read } from '../tables/engine.ts';
import { TableStore } from '../tables/table-store.ts';
import { SqliteTables } from './sqlite.ts';
import type { Rows, SeenRead } from './sqlite.ts';

/** In every round of colliding commits one succeeds, so this many collide only if something is wrong. */
const MAX_ATTEMPTS = 1_000;

/** SQLITE_BUSY, SQLITE_LOCKED: another process is in the way. */
const BUSY_CODES: readonly number[] = [5, 6];

/** Opens (and makes) the file; `:memory:` for a store that ends with the process. Throws StoreError. */
export function openEmbeddedStore(file: string): Store {
  return new TableStore(new EmbeddedEngine(file));
}

class EmbeddedEngine implements Engine {
  readonly kind = 'embedded';
  readonly description: string;
  private readonly tables: SqliteTables;

  constructor(file: string) {
    this.description = `embedded (${file})`;
    this.tables = this.guard(() => openTables(file, tableModel()));
  }

  async read(read: Read): Promise<Rows> {
    return this.guard(() => this.tables.read(read));
  }

  async transaction<T>(work: (tx: EngineTransaction) => Promise<T>) {
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
      const seen: SeenRead[] = [];
      const mutations: Mutation[] = [];
      const tx: EngineTransaction = {
        read: async (read) => {
          const rows = await this.read(read);
          seen.push({ read, rows });
          return rows;
        },
        write: (...more) => void mutations.push(...more),
      };
      try {
        const value = await work(tx);
        return { value, committedAt: this.tables.commit(mutations, seen) };
      } catch (error) {
        // An error drawn from readings that no longer hold is not an answer.
        const stale = isAborted(error) || !this.guard(() => this.tables.stillTrue(seen));
        if (!stale) throw this.explain(error);
        // Colliding callers spread out; the one that comes first makes progress.
        await sleep(Math.random() * Math.min(attempt, 20));
      }
    }
    throw new StoreError(
      `${this.description}: ${MAX_ATTEMPTS} commits in a row collided with others; try again`,
      {
        retryable: true,
      },
    );
  }

  migrate(): Promise<void> {
    return migrate({
      description: this.description,
      applied: async () =>
        this.guard(() => {
          this.tables.migrate([MIGRATIONS_TABLE], []);
          const rows = this.tables.read({
            table: 'SchemaMigrations',
            columns: ['name', 'checksum'],
            keySet: { all: true },
          });
          return rows.map(([name, checksum]) => ({ name: String(name), checksum: String(checksum) }));
        }),
      apply: async ({ name, checksum, statements }) =>
        this.guard(() => {
          this.tables.migrate(statements, [
            {
              // Two processes may migrate at once: the second finds all done and says the same again.
              kind: 'insertOrUpdate',
              table: 'SchemaMigrations',
              columns: ['name', 'checksum', 'applied_at'],
              values: [[name, checksum, COMMIT_TIMESTAMP]],
            },
          ]);
        }),
    });
  }

  async close(): Promise<void> {
    this.guard(() => this.tables.close());
  }

  private guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw this.explain(error);
    }
  }

  /** What, where, and how to go on. */
  private explain(error: unknown): unknown {
    if (error instanceof StoreError) return error;
    if (error instanceof TableError) {
      return new StoreError(`${this.description}: ${error.message}`, {
        retryable: error.code === 'ABORTED',
        cause: error,
      });
    }
    const code = (error as { errcode?: number }).errcode;
    if (code === undefined && (error as NodeJS.ErrnoException).code === undefined) return error;
    const message = error instanceof Error ? error.message : String(error);
    const busy = code !== undefined && BUSY_CODES.includes(code & 0xff);
    return new StoreError(`${this.description}: ${message}; ${cureFor(code, message, busy)}`, {
      retryable: busy,
      cause: error,
    });
  }
}

/** Opens the tables of a file, making its folder; shared with the REST facade. */
export function openTables(file: string, model: TableModel): SqliteTables {
  if (file !== ':memory:') makeFolder(dirname(file));
  return new SqliteTables(file, model);
}

/** Step by step: Node's own recursive mkdir never returns where the system says ENOENT to every one (/proc). */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  try {
    mkdirSync(folder);
  } catch (error) {
    // Another process was faster.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

const isAborted = (error: unknown): boolean => error instanceof TableError && error.code === 'ABORTED';

/** SQLite's primary result codes, https://sqlite.org/rescode.html. */
function cureFor(code: number | undefined, message: string, busy: boolean): string {
  if (busy) return 'another process is writing; try again';
  if (message.startsWith('no such table')) return 'run its migrations first';
  switch (code === undefined ? undefined : code & 0xff) {
    case 8:
    case 14:
    case undefined:
      return 'check that this user may write the file and its folder';
    case 11:
    case 26:
      return 'the file is damaged or not a Plumbline store; restore it from a copy or name another';
    case 13:
      return 'the disk is full; make room and try again';
    default:
      return 'try again, and with another file if it happens again';
  }
}
