/** Answers that stand in for the world: for HTTP requests and for connectors. */
import { z } from 'zod';
import { Raised, type ErrorTag } from '../run/errors.ts';
import { fromJson, toJson } from '../run/json.ts';
import { isMap, type Dict, type Value } from '../run/values.ts';
import { includes } from './compare.ts';

const TAGS = [
  'AuthError',
  'ConnectionError',
  'ConnectionFailedError',
  'HttpError',
  'OperationError',
  'ResponseTypeError',
  'SystemError',
  'TimeoutError',
  'TypeError',
  'ValueError',
] as const satisfies readonly ErrorTag[];

/** YAML integers are read as bigints. */
export const wholeNumber = (least: number, most: number) =>
  z.preprocess(
    (value) => (typeof value === 'bigint' ? Number(value) : value),
    z.int(`must be a whole number from ${least} to ${most}`).min(least).max(most),
  );

const raisedError = z
  .union([z.enum(TAGS), z.record(z.string(), z.unknown())], `must be a map, or one of ${TAGS.join(', ')}`)
  .describe('The error that is raised: a tag, or the whole error map.');

const times = wholeNumber(1, 1_000_000).describe('How many calls it answers; all of them when left out.');

const httpStub = z
  .strictObject({
    method: z.string().optional().describe('Any method when left out.'),
    url: z.string().describe('The whole URL with its query; * stands for any text.'),
    respond: z
      .strictObject({
        code: wholeNumber(200, 599).optional().describe('200 when left out.'),
        body: z.unknown().optional().describe('Text is sent as text/plain, everything else as JSON.'),
        headers: z.record(z.string(), z.string()).optional(),
      })
      .optional(),
    error: raisedError.optional(),
    times: times.optional(),
  })
  .refine(hasOneAnswer, 'needs exactly one of respond and error');

const connectorStub = z
  .strictObject({
    call: z.string().describe('The name of the connector; * stands for any text.'),
    args: z.record(z.string(), z.unknown()).optional().describe('Only calls whose arguments include these.'),
    respond: z.unknown().optional().describe('What the call gives.'),
    error: raisedError.optional(),
    times: times.optional(),
  })
  .refine(hasOneAnswer, 'needs exactly one of respond and error');

export const stubsSchema = z.strictObject({
  http: z.array(httpStub).optional(),
  connectors: z.array(connectorStub).optional(),
});

function hasOneAnswer(stub: object): boolean {
  return 'respond' in stub !== 'error' in stub;
}

export type StubFile = z.infer<typeof stubsSchema>;
type HttpStub = z.infer<typeof httpStub>;
type ConnectorStub = z.infer<typeof connectorStub>;

interface Counted<T> {
  readonly stub: T;
  left: number;
}

/** One set of stubs for one execution: what may be used a number of times is used up. */
export class Stubs {
  readonly #http: readonly Counted<HttpStub>[];
  readonly #connectors: readonly Counted<ConnectorStub>[];

  constructor({ http = [], connectors = [] }: StubFile) {
    this.#http = http.map(counted);
    this.#connectors = connectors.map(counted);
  }

  /** The answer of the first stub that fits; undefined when none does. Throws the error a stub stands for. */
  http(method: string, url: string): Response | undefined {
    const stub = take(
      this.#http,
      (one) => (one.method ?? method).toUpperCase() === method && matches(one.url, url),
    );
    if (stub === undefined) return undefined;
    if (stub.error !== undefined) throw raised(stub.error, `${method} ${url}`);
    return responseOf(stub.respond ?? {});
  }

  connector(name: string, args: Dict): { readonly value: Value } | undefined {
    const stub = take(
      this.#connectors,
      (one) => matches(one.call, name) && (one.args === undefined || includes(fromJson(one.args), args)),
    );
    if (stub === undefined) return undefined;
    if (stub.error !== undefined) throw raised(stub.error, name);
    return { value: fromJson(stub.respond) };
  }
}

const counted = <T extends { readonly times?: number | undefined }>(stub: T): Counted<T> => ({
  stub,
  left: stub.times ?? Infinity,
});

function take<T>(all: readonly Counted<T>[], fits: (stub: T) => boolean): T | undefined {
  const found = all.find(({ stub, left }) => left > 0 && fits(stub));
  if (found === undefined) return undefined;
  found.left -= 1;
  return found.stub;
}

/** `*` is any text, everything else is itself. */
function matches(pattern: string, text: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's').test(text);
}

function raised(error: NonNullable<HttpStub['error']>, where: string): Raised {
  const message = `${where}: answered by a stub`;
  const value = fromJson(typeof error === 'string' ? { tags: [error], message } : error);
  return new Raised(value, isMap(value) && typeof value.get('message') === 'string' && value.has('tags'));
}

/** Codes that never have a body, which Response insists on. */
const BODILESS: readonly number[] = [204, 205, 304];

function responseOf({ code = 200, body, headers = {} }: NonNullable<HttpStub['respond']>): Response {
  const text = typeof body === 'string' ? body : toJson(fromJson(body));
  const response = new Response(BODILESS.includes(code) || body === undefined ? null : text, {
    status: code,
    headers,
  });
  if (body !== undefined && !Object.keys(headers).some((name) => name.toLowerCase() === 'content-type')) {
    response.headers.set('content-type', typeof body === 'string' ? 'text/plain' : 'application/json');
  }
  return response;
}
