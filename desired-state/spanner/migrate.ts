/** Migrations in Spanner: DDL is a long-running operation and not a part of any transaction. */
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { MIGRATIONS_TABLE, migrate } from '../migrations.ts';
import type { AppliedMigration } from '../migrations.ts';
import { COMMIT_TIMESTAMP } from '../tables/engine.ts';
import type { Connection } from './client.ts';
import { CODE, codeOf } from './errors.ts';

const SCHEMA_CHANGE_ATTEMPTS = 20;

/** Brings the database to the newest migration. Throws StoreError, or the client's errors. */
export function migrateSpanner(connection: Connection, description: string): Promise<void> {
  return migrate({
    description,
    applied: () => applied(connection),
    apply: async ({ name, checksum, statements }) => {
      // Every statement says IF NOT EXISTS: cut short before the row below is written, it can run again.
      await changeSchema(
        connection,
        statements.map(({ sql }) => sql),
      );
      await connection.database.table('SchemaMigrations').upsert({
        name,
        checksum,
        applied_at: COMMIT_TIMESTAMP,
      });
    },
  });
}

async function applied(connection: Connection): Promise<AppliedMigration[]> {
  const { database } = connection;
  // A change of the schema is slow in Spanner even when it changes nothing: look first.
  const [tables] = await database.run({
    sql: "SELECT table_name FROM information_schema.tables WHERE table_name = 'SchemaMigrations'",
    json: true,
  });
  if (tables.length === 0) await changeSchema(connection, [MIGRATIONS_TABLE.sql]);
  const [rows] = await database.run({
    sql: 'SELECT name, checksum FROM SchemaMigrations ORDER BY name',
    json: true,
  });
  return rows as unknown as AppliedMigration[];
}

async function changeSchema(connection: Connection, statements: readonly string[]): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const [operation] = await connection.database.updateSchema([...statements]);
      await operation.promise();
      return;
    } catch (error) {
      // Another process is changing the schema, or (in the emulator) has a transaction open.
      const waits = codeOf(error) === CODE.failedPrecondition && /concurrent/i.test(String(error));
      if (!waits || attempt === SCHEMA_CHANGE_ATTEMPTS) throw error;
      await sleep(randomInt(20, 100 * attempt));
    }
  }
}
