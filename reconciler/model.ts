/** The words of a pass as types: readings, wants, findings, verdicts, plans, reports. No logic lives here. */

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
  | ({ readonly state: 'present'; readonly value: T } & Provenance)
  | ({ readonly state: 'absent' } & Provenance)
  | ({ readonly state: 'unreadable'; readonly reason: string } & Provenance);

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

export type FindingClass = 'missing' | 'changed' | 'extra' | 'unhealthy' | 'unreadable' | 'pending';

/** What putting a difference right would take. `one-way` cannot be undone; `stateful` recreates something that held data. */
export type Risk = 'in-place' | 'replace' | 'one-way' | 'stateful' | 'none';

export interface Finding extends Provenance {
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
}

/** Skipped work is a result: what was not done, and why. */
export interface Held {
  readonly tenant: string;
  /** What would have been done; null when policy has no action for the finding. */
  readonly flow: Flow | null;
  readonly because: readonly string[];
  readonly reason: HoldReason;
  /** One sentence, ending in how to go on. */
  readonly message: string;
}

export interface Plan {
  readonly actions: readonly Action[];
  readonly held: readonly Held[];
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
}

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
  };
  readonly tenants: readonly TenantReport[];
}
