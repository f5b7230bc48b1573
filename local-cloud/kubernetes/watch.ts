/** Streams changes of a collection as JSON lines, from a given version on or from the current state. */
import type { ServerResponse } from 'node:http';
import type { Cluster } from './cluster.ts';
import { apiVersionOf } from './kinds.ts';
import type { ObjectRoute } from './routes.ts';
import { selectorOf, type Selector } from './selectors.ts';
import { badRequest, expired } from './status.ts';
import type { Change } from './store.ts';

/** How long a watch lasts when the client does not say; the real server takes thirty to sixty minutes. */
const DEFAULT_TIMEOUT_SECONDS = 1_800;

/** Throws 400 on an unreadable version; a version out of the log's reach is told inside the stream, as a real watch does. */
export function watch(
  cluster: Cluster,
  route: ObjectRoute,
  query: URLSearchParams,
  response: ServerResponse,
): void {
  const selects = selectorOf(query);
  const from = query.get('resourceVersion') ?? '';
  if (!/^\d*$/.test(from)) throw badRequest(`Invalid value: "${from}": must be a resource version`);
  const since = Number(from === '' ? 0 : from);

  response.writeHead(200, { 'content-type': 'application/json' });
  // kubectl's wait believes the watch has begun only when it has seen the headers.
  response.flushHeaders();
  const send = (type: string, object: object) => void response.write(`${JSON.stringify({ type, object })}\n`);

  if (since > 0 && since < cluster.store.compacted) {
    send('ERROR', expired(`too old resource version: ${since} (${cluster.store.compacted})`).body);
    response.end();
    return;
  }
  const pass = (change: Change) => {
    const type = eventType(change, route, selects);
    if (type !== undefined) send(type, change.object);
  };
  if (since === 0) {
    for (const object of cluster.store.list(route.kind, route.namespace)) {
      if (selects(object)) send('ADDED', object);
    }
    if (query.get('sendInitialEvents') === 'true') send('BOOKMARK', initialEventsEnd(cluster, route));
  } else {
    cluster.store.since(since).forEach(pass);
  }
  const unsubscribe = cluster.store.subscribe(pass);
  // The client counts its time-out on the wall, however fast cloud time runs.
  const seconds = Number(query.get('timeoutSeconds') ?? 0) || DEFAULT_TIMEOUT_SECONDS;
  const timer = setTimeout(() => response.end(), seconds * 1_000);
  response.on('close', () => {
    clearTimeout(timer);
    unsubscribe();
  });
}

/** An object that starts or stops matching the selectors appears or disappears for this watch. */
function eventType(
  { type, kind, object, previous }: Change,
  route: ObjectRoute,
  selects: Selector,
): string | undefined {
  if (kind !== route.kind) return undefined;
  if (route.namespace !== undefined && object.metadata.namespace !== route.namespace) return undefined;
  const matched = previous !== undefined && selects(previous);
  if (type === 'DELETED') return matched ? 'DELETED' : undefined;
  if (selects(object)) return matched ? 'MODIFIED' : 'ADDED';
  return matched ? 'DELETED' : undefined;
}

/** Tells a streaming list that everything which stood at the beginning has been sent. */
function initialEventsEnd(cluster: Cluster, { kind }: ObjectRoute): object {
  return {
    kind: kind.kind,
    apiVersion: apiVersionOf(kind),
    metadata: {
      resourceVersion: String(cluster.store.version),
      annotations: { 'k8s.io/initial-events-end': 'true' },
    },
  };
}
