/** Answers GET: one object, or a list with selectors and pages. */
import type { Body } from '../core/store.ts';
import type { Cluster } from './cluster.ts';
import { apiVersionOf, type Kind } from './kinds.ts';
import { omit, type Kube } from './object.ts';
import type { ObjectRoute } from './routes.ts';
import { selectorOf } from './selectors.ts';
import { badRequest, expired, notFound } from './status.ts';
import { subjectOf } from './write-metadata.ts';

/** Throws 404. */
export function get({ store }: Cluster, { kind, namespace, name }: ObjectRoute): Kube {
  const object = store.get(kind, namespace, name);
  if (!object) throw notFound(subjectOf(kind, name));
  return object;
}

/** The objects a collection's selectors let through. */
export function select({ store }: Cluster, { kind, namespace }: ObjectRoute, query: URLSearchParams): Kube[] {
  return store.list(kind, namespace).filter(selectorOf(query));
}

/** Where a page goes on: after `last`, as seen from the version of the first page. */
interface Continue {
  readonly version: number;
  readonly last: string;
}

const keyOf = ({ metadata }: Kube): string => `${metadata.namespace ?? ''}/${metadata.name}`;

/** Throws 410 when the page token is older than the log of changes reaches back. */
export function list(cluster: Cluster, route: ObjectRoute, query: URLSearchParams, accept = ''): Body {
  const token = readContinue(query.get('continue'));
  if (token && token.version < cluster.store.compacted) {
    throw expired('The provided continue parameter is too old to display a consistent list result.');
  }
  const version = token?.version ?? cluster.store.version;
  const all = select(cluster, route, query).filter((object) => !token || keyOf(object) > token.last);
  const limit = Number(query.get('limit') ?? 0) || all.length;
  const page = all.slice(0, limit);
  const last = page.at(-1);
  const more = all.length - page.length;
  const partial = wantsMetadata(accept);
  return {
    kind: partial ? 'PartialObjectMetadataList' : `${route.kind.kind}List`,
    apiVersion: partial ? META : apiVersionOf(route.kind),
    metadata: {
      resourceVersion: String(version),
      ...(more > 0 &&
        last && { continue: writeContinue({ version, last: keyOf(last) }), remainingItemCount: more }),
    },
    items: page.map((object) => (partial ? metadataOf(object) : listItem(route.kind, object))),
  };
}

const META = 'meta.k8s.io/v1';

/**
 * The first media type of an Accept header that is served decides: JSON, of the whole object or of its metadata alone.
 * Source: https://kubernetes.io/docs/reference/using-api/api-concepts, alternate representations.
 */
function wantsMetadata(accept: string): boolean {
  for (const clause of accept.split(',')) {
    const [type = '', ...parameters] = clause.split(';').map((part) => part.trim());
    if (type !== 'application/json' && type !== '*/*') continue;
    const given = new Map(parameters.map((parameter) => parameter.split('=', 2) as [string, string]));
    const as = given.get('as');
    if (as === undefined) return false;
    if (as === 'PartialObjectMetadataList' && given.get('g') === 'meta.k8s.io' && given.get('v') === 'v1') {
      return true;
    }
  }
  return false;
}

/** Unlike the items of a built-in list, these say what they are. Source: apiserver, handlers/response.go. */
const metadataOf = ({ metadata }: Kube): Body => ({
  kind: 'PartialObjectMetadata',
  apiVersion: META,
  metadata,
});

/** Items of built-in lists carry no type words; the list's kind says it all. */
const listItem = (kind: Kind, object: Kube): Body =>
  kind.custom ? object : omit(object, 'kind', 'apiVersion');

const writeContinue = (token: Continue): string => Buffer.from(JSON.stringify(token)).toString('base64url');

function readContinue(text: string | null): Continue | undefined {
  if (text === null || text === '') return undefined;
  try {
    const token = JSON.parse(Buffer.from(text, 'base64url').toString()) as Partial<Continue>;
    if (typeof token.version === 'number' && typeof token.last === 'string') {
      return { version: token.version, last: token.last };
    }
  } catch {
    // Falls through to the same answer: the token is not ours.
  }
  throw badRequest('continue key is not valid');
}
