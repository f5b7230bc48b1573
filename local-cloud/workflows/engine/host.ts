/** The world as one execution sees it: cloud time, the local services, tokens of its service account, its log. */
import type { Cloud } from '../../core/cloud.ts';
import { mintToken } from '../../core/identity.ts';
import { Stopped } from '../run/errors.ts';
import type { CallbackRequest, Deadline, ExecutionIdentity, Host, Severity } from '../run/host.ts';
import type { Dict } from '../run/values.ts';
import type { Callbacks } from './callbacks.ts';

export type LogSink = (severity: Severity, entry: { text: string } | { json: Dict }) => void;

/** However fast cloud time runs, a build's Terraform is asked about no more often; each poll counts as a step. */
const MIN_PAUSE_WALL_MS = 20;

export class CloudHost implements Host {
  readonly identity: ExecutionIdentity;
  readonly log: LogSink;
  readonly #cloud: Cloud;
  readonly #callbacks: Callbacks;
  readonly #over = new AbortController();

  constructor(cloud: Cloud, identity: ExecutionIdentity, callbacks: Callbacks, log: LogSink) {
    this.#cloud = cloud;
    this.identity = identity;
    this.#callbacks = callbacks;
    this.log = log;
  }

  end(cause: Error): void {
    this.#over.abort(cause);
  }

  now(): number {
    return this.#cloud.clock.now();
  }

  sleep(ms: number): Promise<void> {
    return this.#cloud.clock.sleep(ms, this.#over.signal);
  }

  pause(ms: number): Promise<void> {
    const { speed } = this.#cloud.clock;
    return this.sleep(speed > 1 ? Math.max(ms, MIN_PAUSE_WALL_MS * speed) : ms);
  }

  deadline(ms: number): Deadline {
    const late = new AbortController();
    // What a deadline bounds is real work (a build's Terraform, a server's answer), and that takes wall time however
    // fast cloud time runs: the deadline is never shorter on the wall than it says.
    const stretched = ms * Math.max(1, this.#cloud.clock.speed);
    const cancel = this.#cloud.clock.after(stretched, () => late.abort(new Stopped('deadline passed')));
    return {
      signal: AbortSignal.any([late.signal, this.#over.signal]),
      passed: () => late.signal.aborted,
      cancel,
    };
  }

  endpoint(service: string): string | undefined {
    return this.#cloud.endpoints[service];
  }

  token(): string {
    return mintToken(this.identity.serviceAccount);
  }

  createCallback(method: string): string {
    const { projectNumber, location, workflow, execution } = this.identity;
    const base = this.endpoint('workflowexecutions') ?? 'https://workflowexecutions.googleapis.com';
    const path = `projects/${projectNumber}/locations/${location}/workflows/${workflow}/executions/${execution}`;
    return `${base}/v1/${path}/callbacks/${this.#callbacks.create(method)}`;
  }

  awaitCallback(url: string, deadline: Deadline): Promise<CallbackRequest> | undefined {
    return this.#callbacks.next(url.slice(url.lastIndexOf('/') + 1), deadline);
  }
}
