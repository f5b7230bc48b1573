/** Reads what a request's path and verb mean: which kind, which object, which subresource; and names it for faults. */
import { KINDS, kindOf, type Kind } from './kinds.ts';
import { methodNotAllowed, noSuchPath } from './status.ts';

type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection';

/** A request for one object or a collection of them. */
export interface ObjectRoute {
  readonly type: 'object';
  readonly id: string;
  readonly verb: Verb;
  readonly kind: Kind;
  /** Undefined for cluster-wide kinds and for lists over all namespaces. */
  readonly namespace: string | undefined;
  /** Empty for collections. */
  readonly name: string;
  readonly subresource: '' | 'status' | 'scale';
}

/** Everything that is not about objects: versions, health, discovery, schemas. */
export interface MetaRoute {
  readonly type: 'meta';
  readonly id: string;
  readonly segments: readonly string[];
}

export type Route = ObjectRoute | MetaRoute;

const META: Readonly<Record<string, string>> = {
  version: 'version.get',
  readyz: 'readyz.get',
  livez: 'livez.get',
  healthz: 'healthz.get',
  openapi: 'openapi.get',
};

/** Throws 404 for a path nothing stands at, 405 for a verb it does not take. */
export function routeOf(http: string, url: URL): Route {
  const segments = url.pathname
    .split('/')
    .filter((segment) => segment !== '')
    .map(decodeURIComponent);
  const [first = ''] = segments;
  const meta = META[first];
  if (meta !== undefined) return { type: 'meta', id: meta, segments };
  if (first !== 'api' && first !== 'apis') throw noSuchPath();
  const depth = first === 'api' ? 2 : 3;
  if (segments.length <= depth) return { type: 'meta', id: 'discovery.get', segments };
  const group = first === 'api' ? '' : (segments[1] ?? '');
  return objectRoute(http, url, group, segments[depth - 1] ?? '', segments.slice(depth));
}

interface Place {
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly name: string;
  readonly subresource: string;
}

function objectRoute(
  http: string,
  url: URL,
  group: string,
  version: string,
  rest: readonly string[],
): ObjectRoute {
  const { resource, namespace, name, subresource } = placeOf(group, rest);
  const kind = kindOf(group, version, resource);
  if (!kind || (namespace !== undefined && !kind.namespaced)) throw noSuchPath();
  const view = subresourceOf(kind, subresource);
  const verb = verbOf(http, name, url.searchParams);
  // Only lists and watches may look over all namespaces at once.
  if (kind.namespaced && namespace === undefined && verb !== 'list' && verb !== 'watch')
    throw methodNotAllowed();
  if (view !== '' && !['get', 'update', 'patch'].includes(verb)) throw methodNotAllowed();
  const id = [group === '' ? 'core' : group, resource, ...(view === '' ? [] : [view]), verb].join('.');
  return { type: 'object', id, verb, kind, namespace, name, subresource: view };
}

function placeOf(group: string, rest: readonly string[]): Place {
  const [a = '', b, c, d, e, ...more] = rest;
  if (more.length > 0) throw noSuchPath();
  const inNamespace =
    a === 'namespaces' &&
    c !== undefined &&
    // `/namespaces/x/status` is the namespace's own subresource; `/namespaces/x/services` is a collection inside it.
    (group !== '' || KINDS.some((kind) => kind.group === '' && kind.namespaced && kind.resource === c));
  return inNamespace
    ? { resource: c, namespace: b, name: d ?? '', subresource: e ?? '' }
    : { resource: a, namespace: undefined, name: b ?? '', subresource: c ?? '' };
}

function subresourceOf(kind: Kind, name: string): ObjectRoute['subresource'] {
  if (name === '') return '';
  if (name === 'status' && kind.status) return 'status';
  if (name === 'scale' && kind.scale) return 'scale';
  throw noSuchPath();
}

function verbOf(http: string, name: string, query: URLSearchParams): Verb {
  const collection = name === '';
  const watching = ['true', '1'].includes(query.get('watch') ?? '');
  if (http === 'GET' && collection) return watching ? 'watch' : 'list';
  if (http === 'GET') return 'get';
  if (http === 'POST' && collection) return 'create';
  if (http === 'PUT' && !collection) return 'update';
  if (http === 'PATCH' && !collection) return 'patch';
  if (http === 'DELETE') return collection ? 'deletecollection' : 'delete';
  throw methodNotAllowed();
}
