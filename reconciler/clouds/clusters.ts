/**
 * Lists inside tenants' clusters, as raw JSON: the typed Kubernetes client drops what it does not know. So many calls
 * at once per cluster and altogether, and so much time per call and per cluster: a slow one holds up nobody else.
 */
import { digestOf } from '../digest.ts';
import { describe } from '../error-text.ts';
import { Gate } from '../gate.ts';
import { isObject, textAt } from '../json.ts';
import type { Json, Reading } from '../model.ts';
import {
  CloudError,
  type Clock,
  type Clusters,
  type ClusterView,
  type Glimpse,
  type KubeResource,
} from '../ports.ts';
import type { TokenSource } from './auth.ts';
import { parseBody, tooLarge } from './body.ts';
import { isSilence, kubeHttp, type KubeHttp } from './kube-http.ts';

const PAGE_SIZE = 500;
/** A server that hands out continue tokens for ever must not hold a pass for ever. */
const MOST_PAGES = 200;
/** A list that begins anew again and again, because its tokens expire faster than it can be read, never ends. */
const MOST_RESTARTS = 3;
/** Of one call: a server that is busy or a connection that broke gets another chance or two. */
const ATTEMPTS = 3;
/** A server may ask for more; the cluster's own time is over first. */
const LONGEST_PAUSE_MS = 10_000;
const FIRST_PAUSE_MS = 200;

const MIB = 1024 * 1024;

interface ClusterLimits {
  readonly atOncePerCluster: number;
  readonly atOnce: number;
  /** Of one call, to its last byte. */
  readonly callMs: number;
  /** Of all calls to one cluster in one look. */
  readonly clusterMs: number;
  readonly pageBytes: number;
  readonly listBytes: number;
}

const LIMITS: ClusterLimits = {
  atOncePerCluster: 2,
  atOnce: 32,
  callMs: 15_000,
  clusterMs: 60_000,
  pageBytes: 32 * MIB,
  listBytes: 64 * MIB,
};

export interface ClustersOptions {
  readonly tokens: TokenSource;
  readonly clock: Clock;
  /** Told of every call. */
  readonly onCall?: () => void;
  /** PEM of an authority to trust beside the public ones: the local cloud's. */
  readonly caFile: string | null;
  readonly limits?: Partial<ClusterLimits>;
  /** Another way to the control plane, for whoever measures without a network. */
  readonly http?: KubeHttp;
}

/** How a server is asked for whole objects, or for their metadata alone. Source: Kubernetes API concepts, partial object metadata. */
const ACCEPT = {
  objects: 'application/json',
  metadata: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io',
};

type Get = (path: string) => Promise<Buffer>;

export function clustersOf(options: ClustersOptions): Clusters {
  const { tokens, clock, caFile, onCall, http = kubeHttp(caFile) } = options;
  const limits = { ...LIMITS, ...options.limits };
  const overall = new Gate(limits.atOnce);
  return {
    at: ({ endpoint }): ClusterView => {
      const own = new Gate(limits.atOncePerCluster);
      const line = new Line(endpoint, limits, clock);
      const ask = async (path: string, accept: string, deadlineMs: number): Promise<Buffer> => {
        const token = await tokens.token();
        onCall?.();
        return http({ endpoint, path, token, accept, deadlineMs, limit: limits.pageBytes });
      };
      const get =
        (accept: string): Get =>
        (path) =>
          own.run(() => line.repeat((deadlineMs) => overall.run(() => ask(path, accept, deadlineMs))));
      return {
        list: (resource, namespace, see) =>
          reading(clock, resource, () => listAll(get(ACCEPT.objects), resource, namespace, limits, see)),
        glance: (resource, namespace) => glanceAt(get(ACCEPT.metadata), resource, namespace, limits),
      };
    },
  };
}

/** Most lists are one page, which need not be parsed to be compared with what it was. Null: it could not be read. */
async function glanceAt(
  get: Get,
  resource: KubeResource,
  namespace: string | null,
  limits: ClusterLimits,
): Promise<Glimpse | null> {
  try {
    const body = await get(pathOf(resource, namespace, null));
    const items = body.indexOf('"items":');
    // What says that there is more stands before the items. Source: ListMeta comes first in every list.
    if (items > 0 && !body.subarray(0, items).includes('"continue"')) {
      return {
        digest: digestOf(body.subarray(items, endOf(body))),
        objects: () => listOf(body, resource).items,
      };
    }
    const objects = await listAll(get, resource, namespace, limits, (all) => all);
    return { digest: null, objects: () => objects };
  } catch {
    return null;
  }
}

/** Servers end an answer with a line break, or not. */
function endOf(body: Buffer): number {
  let end = body.length;
  while (end > 0 && (body[end - 1] ?? 0) <= BLANK) end -= 1;
  return end;
}

const BLANK = 0x20;

async function reading<T>(
  clock: Clock,
  { plural }: KubeResource,
  read: () => Promise<T>,
): Promise<Reading<T>> {
  const at = clock.now().toISOString();
  const source = `kubernetes ${plural}`;
  try {
    return { state: 'present', value: await read(), source, at };
  } catch (error) {
    return unreadableFor(error, source, at);
  }
}

/** What could not be read, and whether it is to be set aside. */
export const unreadableFor = (error: unknown, source: string, at: string) => ({
  state: 'unreadable' as const,
  reason: describe(error),
  source,
  at,
  ...(error instanceof CloudError && error.kind === 'oversized' && { quarantined: true as const }),
});

/** The time a cluster has left, and whether it is worth waiting for at all. */
class Line {
  readonly #endpoint: string;
  readonly #limits: ClusterLimits;
  readonly #clock: Clock;
  #begun: number | undefined;
  #lost: CloudError | undefined;

  constructor(endpoint: string, limits: ClusterLimits, clock: Clock) {
    this.#endpoint = endpoint;
    this.#limits = limits;
    this.#clock = clock;
  }

  /** Throws CloudError, at once when this cluster has let us wait in vain before. */
  async repeat<T>(call: (deadlineMs: number) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await call(this.#deadline());
      } catch (error) {
        if (!(error instanceof CloudError)) throw error;
        // Asking a silent server the next thing would only wait again.
        if (isSilence(error)) this.#lost = error;
        if (!error.retryable || this.#lost !== undefined || attempt === ATTEMPTS) throw error;
        const pause = error.retryAfterMs ?? FIRST_PAUSE_MS * attempt;
        await this.#clock.sleep(Math.min(pause, LONGEST_PAUSE_MS));
      }
    }
  }

  #deadline(): number {
    if (this.#lost !== undefined) throw this.#lost;
    this.#begun ??= performance.now();
    const left = this.#limits.clusterMs - (performance.now() - this.#begun);
    if (left > 0) return Math.min(left, this.#limits.callMs);
    throw (this.#lost = new CloudError(
      'unavailable',
      `${this.#endpoint}: its lists took longer than ${this.#limits.clusterMs / 1000} s`,
    ));
  }
}

/** What is made of every page of a list, read to its end; one whose token has expired is begun anew. */
async function listAll<T>(
  get: Get,
  resource: KubeResource,
  namespace: string | null,
  { listBytes }: ClusterLimits,
  see: (objects: readonly Json[]) => T,
): Promise<T> {
  for (let restart = 0; ; restart += 1) {
    const items: Json[] = [];
    let bytes = 0;
    let proceed: string | null = null;
    try {
      for (let page = 0; page < MOST_PAGES; page += 1) {
        const body: Buffer = await get(pathOf(resource, namespace, proceed));
        bytes += body.length;
        if (bytes > listBytes) throw tooLarge(`the list of ${resource.plural}`, listBytes);
        const listed = listOf(body, resource);
        items.push(...listed.items);
        proceed = listed.proceed;
        if (proceed === null) return see(items);
      }
      throw new CloudError('unexpected', `a list of ${resource.plural} did not end`);
    } catch (error) {
      const expired = error instanceof CloudError && error.httpStatus === 410 && proceed !== null;
      if (!expired || restart === MOST_RESTARTS) throw error;
    }
  }
}

function listOf(body: Buffer, { plural }: KubeResource): { items: readonly Json[]; proceed: string | null } {
  const what = `the list of ${plural}`;
  const list = parseBody(body, what);
  const items = isObject(list) ? list['items'] : undefined;
  if (!Array.isArray(items)) throw new CloudError('unexpected', `${what} holds no items`);
  return { items: items as readonly Json[], proceed: textAt(list, 'metadata', 'continue') || null };
}

function pathOf(
  { group, version, plural }: KubeResource,
  namespace: string | null,
  proceed: string | null,
): string {
  const base = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const scope = namespace === null ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  const from = proceed === null ? '' : `&continue=${encodeURIComponent(proceed)}`;
  return `${base}${scope}/${plural}?limit=${PAGE_SIZE}${from}`;
}
