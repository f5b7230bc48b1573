/**
 * What a store keeps of tenants: records and their revisions, the ledger, executions, and what people asked for and
 * ordered.
 */
import type { ExecutionState, Flow, HealthResult, Json, TenantStatus } from '../reconciler/model.ts';

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
