/** The module `http`. Source: the docs page "Make an HTTP request" and the stdlib reference. */
import { MAX_HTTP_TIMEOUT } from '../lang/limits.ts';
import { systemError, typeError, valueError, type Raised } from '../run/errors.ts';
import type { Host } from '../run/host.ts';
import { parseJson, toJson } from '../run/json.ts';
import { textOf } from '../run/operators.ts';
import { isBytes, isList, isMap, mapOf, typeOf, type Dict, type Value } from '../run/values.ts';
import { params, type Arguments, type LibraryFunction, type LibraryParam } from './function.ts';
import { exchange, type Answer } from './transport.ts';

const USER_AGENT = 'GoogleCloudWorkflows; (+https://cloud.google.com/workflows/docs)';
const JSON_TYPE = /^application\/(json|.+\+json)$/;
const SERVICE_NAME = /^projects\/[^/]+\/locations\/[^/]+\/namespaces\/[^/]+\/services\/[^/]+$/;

/** The value of a body by its content type: JSON decoded, text as it is, everything else bytes. */
export function decodeBody({ body, contentType }: Answer): Value {
  if (JSON_TYPE.test(contentType)) {
    if (body.length === 0) return null;
    try {
      return parseJson(body.toString());
    } catch {
      return body.toString();
    }
  }
  return contentType.startsWith('text/') || body.length === 0 ? body.toString() : body;
}

/** HttpError with the answer in it. */
export function httpError(answer: Answer): Raised {
  return systemError('HttpError', `HTTP server responded with error code ${answer.code}`, {
    code: BigInt(answer.code),
    headers: new Map(answer.headers),
    body: decodeBody(answer),
  });
}

async function request(method: string, args: Arguments, host: Host): Promise<Dict> {
  const timeout = args.optional('timeout', (name) => args.number(name)) ?? MAX_HTTP_TIMEOUT;
  if (timeout <= 0 || timeout > MAX_HTTP_TIMEOUT) {
    throw valueError(`timeout must be more than 0 and at most ${MAX_HTTP_TIMEOUT} seconds; got: ${timeout}`);
  }
  checkPrivate(args);
  const url = withQuery(args.string('url'), args.optional('query', (name) => args.map(name)) ?? new Map());
  const headers = headersOf(args, host);
  const body = args.has('body') ? requestBody(args.value('body'), headers) : undefined;
  const answer = await exchange(
    {
      method,
      url,
      headers: Object.fromEntries(headers),
      timeoutSeconds: timeout,
      ...(body !== undefined && { body }),
    },
    host,
  );
  if (answer.code < 200 || answer.code >= 300) throw httpError(answer);
  return mapOf({ body: decodeBody(answer), code: BigInt(answer.code), headers: new Map(answer.headers) });
}

/** Service Directory does not exist here, but a wrong name must not pass unseen. */
function checkPrivate(args: Arguments): void {
  const service = args.optional('private_service_name', (name) => args.string(name));
  if (service !== undefined && !SERVICE_NAME.test(service)) {
    throw valueError(
      `private_service_name '${service}' is not projects/P/locations/L/namespaces/N/services/S`,
    );
  }
  args.optional('ca_certificate', (name) => args.string(name));
}

/** Assumed: a list gives its name once for each element. */
export function withQuery(url: string, query: Dict): string {
  const pairs = [...query].flatMap(([key, value]) =>
    (isList(value) ? value : [value]).map((item): [string, string] => [key, scalarText(key, item)]),
  );
  if (pairs.length === 0) return url;
  return `${url}${url.includes('?') ? '&' : '?'}${new URLSearchParams(pairs).toString()}`;
}

export function scalarText(name: string, value: Value): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'bigint' || typeof value === 'number' || typeof value === 'boolean')
    return textOf(value);
  throw typeError(`'${name}' must be a string, a number or a boolean; got: ${typeOf(value)}`);
}

/** By lower-case name, so that one header cannot be sent twice. */
function headersOf(args: Arguments, host: Host): Map<string, string> {
  const given = args.optional('headers', (name) => args.map(name)) ?? new Map<string, Value>();
  const headers = new Map([...given].map(([name, value]) => [name.toLowerCase(), scalarText(name, value)]));
  const agent = headers.get('user-agent');
  headers.set('user-agent', agent === undefined ? USER_AGENT : `${agent} ${USER_AGENT}`);
  const auth = args.optional('auth', (name) => args.map(name));
  if (auth !== undefined) headers.set('authorization', `Bearer ${tokenFor(auth, host)}`);
  return headers;
}

const AUTH_KEYS: Readonly<Record<string, readonly string[]>> = {
  OIDC: ['type', 'audience'],
  OAuth2: ['type', 'scope', 'scopes'],
};

/** Both kinds give the same local token: what matters here is whose it is. */
function tokenFor(auth: Dict, host: Host): string {
  const type = auth.get('type') ?? null;
  const keys = typeof type === 'string' ? AUTH_KEYS[type] : undefined;
  if (keys === undefined) throw valueError(`auth.type must be OIDC or OAuth2`);
  const unknown = [...auth.keys()].find((key) => !keys.includes(key));
  if (unknown !== undefined) throw valueError(`auth.${unknown} is not known for this auth.type`);
  return host.token();
}

/** A body as it is sent; sets the content type where none is given. */
export function requestBody(body: Value, headers: Map<string, string>): string | Uint8Array<ArrayBuffer> {
  const declared = headers.get('content-type');
  if (declared === undefined) {
    headers.set(
      'content-type',
      isBytes(body) ? 'application/octet-stream' : 'application/json; charset=utf-8',
    );
    return isBytes(body) ? new Uint8Array(body) : toJson(body);
  }
  if (isBytes(body)) return new Uint8Array(body);
  const type = declared.split(';')[0]?.trim().toLowerCase() ?? '';
  if (JSON_TYPE.test(type)) return isMap(body) || isList(body) ? toJson(body) : scalarText('body', body);
  if (type === 'application/x-www-form-urlencoded' || type.startsWith('text/')) {
    if (typeof body === 'string') return body;
    throw typeError(`a body of content type ${type} must be a string; got: ${typeOf(body)}`);
  }
  throw valueError(`a body that is not bytes cannot be sent as ${type}`);
}

const TAIL: LibraryParam[] = params(
  ['headers', null],
  ['query', null],
  ['auth', null],
  ['private_service_name', null],
  ['ca_certificate', null],
);
const TIMEOUT: LibraryParam = { name: 'timeout', fallback: null };
const BODY: LibraryParam = { name: 'body', fallback: null };
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

const withBody = (name: string): LibraryFunction => ({
  name: `http.${name}`,
  params: [...params('url'), TIMEOUT, BODY, ...TAIL],
  blocking: true,
  call: (args, { host }) => request(name.toUpperCase(), args, host),
});

export const HTTP: readonly LibraryFunction[] = [
  {
    name: 'http.get',
    params: [...params('url'), TIMEOUT, ...TAIL],
    blocking: true,
    call: (args, { host }) => request('GET', args, host),
  },
  ...['post', 'put', 'patch', 'delete'].map(withBody),
  {
    name: 'http.request',
    params: [...params('method', 'url'), TIMEOUT, BODY, ...TAIL],
    blocking: true,
    call: async (args, { host }) => {
      const method = args.string('method').toUpperCase();
      if (!METHODS.includes(method)) throw valueError(`http.request: unknown method '${method}'`);
      if (args.has('body') && (method === 'GET' || method === 'HEAD')) {
        throw valueError(`http.request: ${method} cannot have a body`);
      }
      return request(method, args, host);
    },
  },
];
