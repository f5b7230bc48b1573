/** The one REST client: a token, a deadline, bounded retries, and one error vocabulary for every service. */
import { boundedText } from './bounded.ts';
import { redact } from '../error-text.ts';
import { isObject, numberAt, textAt } from '../json.ts';
import type { Json } from '../model.ts';
import { CloudError, type Clock, type CloudErrorKind } from '../ports.ts';
import type { TokenSource } from './auth.ts';
import type { Endpoints, ServiceName } from './endpoints.ts';

interface RestRequest {
  readonly service: ServiceName;
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Path with its query. */
  readonly path: string;
  readonly body?: Json;
  /** A call that would do its work twice must not be sent twice. GET is always safe. */
  readonly safeToRepeat?: boolean;
  /** Told the time of the answer by the server's clock (its Date header), when it says one. */
  readonly onDate?: (date: string) => void;
}

export interface Rest {
  /** The answer as JSON; throws CloudError. */
  request(request: RestRequest): Promise<Json>;
}

export interface RestOptions {
  readonly endpoints: Endpoints;
  readonly tokens: TokenSource;
  readonly clock: Clock;
  /** 0 to 1; jitters the back-off. Handed in, so that a test knows it. */
  readonly random?: () => number;
}

const DEADLINE_MS = 30_000;
const ATTEMPTS = 4;
const FIRST_DELAY_MS = 200;

export function restClient({ endpoints, tokens, clock, random = Math.random }: RestOptions): Rest {
  return {
    request: async (request) => {
      const method = request.method ?? 'GET';
      const what = `${method} ${endpoints[request.service]}${request.path.split('?', 1)[0] ?? ''}`;
      const mayRepeat = request.safeToRepeat ?? method === 'GET';
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await once(
            `${endpoints[request.service]}${request.path}`,
            method,
            request,
            await tokens.token(),
            what,
          );
        } catch (error) {
          const again = error instanceof CloudError && error.retryable && mayRepeat && attempt < ATTEMPTS;
          if (!again) throw error;
          await clock.sleep(FIRST_DELAY_MS * 2 ** (attempt - 1) * (0.5 + random()));
        }
      }
    },
  };
}

async function once(
  url: string,
  method: string,
  { body, onDate }: Pick<RestRequest, 'body' | 'onDate'>,
  token: string,
  what: string,
): Promise<Json> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(DEADLINE_MS),
    });
    text = await boundedText(response, what);
  } catch (cause) {
    if (cause instanceof CloudError) throw cause;
    throw new CloudError('unavailable', `${what}: ${connectionText(cause)}`, { cause });
  }
  if (!response.ok) throw httpError(what, response.status, text);
  const date = response.headers.get('date');
  if (date !== null) onDate?.(date);
  return parse(what, text);
}

/** Undici hides the reason one level down. */
function connectionText(cause: unknown): string {
  if (!(cause instanceof Error)) return 'the connection failed';
  if (cause.name === 'TimeoutError') return `no answer within ${DEADLINE_MS / 1000} s`;
  return redact(cause.cause instanceof Error ? cause.cause.message : cause.message);
}

/** An empty 200 is an empty object; anything that is not JSON is an answer nobody may draw conclusions from. */
function parse(what: string, text: string): Json {
  if (text === '') return {};
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw new CloudError('unexpected', `${what}: the answer is not JSON (${text.length} characters)`, {
      httpStatus: 200,
    });
  }
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

function httpError(what: string, status: number, text: string): CloudError {
  let body: Json = null;
  try {
    body = JSON.parse(text) as Json;
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
    { httpStatus: status },
  );
}
