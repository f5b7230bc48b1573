/** The one REST client: a token, a deadline, bounded retries, and one error vocabulary for every service. */
import { redact } from '../error-text.ts';
import { isObject, numberAt, textAt } from '../json.ts';
import type { Json } from '../model.ts';
import { CloudError, type Clock, type CloudErrorKind } from '../ports.ts';
import type { TokenSource } from './auth.ts';
import type { Budget } from './budget.ts';
import { collect, parseBody, RESOURCE_LIMIT, retryAfter } from './body.ts';
import type { Endpoints, ServiceName } from './endpoints.ts';

export interface RestRequest {
  readonly service: ServiceName;
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Path with its query. */
  readonly path: string;
  readonly body?: Json;
  /** In place of a JSON body. */
  readonly content?: { readonly type: string; readonly text: string };
  /** A call that would do its work twice must not be sent twice. GET is always safe. */
  readonly safeToRepeat?: boolean;
  /** Told the time of the answer by the server's clock (its Date header), when it says one. */
  readonly onDate?: (date: string) => void;
  /** How long it may wait for its turn in the budget (milliseconds since 1970); without it, as long as that takes. */
  readonly until?: number;
}

/** Makes something of an answer's bytes; `what` names the call for errors. What it throws is retried if it may be. */
export type ReadBody<T> = (body: AsyncIterable<Uint8Array>, what: string) => Promise<T>;

export interface Rest {
  /** The answer as JSON; throws CloudError, `oversized` beyond {@link RESOURCE_LIMIT}. */
  request(request: RestRequest): Promise<Json>;
  /** The same with a reader of one's own. */
  read<T>(request: RestRequest, read: ReadBody<T>): Promise<T>;
}

export interface RestOptions {
  readonly endpoints: Endpoints;
  readonly tokens: TokenSource;
  readonly clock: Clock;
  /** 0 to 1; jitters the back-off. Handed in, so that a test knows it. */
  readonly random?: () => number;
  /** From sending to the last byte of the answer. */
  readonly deadlineMs?: number;
  /** Only what looks has one; what acts is asked for by people, or bounded by what may be launched. */
  readonly budget?: Budget;
}

const DEADLINE_MS = 30_000;
const ATTEMPTS = 4;
const FIRST_DELAY_MS = 200;
/** A service that wants to be left alone for longer is asked again by the next pass. */
const LONGEST_PAUSE_MS = 60_000;

const asJson: ReadBody<Json> = async (body, what) =>
  parseBody(await collect(body, RESOURCE_LIMIT, what), what);

export function restClient(options: RestOptions): Rest {
  const { endpoints, tokens, clock, budget, random = Math.random, deadlineMs = DEADLINE_MS } = options;
  const read = async <T>(request: RestRequest, reader: ReadBody<T>): Promise<T> => {
    const method = request.method ?? 'GET';
    const url = `${endpoints[request.service]}${request.path}`;
    const mayRepeat = request.safeToRepeat ?? method === 'GET';
    const { service, path, until = Infinity } = request;
    for (let attempt = 1; ; attempt += 1) {
      await budget?.take(service, path, until);
      try {
        const token = await tokens.token();
        const answer = await once({ ...request, url, method, token, deadlineMs }, reader);
        budget?.answered(service, path);
        return answer;
      } catch (error) {
        const throttled = error instanceof CloudError && error.kind === 'throttled';
        if (throttled) budget?.refused(service, path, error.retryAfterMs);
        const again = error instanceof CloudError && error.retryable && mayRepeat && attempt < ATTEMPTS;
        if (!again) throw error;
        const pause = Math.max(
          FIRST_DELAY_MS * 2 ** (attempt - 1) * (0.5 + random()),
          error.retryAfterMs ?? 0,
        );
        if (pause > LONGEST_PAUSE_MS) throw error;
        // With a budget, the next attempt waits for its turn together with everybody else's.
        if (!throttled || budget === undefined) await clock.sleep(pause);
      }
    }
  };
  return { read, request: (request) => read(request, asJson) };
}

interface Attempt extends Pick<RestRequest, 'body' | 'content' | 'onDate'> {
  readonly url: string;
  readonly method: string;
  readonly token: string;
  readonly deadlineMs: number;
}

async function once<T>(attempt: Attempt, read: ReadBody<T>): Promise<T> {
  const { url, method, token, deadlineMs, onDate } = attempt;
  const content = attempt.content ?? jsonContent(attempt.body);
  const what = `${method} ${url.split('?', 1)[0] ?? ''}`;
  try {
    const response = await fetch(url, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(content !== undefined && { 'content-type': content.type }),
      },
      ...(content !== undefined && { body: content.text }),
      signal: AbortSignal.timeout(deadlineMs),
    });
    if (!response.ok) throw httpError(what, response, await collect(bytesOf(response), RESOURCE_LIMIT, what));
    const date = response.headers.get('date');
    if (date !== null) onDate?.(date);
    return await read(bytesOf(response), what);
  } catch (cause) {
    if (cause instanceof CloudError) throw cause;
    throw new CloudError('unavailable', `${what}: ${connectionText(cause, deadlineMs)}`, { cause });
  }
}

const jsonContent = (body: Json | undefined) =>
  body === undefined ? undefined : { type: 'application/json', text: JSON.stringify(body) };

/** A 204 has no body at all. */
async function* bytesOf({ body }: Response): AsyncGenerator<Uint8Array> {
  if (body !== null) yield* body as AsyncIterable<Uint8Array>;
}

/** Undici hides the reason one level down. */
function connectionText(cause: unknown, deadlineMs: number): string {
  if (!(cause instanceof Error)) return 'the connection failed';
  if (cause.name === 'TimeoutError') return `no answer within ${deadlineMs / 1000} s`;
  return redact(cause.cause instanceof Error ? cause.cause.message : cause.message);
}

/** HTTP status to kind; shared by every client so that a 403 means the same wherever it comes from. */
export function kindOfStatus(status: number, reason: string | null = null): CloudErrorKind {
  // Compute says "over quota" with a 403.
  if (status === 429 || (status === 403 && reason === 'rateLimitExceeded')) return 'throttled';
  if (status === 401 || status === 403) return 'denied';
  if (status === 404) return 'not-found';
  if (status === 409 || status === 412) return 'conflict';
  if (status === 408 || status >= 500) return status === 501 ? 'unexpected' : 'unavailable';
  return status >= 400 ? 'invalid' : 'unexpected';
}

function httpError(what: string, response: Response, bytes: Buffer): CloudError {
  const { status } = response;
  let body: Json = null;
  try {
    body = JSON.parse(bytes.toString()) as Json;
  } catch {
    // A proxy's HTML page, say: the status alone has to do.
  }
  const message = textAt(body, 'error', 'message') ?? (isObject(body) ? textAt(body, 'message') : null);
  const reason = textAt(body, 'error', 'errors', 0, 'reason');
  const kind = kindOfStatus(status, reason);
  return new CloudError(
    // A 404 that is not Google's own (a proxy's page, a wrong host) does not say that the resource is gone.
    kind === 'not-found' && numberAt(body, 'error', 'code') !== 404 ? 'unexpected' : kind,
    `${what}: HTTP ${status}${message === null ? '' : `: ${redact(message)}`}`,
    { httpStatus: status, retryAfterMs: retryAfter(response.headers.get('retry-after')) },
  );
}
