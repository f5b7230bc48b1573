/**
 * What both databases can do, in Spanner's own terms: reads by key and mutations, no SQL. The store's rules are written
 * once over this; the workflows use the same calls through REST, so one meaning of a read and a write holds for all.
 * Shapes follow https://cloud.google.com/spanner/docs/reference/rest/v1/projects.instances.databases.sessions.
 */

/** A value as it travels: INT64 as decimal text, TIMESTAMP as RFC 3339 ending in Z, JSON as text. */
export type Wire = null | boolean | string;

/** One value per key column, or the first few of them where a range allows it. */
export type Key = readonly Wire[];

export interface KeyRange {
  readonly start: Key;
  readonly startOpen: boolean;
  readonly end: Key;
  readonly endOpen: boolean;
}

export interface KeySet {
  readonly all?: boolean;
  readonly keys?: readonly Key[];
  readonly ranges?: readonly KeyRange[];
}

export interface Read {
  readonly table: string;
  /** Read through this index: only its columns and the primary key can be had. */
  readonly index?: string;
  readonly columns: readonly string[];
  readonly keySet: KeySet;
  readonly limit?: number;
}

export type WriteKind = 'insert' | 'update' | 'insertOrUpdate' | 'replace';

export type Mutation =
  | {
      readonly kind: WriteKind;
      readonly table: string;
      readonly columns: readonly string[];
      readonly values: readonly (readonly Wire[])[];
    }
  | { readonly kind: 'delete'; readonly table: string; readonly keySet: KeySet };

/** As a value of a commit-timestamp column: the time of the commit. */
export const COMMIT_TIMESTAMP = 'spanner.commit_timestamp()';

export interface EngineTransaction {
  /** Rows in key order. */
  read(read: Read): Promise<readonly (readonly Wire[])[]>;
  /** Takes effect at the commit; reads of the same transaction do not see it. */
  write(...mutations: readonly Mutation[]): void;
}

/** Errors are StoreErrors. */
export interface Engine {
  readonly kind: 'spanner' | 'embedded';
  readonly description: string;
  read(read: Read): Promise<readonly (readonly Wire[])[]>;
  /** Serialisable. `work` may run several times and must have no effect outside the transaction. */
  transaction<T>(
    work: (tx: EngineTransaction) => Promise<T>,
  ): Promise<{ readonly value: T; readonly committedAt: string }>;
  migrate(): Promise<void>;
  close(): Promise<void>;
}

/** The part of gRPC's codes a table operation can end with. */
export type TableCode =
  | 'INVALID_ARGUMENT'
  | 'NOT_FOUND'
  | 'ALREADY_EXISTS'
  | 'FAILED_PRECONDITION'
  | 'ABORTED'
  | 'UNAVAILABLE'
  | 'INTERNAL';

/** A table operation that was refused; stores turn it into a StoreError, the REST facade into an HTTP answer. */
export class TableError extends Error {
  readonly code: TableCode;
  constructor(code: TableCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'TableError';
    this.code = code;
  }
}

/** All keys that begin with these values. */
export const prefix = (key: Key): KeyRange => ({ start: key, startOpen: false, end: key, endOpen: false });
