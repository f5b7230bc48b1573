/**
 * A fleet as large as one likes, without a network and without being held: records and ledgers in a real store on disk,
 * and answers of the inventory, the owning APIs and the clusters made up as they are asked for, byte for byte as they
 * come over the wire. Every tenant is a copy of one, with its number in place of `000000`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openEmbeddedStore } from '../../desired-state/embedded/store.ts';
import type { Store } from '../../desired-state/store.ts';
import { clustersOf } from '../../reconciler/clouds/clusters.ts';
import { inventoryOf } from '../../reconciler/clouds/inventory.ts';
import { directReads } from '../../reconciler/clouds/reads.ts';
import type { Json } from '../../reconciler/model.ts';
import type { PassMark, Ports } from '../../reconciler/ports.ts';
import { cloudOf, type PassWorldState } from './pass-cloud.ts';
import { ZERO } from './stencil.ts';
import { DIGEST, TEMPLATE } from './template.ts';

/** One tenant in a hundred has a variable that nobody asked for: reported, and left to people. */
const DRIFT_EVERY = 100;

export interface PassWorld {
  readonly state: PassWorldState;
  readonly ports: Ports;
  /** What one tenant's answers weigh, of the inventory and of its cluster. */
  readonly bytesPerTenant: { readonly assets: number; readonly objects: number };
  /** Rows that were inserted, changed or removed so far, whichever way. */
  rowsWritten(): number;
  close(): Promise<void>;
}

export async function passWorld(size: number, now = () => new Date()): Promise<PassWorld> {
  const folder = mkdtempSync(join(tmpdir(), 'plumb-bench-'));
  const file = join(folder, 'bench.db');
  const store = openEmbeddedStore(file);
  await store.migrate();
  await populate(store, file, size, now());
  const watcher = new DatabaseSync(file);
  const rowsWritten = countingWrites(watcher);
  const state: PassWorldState = {
    drifted: (number) => number % DRIFT_EVERY === 0,
    tells: () => false,
    foreign: () => false,
    shown: () => true,
    onCall: () => undefined,
  };
  const cloud = cloudOf(size, state);
  const clock = { now, sleep: () => Promise.resolve() };
  const unused = (): never => {
    throw new Error('this fleet calls for no launch');
  };
  let mark: PassMark | undefined;
  const token = () => Promise.resolve('a-token');
  const tokens = { token, client: unused };
  return {
    state,
    bytesPerTenant: cloud.bytes,
    rowsWritten,
    ports: {
      clock,
      store,
      inventory: inventoryOf(cloud.rest, clock),
      reads: directReads(cloud.rest, clock),
      clusters: clustersOf({ tokens, clock, caFile: null, http: cloud.http }),
      calls: () => ({}),
      courier: { send: unused },
      archive: { write: unused },
      auditLog: { read: async () => ({ entries: [], more: false, at: clock.now().toISOString() }) },
      passes: {
        read: async () => mark,
        write: async (_, written) => void (mark = written),
        latest: async () => mark,
      },
      workflows: {
        ensure: unused,
        execute: unused,
        find: unused,
        get: unused,
        list: async () => [],
        standing: unused,
        lastUse: unused,
        condemn: unused,
        remove: unused,
      },
    },
    close: async () => {
      watcher.close();
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The first tenant through the front door, the others as its copies: a hundred thousand applies would take an hour. */
async function populate(store: Store, file: string, size: number, now: Date): Promise<void> {
  const name = TEMPLATE.metadata.name;
  await store.applyTenant({ name, record: TEMPLATE as unknown as Json, author: 'bench', reason: 'bench' });
  const database = new DatabaseSync(file);
  const health = {
    healthy: true,
    code: 200,
    url: 'http://10.0.0.5/health',
    reason: 'answered 200',
    checkedAt: now.toISOString(),
  };
  database.exec(`
    WITH RECURSIVE Numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM Numbers WHERE n < ${size})
    INSERT INTO Tenants (name, record, generation, etag, created_at, updated_at, updated_by)
    SELECT replace(name, '${ZERO}', printf('%06d', n)), replace(record, '${ZERO}', printf('%06d', n)), generation,
      printf('%06d', n), created_at, updated_at, updated_by
    FROM Numbers JOIN Tenants ON name = '${name}' WHERE n < ${size};
    INSERT INTO Ledger (name, status, image_digest, applied_generation, service_endpoint, health, updated_at)
    SELECT name, 'DEPLOYED', '${DIGEST}', 1, 'http://10.0.0.5', '${JSON.stringify(health)}', updated_at FROM Tenants;
  `);
  database.close();
}

/** Has the database itself count what is written to its tables, so that no way past the count exists. */
function countingWrites(database: DatabaseSync): () => number {
  const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
  database.exec('CREATE TABLE RowsWritten (count INTEGER); INSERT INTO RowsWritten VALUES (0)');
  for (const [at, { name }] of tables.entries()) {
    for (const event of ['INSERT', 'UPDATE', 'DELETE']) {
      database.exec(
        `CREATE TRIGGER Count${event}${at} AFTER ${event} ON "${String(name)}" BEGIN UPDATE RowsWritten SET count = count + 1; END`,
      );
    }
  }
  const written = database.prepare('SELECT count FROM RowsWritten');
  return () => Number(written.get()?.['count']);
}
