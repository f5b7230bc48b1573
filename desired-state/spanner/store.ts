/** The Spanner store: the tables of a Spanner database, in Google Cloud or in the emulator. */
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Transaction } from '@google-cloud/spanner';
import type { TableModel } from '../ddl.ts';
import { tableModel } from '../migrations.ts';
import { StoreError } from '../store.ts';
import type { Store } from '../store.ts';
import type { Engine, EngineTransaction, Key, KeySet, Mutation, Read } from '../tables/engine.ts';
import { TableStore } from '../tables/table-store.ts';
import { FIRST_ANSWER_SECONDS, connect, within } from './client.ts';
import type { Connection } from './client.ts';
import { CODE, codeOf, toStoreError, unreachable } from './errors.ts';
import { migrateSpanner } from './migrate.ts';
import { Mutex } from './mutex.ts';
import { trimTimestamp } from '../tables/timestamp.ts';
import { fromClient } from './values.ts';

/** A single call's patience, once the database has answered before. */
const ANSWER_SECONDS = 15;

/** How long a transaction is tried again before it is given up. */
const GIVE_UP_MS = 30_000;

/** Opens a database by its full name. Throws StoreError when it cannot be reached within a few seconds. */
export async function openSpannerStore(path: string, emulatorHost: string | null): Promise<Store> {
  return new TableStore(new SpannerEngine(await connect(path, emulatorHost)));
}

class SpannerEngine implements Engine {
  readonly kind = 'spanner';
  readonly description: string;
  private readonly connection: Connection;
  private readonly model: TableModel;
  /** The emulator aborts a second read-write transaction, and each abort costs a back-off. */
  private readonly oneAtATime = new Mutex();
  private answered = false;

  constructor(connection: Connection) {
    this.connection = connection;
    this.description = connection.where;
    this.model = tableModel();
  }

  read(read: Read) {
    const { database } = this.connection;
    // One call: a transaction for a single read would be begun with a call of its own.
    return this.call(() =>
      this.readWith((table, request) => database.table(table).read(request, { strong: true }), read),
    );
  }

  async transaction<T>(work: (tx: EngineTransaction) => Promise<T>) {
    const run = () => this.retried(work);
    return await (this.connection.emulated ? this.oneAtATime.run(run) : run());
  }

  migrate(): Promise<void> {
    return this.call(() => migrateSpanner(this.connection, this.description), 300);
  }

  close(): Promise<void> {
    return this.connection.close();
  }

  private async retried<T>(work: (tx: EngineTransaction) => Promise<T>) {
    const giveUp = performance.now() + GIVE_UP_MS;
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.call(() => this.attempt(work));
      } catch (error) {
        // A commit that was cut off may have happened: only what says it did not is run again.
        const again = error instanceof StoreError && codeOf(error.cause) === CODE.aborted;
        if (!again || performance.now() > giveUp) throw error;
        // Jittered, and short at first: the client itself would wait a second and more.
        await sleep(randomInt(5, 20 * 2 ** Math.min(attempt, 6)));
      }
    }
  }

  private async attempt<T>(work: (tx: EngineTransaction) => Promise<T>) {
    const [tx] = await this.connection.database.getTransaction();
    const mutations: Mutation[] = [];
    let committing = false;
    try {
      const value = await work({
        read: (read) => this.readWith((table, request) => tx.read(table, request), read),
        write: (...more) => void mutations.push(...more),
      });
      for (const mutation of mutations) queue(tx, mutation);
      committing = true;
      await tx.commit();
      return { value, committedAt: trimTimestamp(tx.commitTimestamp?.toISOString() ?? '') };
    } catch (error) {
      // An open transaction blocks the whole emulator, and rows in Spanner, until it is given back.
      if (!committing && tx.id != null) await tx.rollback().catch(() => undefined);
      throw error;
    } finally {
      // Twice does no harm; without it the session is lost to the pool.
      tx.end();
    }
  }

  private async readWith(source: ClientRead, read: Read) {
    const { table, index, columns, limit, keySet } = read;
    if (isEmpty(keySet)) return [];
    const types = columns.map((name) => this.model.get(table)?.columns.get(name)?.type ?? 'STRING');
    const [rows] = await source(table, {
      columns: [...columns],
      ...toClientKeySet(keySet),
      ...(index === undefined ? {} : { index }),
      ...(limit === undefined ? {} : { limit }),
      gaxOptions: { timeout: ANSWER_SECONDS * 1000 },
    });
    return rows.map((row) =>
      // Without `json: true` a row is its cells in the order of the columns.
      (row as readonly { readonly value: unknown }[]).map(({ value }, position) =>
        fromClient(types[position] ?? 'STRING', value),
      ),
    );
  }

  /** Bounded in time, and with errors that people can read. */
  private async call<T>(work: () => Promise<T>, seconds = ANSWER_SECONDS): Promise<T> {
    const patience = this.answered ? seconds : Math.min(seconds, FIRST_ANSWER_SECONDS);
    const late = () => {
      // Whoever asks next need not wait as long to hear the same.
      this.answered = false;
      return unreachable(this.description, patience);
    };
    try {
      const value = await within(patience, work, late);
      this.answered = true;
      return value;
    } catch (error) {
      throw toStoreError(error, this.description, this.connection.name.path);
    }
  }
}

/** What the client's reads have in common, on their own and in a transaction. */
type ClientRead = (
  table: string,
  request: ClientRequest,
) => Promise<readonly [readonly unknown[], ...unknown[]]>;

type ClientRequest = ReturnType<typeof toClientKeySet> & {
  columns: string[];
  index?: string;
  limit?: number;
  gaxOptions: { timeout: number };
};

const isEmpty = (keySet: KeySet): boolean =>
  keySet.all !== true && (keySet.keys ?? []).length === 0 && (keySet.ranges ?? []).length === 0;

function toClientKeySet(keySet: KeySet) {
  if (keySet.all === true) return { keySet: { all: true } };
  return {
    ...(keySet.keys === undefined ? {} : { keys: keySet.keys.map(toClientKey) }),
    ...(keySet.ranges === undefined
      ? {}
      : {
          ranges: keySet.ranges.map(({ start, startOpen, end, endOpen }) => ({
            [startOpen ? 'startOpen' : 'startClosed']: toClientKey(start),
            [endOpen ? 'endOpen' : 'endClosed']: toClientKey(end),
          })),
        }),
  };
}

/** The client's types know only texts as keys, and on the wire INT64 is one. */
const toClientKey = (key: Key): string[] => key.map(String);

/** Wire values are texts, booleans and nulls, which the client sends as they are. */
function queue(tx: Transaction, mutation: Mutation): void {
  if (mutation.kind === 'delete') {
    tx.deleteRows(mutation.table, (mutation.keySet.keys ?? []).map(toClientKey));
    return;
  }
  const method = mutation.kind === 'insertOrUpdate' ? 'upsert' : mutation.kind;
  for (const values of mutation.values) {
    const cells = mutation.columns.map((column, position) => [column, values[position] ?? null]);
    tx[method](mutation.table, Object.fromEntries(cells) as Record<string, unknown>);
  }
}
