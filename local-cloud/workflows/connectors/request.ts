/** From a connector's arguments to its REST request, sent with the connector's own retries. */
import { MAX_HTTP_TIMEOUT } from '../lang/limits.ts';
import { Raised, systemError, typeError } from '../run/errors.ts';
import { parseJson, toJson } from '../run/json.ts';
import { isBytes, isList, isMap, type Value } from '../run/values.ts';
import type { Arguments, CallContext } from '../stdlib/function.ts';
import { decodeBody, httpError, scalarText } from '../stdlib/http.ts';
import { DEFAULT_BACKOFF, DEFAULT_MAX_RETRIES, delayBefore, isRetryable } from '../stdlib/retry.ts';
import { exchange, type Answer } from '../stdlib/transport.ts';
import type { Connector } from './model.ts';

/** The request line of a call: path with its variables filled in, and the query. */
export function pathOf(connector: Connector, args: Arguments): string {
  const path = connector.path.replace(/\{(\+?)(\w+)\}/g, (_all, raw: string, name: string) =>
    raw === '+' ? args.string(name) : encodeURIComponent(args.string(name)),
  );
  const query = (connector.query ?? [])
    .map((name) => name.replace('!', ''))
    .filter((name) => args.has(name))
    .flatMap((name) => {
      const value = args.value(name);
      return (isList(value) ? value : [value]).map((item): [string, string] => [
        name,
        scalarText(name, item),
      ]);
    });
  return query.length === 0 ? path : `${path}?${new URLSearchParams(query).toString()}`;
}

/**
 * Sends with the documented policy: GETs are retried as idempotent, everything else only where nothing was done.
 * Raises HttpError and the connection errors after the last attempt, ResponseTypeError for an answer that is no JSON.
 */
export async function send(
  service: string,
  http: Connector['http'],
  path: string,
  body: Value,
  timeout: number,
  context: CallContext,
): Promise<Value> {
  const retryable = http === 'GET' ? isRetryable.idempotent : isRetryable.nonIdempotent;
  return retried(
    retryable,
    async () => decode(await once(service, http, path, body, timeout, context), path),
    context,
  );
}

/** Repeats `work` as connectors do, counting each repetition as a step; throws what the last attempt raised. */
export async function retried<T>(
  retryable: (error: Value) => boolean,
  work: () => Promise<T>,
  context: CallContext,
): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const again = error instanceof Raised && attempt < DEFAULT_MAX_RETRIES && retryable(error.value);
      if (!again) throw error;
      context.countStep();
      await context.host.sleep(delayBefore(attempt, DEFAULT_BACKOFF) * 1000);
    }
  }
}

async function once(
  service: string,
  http: Connector['http'],
  path: string,
  body: Value,
  timeout: number,
  { host }: CallContext,
): Promise<Answer> {
  const endpoint = host.endpoint(service);
  if (endpoint === undefined) {
    throw systemError('ConnectionFailedError', `the service ${service} is not part of this local cloud`);
  }
  const payload = encode(body);
  const answer = await exchange(
    {
      method: http,
      url: endpoint.replace(/\/$/, '') + path,
      headers: { authorization: `Bearer ${host.token()}`, ...payload.headers },
      timeoutSeconds: Math.min(timeout, MAX_HTTP_TIMEOUT),
      ...(payload.body !== undefined && { body: payload.body }),
    },
    host,
  );
  if (answer.code < 200 || answer.code >= 300) throw httpError(answer);
  return answer;
}

/** Uploads may be bytes or text; every other body is a map. */
function encode(body: Value): { body?: string | Uint8Array<ArrayBuffer>; headers: Record<string, string> } {
  if (body === null) return { headers: {} };
  if (isBytes(body))
    return { body: new Uint8Array(body), headers: { 'content-type': 'application/octet-stream' } };
  if (typeof body === 'string') return { body, headers: { 'content-type': 'text/plain; charset=utf-8' } };
  if (!isMap(body) && !isList(body)) throw typeError('the body of a connector must be a map');
  return { body: toJson(body), headers: { 'content-type': 'application/json; charset=utf-8' } };
}

function decode(answer: Answer, path: string): Value {
  if (answer.body.length === 0) return null;
  // Contents of an object come as they are; JSON contents decoded (documented for objects.get with alt=media).
  if (!answer.contentType.endsWith('json')) return decodeBody(answer);
  try {
    return parseJson(answer.body.toString());
  } catch {
    throw systemError('ResponseTypeError', `the answer of ${path} is not JSON`);
  }
}
