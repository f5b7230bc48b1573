/** What a pass needs from the outside world. `clouds/` and the stores implement these; tests may hand in their own. */
import type { Store } from '../desired-state/store.ts';
import type { Json, Reading } from './model.ts';

export interface Clock {
  now(): Date;
  sleep(ms: number): Promise<void>;
}

/** One line of Asset Inventory. */
export interface Asset {
  /** Full resource name without the leading `//`. */
  readonly name: string;
  readonly assetType: string;
  /** `projects/NUMBER` it belongs to; null when the inventory does not say. */
  readonly project: string | null;
  /** The resource as its owning API would show it. */
  readonly data: Json;
  readonly updateTime: string;
}

/** Breadth: everything in a scope, eventually consistent. Never enough to act on. */
export interface Inventory {
  /** Streams the scope page by page; throws CloudError when any page could not be read, so that a gap is never silent. */
  sweep(scope: string, assetTypes: readonly string[]): AsyncIterable<Asset>;
}

type ApiService = 'compute' | 'container' | 'artifactregistry' | 'cloudbuild' | 'iam';

/** One resource at its owning API. */
export interface ApiRef {
  readonly service: ApiService;
  /** Path below the service's host, e.g. `/v1/projects/p/locations/l/clusters/c`. */
  readonly path: string;
}

/** Depth: the owning API's own answer. Only a 404 of the resource itself reads as absent. */
export interface DirectReads {
  get(ref: ApiRef): Promise<Reading<Json>>;
}

export interface ClusterAccess {
  /** Host (and port) of the control plane's DNS-based endpoint. */
  readonly endpoint: string;
}

export interface KubeResource {
  /** `''` for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
}

export interface Clusters {
  /** All objects of one kind in a namespace (null: cluster-scoped), raw and complete; a cut list is unreadable. */
  list(
    cluster: ClusterAccess,
    resource: KubeResource,
    namespace: string | null,
  ): Promise<Reading<readonly Json[]>>;
}

/** What a project's audit log answered. */
export interface LogAnswer {
  /** As the log holds them, newest first. */
  readonly entries: readonly Json[];
  /** More entries match than were read. */
  readonly more: boolean;
  /** Time of the answer by the log's own clock (RFC 3339): its entries are dated by that one, not by ours. */
  readonly at: string;
}

/** Who changed what: the Admin Activity log of a project. */
export interface AuditLog {
  /** The newest entries that match a query in the Logging query language; throws CloudError when they cannot be read. */
  read(project: string, filter: string): Promise<LogAnswer>;
}

export interface Definition {
  readonly name: string;
  /** The YAML text. */
  readonly source: string;
}

export interface Execution {
  /** As the service names it, with the project number. */
  readonly name: string;
  readonly state: 'ACTIVE' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED' | 'UNAVAILABLE' | 'QUEUED';
  readonly workflowRevisionId: string;
  readonly error: string | null;
  readonly result: Json;
}

/** A definition of ours as it is deployed. */
export interface Deployed {
  readonly name: string;
  /** When its text was deployed (RFC 3339). */
  readonly deployedAt: string;
  /** When a sweep announced its removal (RFC 3339); null when none did. */
  readonly condemnedAt: string | null;
}

export interface Workflows {
  /** Deploys the definition unless one of this name, whose text its name is the hash of, stands already. */
  ensure(definition: Definition): Promise<{ revision: string; created: boolean }>;
  execute(request: {
    workflow: string;
    argument: Json;
    labels: Readonly<Record<string, string>>;
  }): Promise<Execution>;
  /** Executions that carry all these labels, newest first. */
  find(workflow: string, labels: Readonly<Record<string, string>>): Promise<Execution[]>;
  /** undefined when the service no longer knows it. */
  get(execution: string): Promise<Execution | undefined>;

  /** Every definition that Plumbline deployed. */
  list(): Promise<Deployed[]>;
  /** How a definition stands at this moment, past every cache; undefined when there is none. */
  standing(workflow: string): Promise<Deployed | undefined>;
  /** Whether an execution is active or queued, and when the newest one started (RFC 3339). */
  lastUse(workflow: string): Promise<{ readonly open: boolean; readonly at: string | null }>;
  /** Announces the removal; whoever asks for its standing from now on sees it. */
  condemn(workflow: string, at: Date): Promise<void>;
  /** Deletes the definition. The service cancels what still runs of it; one that is gone already is no error. */
  remove(workflow: string): Promise<void>;
}

/** A read-only half: what `check` and dry runs get. */
export interface ObservePorts {
  readonly inventory: Inventory;
  readonly reads: DirectReads;
  readonly clusters: Clusters;
  readonly auditLog: AuditLog;
  readonly clock: Clock;
}

export interface Ports extends ObservePorts {
  readonly store: Store;
  readonly workflows: Workflows;
}

export type CloudErrorKind =
  'denied' | 'not-found' | 'conflict' | 'throttled' | 'unavailable' | 'invalid' | 'unexpected';

/** The one error every cloud client throws. The message says which call met what. */
export class CloudError extends Error {
  readonly kind: CloudErrorKind;
  /** HTTP status; null when no answer came. */
  readonly httpStatus: number | null;
  constructor(
    kind: CloudErrorKind,
    message: string,
    options: { httpStatus?: number | null; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'CloudError';
    this.kind = kind;
    this.httpStatus = options.httpStatus ?? null;
  }

  get retryable(): boolean {
    return this.kind === 'throttled' || this.kind === 'unavailable';
  }
}
