/** The words of a pass as types: readings, wants, findings, verdicts, plans, reports. No logic lives here. */
import type { FleetReport } from './fleet-model.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Where Plumbline itself lives and what it may touch; the same for every tenant. */
export interface Platform {
  /** Project that hosts Plumbline: workflows, management builds, Spanner, the state bucket. */
  readonly project: string;
  readonly region: string;
  /** Asset Inventory scope of one sweep over the fleet: `folders/N`, `organizations/N` or `projects/P`. */
  readonly scope: string;
  /** `projects/P/instances/I/databases/D`. */
  readonly database: string;
  readonly stateBucket: string;
  /** Image of `cloudbuild-steps/`, with tag or digest. */
  readonly stepsImage: string;
  /** Email of the account that deployed workflows run as. */
  readonly workflowIdentity: string;
  /** Email of the account that management builds (Terraform) run as; it impersonates the tenant's own. */
  readonly terraformIdentity: string;
}

// ---- observing -------------------------------------------------------------------------------------------------

export type Plane = 'gcp' | 'cluster' | 'endpoint';

/** Where a value was read and when (RFC 3339). */
interface Provenance {
  readonly source: string;
  readonly at: string;
}

/** The only three outcomes of looking. `unreadable` is never `absent`. */
export type Reading<T> =
  | ({
      readonly state: 'present';
      readonly value: T;
      /** A cluster object's `metadata.managedFields` as they came: who owns which field. */
      readonly managers?: Json;
    } & Provenance)
  | ({ readonly state: 'absent' } & Provenance)
  | ({
      readonly state: 'unreadable';
      readonly reason: string;
      /** Set aside until somebody mends it: it is more than a pass may hold. */
      readonly quarantined?: true;
    } & Provenance);

/** A resource's compared fields, flattened: `autoscaling.maxNodeCount`, `containers[web].env[LOG_LEVEL]`. */
export type Fields = Readonly<Record<string, Json>>;

/** One field as wanted, with the record's field it comes from; `from` is null for what Plumbline itself decides. */
export interface FieldWant {
  readonly want: Json;
  readonly from: string | null;
}

/** One resource as wanted. */
export interface Want {
  /** Unique within the tenant: `<kind>/<name>`, e.g. `node-pool/gpu`. */
  readonly id: string;
  readonly kind: string;
  readonly plane: Plane;
  /** The full resource name in its plane. */
  readonly name: string;
  /** The record's field that asks for the resource as a whole. */
  readonly from: string | null;
  readonly fields: Readonly<Record<string, FieldWant>>;
}

/** What was seen of one tenant, by the id of its wants. Every want has a reading. */
export type Have = ReadonlyMap<string, Reading<Fields>>;

// ---- deciding --------------------------------------------------------------------------------------------------

/** `exception`: an exception that has expired, or that matches nothing; it says something about our rules, not the world. */
export type FindingClass =
  'missing' | 'changed' | 'extra' | 'unhealthy' | 'unreadable' | 'pending' | 'exception';

/** What putting a difference right would take. `one-way` cannot be undone; `stateful` recreates something that held data. */
export type Risk = 'in-place' | 'replace' | 'one-way' | 'stateful' | 'none';

/** Somebody else keeps rewriting a field that we keep correcting. */
export interface Contest {
  /** Who, as the log or the field's manager names them. */
  readonly opponent: string;
  /** Corrections that did not last, within the window. */
  readonly times: number;
}

/** Who made a difference, when and how; or, honestly, that nobody can say. */
export type Attribution =
  | {
      readonly found: true;
      /** An email, or the name of a field manager. */
      readonly who: string;
      /** RFC 3339. */
      readonly when: string;
      /** The method or operation, e.g. `google.container.v1.ClusterManager.SetNodePoolSize`. */
      readonly how: string;
      readonly from: 'audit-log' | 'managed-fields';
      readonly confidence: 'high' | 'medium' | 'low';
      /** The intent, when it was a run of our own. */
      readonly ownRun: string | null;
    }
  | {
      readonly found: false;
      readonly reason: string;
      /** Nobody could say this time; the next pass asks again. */
      readonly again?: true;
    };

/** What the ledger and the logs know about a finding beyond this look. */
export interface FindingPast {
  /** When the difference was last seen not to be there (RFC 3339); null when nobody wrote down that it was not. */
  readonly lastClean: string | null;
  /** How often Plumbline has put it right within the window that contests are judged by. */
  readonly corrected: number;
  /** Set: report only, whatever policy says of its class. */
  readonly contested: Contest | null;
  /** Null: nobody has asked the logs. */
  readonly attribution: Attribution | null;
  /** Id of the exception that suppresses it; it is still counted. */
  readonly excepted: string | null;
}

/** A finding nobody knows anything more about. */
export const UNKNOWN_PAST: FindingPast = {
  lastClean: null,
  corrected: 0,
  contested: null,
  attribution: null,
  excepted: null,
};

export interface Finding extends Provenance, FindingPast {
  readonly tenant: string;
  readonly class: FindingClass;
  readonly plane: Plane;
  /** Id of the want. */
  readonly resource: string;
  readonly kind: string;
  /** Path within the resource; null when the finding is about the resource as a whole. */
  readonly field: string | null;
  readonly want: Json;
  readonly have: Json;
  /** The record's field, e.g. `spec.cluster.nodePools[gpu].max`; null where none stands behind it. */
  readonly from: string | null;
  readonly risk: Risk;
  /** One sentence for people: why we say so. */
  readonly message: string;
  /** When this finding was first seen (RFC 3339). */
  readonly since: string;
}

export const VERDICTS = [
  'in-sync',
  'pending',
  'drift',
  'unhealthy',
  'unreadable',
  'invalid',
  'in-progress',
  'paused',
  'decommissioned',
] as const;
export type Verdict = (typeof VERDICTS)[number];

export type Flow = 'provision' | 'redeploy' | 'rebuild' | 'health-check' | 'deep-check' | 'decommission';

export type Decision = 'auto' | 'approve' | 'report';

export type HoldReason =
  | 'paused'
  | 'window'
  | 'approval'
  | 'contested'
  | 'report-only'
  | 'budget'
  | 'breaker'
  | 'in-flight'
  | 'unreadable'
  | 'unowned'
  | 'retry-later';

export interface Action {
  readonly tenant: string;
  readonly flow: Flow;
  /** Keys of the findings that are the cause, see `findingKey`. */
  readonly because: readonly string[];
  readonly summary: string;
  /** Terraform addresses that it may delete or replace; left out: none. */
  readonly mayDestroy?: readonly string[];
}

/** A resource that exists and is to be kept in Terraform's state from now on: where, and under which id it is found. */
// An alias, because only those are JSON to the compiler.
export type Import = {
  /** Terraform address. */
  readonly to: string;
  /** As the provider's documentation spells import ids of its type. */
  readonly id: string;
};

/** Skipped work is a result: what was not done, and why. */
export interface Held {
  readonly tenant: string;
  /** What would have been done; null when policy has no action for the finding. */
  readonly flow: Flow | null;
  readonly because: readonly string[];
  readonly reason: HoldReason;
  /** One sentence, ending in how to go on. */
  readonly message: string;
  /** When it may be done by itself (RFC 3339): a window opens, a pause ends; null when time alone changes nothing. */
  readonly next: string | null;
}

export interface Plan {
  readonly actions: readonly Action[];
  readonly held: readonly Held[];
}

/** An order not to change a tenant for a while; looking goes on. Also the shape of its opposite, a broken glass. */
export interface Pause {
  readonly by: string;
  readonly reason: string;
  readonly since: string;
  readonly until: string;
}

/** Everything the inventory shows in the tenant's project, told apart by who asked for it. */
export interface Coverage {
  readonly declared: number;
  /** Made by the platform on our behalf: node VMs, the rules GKE adds to a firewall. */
  readonly platform: number;
  /** What nobody declared; the first ones by name. */
  readonly unexplained: readonly { readonly name: string; readonly assetType: string }[];
  /** How many more there are than the list holds. */
  readonly more: number;
}

/** Why a pass launched nothing at all. */
export interface Breaker {
  /** Each threshold that was passed, in words with its numbers. */
  readonly tripped: readonly string[];
  /** The one thing most of the differences have in common; null when nothing stands out. */
  readonly cause: string | null;
  /** How many launches were admitted by a person's override; the rest is held. */
  readonly admitted: number;
}

/** Identifies a finding across passes: the same difference on the same field has the same key. */
export const findingKey = (f: Pick<Finding, 'class' | 'resource' | 'field'>): string =>
  `${f.class}:${f.resource}${f.field === null ? '' : `:${f.field}`}`;

// ---- acting ----------------------------------------------------------------------------------------------------

export type TenantStatus =
  | 'CREATING'
  | 'READY'
  | 'DEPLOYING'
  | 'DEPLOYED'
  | 'REBUILDING'
  | 'REDEPLOYING'
  | 'REDEPLOYED'
  | 'FAILED'
  | 'DECOMMISSIONING'
  | 'DECOMMISSIONED';

/** INTENT: written before the call. LAUNCHED: the execution's name is known. The rest is written by the workflow. */
export type ExecutionState = 'INTENT' | 'LAUNCHED' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'SUPERSEDED';

/** The last answer of the tenant's endpoint, as the health-check step saw it from inside the tenant's network. */
export interface HealthResult {
  readonly healthy: boolean;
  /** HTTP status; null when no answer came. */
  readonly code: number | null;
  readonly url: string;
  readonly reason: string;
  readonly checkedAt: string;
}

// ---- reporting -------------------------------------------------------------------------------------------------

export const REPORT_FORMAT = 'plumbline.dev/report/v1alpha1';

export interface TenantReport {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly verdict: Verdict;
  readonly status: TenantStatus | null;
  readonly generation: number;
  readonly appliedGeneration: number | null;
  readonly findings: readonly Finding[];
  readonly actions: readonly (Action & { readonly execution: string | null })[];
  readonly held: readonly Held[];
  /** Why the tenant could not be judged at all: its record does not parse, or its pass broke. */
  readonly error: string | null;
  readonly health: HealthResult | null;
  /** How many wanted resources were compared. */
  readonly resources: number;
  readonly paused: Pause | null;
  /** While it is in force, neither pauses nor windows hold an action. */
  readonly breakGlass: Pause | null;
  /** Null where the inventory could not be read. */
  readonly coverage: Coverage | null;
  /** The budget of calls ran out before this tenant was looked at: what is said of it is as of then (RFC 3339). */
  readonly staleSince: string | null;
  /** Names what would be done, for `plumb approve`; null when nothing waits for an approval. */
  readonly planHash: string | null;
}

/** True when nothing differs, nothing is unknown or out of date, nothing is under way, ordered or unexplained. */
export const isQuiet = (
  tenant: Pick<TenantReport, 'findings' | 'error' | 'actions' | 'held'> &
    Pick<TenantReport, 'paused' | 'breakGlass' | 'coverage' | 'staleSince'>,
): boolean =>
  tenant.findings.length === 0 &&
  tenant.error === null &&
  tenant.actions.length === 0 &&
  tenant.held.length === 0 &&
  tenant.paused === null &&
  tenant.breakGlass === null &&
  (tenant.coverage === null || tenant.coverage.unexplained.length === 0) &&
  tenant.staleSince === null;

export interface RunReport {
  readonly format: typeof REPORT_FORMAT;
  readonly run: {
    readonly id: string;
    readonly startedAt: string;
    readonly finishedAt: string;
    readonly mode: 'act' | 'dry-run';
    readonly shard: { readonly index: number; readonly count: number };
  };
  readonly summary: {
    readonly tenants: number;
    readonly verdicts: Readonly<Partial<Record<Verdict, number>>>;
    readonly findings: Readonly<Partial<Record<FindingClass, number>>>;
    readonly launched: number;
    readonly held: number;
    /** The oldest observation the verdicts rest on; null when nothing was observed. */
    readonly oldestObservation: string | null;
    /** Findings that an exception suppresses; they count in `findings` as well. */
    readonly excepted: number;
    /** Calls made to look, by API. */
    readonly calls: Readonly<Record<string, number>>;
  };
  /** Null while the breaker is closed. */
  readonly breaker: Breaker | null;
  readonly fleet: FleetReport;
  /** In name order. Of a large fleet, quiet tenants are only counted: see `summary.tenants`. */
  readonly tenants: readonly TenantReport[];
}
