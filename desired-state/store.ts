/**
 * The store's port: records and their revisions, the ledger, runs, findings and requests. Two implementations stand
 * behind it (Spanner and an embedded one) and one contract suite holds both to the same behaviour.
 *
 * Every method may throw StoreError. All writes are safe to repeat.
 */
import type { Json, RunReport } from '../reconciler/model.ts';
import type { Census, Rollout } from '../reconciler/fleet-model.ts';
import type { Delivery, ToldEntry } from '../reconciler/notify/message.ts';
import type {
  ApplyRequest,
  ApplyResult,
  Directive,
  ExecutionEntry,
  IntentResult,
  LedgerEntry,
  NewIntent,
  RecordText,
  RequestEntry,
  Revision,
  StoredTenant,
} from './entries.ts';
import type {
  Claim,
  DeliveryEnd,
  FindingEntry,
  FindingHistory,
  Looked,
  Observation,
  RunRecord,
  StoredRollout,
  TenantMark,
} from './run-entries.ts';

export { FLEET } from './entries.ts';
export type * from './entries.ts';
export type * from './run-entries.ts';

export interface Store {
  /** For people: e.g. `spanner emulator at 127.0.0.1:9010` or `embedded (/path/plumbline.db)`. */
  readonly description: string;
  readonly kind: 'spanner' | 'embedded';

  /** Applies outstanding migrations, in order, once. Refuses a database newer than this code. */
  migrate(): Promise<void>;

  getTenant(name: string): Promise<StoredTenant | undefined>;
  /** In any order; names without a record are left out. */
  tenantsOf(names: readonly string[]): Promise<StoredTenant[]>;
  /** All records in name order, read in pages; `shard` keeps those whose name hashes to the index. */
  listTenants(shard?: { index: number; count: number }): AsyncIterable<StoredTenant>;
  applyTenant(request: ApplyRequest): Promise<ApplyResult>;
  /** Newest first. */
  listRevisions(name: string): Promise<Revision[]>;
  /** The record as it stood at a generation; undefined when that generation never was. */
  recordAt(name: string, generation: number): Promise<Json | undefined>;
  /** Records as they were written, by name; one that nobody has written by hand comes as we would write it. */
  textsOf(names: readonly string[]): Promise<Map<string, RecordText>>;
  /** As recordAt, the record as it was written then. */
  textAt(name: string, generation: number): Promise<string | undefined>;

  getLedger(name: string): Promise<LedgerEntry | undefined>;
  /** Ledger entries of these tenants, by name; tenants without one are left out. */
  ledgerOf(names: readonly string[]): Promise<Map<string, LedgerEntry>>;

  /**
   * In one transaction: generation still current (for `decommission` any that was), nothing else under way, then the
   * intent row and the ledger's fence. An active execution past its deadline is closed as FAILED on the way.
   */
  openIntent(intent: NewIntent): Promise<IntentResult>;
  recordLaunch(
    name: string,
    intent: string,
    launched: { execution: string; revision: string; now: string },
  ): Promise<void>;
  /**
   * Ends an execution the workflow could not end itself and takes its fence off the ledger; a failure's error becomes
   * the ledger's last error. A no-op when it already has ended.
   */
  closeExecution(
    name: string,
    intent: string,
    end: { state: 'FAILED' | 'SUCCEEDED' | 'SUPERSEDED'; error: string | null; now: string },
  ): Promise<void>;
  /** Executions in INTENT, LAUNCHED or RUNNING, of all tenants or one. */
  listActive(name?: string): Promise<ExecutionEntry[]>;
  /** Newest first. */
  listExecutions(name: string, limit?: number): Promise<ExecutionEntry[]>;

  recordRequest(request: RequestEntry): Promise<void>;
  /** Newest first. */
  listRequests(name: string): Promise<RequestEntry[]>;

  /** A directive whose id is known already is left as it is. */
  issueDirective(directive: Directive): Promise<void>;
  /** False when there is none, or it had ended already. */
  endDirective(
    name: string,
    id: string,
    end: { readonly by: string; readonly now: string },
  ): Promise<boolean>;
  /** Takes up to `wanted` uses, never more than `most` altogether; answers how many were granted. */
  useDirective(
    name: string,
    id: string,
    count: { readonly wanted: number; readonly most: number },
  ): Promise<number>;
  /** Ended and expired ones included, by name and id; without names those of everybody. */
  listDirectives(names?: readonly string[]): Promise<Directive[]>;

  /** False when the name was used before. */
  createRollout(rollout: Rollout): Promise<boolean>;
  /** Compare and set: false, and nothing is written, when the version has moved on. */
  saveRollout(rollout: Rollout, version: number): Promise<boolean>;
  getRollout(name: string): Promise<StoredRollout | undefined>;
  /** In name order; `open`: those that are not over. */
  listRollouts(which: { readonly open: boolean }): Promise<StoredRollout[]>;

  /** One line per record, in name order, read in pages. */
  surveyTenants(): AsyncIterable<readonly TenantMark[]>;
  observationsOf(names: readonly string[]): Promise<Map<string, Observation>>;
  /** The `cluster` of these observations alone. */
  clustersOf(names: readonly string[]): Promise<Map<string, Json>>;
  /** Each replaces what was there of its tenant. */
  saveObservations(observations: readonly Observation[]): Promise<void>;
  /** Notes that these were looked at in full and nothing was new. */
  touchObservations(
    names: readonly string[],
    look: { readonly pass: number; readonly lookedAt: string },
  ): Promise<void>;

  openFindings(names: readonly string[]): Promise<FindingEntry[]>;
  /** Of these tenants, by name and key. */
  historyOf(names: readonly string[]): Promise<FindingHistory[]>;
  /** Name and key of every open finding of everybody, read in pages, in name order. */
  openFindingKeys(): AsyncIterable<readonly Pick<FindingEntry, 'name' | 'key'>[]>;
  /**
   * New findings, resolved findings, histories, tellings, then the run row: one transaction up to a hundred rows, else
   * several, with the run row in the last one, so that a run that can be seen has all its findings. A telling is never
   * split: its messages and the memory of them are written together.
   */
  saveRun(run: RunRecord): Promise<void>;
  /** Whom the newest `limit` runs looked at, newest first; runs that say nothing of it are left out. */
  lastLooks(limit: number): Promise<Looked[]>;
  latestRun(): Promise<RunReport | undefined>;
  /** The newest `limit` runs, newest first, each with its whole report. */
  listRuns(limit: number): Promise<RunReport[]>;
  getRun(id: string): Promise<RunReport | undefined>;
  /** What the breaker compares with, of the newest `limit` runs, newest first; runs from before it are left out. */
  listCensuses(limit: number): Promise<Census[]>;

  /** Runs whose report has yet to be written to the bucket, the oldest first. */
  reportsToWrite(): Promise<string[]>;
  reportWritten(run: string): Promise<void>;

  /** What people have been told and what has not ended since, by name and place, read in pages. */
  toldEntries(): AsyncIterable<readonly ToldEntry[]>;
  /** Messages that are due, longest due first, leased to who asks: nobody else gets them before the lease is over. */
  claimNotifications(claim: Claim): Promise<Delivery[]>;
  /** False, and nothing is written, when the lease has gone to somebody else. */
  endDelivery(end: DeliveryEnd): Promise<boolean>;
  /** Newest first; `open`: only those that wait. */
  listNotifications(which: { readonly open: boolean }): Promise<Delivery[]>;
  /** Forgets some of the messages that ended before this time (RFC 3339); called again, the next. */
  forgetNotifications(before: string): Promise<void>;

  close(): Promise<void>;
}

/** The store could not do it; `retryable` says whether trying again may help. The message says what and where. */
export class StoreError extends Error {
  readonly retryable: boolean;
  constructor(message: string, options: { retryable: boolean; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.name = 'StoreError';
    this.retryable = options.retryable;
  }
}
