/** What a pass needs from the outside world. `clouds/` and the stores implement these; tests may hand in their own. */
import type { Store } from '../desired-state/store.ts';
import type { Json, Reading } from './model.ts';
import type { Courier } from './notify/message.ts';

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
  /** The resource as its owning API would show it; undefined where it was not asked for, or is too large to be held. */
  readonly data: Json | undefined;
  /** Of the last change the service knows of (RFC 3339); empty where it does not say. */
  readonly updateTime: string;
}

export interface SweepRequest {
  /** `folders/N`, `organizations/N` or `projects/P`. */
  readonly scope: string;
  readonly assetTypes: readonly string[];
  /** `names`: without `data`, and with an empty `assetType`, at a fraction of the bytes. */
  readonly content: 'bodies' | 'names';
  /** When it must be over (milliseconds since 1970). */
  readonly until: number;
}

/** Breadth: everything in a scope, eventually consistent. Never enough to act on. */
export interface Inventory {
  /**
   * Streams the scope part by part, never holding more than one; throws CloudError when any of it could not be read, so
   * that a gap is never silent.
   */
  sweep(request: SweepRequest): AsyncIterable<readonly Asset[]>;
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
  /** `until`: how long a call may wait for its turn (milliseconds since 1970). Throws CloudError `spent` beyond. */
  get(ref: ApiRef, until: number): Promise<Reading<Json>>;
}

interface ClusterAccess {
  /** Host (and port) of the control plane's DNS-based endpoint. */
  readonly endpoint: string;
}

export interface KubeResource {
  /** `''` for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
}

/** One cluster for the length of one look: it has so many connections and so much time, and no more. */
export interface ClusterView {
  /**
   * What `see` makes of all objects of one kind in a namespace (null: cluster-scoped), raw and complete; a cut list is
   * unreadable. Of the objects nothing else is held: those of many tenants are read at the same time.
   */
  list<T>(
    resource: KubeResource,
    namespace: string | null,
    see: (objects: readonly Json[]) => T,
  ): Promise<Reading<T>>;
  /** The same list with nothing but the objects' metadata; null when it could not be read, whatever the reason. */
  glance(resource: KubeResource, namespace: string | null): Promise<Glimpse | null>;
}

/** A list of metadata, not parsed before it is needed. */
export interface Glimpse {
  /** {@link digestOf} the answer from `"items":` to its end; null when it came in several pages. */
  readonly digest: string | null;
  /** Throws CloudError for an answer that turns out not to be a list. */
  objects(): readonly Json[];
}

export interface Clusters {
  /** Calls nothing yet. A cluster that does not answer in time fails all further lists of the same view at once. */
  at(cluster: ClusterAccess): ClusterView;
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

/** What one pass leaves for the next. */
export interface PassMark {
  /** Passes are counted from 1. */
  readonly pass: number;
  readonly run: string;
  readonly begunAt: string;
  /** Null while it is under way, and for ever when it was killed. */
  readonly finishedAt: string | null;
  /** The last pass in which everybody was looked at in full; 0 when none was. */
  readonly fullPass: number;
  /** The last run that found anything new, and so has a row in the store; null when none did. */
  readonly newsRun: string | null;
  /** When the last pass began that got to everybody (RFC 3339); null when none did. */
  readonly wholeAt: string | null;
  /** Everybody this pass has looked at so far was looked at in full. */
  readonly inFull: boolean;
  /** Everybody up to here, in the order of the pass, has been looked at; null: nobody yet. */
  readonly done: { readonly lookedAt: string; readonly name: string } | null;
  /** Assets the last complete sweep showed, of how many tenants that stood; `doubted`: sweeps in a row that showed far fewer. */
  readonly sweep: { readonly assets: number; readonly standing: number; readonly doubted: number } | null;
}

/** Memory between passes that is no row of the store: a pass that finds nothing new writes none. */
export interface PassLog {
  /** Of these tasks' passes; undefined when there was none. Throws CloudError when it cannot be read. */
  read(shard: { readonly index: number; readonly count: number }): Promise<PassMark | undefined>;
  write(shard: { readonly index: number; readonly count: number }, mark: PassMark): Promise<void>;
  /** The newest mark of any shard. */
  latest(): Promise<PassMark | undefined>;
}

/** Reports for good: written once, never changed. */
export interface Archive {
  /** False when the object is there already: it is left as it is. Throws CloudError. */
  write(object: {
    readonly bucket: string;
    readonly name: string;
    readonly type: string;
    readonly text: string;
  }): Promise<boolean>;
}

/** A read-only half: what `check` and dry runs get. */
export interface ObservePorts {
  readonly inventory: Inventory;
  readonly reads: DirectReads;
  readonly clusters: Clusters;
  readonly auditLog: AuditLog;
  readonly clock: Clock;
  /** Calls made to look so far, by API. */
  readonly calls: () => Readonly<Record<string, number>>;
}

export interface Ports extends ObservePorts {
  readonly store: Store;
  readonly workflows: Workflows;
  readonly passes: PassLog;
  readonly courier: Courier;
  readonly archive: Archive;
}

/**
 * `oversized`: more than one reader may hold; whatever it is, it is set aside. `spent`: the budget of calls, or the time
 * of the pass, ran out before this one was made.
 */
export type CloudErrorKind =
  | 'denied'
  | 'not-found'
  | 'conflict'
  | 'throttled'
  | 'unavailable'
  | 'invalid'
  | 'oversized'
  | 'spent'
  | 'unexpected';

/** The one error every cloud client throws. The message says which call met what. */
export class CloudError extends Error {
  readonly kind: CloudErrorKind;
  /** HTTP status; null when no answer came. */
  readonly httpStatus: number | null;
  /** How long the service asked to be left alone; null when it did not say. */
  readonly retryAfterMs: number | null;
  constructor(
    kind: CloudErrorKind,
    message: string,
    options: { httpStatus?: number | null; retryAfterMs?: number | null; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'CloudError';
    this.kind = kind;
    this.httpStatus = options.httpStatus ?? null;
    this.retryAfterMs = options.retryAfterMs ?? null;
  }

  get retryable(): boolean {
    return this.kind === 'throttled' || this.kind === 'unavailable';
  }
}
