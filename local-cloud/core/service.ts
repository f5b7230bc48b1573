/** What a service of the local cloud is: a table of methods, each with its path, its handler and where its behaviour comes from. */
import type { Readable } from 'node:stream';
import { ApiError } from './errors.ts';
import type { OperationEnd } from './operations.ts';

/**
 * Where a method's behaviour comes from. `recorded`: seen on the wire of the real service or a real client.
 * `documented`: read in public documentation or protos. `assumed`: our best guess, to be confirmed.
 */
export interface Source {
  readonly kind: 'recorded' | 'documented' | 'assumed';
  readonly from: string;
}

export interface Call {
  readonly method: Method;
  /** Values of the path template's variables, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly principal: string;
  readonly url: URL;
  /** The raw request body. */
  readonly body: Buffer;
  /** The body as a JSON object; an empty body is `{}`. Throws INVALID_ARGUMENT on anything else. */
  json(): Record<string, unknown>;
  /** A path variable that the template guarantees. */
  param(name: string): string;
}

/** An answer that is not simply "200 with this JSON". */
export class Reply {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string | Buffer | Readable | undefined;
  constructor(status: number, body?: string | Buffer | Readable, headers: Record<string, string> = {}) {
    this.status = status;
    this.body = body;
    this.headers = headers;
  }

  static json(value: unknown, status = 200, headers: Record<string, string> = {}): Reply {
    return new Reply(status, JSON.stringify(value), {
      'content-type': 'application/json; charset=UTF-8',
      ...headers,
    });
  }
}

export type Handler = (call: Call) => unknown;

export interface Method {
  /** As Google's discovery documents name it, e.g. `compute.networks.get`. */
  readonly id: string;
  readonly http: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS' | 'HEAD';
  /**
   * A Google path template: `{name}` is one segment, `{name=**}` any number of them, a literal `:verb` may follow.
   * Several methods may share a path and differ by `http`.
   */
  readonly path: string;
  readonly source: Source;
  readonly handler: Handler;
}

export interface Service {
  /** Key in the endpoints table, e.g. `workflowexecutions`. */
  readonly name: string;
  readonly title: string;
  /** The real service's host, e.g. `workflows.googleapis.com`. */
  readonly host: string;
  readonly methods: readonly Method[];
  /** Where its operations are kept, if not among the cloud's own. */
  readonly operations?: { whenDone(name: string, tell: OperationEnd): void };
  /** Ends whatever the service keeps running. */
  close?(): Promise<void>;
}

interface Route {
  readonly method: Method;
  readonly pattern: RegExp;
  readonly names: readonly string[];
}

export interface Match {
  readonly method: Method;
  readonly params: Record<string, string>;
}

/** Finds the method for a request; throws 501 by name for anything the service does not claim. */
export class Router {
  readonly #routes: readonly Route[];
  readonly #service: Service;

  constructor(service: Service) {
    this.#service = service;
    this.#routes = service.methods.map(compile);
  }

  find(http: string, path: string): Match {
    for (const { method, pattern, names } of this.#routes) {
      if (method.http !== http) continue;
      const found = pattern.exec(path);
      if (!found) continue;
      return {
        method,
        params: Object.fromEntries(names.map((name, i) => [name, decodeURIComponent(found[i + 1] ?? '')])),
      };
    }
    throw new ApiError(
      'UNIMPLEMENTED',
      `${this.#service.host}: ${http} ${path} is not part of the local cloud. ` +
        'What it answers is listed in local-cloud/README.md; asking the real service would have worked.',
    );
  }
}

function compile(method: Method): Route {
  const names: string[] = [];
  const source = method.path.replace(
    /\{([^}=]+)(=\*\*)?\}|[.*+?^$()|[\]\\]/g,
    (text, name?: string, deep?: string) => {
      if (name === undefined) return `\\${text}`;
      names.push(name);
      // A variable before a `:verb` must not swallow it.
      return deep ? '(.+?)' : '([^/:]+)';
    },
  );
  return { method, names, pattern: new RegExp(`^${source}$`) };
}
