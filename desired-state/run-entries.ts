/**
 * What a store keeps of passes: findings and their history, looks at tenants, rollouts on their way, and messages to
 * deliver.
 */
import type { FindingClass, Json, RunReport, TenantReport, Verdict } from '../reconciler/model.ts';
import type { Rollout } from '../reconciler/fleet-model.ts';
import type { DeliveryState, Telling } from '../reconciler/notify/message.ts';
import type { LedgerEntry } from './entries.ts';

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
