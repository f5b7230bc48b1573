/** Sessions and transactions of the REST facade: what Spanner keeps between two calls. */
import { randomUUID } from 'node:crypto';
import type { ColumnType, TableModel } from '../ddl.ts';
import { TableError } from '../tables/engine.ts';
import type { Wire } from '../tables/engine.ts';
import { parseBegin, parseCommit, parseRead, parseRollback, parseSession } from './rest-body.ts';
import type { Selector, TransactionOptions } from './rest-body.ts';
import type { SeenRead, SqliteTables } from './sqlite.ts';

interface OpenTransaction {
  readonly id: string;
  readonly readOnly: boolean;
  /** What it read, checked at its commit. */
  readonly seen: SeenRead[];
  /** How it ended: a repeated commit gets the same answer again. */
  end: { readonly committed: string } | { readonly failed: TableError } | 'rolled back' | undefined;
}

interface Session {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>> | undefined;
  readonly createTime: string;
  lastUse: number;
  readonly transactions: Map<string, OpenTransaction>;
}

export interface ResultSet {
  readonly metadata: {
    readonly rowType: {
      readonly fields: readonly { readonly name: string; readonly type: { readonly code: ColumnType } }[];
    };
    readonly transaction?: { readonly id?: string; readonly readTimestamp?: string };
  };
  /** Left out when there are none, as protobuf's JSON does. */
  readonly rows?: readonly (readonly Wire[])[];
}

/** Spanner forgets a session after an hour without a call. */
const IDLE_MS = 60 * 60 * 1000;

export class Sessions {
  private readonly sessions = new Map<string, Session>();
  private readonly tables: SqliteTables;
  private readonly model: TableModel;

  constructor(tables: SqliteTables, model: TableModel) {
    this.tables = tables;
    this.model = model;
  }

  create(database: string, body: unknown) {
    this.forgetIdle();
    const session: Session = {
      name: `${database}/sessions/${randomUUID()}`,
      labels: parseSession(body),
      createTime: new Date().toISOString(),
      lastUse: Date.now(),
      transactions: new Map(),
    };
    this.sessions.set(session.name, session);
    return this.show(session);
  }

  get(name: string) {
    return this.show(this.find(name));
  }

  /** Of an unknown session too, as Spanner does. */
  delete(name: string) {
    this.sessions.delete(name);
    return {};
  }

  begin(name: string, body: unknown) {
    const session = this.find(name);
    return describeTransaction(this.open(session, parseBegin(body)), parseBegin(body));
  }

  read(name: string, body: unknown): ResultSet {
    const session = this.find(name);
    const { read, selector } = parseRead(body);
    const transaction = this.select(session, selector);
    if (transaction?.end !== undefined) {
      throw failed('Cannot read or query using a transaction after it has been committed or rolledback.');
    }
    const rows = this.tables.read(read);
    if (transaction?.readOnly === false) transaction.seen.push({ read, rows });
    const options = selector.begin ?? selector.singleUse;
    const described = describeTransaction(selector.begin === undefined ? undefined : transaction, options);
    const columns = this.model.get(read.table)?.columns;
    const fields = read.columns.map((column) => ({
      name: column,
      type: { code: columns?.get(column)?.type ?? 'STRING' },
    }));
    return {
      metadata: {
        rowType: { fields },
        ...(Object.keys(described).length === 0 ? {} : { transaction: described }),
      },
      ...(rows.length === 0 ? {} : { rows }),
    };
  }

  commit(name: string, body: unknown): { readonly commitTimestamp: string } {
    const session = this.find(name);
    const { mutations, transactionId } = parseCommit(body);
    const transaction =
      transactionId === undefined
        ? this.open(session, { readWrite: {} })
        : this.transaction(session, transactionId);
    const { end } = transaction;
    if (end === 'rolled back') throw failed('Cannot commit a transaction after it has been rolled back.');
    if (transaction.readOnly) throw failed('Cannot commit a read-only transaction.');
    if (end !== undefined) {
      if ('failed' in end) throw end.failed;
      return { commitTimestamp: end.committed };
    }
    try {
      const commitTimestamp = this.tables.commit(mutations, transaction.seen);
      transaction.end = { committed: commitTimestamp };
      return { commitTimestamp };
    } catch (error) {
      if (error instanceof TableError) transaction.end = { failed: error };
      throw error;
    }
  }

  rollback(name: string, body: unknown) {
    const transaction = this.transaction(this.find(name), parseRollback(body));
    if (typeof transaction.end === 'object' && 'committed' in transaction.end) {
      throw failed('Cannot rollback a transaction after it has been committed.');
    }
    transaction.end = 'rolled back';
    return {};
  }

  private find(name: string): Session {
    const session = this.sessions.get(name);
    if (session === undefined) throw new TableError('NOT_FOUND', `Session not found: ${name}`);
    session.lastUse = Date.now();
    return session;
  }

  private open(session: Session, { readOnly }: TransactionOptions): OpenTransaction {
    const id = Buffer.from(randomUUID()).toString('base64');
    const transaction: OpenTransaction = {
      id,
      readOnly: readOnly !== undefined,
      seen: [],
      end: undefined,
    };
    session.transactions.set(id, transaction);
    return transaction;
  }

  /** The transaction a read belongs to; undefined for a read on its own. */
  private select(session: Session, { id, begin }: Selector): OpenTransaction | undefined {
    if (id !== undefined) return this.transaction(session, id);
    return begin === undefined ? undefined : this.open(session, begin);
  }

  private transaction(session: Session, id: string): OpenTransaction {
    const transaction = session.transactions.get(id);
    if (transaction === undefined) throw new TableError('NOT_FOUND', `Transaction not found: ${id}`);
    return transaction;
  }

  private show({ name, labels, createTime, lastUse }: Session) {
    return {
      name,
      ...(labels === undefined ? {} : { labels }),
      createTime,
      approximateLastUseTime: new Date(lastUse).toISOString(),
    };
  }

  private forgetIdle(): void {
    const oldest = Date.now() - IDLE_MS;
    for (const [name, { lastUse }] of this.sessions) {
      if (lastUse < oldest) this.sessions.delete(name);
    }
  }
}

function describeTransaction(
  transaction: OpenTransaction | undefined,
  options: TransactionOptions | undefined,
) {
  return {
    ...(transaction === undefined ? {} : { id: transaction.id }),
    ...(options?.readOnly?.returnReadTimestamp === true ? { readTimestamp: new Date().toISOString() } : {}),
  };
}

const failed = (message: string): TableError => new TableError('FAILED_PRECONDITION', message);
