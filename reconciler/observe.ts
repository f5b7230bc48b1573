/**
 * Looking at one tenant: what the sweep showed of it, a direct read of whatever the sweep shows as missing or different,
 * lists inside its cluster, and the last health result. Every want gets a reading; none is left to guess.
 */
import { ENDPOINT_KIND } from './expect.ts';
import { equal, textAt } from './json.ts';
import type { Fields, HealthResult, Json, Reading, Want } from './model.ts';
import { objectsMark } from './object-marks.ts';
import { markOf } from './marks.ts';
import type { ApiRef, ClusterView, KubeResource, ObservePorts } from './ports.ts';
import { ENDPOINT_FIELD } from './resources/cluster.ts';
import { CLUSTER_KINDS, kindOf } from './resources/index.ts';
import { tail, type ClusterKind, type GcpKind } from './resources/kind.ts';
import type { Sight } from './sights.ts';

export interface Observed {
  readonly name: string;
  /** Wants of the record and of the one last applied, without repeats. */
  readonly wants: readonly Want[];
  readonly health: HealthResult | null;
}

/** Which lists were read in a tenant's cluster, and a mark of what they showed. */
export interface ClusterSight {
  readonly endpoint: string;
  readonly lists: readonly ListKey[];
  readonly objects: string;
}

export interface ListKey extends KubeResource {
  readonly namespace: string | null;
}

export interface Look {
  /** By want id. Every want has one. */
  readonly readings: Map<string, Reading<Fields>>;
  /** Null when nothing was read in a cluster, or not all that should have been. */
  readonly cluster: ClusterSight | null;
}

/** What cannot be read is a reading of its own; throws CloudError only as `spent`, when the pass may not look any more. */
export async function observe(
  ports: ObservePorts,
  sight: Sight,
  { wants, health }: Observed,
  until: number,
): Promise<Look> {
  // A router and its NAT are one body: it is read once.
  const bodies = new Map<string, Promise<Reading<Json>>>();
  const read = (ref: ApiRef) => {
    const key = `${ref.service} ${ref.path}`;
    const body = bodies.get(key) ?? ports.reads.get(ref, until);
    bodies.set(key, body);
    return body;
  };
  const gcp = await Promise.all(
    wants
      .filter((want) => want.plane === 'gcp')
      .map(async (want) => [want.id, await readGcp(read, sight, want)] as const),
  );
  const readings = new Map<string, Reading<Fields>>(gcp);
  const { inside, cluster } = await readCluster(ports, wants, readings);
  for (const [id, reading] of inside) readings.set(id, reading);
  for (const want of wants)
    if (want.kind === ENDPOINT_KIND) readings.set(want.id, readEndpoint(ports, health));
  return { readings, cluster };
}

/**
 * Inventory may be late, so it is believed only where it agrees with what is wanted; for everything else the owning
 * API has the word. A sweep with a gap says nothing about what it does not list, so nothing is concluded from it; and
 * while there is doubt whether we see what is there, not even a 404 is.
 */
async function readGcp(
  read: (ref: ApiRef) => Promise<Reading<Json>>,
  sight: Sight,
  want: Want,
): Promise<Reading<Fields>> {
  const kind = kindOf(want);
  if (kind?.plane !== 'gcp') return unreadable('no reader for this kind', 'none', sight.at);
  if (sight.failure !== null) return unreadable(sight.failure, 'cloudasset', sight.at);
  const fields = sight.fieldsOf(want);
  if (fields && agrees(want, fields, kind)) {
    return { state: 'present', value: fields, source: 'cloudasset', at: sight.at };
  }
  const ref = kind.ref(want);
  const body = await read(ref);
  return body.state === 'absent' && sight.doubt !== null
    ? unreadable(`HTTP 404, but ${sight.doubt}`, body.source, body.at)
    : narrow(body, ref, kind, want);
}

/** From a body's reading to the reading of the resource inside it. */
function narrow(body: Reading<Json>, ref: ApiRef, kind: GcpKind, want: Want): Reading<Fields> {
  if (body.state !== 'present') return body;
  // An empty object is no router without a NAT: only a body that bears the name asked for says anything.
  if (tail(textAt(body.value, 'name')) !== tail(ref.path)) {
    return unreadable(`the answer to ${ref.path} is not that resource`, body.source, body.at);
  }
  const fields = kind.read(body.value, want);
  return fields === undefined
    ? { state: 'absent', source: body.source, at: body.at }
    : { state: 'present', value: fields, source: body.source, at: body.at };
}

const agrees = (want: Want, fields: Fields, kind: GcpKind): boolean =>
  Object.entries(want.fields).every(([path, wish]) => equal(wish.want, fields[path])) &&
  !Object.keys(fields).some((path) => kind.owns?.(path) && !Object.hasOwn(want.fields, path));

/** The cluster plane stands on the cluster itself: absent with it, unreadable with it. */
async function readCluster(
  ports: ObservePorts,
  wants: readonly Want[],
  gcp: ReadonlyMap<string, Reading<Fields>>,
): Promise<{ inside: [string, Reading<Fields>][]; cluster: ClusterSight | null }> {
  const inside = wants.filter((want) => want.plane === 'cluster');
  const host = wants.find((want) => want.kind === 'cluster');
  const cluster = host && gcp.get(host.id);
  const all = (reading: Reading<Fields>) => ({
    inside: inside.map((want): [string, Reading<Fields>] => [want.id, reading]),
    cluster: null,
  });
  const at = ports.clock.now().toISOString();
  if (cluster === undefined) return all(unreadable('no cluster is wanted to look into', 'none', at));
  if (cluster.state === 'absent') return all(cluster);
  if (cluster.state === 'unreadable') {
    return all(unreadable(`the cluster could not be read: ${cluster.reason}`, cluster.source, cluster.at));
  }
  const endpoint = textAt(cluster.value, ENDPOINT_FIELD);
  if (endpoint === null)
    return all(unreadable('the cluster has no DNS-based endpoint yet', cluster.source, at));
  const view = ports.clusters.at({ endpoint });
  const lists = new Map<string, { key: ListKey; read: Promise<Reading<readonly Json[]>> }>();
  const read = await Promise.all(
    inside.map(async (want): Promise<[string, Reading<Fields>]> => [
      want.id,
      await readObject(view, want, lists, at),
    ]),
  );
  return { inside: read, cluster: await sightOf(endpoint, [...lists.values()]) };
}

/** A mark of lists that could all be read, for the next pass to compare a glance with. */
async function sightOf(
  endpoint: string,
  lists: readonly { key: ListKey; read: Promise<Reading<readonly Json[]>> }[],
): Promise<ClusterSight | null> {
  const marks: string[] = [];
  for (const { key, read } of lists) {
    const list = await read;
    if (list.state !== 'present') return null;
    marks.push(listMark(key, list.value));
  }
  return { endpoint, lists: lists.map(({ key }) => key), objects: marksText(marks) };
}

const listMark = (key: ListKey, objects: readonly Json[]): string => objectsMark(objects, isRestless(key));

const marksText = (marks: readonly string[]): string => markOf(marks.join(' '));

const isRestless = ({ group, plural }: KubeResource): boolean =>
  CLUSTER_KINDS.some(
    ({ resource, restlessStatus }) =>
      resource.group === group && resource.plural === plural && restlessStatus === true,
  );

/** The mark of what these lists show now, from metadata alone; null when one could not be read. */
export async function glanceAtCluster(
  { clusters }: Pick<ObservePorts, 'clusters'>,
  { endpoint, lists }: Pick<ClusterSight, 'endpoint' | 'lists'>,
): Promise<string | null> {
  const view = clusters.at({ endpoint });
  const read = await Promise.all(lists.map((key) => view.list(key, key.namespace, 'metadata')));
  const marks = read.map((list, at) => {
    const key = lists[at];
    return list.state === 'present' && key !== undefined ? listMark(key, list.value) : null;
  });
  return marks.includes(null) ? null : marksText(marks as string[]);
}

async function readObject(
  view: ClusterView,
  want: Want,
  lists: Map<string, { key: ListKey; read: Promise<Reading<readonly Json[]>> }>,
  at: string,
): Promise<Reading<Fields>> {
  const kind = CLUSTER_KINDS.find((candidate) => candidate.kind === want.kind);
  if (!kind) return unreadable('no reader for this kind', 'none', at);
  const [namespace, name] = kind.namespaced ? splitName(want.name) : [null, want.name];
  const key = `${kind.resource.plural}/${namespace ?? ''}`;
  const listed = lists.get(key) ?? {
    key: { ...kind.resource, namespace },
    read: view.list(kind.resource, namespace, 'objects'),
  };
  lists.set(key, listed);
  return pick(await listed.read, kind, want, name);
}

function pick(list: Reading<readonly Json[]>, kind: ClusterKind, want: Want, name: string): Reading<Fields> {
  if (list.state !== 'present') return list;
  const body = list.value.find((object) => textAt(object, 'metadata', 'name') === name);
  const fields = body === undefined ? undefined : kind.read(body, want);
  return fields === undefined
    ? { state: 'absent', source: list.source, at: list.at }
    : { state: 'present', value: fields, source: list.source, at: list.at };
}

function splitName(name: string): [string, string] {
  const slash = name.indexOf('/');
  return [name.slice(0, slash), name.slice(slash + 1)];
}

/** The endpoint is asked from inside the tenant's network; here stands what that last said, and how old it is. */
function readEndpoint(ports: ObservePorts, health: HealthResult | null): Reading<Fields> {
  if (health === null) return { state: 'absent', source: 'ledger', at: ports.clock.now().toISOString() };
  return {
    state: 'present',
    value: { healthy: health.healthy, code: health.code, reason: health.reason, url: health.url },
    source: 'health-check',
    at: health.checkedAt,
  };
}

const unreadable = (reason: string, source: string, at: string): Reading<Fields> => ({
  state: 'unreadable',
  reason,
  source,
  at,
});
