/** The module `events`: callback endpoints. Source: the docs page "Create callback endpoints". */
import { systemError, valueError } from '../run/errors.ts';
import type { CallbackRequest, Host } from '../run/host.ts';
import { mapOf, type Dict, type Value } from '../run/values.ts';
import { params, type Arguments, type LibraryFunction } from './function.ts';
import { decodeBody } from './http.ts';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'];
const DEFAULT_TIMEOUT = 43_200;

function create(args: Arguments, host: Host): Dict {
  const method = args.string('http_callback_method');
  if (!METHODS.includes(method)) throw valueError(`unknown http_callback_method '${method}'`);
  return mapOf({ url: host.createCallback(method) });
}

async function wait(args: Arguments, host: Host): Promise<Value> {
  const url = args.map('callback').get('url');
  const timeout = args.number('timeout');
  if (typeof url !== 'string') throw valueError('events.await_callback: callback has no url');
  if (timeout < 0) throw valueError(`events.await_callback: timeout must not be negative; got: ${timeout}`);
  const deadline = host.deadline(timeout * 1000);
  try {
    const waiting = host.awaitCallback(url, deadline);
    if (waiting === undefined)
      throw valueError(`events.await_callback: ${url} is not a callback of this execution`);
    return received(await waiting);
  } catch (error) {
    if (!deadline.passed()) throw error;
    throw systemError('TimeoutError', `no callback was received within ${timeout} s`);
  } finally {
    deadline.cancel();
  }
}

function received(request: CallbackRequest): Dict {
  const contentType = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? '';
  const body = decodeBody({ code: 200, headers: new Map(), contentType, body: request.body });
  return mapOf({
    http_request: mapOf({
      body,
      headers: mapOf(request.headers),
      method: request.method,
      query: mapOf(request.query),
      url: request.url,
    }),
    received_time: request.receivedTime,
    type: 'HTTP',
  });
}

export const EVENTS: readonly LibraryFunction[] = [
  {
    name: 'events.create_callback_endpoint',
    params: params(['http_callback_method', 'POST']),
    call: (args, { host }) => create(args, host),
  },
  {
    name: 'events.await_callback',
    params: params('callback', ['timeout', DEFAULT_TIMEOUT]),
    blocking: true,
    call: (args, { host }) => wait(args, host),
  },
];
