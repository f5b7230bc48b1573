/** One HTTP exchange, with the errors the language knows: not connected, broken off, too late, too big. */
import { MAX_RESPONSE_BYTES } from '../lang/limits.ts';
import { Raised, resourceLimit, Stopped, systemError } from '../run/errors.ts';
import type { Deadline, Host } from '../run/host.ts';
import { reachable } from './address.ts';

export interface Exchange {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly timeoutSeconds: number;
  /** How it is sent where `fetch` does not do, e.g. trusting another certificate authority. */
  readonly send?: NonNullable<Host['send']>;
}

export interface Answer {
  readonly code: number;
  /** Canonical names (`Content-Type`), as the service gives them. */
  readonly headers: ReadonlyMap<string, string>;
  readonly contentType: string;
  readonly body: Buffer;
}

const MAX_REDIRECTS = 10;

/** Sends and reads to the end, following redirects (assumed: as browsers do). Any status is an answer; see the errors in the file's head. */
export async function exchange(request: Exchange, host: Host): Promise<Answer> {
  const deadline = host.deadline(request.timeoutSeconds * 1000);
  try {
    return await follow(request, host, deadline);
  } catch (error) {
    if (deadline.passed()) {
      throw systemError(
        'TimeoutError',
        `${request.method} ${request.url}: no answer within ${request.timeoutSeconds} s`,
      );
    }
    throw error;
  } finally {
    deadline.cancel();
  }
}

async function follow(request: Exchange, host: Host, deadline: Deadline): Promise<Answer> {
  let url = reachable(request.url, host);
  for (let hops = 0; ; hops += 1) {
    const response = await connect(url, request, deadline, host);
    const location = response.headers.get('location');
    if (response.status < 300 || response.status >= 400 || location === null || hops === MAX_REDIRECTS) {
      return read(response, url, deadline);
    }
    await response.body?.cancel();
    url = reachable(new URL(location, url).href, host);
  }
}

async function connect(url: URL, request: Exchange, deadline: Deadline, host: Host): Promise<Response> {
  try {
    return await (host.send ?? request.send ?? fetch)(url, {
      method: request.method,
      headers: request.headers,
      redirect: 'manual',
      signal: deadline.signal,
      ...(request.body !== undefined && { body: request.body }),
    });
  } catch (error) {
    if (deadline.signal.aborted || error instanceof Raised || error instanceof Stopped) throw error;
    const code = causeOf(error);
    // Before a connection stands nothing was delivered, so only these may be retried blindly.
    const tag = NOT_CONNECTED.test(code) ? 'ConnectionFailedError' : 'ConnectionError';
    throw systemError(tag, `${request.method} ${url.host}: ${code}`);
  }
}

/** No name, no way, nobody there; ports that fetch never asks; and a peer that could not prove who it is. */
const NOT_CONNECTED =
  /^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|bad port|ERR_(SSL|TLS)_.+|CERT_.+|.*SELF_SIGNED_CERT.*|UNABLE_TO_.+)$/;

function causeOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  if (typeof cause === 'object' && cause !== null && 'code' in cause) return String(cause.code);
  return cause instanceof Error ? cause.message : String(error);
}

async function read(response: Response, url: URL, deadline: Deadline): Promise<Answer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    const reader = (response.body as ReadableStream<Uint8Array> | null)?.getReader();
    for (let part = await reader?.read(); part?.value !== undefined; part = await reader?.read()) {
      size += part.value.byteLength;
      if (size > MAX_RESPONSE_BYTES) {
        await reader?.cancel();
        break;
      }
      chunks.push(part.value);
    }
  } catch (error) {
    if (deadline.signal.aborted) throw error;
    throw systemError(
      'ConnectionError',
      `${url.host}: the connection ended before the whole answer had come`,
    );
  }
  // Assumed: too much is a limit of the execution, which nobody can catch, and no HttpError.
  if (size > MAX_RESPONSE_BYTES) {
    throw resourceLimit(`HTTP response is larger than ${MAX_RESPONSE_BYTES} bytes`);
  }
  const headers = new Map([...response.headers].map(([name, value]) => [canonical(name), value]));
  const contentType = (response.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  return { code: response.status, headers, contentType, body: Buffer.concat(chunks) };
}

/** Assumed: header names are given as they are usually written. */
const canonical = (name: string): string =>
  name.replace(/(^|-)([a-z])/g, (_all, dash: string, letter: string) => dash + letter.toUpperCase());
