/** The world of an execution without any cloud: stubs, real HTTP without credentials, a clock, a log that is kept. */
import { isConnectorName } from '../connectors/connector.ts';
import { MAX_RESPONSE_BYTES } from '../lang/limits.ts';
import { Stopped, systemError } from '../run/errors.ts';
import type { CallbackRequest, Deadline, ExecutionIdentity, Host, Severity } from '../run/host.ts';
import type { Dict, Value } from '../run/values.ts';
import { WALL_CLOCK, type ToolClock } from './clock.ts';
import { printable } from './format/printable.ts';
import type { Stubs } from './stubs.ts';

/** A call that reached for the world, with the arguments that were given. */
export interface OutsideCall {
  readonly call: string;
  readonly args: Dict;
}

export interface LogLine {
  readonly severity: Severity;
  readonly entry: { readonly text: string } | { readonly json: Dict };
}

export interface HostOptions {
  readonly clock: ToolClock;
  readonly stubs: Stubs;
  readonly env: Readonly<Record<string, string>>;
  /** No request leaves this process. */
  readonly offline: boolean;
  readonly onLog?: (line: LogLine) => void;
}

/** A call nothing answers: it ends the execution, because no `except` of the workflow could mean it. */
export class Unanswered extends Stopped {}

/** Stands in a request where a real token would be; it never leaves this process. */
const TOKEN = 'no-credentials-here';

const IDENTITY: Omit<ExecutionIdentity, 'userEnvVars'> = {
  project: 'local-project',
  projectNumber: '123456789012',
  location: 'us-central1',
  workflow: 'workflow',
  revision: '000001-000',
  execution: '00000000-0000-4000-8000-000000000001',
  serviceAccount: 'workflow@local-project.iam.gserviceaccount.com',
};

export class ToolHost implements Host {
  readonly identity: ExecutionIdentity;
  readonly calls: OutsideCall[] = [];
  readonly logged: LogLine[] = [];
  readonly #options: HostOptions;
  readonly #over = new AbortController();
  #callbacks = 0;

  constructor(options: HostOptions) {
    this.#options = options;
    this.identity = { ...IDENTITY, userEnvVars: options.env };
  }

  /** Aborted when the execution ends; its reason is why. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  end(cause: Error): void {
    this.#over.abort(cause);
  }

  now(): number {
    return this.#options.clock.now();
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const { signal } = this.#over;
      const stop = (): void => {
        cancel();
        reject(signal.reason as Error);
      };
      const cancel = this.#options.clock.after(
        ms,
        () => {
          signal.removeEventListener('abort', stop);
          resolve();
        },
        true,
      );
      if (signal.aborted) stop();
      else signal.addEventListener('abort', stop, { once: true });
    });
  }

  pause(ms: number): Promise<void> {
    return this.sleep(ms);
  }

  /** Real answers take real time whatever the clock says, so the deadline is kept on both. */
  deadline(ms: number): Deadline {
    const late = new AbortController();
    const abort = (): void => late.abort(new Stopped('deadline passed'));
    const cancels = [
      this.#options.clock.after(ms, abort, false),
      ...(this.#options.clock === WALL_CLOCK ? [] : [WALL_CLOCK.after(ms, abort, false)]),
    ];
    return {
      signal: AbortSignal.any([late.signal, this.#over.signal]),
      passed: () => late.signal.aborted,
      cancel: () => cancels.forEach((cancel) => cancel()),
    };
  }

  endpoint(): undefined {
    return undefined;
  }

  token(): string {
    return TOKEN;
  }

  log(severity: Severity, entry: LogLine['entry']): void {
    const line = { severity, entry };
    this.logged.push(line);
    this.#options.onLog?.(line);
  }

  createCallback(): string {
    this.#callbacks += 1;
    return `https://workflowexecutions.googleapis.com/v1/callbacks/${this.#callbacks}`;
  }

  /** Awaiting is answered by stubs before it comes to this. */
  awaitCallback(): Promise<CallbackRequest> | undefined {
    return undefined;
  }

  readonly answer = (callee: string, args: Dict): Promise<Value> | undefined => {
    const connector = needsStub(callee);
    if (!connector && !callee.startsWith('http.')) return undefined;
    if (POLICY.test(callee)) return undefined;
    const given = new Map([...args].filter(([, value]) => value !== null));
    this.calls.push({ call: callee, args: given });
    return connector ? this.#connector(callee, given) : undefined;
  };

  // An async function, so that what a stub raises comes as a rejection, as from the real connector.

  async #connector(callee: string, args: Dict): Promise<Value> {
    const answered = this.#options.stubs.connector(callee, args);
    if (answered === undefined) throw new Unanswered(unansweredConnector(callee, args));
    return answered.value;
  }

  readonly send = async (url: URL, request: RequestInit): Promise<Response> => {
    const method = request.method ?? 'GET';
    const stubbed = this.#options.stubs.http(method, url.href);
    if (stubbed !== undefined) return stubbed;
    if (this.#options.offline) throw new Unanswered(unansweredRequest(method, url));
    if (new Headers(request.headers).get('authorization') === `Bearer ${TOKEN}`) {
      throw systemError(
        'AuthError',
        `${method} ${url.host}: there are no credentials here; stub this request`,
      );
    }
    return this.#options.clock.during(async () => whole(await fetch(url, request)));
  };
}

/** The predicates of `http` and `retry` are plain functions. */
const POLICY = /^http\.default_/;

/** What waits for Google Cloud; `events.await_callback` waits for somebody who calls. */
const needsStub = (callee: string): boolean =>
  isConnectorName(callee) ||
  callee.startsWith('gke.') ||
  callee.startsWith('experimental.executions.') ||
  callee === 'events.await_callback';

/** Read here, so that no time passes meanwhile; one byte more than allowed is enough for the engine to refuse it. */
async function whole(response: Response): Promise<Response> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = (response.body as ReadableStream<Uint8Array> | null)?.getReader();
  for (let part = await reader?.read(); part?.value !== undefined; part = await reader?.read()) {
    chunks.push(part.value);
    size += part.value.byteLength;
    if (size <= MAX_RESPONSE_BYTES) continue;
    await reader?.cancel();
    break;
  }
  const { status, headers } = response;
  return new Response(size === 0 ? null : Buffer.concat(chunks), { status, headers });
}

function unansweredConnector(callee: string, args: Dict): string {
  const [first] = [...args].filter(([, value]) => typeof value === 'string');
  const example = first === undefined ? '' : `\n      args: {${first[0]}: ${JSON.stringify(first[1])}}`;
  return `no stub answers ${printable(callee)}; add one:
  connectors:
    - call: ${printable(callee)}${example}
      respond: {}`;
}

const unansweredRequest = (
  method: string,
  url: URL,
): string => `no stub answers ${method} ${url.href}; add one:
  http:
    - method: ${method}
      url: ${url.href}
      respond: {code: 200, body: {}}`;
