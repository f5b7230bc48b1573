/** Answers one request of a cluster's API; transport, identity and faults are the server's business. */
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { Body } from '../core/store.ts';
import type { Cluster } from './cluster.ts';
import { discover } from './discovery.ts';
import { isObject, objectAt, textAt } from './object.ts';
import { openapiDocument, openapiIndex, OPENAPI_V2 } from './openapi.ts';
import { get, list, select } from './read.ts';
import type { MetaRoute, ObjectRoute, Route } from './routes.ts';
import { badRequest, methodNotAllowed, noSuchPath, StatusError, staleWrite } from './status.ts';
import { watch } from './watch.ts';
import { create, remove, replace, type WriteOptions, type Written } from './write.ts';
import { subjectOf } from './write-metadata.ts';
import { APPLY, parseYaml, patch, replaceScale, scaleOf } from './write-patch.ts';

export interface ApiRequest {
  readonly http: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Answer {
  readonly status: number;
  /** JSON unless it is text or bytes already. */
  readonly body: object | string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

const ok = (body: Answer['body'], headers?: Answer['headers']): Answer => ({
  status: 200,
  body,
  ...(headers && { headers }),
});

/** The answer, or undefined when the request became a watch that streams into `response`. Throws StatusError. */
export function answer(
  cluster: Cluster,
  route: Route,
  request: ApiRequest,
  response: ServerResponse,
): Answer | undefined {
  if (route.type === 'meta') return answerMeta(cluster, route, request);
  if (route.verb === 'watch') {
    watch(cluster, route, request.url.searchParams, response);
    return;
  }
  return answerObject(cluster, route, request);
}

/** What GKE's API reports when nobody said which version runs. */
const DEFAULT_VERSION = '1.32.4-gke.1106006';

function answerMeta(cluster: Cluster, { id, segments }: MetaRoute, { http, headers }: ApiRequest): Answer {
  if (http !== 'GET') throw methodNotAllowed();
  if (id === 'version.get') return ok(versionOf(cluster.placement.version ?? DEFAULT_VERSION));
  if (id === 'discovery.get') {
    const { body, contentType } = discover(segments, headers.accept ?? '');
    return ok(body, { 'content-type': contentType });
  }
  if (id !== 'openapi.get') return ok('ok', { 'content-type': 'text/plain; charset=utf-8' });
  const [, version, ...root] = segments;
  if (version === 'v2') return ok(OPENAPI_V2, { 'content-type': 'application/octet-stream' });
  if (version !== 'v3') throw noSuchPath();
  return ok(root.length === 0 ? openapiIndex() : openapiDocument(root.join('/')));
}

function versionOf(version: string): object {
  const [major = '1', minor = '32'] = version.split('.');
  return { major, minor, gitVersion: `v${version}`, gitTreeState: 'clean', platform: 'linux/amd64' };
}

function answerObject(cluster: Cluster, route: ObjectRoute, request: ApiRequest): Answer {
  const { kind, namespace } = route;
  const query = request.url.searchParams;
  switch (route.verb) {
    case 'get':
      return ok(route.subresource === 'scale' ? scaleOf(get(cluster, route)) : get(cluster, route));
    case 'list':
      return ok(list(cluster, route, query, request.headers.accept));
    case 'create':
      return written(create(cluster, kind, namespace, objectBody(request), optionsOf(route, request)), route);
    case 'update':
      return written(update(cluster, route, request), route);
    case 'patch': {
      const contentType = mediaType(request.headers);
      const body = request.body;
      const force = query.get('force') === 'true';
      const options = optionsOf(route, request, contentType === APPLY);
      return written(
        patch(cluster, kind, { namespace, name: route.name, contentType, body, force }, options),
        route,
      );
    }
    case 'delete':
      return deleteOne(cluster, route, request);
    case 'deletecollection': {
      const gone = select(cluster, route, query);
      const dryRun = isDryRun(query, {});
      for (const object of gone) remove(cluster, kind, object, dryRun);
      return ok({
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Success',
        details: { kind: kind.resource },
      });
    }
    case 'watch':
      throw new Error('a watch streams and has no single answer');
  }
}

function update(cluster: Cluster, route: ObjectRoute, request: ApiRequest): Written {
  const live = get(cluster, route);
  const body = objectBody(request);
  const options = optionsOf(route, request);
  return route.subresource === 'scale'
    ? replaceScale(cluster, route.kind, live, body, options)
    : replace(cluster, route.kind, live, body, options);
}

function deleteOne(cluster: Cluster, route: ObjectRoute, request: ApiRequest): Answer {
  const live = get(cluster, route);
  const given = request.body.length === 0 ? {} : objectBody(request);
  const wanted = objectAt(given, 'preconditions');
  const { uid, resourceVersion, name } = live.metadata;
  const stale =
    (textAt(wanted, 'uid') ?? uid) !== uid ||
    (textAt(wanted, 'resourceVersion') ?? resourceVersion) !== resourceVersion;
  if (stale) throw staleWrite(subjectOf(route.kind, name));
  const { object, gone } = remove(cluster, route.kind, live, isDryRun(request.url.searchParams, given));
  if (!gone) return ok(object);
  const { group, resource } = route.kind;
  return ok({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: { name, ...(group !== '' && { group }), kind: resource, uid },
  });
}

function written({ object, created, warnings }: Written, route: ObjectRoute): Answer {
  const view = route.subresource === 'scale' ? scaleOf(object) : object;
  return {
    status: created ? 201 : 200,
    body: view,
    ...(warnings.length > 0 && {
      headers: { warning: warnings.map((text) => `299 - ${JSON.stringify(text)}`).join(', ') },
    }),
  };
}

/** The name in front of the slash of a user agent, which real servers too take for a manager nobody named. */
const managerOf = (headers: IncomingHttpHeaders): string =>
  (headers['user-agent'] ?? 'unknown').split('/')[0] ?? '';

/** Apply must name its manager; every other writer may leave it to the user agent. */
function optionsOf(route: ObjectRoute, { url, headers }: ApiRequest, applying = false): WriteOptions {
  const query = url.searchParams;
  const validation = query.get('fieldValidation') ?? 'Warn';
  if (validation !== 'Strict' && validation !== 'Warn' && validation !== 'Ignore') {
    throw badRequest(
      `fieldValidation: Unsupported value: "${validation}": supported values: "Ignore", "Warn", "Strict"`,
    );
  }
  const named = query.get('fieldManager') ?? '';
  return {
    manager: named !== '' || applying ? named : managerOf(headers),
    dryRun: isDryRun(query, {}),
    validation,
    subresource: route.subresource,
  };
}

function isDryRun(query: URLSearchParams, body: Body): boolean {
  const listed = Array.isArray(body['dryRun']) ? body['dryRun'] : [];
  const all = [...query.getAll('dryRun'), ...listed].filter((value) => value !== '');
  if (all.some((value) => value !== 'All')) {
    throw badRequest(
      `Invalid value: ${JSON.stringify(all)}: dryRun: Unsupported value: supported values: "All"`,
    );
  }
  return all.length > 0;
}

const mediaType = (headers: IncomingHttpHeaders): string =>
  (headers['content-type'] ?? 'application/json').split(';')[0]?.trim() ?? '';

const BODY_TYPES = ['application/json', 'application/yaml', '*/*', ''];

function objectBody({ headers, body }: ApiRequest): Body {
  if (!BODY_TYPES.includes(mediaType(headers))) {
    throw new StatusError(
      415,
      'UnsupportedMediaType',
      'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml',
    );
  }
  const value = parseYaml(body);
  if (!isObject(value)) throw badRequest('the body of the request is not an object');
  return value;
}
