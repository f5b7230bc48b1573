/**
 * The fakes without sockets and without waiting: the engine runs the flow's text, its requests go to the services as
 * requests, and time passes only when something waits. A run takes milliseconds, so that every call can be disturbed.
 */
import { Reply, Router, type Call } from '../../local-cloud/core/service.ts';
import { ApiError } from '../../local-cloud/core/errors.ts';
import { build } from '../../local-cloud/workflows/check/check.ts';
import { Raised, Stopped } from '../../local-cloud/workflows/run/errors.ts';
import type { Deadline, Host } from '../../local-cloud/workflows/run/host.ts';
import { compileProgram, type CompiledProgram } from '../../local-cloud/workflows/run/interpreter.ts';
import { parseJson, printable } from '../../local-cloud/workflows/run/json.ts';
import type { Flow, Json } from '../../reconciler/model.ts';
import type { ExecutionArgument } from '../../workflow-defs/argument.ts';
import { compile } from '../../workflow-defs/compile.ts';
import { render } from '../../workflow-defs/render.ts';
import type { Workflow } from '../../workflow-defs/tree.ts';
import { newFakes, servicesOf, type Fakes } from './fakes.ts';
import { PLATFORM } from './platform.ts';

/** Thrown by `disturb` when no answer comes: the connection was never made, it broke, or nothing came in time. */
export class NoAnswer extends Error {
  readonly how: 'unconnected' | 'broken' | 'late';
  constructor(how: NoAnswer['how']) {
    super(how);
    this.how = how;
  }
}

export interface InstantWorld extends Fakes {
  /** Requests in the order they came, with the second each came in. */
  readonly calls: { readonly method: string; readonly at: number }[];
  readonly log: { readonly severity: string; readonly text: string }[];
  run(flow: Flow, argument: ExecutionArgument): Promise<Ran>;
  /** Runs a tree that is no flow. */
  runTree(tree: Workflow, argument: Json): Promise<Ran>;
}

export interface Ran {
  readonly failed: boolean;
  readonly result: unknown;
  readonly error: string;
}

/** As the engine keeps them: a revision is compiled once, whatever number of executions it has. */
const programs = new Map<Flow, CompiledProgram>();

export function instantWorld(): InstantWorld {
  const fakes = newFakes();
  const calls: { method: string; at: number }[] = [];
  const log: { severity: string; text: string }[] = [];
  const run: InstantWorld['run'] = (flow, argument) => {
    const program = programs.get(flow) ?? compileProgram(build(compile(flow, PLATFORM).source));
    programs.set(flow, program);
    return start(program, argument);
  };
  const runTree: InstantWorld['runTree'] = (tree, argument) =>
    start(compileProgram(build(render(tree))), argument);
  const start = async (program: CompiledProgram, argument: unknown): Promise<Ran> => {
    const host = hostOf(fakes, calls, log);
    const { result } = program.start(parseJson(JSON.stringify(argument)), host, () => undefined);
    try {
      return { failed: false, result: JSON.parse(printable(await result)) as unknown, error: '' };
    } catch (error) {
      if (!(error instanceof Raised)) throw error;
      return { failed: true, result: null, error: printable(error.value) };
    } finally {
      host.end(new Stopped('the execution is over'));
    }
  };
  return Object.assign(fakes, { calls, log, run, runTree });
}

const NOT_NEEDED = (): never => {
  throw new Error('no definition of ours asks for this');
};

const IDENTITY = {
  project: 'p',
  projectNumber: '1',
  location: 'l',
  workflow: 'w',
  revision: 'r',
  execution: 'e',
  serviceAccount: 's',
  userEnvVars: {},
};

function hostOf(fakes: Fakes, calls: InstantWorld['calls'], log: InstantWorld['log']): Host {
  const routers = new Map(servicesOf(fakes).map((service) => [service.host, new Router(service)]));
  const over = new AbortController();
  let now = 0;
  let expire = (): void => undefined;
  const wait = async (ms: number): Promise<void> => {
    over.signal.throwIfAborted();
    now += ms;
  };
  const deadline = (ms: number): Deadline => {
    const late = new AbortController();
    const due = now + ms;
    expire = () => {
      now = due;
      late.abort(new Stopped('deadline passed'));
    };
    return { signal: late.signal, passed: () => late.signal.aborted, cancel: () => undefined };
  };
  const send = async (url: URL, request: RequestInit): Promise<Response> => {
    const { method, params } = routers.get(url.host)!.find(request.method ?? 'GET', url.pathname);
    calls.push({ method: method.id, at: now / 1000 });
    try {
      return responseOf(Reply.json(await method.handler(callOf(url, request, method, params))));
    } catch (error) {
      if (error instanceof ApiError) return responseOf(Reply.json(error.body, error.httpStatus));
      if (!(error instanceof NoAnswer)) throw error;
      if (error.how === 'late') expire();
      request.signal?.throwIfAborted();
      throw new TypeError('fetch failed', {
        cause: Object.assign(error, { code: error.how === 'broken' ? 'ECONNRESET' : 'ECONNREFUSED' }),
      });
    }
  };
  return {
    identity: IDENTITY,
    end: (cause) => over.abort(cause),
    now: () => now,
    sleep: wait,
    pause: wait,
    deadline,
    endpoint: (service) => `https://${service}.googleapis.com`,
    token: () => 'token',
    log: (severity, entry) => {
      log.push({ severity, text: 'text' in entry ? entry.text : printable(entry.json) });
    },
    createCallback: NOT_NEEDED,
    awaitCallback: NOT_NEEDED,
    send,
  };
}

const responseOf = ({ status, body, headers }: Reply): Response =>
  new Response(body as string, { status, headers });

function callOf(url: URL, { body }: RequestInit, method: Call['method'], params: Call['params']): Call {
  const bytes = Buffer.from(typeof body === 'string' ? body : '');
  return {
    method,
    params,
    query: url.searchParams,
    headers: {},
    principal: IDENTITY.serviceAccount,
    url,
    body: bytes,
    json: () => JSON.parse(bytes.toString()) as Record<string, unknown>,
    param: (name) => params[name] ?? '',
  };
}
