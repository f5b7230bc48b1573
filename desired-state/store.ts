/**
 * The store's port: records and their revisions, the ledger, runs, findings and requests. Two implementations stand
 * behind it (Spanner and an embedded one) and one contract suite holds both to the same behaviour.
 *
 * Every method may throw StoreError. All writes are safe to repeat.
 */
import type {
  ExecutionState,
  FindingClass,
  Flow,
  HealthResult,
  Json,
  RunReport,
  TenantReport,
  TenantStatus,
  Verdict,
} from '../reconciler/model.ts';
import type { Census, Rollout } from '../reconciler/fleet-model.ts';
import type { Delivery, DeliveryState, Telling, ToldEntry } from '../reconciler/notify/message.ts';

/** `record` is kept as it was written (parsed JSON), so that a later schema can still read it. */
export interface StoredTenant {
  readonly name: string;
  readonly record: Json;
  /** Rises only when `spec` changes. */
  readonly generation: number;
  /** Changes with every change. */
  readonly etag: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly updatedBy: string;
}

export interface Revision {
  readonly name: string;
  /** 1, 2, 3 … per tenant. */
  readonly revision: number;
  readonly generation: number;
  readonly etag: string;
  readonly record: Json;
  readonly author: string;
  readonly reason: string;
  readonly createdAt: string;
}

/** A record as somebody wrote it, with comments and an order of keys of its own. */
export interface RecordText {
  /** Of the record it says. */
  readonly etag: string;
  readonly text: string;
}

export interface ApplyRequest {
  readonly name: string;
  readonly record: Json;
  /**
   * The record as it was written; it must say the same. Left out: what is kept is made to say the record, so that
   * comments outlive an edit by a program.
   */
  readonly text?: string;
  /**
   * The etag the editor read. `undefined`: take whatever is stored (a fresh apply -f). `null`: it must not exist yet.
   * Anything else must match, or the answer is a conflict. A record equal to the stored one (and its text, if one is
   * given) overwrites nothing and is `unchanged` whatever the etag, so that an apply can be repeated.
   */
  readonly ifEtag?: string | null;
  readonly author: string;
  readonly reason: string;
}

export type ApplyResult =
  | { readonly outcome: 'created' | 'changed' | 'unchanged'; readonly stored: StoredTenant }
  | { readonly outcome: 'conflict'; readonly stored: StoredTenant | null };

/** What Plumbline knows of one tenant; the workflow writes most of it. Nulls are "not known yet". */
export interface LedgerEntry {
  readonly name: string;
  readonly status: TenantStatus | null;
  /** The intent that may write; a workflow holding another one has lost and ends as a no-op. */
  readonly fence: string | null;
  readonly requestId: string | null;
  readonly owner: string | null;
  readonly namespace: string | null;
  readonly tfStateUri: string | null;
  /** The tfvars of the last Terraform run, as JSON text; decommission destroys from it. */
  readonly tfVarsSnapshot: string | null;
  readonly cluster: string | null;
  readonly region: string | null;
  readonly buildId: string | null;
  readonly kubeconfigRef: string | null;
  readonly workerPool: string | null;
  readonly serviceEndpoint: string | null;
  /** `sha256:…` of the deployed image. */
  readonly imageDigest: string | null;
  /** Terraform's outputs. */
  readonly outputs: Json;
  /** Generation of the record that was last applied in full. */
  readonly appliedGeneration: number | null;
  readonly health: HealthResult | null;
  /** What the flow deep-check last told: `{intent, checkedAt, drift, omitted}`; null when none has since the last apply. */
  readonly deepCheck: Json;
  /** The deep check that was asked for last; another one than `deepCheck` is of when it gave no result. */
  readonly deepCheckIntent: string | null;
  readonly deepCheckAskedAt: string | null;
  readonly lastError: string | null;
  readonly updatedAt: string | null;
}

export interface ExecutionEntry {
  readonly name: string;
  /** `<tenant>-g<generation>-<flow>-<attempt>`: also the execution's label and the tag of its builds. */
  readonly intent: string;
  readonly generation: number;
  readonly flow: Flow;
  readonly state: ExecutionState;
  /** The workflow definition (shape) it runs. */
  readonly workflow: string;
  readonly execution: string | null;
  readonly revision: string | null;
  readonly because: Json;
  readonly requester: string;
  /** After this the execution is taken for lost (RFC 3339). */
  readonly deadline: string;
  readonly error: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface NewIntent {
  readonly name: string;
  readonly generation: number;
  readonly flow: Flow;
  readonly workflow: string;
  readonly because: Json;
  readonly requester: string;
  readonly deadline: string;
  /** The clock of the caller (RFC 3339): an active execution past its deadline no longer blocks. */
  readonly now: string;
}

export type IntentResult =
  | { readonly outcome: 'opened'; readonly execution: ExecutionEntry }
  /** Another execution of this tenant is under way. */
  | { readonly outcome: 'busy'; readonly execution: ExecutionEntry }
  /** The record has a newer generation than the plan was made for. */
  | { readonly outcome: 'outdated'; readonly generation: number };

export type RequestKind = 'rebuild' | 'redeploy' | 'decommission' | 'approve';

/** What only a platform operator may ask for; a refusal is recorded under {@link FLEET}. */
export type FleetRequestKind = 'override' | 'rollout';

export interface RequestEntry {
  readonly id: string;
  /** The tenant, or {@link FLEET}. */
  readonly name: string;
  readonly kind: RequestKind | FleetRequestKind;
  readonly requester: string;
  readonly state: 'ACCEPTED' | 'REFUSED';
  /** Why it was refused; for an accepted one, the intent that carries it, or the approval that was given. */
  readonly reason: string;
  readonly createdAt: string;
}

/**
 * `pause`: no actions. `resume`: what would be done after a pause has been shown, so it may be done. `exception`: a
 * finding is expected. `approval`: a plan may be carried out. `override`: the breaker lets so many launches through.
 * `break-glass`: windows and pauses do not hold back.
 */
export type DirectiveKind =
  'pause' | 'resume' | 'exception' | 'approval' | 'override' | 'break-glass' | 'adoption';

/** Stands for the whole fleet where a tenant's name would stand. */
export const FLEET = '*';

/** What a person ordered beside a record, for a while. It never changes what is wanted. */
export interface Directive {
  /** The tenant, or {@link FLEET}. */
  readonly name: string;
  /** Unique per tenant; the caller makes it, so that a repeated call is recorded once. */
  readonly id: string;
  readonly kind: DirectiveKind;
  /** Email of who ordered it. */
  readonly actor: string;
  readonly reason: string;
  /** What it is about; its shape belongs to the kind. */
  readonly detail: Json;
  /** How often it was made use of. */
  readonly uses: number;
  readonly createdAt: string;
  readonly expiresAt: string;
  /** Taken back before it expired; null when it was not. */
  readonly endedAt: string | null;
  readonly endedBy: string | null;
}

/** An open finding, kept from the pass that first saw it to the pass that no longer does. */
export interface FindingEntry {
  readonly name: string;
  /** `findingKey` of the finding. */
  readonly key: string;
  readonly class: FindingClass;
  readonly firstSeen: string;
  readonly detail: Json;
}

/** A run that was launched because of a finding. */
export interface Correction {
  /** As the service names the execution. */
  readonly execution: string;
  /** When the pass launched it (RFC 3339). */
  readonly at: string;
  /** It ended and put the finding right, if only for a while; false: that is not known yet. */
  readonly done: boolean;
}

/** What is kept of a finding beyond its end. */
export interface FindingHistory {
  readonly name: string;
  /** `findingKey` of the finding. */
  readonly key: string;
  /** When a pass no longer saw it (RFC 3339); null when none ever did. */
  readonly lastClean: string | null;
  /** Oldest first; only as many as a contest is judged by. */
  readonly corrections: readonly Correction[];
  /** Who was last known to write it. */
  readonly writer: string | null;
  /** Since when it is contested, and after how many corrections. */
  readonly contested: { readonly since: string; readonly times: number } | null;
}

/** Whom a run looked at. */
export interface Looked {
  /** When it began (RFC 3339). */
  readonly at: string;
  readonly shard: { readonly index: number; readonly count: number };
  /** The tenants that were named; null: all of the shard. */
  readonly only: readonly string[] | null;
  /** Those of them that it could not look at, or whose findings it did not keep. */
  readonly except: readonly string[];
}

export interface StoredRollout {
  readonly rollout: Rollout;
  /** Rises with every change. */
  readonly version: number;
  readonly updatedAt: string;
}

/** What a pass must know of the last look at a tenant before it looks again. */
export interface LastLook {
  /** The run that wrote this. */
  readonly run: string;
  /** Number of the pass that looked. */
  readonly pass: number;
  /** When it looked, in full (RFC 3339). */
  readonly lookedAt: string;
  /** The record's etag then, and the project it claimed. */
  readonly etag: string;
  readonly project: string | null;
  /** Mark of what was known without looking: record, ledger, directives, our own version. */
  readonly basis: string;
  /** Mark of what the inventory showed; null when the judgement holds for its own run at most. */
  readonly assets: string | null;
  /** Mark of what the lists in its cluster showed. */
  readonly objects: string;
  /** When time alone may change the judgement (RFC 3339); null: never. */
  readonly restsUntil: string | null;
  /** Mark of the findings it left open. */
  readonly open: string;
  /** Mark of what was told: two of the same say the same, whenever they were looked at. */
  readonly signature: string;
  readonly verdict: Verdict;
  /** Nothing differs, nothing is unknown and nothing is under way. */
  readonly quiet: boolean;
}

/** The last look at a tenant, and what was told of it. */
export interface Observation extends LastLook {
  readonly name: string;
  /** Where its cluster answers and which lists were read there; null when none was. */
  readonly cluster: Json;
  /** As it was last told. */
  readonly report: TenantReport;
}

/** One line of the survey a pass begins with. */
export interface TenantMark {
  readonly name: string;
  readonly etag: string;
  readonly generation: number;
  /** Null: nothing was ever started for it. */
  readonly ledger: Pick<LedgerEntry, 'status' | 'appliedGeneration' | 'updatedAt'> | null;
  /** Null: it was never looked at. */
  readonly look: LastLook | null;
}

export interface RunRecord {
  readonly report: RunReport;
  /** Findings this pass saw for the first time. */
  readonly opened: readonly FindingEntry[];
  /** Findings this pass no longer saw. */
  readonly resolved: readonly { readonly name: string; readonly key: string }[];
  /** Histories that this pass changed; left out: none. */
  readonly history?: readonly FindingHistory[];
  /** Left out or null: nothing can be said of it. */
  readonly looked?: Omit<Looked, 'at'> | null;
  /** What people are told because of it; left out: nothing. */
  readonly tellings?: readonly Telling[];
  /** Its report is to be written to the bucket as well; left out: it is not. */
  readonly toWrite?: boolean;
}

/** A request for messages to send. */
export interface Claim {
  /** Names the lease; unique to whoever asks. */
  readonly by: string;
  /** RFC 3339. */
  readonly now: string;
  /** When others may have them again (RFC 3339). */
  readonly until: string;
  readonly limit: number;
}

/** What became of a message that was claimed. */
export interface DeliveryEnd {
  readonly id: string;
  /** The lease it was claimed under. */
  readonly by: string;
  /** `WAITING`: it is tried again, not before `notBefore` (RFC 3339). */
  readonly state: DeliveryState;
  readonly notBefore: string;
  readonly attempts: number;
  readonly error: string | null;
  readonly now: string;
}

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
