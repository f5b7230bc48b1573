/** What an execution needs from the world around it. The interpreter knows no cloud, no server and no clock but these. */
import type { Dict, Value } from './values.ts';

/** Who and where the execution is; the built-in environment variables are made from this. */
export interface ExecutionIdentity {
  readonly project: string;
  readonly projectNumber: string;
  readonly location: string;
  readonly workflow: string;
  readonly revision: string;
  readonly execution: string;
  /** Email of the identity that connectors and authenticated HTTP calls use. */
  readonly serviceAccount: string;
  readonly userEnvVars: Readonly<Record<string, string>>;
}

export type Severity =
  'DEFAULT' | 'DEBUG' | 'INFO' | 'NOTICE' | 'WARNING' | 'ERROR' | 'CRITICAL' | 'ALERT' | 'EMERGENCY';

/** A deadline over real work. `signal` aborts when it passes; `cancel` must be called when the work is done. */
export interface Deadline {
  readonly signal: AbortSignal;
  readonly passed: () => boolean;
  cancel(): void;
}

/** An HTTP request a callback endpoint received. */
export interface CallbackRequest {
  readonly method: string;
  readonly url: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** RFC 3339. */
  readonly receivedTime: string;
}

export interface Host {
  readonly identity: ExecutionIdentity;
  /** Rejects every sleep and aborts every deadline with `cause`: the execution is over. */
  end(cause: Error): void;
  /** Milliseconds since the epoch, in cloud time. */
  now(): number;
  /** Resolves after `ms` of cloud time; rejects when the execution ends first. */
  sleep(ms: number): Promise<void>;
  /** Like {@link sleep}, before asking again about real work: never so short on the wall that asking becomes busy. */
  pause(ms: number): Promise<void>;
  /** Aborts with the execution as well. */
  deadline(ms: number): Deadline;
  /** Base URL of a Google service, by its short name (`cloudbuild`); undefined when it is not part of this cloud. */
  endpoint(service: string): string | undefined;
  /** A fresh access token of the execution's service account. */
  token(): string;
  log(severity: Severity, entry: { text: string } | { json: Dict }): void;
  /** A new callback endpoint's URL. */
  createCallback(method: string): string;
  /** The next request `url` received; rejects when the deadline passes. Undefined: no endpoint of this execution. */
  awaitCallback(url: string, deadline: Deadline): Promise<CallbackRequest> | undefined;
  /**
   * Sends HTTP requests instead of the network, to any host; what it throws of the language's errors is raised as it is.
   * Without it, requests reach what the local cloud allows.
   */
  readonly send?: (url: URL, request: RequestInit) => Promise<Response>;
  /**
   * Told of every call of a library function or connector before it happens; what it gives is the call's answer. An
   * argument that was not given has its default, or is null.
   */
  readonly answer?: (callee: string, args: Dict) => Promise<Value> | undefined;
}
