/** The numbered migrations of schema/*.sql: reading them, and bringing a database to the newest one, each once. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseDdl, splitStatements } from './ddl.ts';
import type { Statement, TableModel } from './ddl.ts';
import { StoreError } from './store.ts';

export interface Migration {
  /** The file's name without its ending: `0001-first`. */
  readonly name: string;
  readonly statements: readonly Statement[];
  /** Of the statements alone: comments may be improved later. */
  readonly checksum: string;
}

export interface AppliedMigration {
  readonly name: string;
  readonly checksum: string;
}

/** A database that can be migrated. */
export interface MigrationTarget {
  /** For messages, e.g. `embedded (/path/plumbline.db)`. */
  readonly description: string;
  /** Makes `SchemaMigrations` when it is missing, and reads it. */
  applied(): Promise<AppliedMigration[]>;
  /** Runs the statements and notes the migration; safe to repeat when it was cut short. */
  apply(migration: Migration): Promise<void>;
}

/** Beside the sources; the published package ships them once, at its root, and compiled code stands one level deeper. */
function migrationsFolder(): string {
  const beside = join(import.meta.dirname, 'schema');
  return existsSync(beside) ? beside : join(import.meta.dirname, '..', '..', 'desired-state', 'schema');
}

/** Keeps which migrations a database has; not itself one of them. */
export const MIGRATIONS_TABLE: Statement = {
  file: 'desired-state/migrations.ts',
  line: 1,
  sql: `CREATE TABLE IF NOT EXISTS SchemaMigrations (
  name STRING(120) NOT NULL,
  checksum STRING(64) NOT NULL,
  applied_at TIMESTAMP NOT NULL OPTIONS (allow_commit_timestamp = true),
) PRIMARY KEY (name)`,
};

let ours: readonly Migration[] | undefined;

/** The migrations this code brings, in order. Read once. */
export function migrations(): readonly Migration[] {
  const folder = migrationsFolder();
  ours ??= readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .map((file) => readMigration(file, readFileSync(join(folder, file), 'utf8')));
  return ours;
}

/** One migration from the text of its file. */
export function readMigration(file: string, text: string): Migration {
  const statements = splitStatements(text, `desired-state/schema/${file}`);
  const spaced = statements.map(({ sql }) => sql.replaceAll(/\s+/g, ' '));
  return {
    name: file.replace(/\.sql$/, ''),
    statements,
    checksum: createHash('sha256').update(spaced.join(';\n')).digest('hex'),
  };
}

/** The tables of a fully migrated database. */
export function tableModel(): TableModel {
  return parseDdl([MIGRATIONS_TABLE, ...migrations().flatMap(({ statements }) => statements)]);
}

/** Applies what is outstanding, in order. Throws StoreError for a database this code must not touch. */
export async function migrate(
  target: MigrationTarget,
  known: readonly Migration[] = migrations(),
): Promise<void> {
  const applied = await target.applied();
  const byName = new Map(known.map((migration) => [migration.name, migration]));
  for (const { name, checksum } of applied) {
    const migration = byName.get(name);
    if (migration === undefined) {
      throw new StoreError(
        `${target.description} has migration ${name}, which this version of Plumbline does not know: the database ` +
          'is newer. Use the version that migrated it, or a later one',
        { retryable: false },
      );
    }
    if (migration.checksum !== checksum) {
      throw new StoreError(
        `${target.description} was migrated with another ${name} than this version brings. Use the version that ` +
          'migrated it, or start with an empty database',
        { retryable: false },
      );
    }
  }
  const done = new Set(applied.map(({ name }) => name));
  for (const migration of known) {
    if (!done.has(migration.name)) await target.apply(migration);
  }
}
