/**
 * The cluster plane: lists per kind through the control plane, raw, and compared object by object; and the cheaper glance
 * that only tells whether anything has moved since.
 */
import { at, textAt } from './json.ts';
import { digestOf } from './digest.ts';
import { listMark, predictedText } from './object-marks.ts';
import { markOf } from './marks.ts';
import type { Fields, Json, Reading, Want } from './model.ts';
import type { ClusterView, Glimpse, KubeResource, ObservePorts } from './ports.ts';
import { ENDPOINT_FIELD } from './resources/cluster.ts';
import { CLUSTER_KINDS } from './resources/index.ts';
import type { ClusterKind } from './resources/kind.ts';

/** A list that was read, and two marks of it. */
interface ListSight extends KubeResource {
  readonly namespace: string | null;
  /** Of what a glance at unchanged objects should answer, to the letter. */
  readonly digest: string;
  /** Of the objects' metadata, as far as a change there is news. */
  readonly mark: string;
}

/** Which lists were read in a tenant's cluster. */
export interface ClusterSight {
  readonly endpoint: string;
  readonly lists: readonly ListSight[];
}

export interface ClusterLook {
  readonly readings: readonly (readonly [string, Reading<Fields>])[];
  /** Null when nothing was read in a cluster, or not all that should have been. */
  readonly sight: ClusterSight | null;
}

/** The cluster plane stands on the cluster itself: absent with it, unreadable with it. */
export async function observeCluster(
  ports: Pick<ObservePorts, 'clusters' | 'clock'>,
  wants: readonly Want[],
  gcp: ReadonlyMap<string, Reading<Fields>>,
): Promise<ClusterLook> {
  const inside = wants.filter((want) => want.plane === 'cluster');
  const host = wants.find((want) => want.kind === 'cluster');
  const cluster = host && gcp.get(host.id);
  const all = (reading: Reading<Fields>): ClusterLook => ({
    readings: inside.map((want) => [want.id, reading]),
    sight: null,
  });
  const seen = ports.clock.now().toISOString();
  if (cluster === undefined) return all(unreadable('no cluster is wanted to look into', 'none', seen));
  if (cluster.state === 'absent') return all(cluster);
  if (cluster.state === 'unreadable') {
    return all(unreadable(`the cluster could not be read: ${cluster.reason}`, cluster.source, cluster.at));
  }
  const endpoint = textAt(cluster.value, ENDPOINT_FIELD);
  if (endpoint === null)
    return all(unreadable('the cluster has no DNS-based endpoint yet', cluster.source, seen));
  return lookInside(ports.clusters.at({ endpoint }), endpoint, inside, seen);
}

async function lookInside(
  view: ClusterView,
  endpoint: string,
  wants: readonly Want[],
  seen: string,
): Promise<ClusterLook> {
  const places = wants.map(placeOf);
  const lists = new Map<string, Promise<Listing>>();
  for (const place of places) {
    if (place === null || lists.has(place.key)) continue;
    const names = new Set(places.flatMap((each) => (each?.key === place.key ? [each.name] : [])));
    lists.set(place.key, readList(view, place, names));
  }
  const readings = await Promise.all(
    wants.map(async (want, index): Promise<[string, Reading<Fields>]> => {
      const place = places[index];
      const listing = place && (await lists.get(place.key));
      return [
        want.id,
        listing ? pick(listing, place, want) : unreadable('no reader for this kind', 'none', seen),
      ];
    }),
  );
  const sights = (await Promise.all(lists.values())).map(({ sight }) => sight);
  const complete = sights.filter((sight) => sight !== null);
  return { readings, sight: complete.length === sights.length ? { endpoint, lists: complete } : null };
}

/** Where a want is looked for. */
interface Place {
  readonly kind: ClusterKind;
  readonly namespace: string | null;
  readonly name: string;
  /** The same for all wants that one list answers. */
  readonly key: string;
}

function placeOf(want: Want): Place | null {
  const kind = CLUSTER_KINDS.find((candidate) => candidate.kind === want.kind);
  if (!kind) return null;
  const [namespace, name] = kind.namespaced ? splitName(want.name) : [null, want.name];
  return { kind, namespace, name, key: `${kind.resource.group}/${kind.resource.plural}/${namespace ?? ''}` };
}

function splitName(name: string): [string, string] {
  const slash = name.indexOf('/');
  return [name.slice(0, slash), name.slice(slash + 1)];
}

/** What is kept of a list: the objects that are wanted, and marks of them all. */
interface Listing {
  readonly reading: Reading<ReadonlyMap<string, Json>>;
  readonly sight: ListSight | null;
}

async function readList(
  view: ClusterView,
  { kind: { resource }, namespace }: Place,
  names: ReadonlySet<string>,
): Promise<Listing> {
  const reading = await view.list(resource, namespace, (objects) => ({
    wanted: named(objects, names),
    digest: digestOf(predictedText(objects)),
    mark: listMark(objects, isRestless(resource)),
  }));
  if (reading.state !== 'present') return { reading, sight: null };
  const { wanted, ...marks } = reading.value;
  return { reading: { ...reading, value: wanted }, sight: { ...resource, namespace, ...marks } };
}

function named(objects: readonly Json[], names: ReadonlySet<string>): Map<string, Json> {
  const found = new Map<string, Json>();
  for (const object of objects) {
    const name = textAt(object, 'metadata', 'name');
    if (name !== null && names.has(name)) found.set(name, object);
  }
  return found;
}

function pick({ reading }: Listing, { kind, name }: Place, want: Want): Reading<Fields> {
  if (reading.state !== 'present') return reading;
  const { value, source, at: seen } = reading;
  const body = value.get(name);
  const fields = body === undefined ? undefined : kind.read(body, want);
  if (fields === undefined) return { state: 'absent', source, at: seen };
  const managers = at(body, 'metadata', 'managedFields');
  return { state: 'present', value: fields, source, at: seen, ...(managers !== undefined && { managers }) };
}

const isRestless = ({ group, plural }: KubeResource): boolean =>
  CLUSTER_KINDS.some(
    ({ resource, restlessStatus }) =>
      resource.group === group && resource.plural === plural && restlessStatus === true,
  );

/** Whether all lists show what they showed then. One that cannot be read does not. */
export async function restsAsSeen(
  { clusters }: Pick<ObservePorts, 'clusters'>,
  { endpoint, lists }: ClusterSight,
): Promise<boolean> {
  const view = clusters.at({ endpoint });
  const same = await Promise.all(
    lists.map(async (sight) => {
      const glimpse = await view.glance(sight, sight.namespace);
      return glimpse !== null && looksAsSeen(glimpse, sight);
    }),
  );
  return !same.includes(false);
}

/** Most lists answer to the letter what they answered before; only the others have to be parsed. */
function looksAsSeen(glimpse: Glimpse, sight: ListSight): boolean {
  if (glimpse.digest !== null && glimpse.digest === sight.digest) return true;
  try {
    return listMark(glimpse.objects(), isRestless(sight)) === sight.mark;
  } catch {
    return false;
  }
}

/** Mark of all that was seen in a cluster. */
export const clusterMark = (sight: ClusterSight | null): string =>
  sight === null ? '' : markOf(JSON.stringify([sight.endpoint, sight.lists.map(({ mark }) => mark)]));

const unreadable = (reason: string, source: string, at: string): Reading<Fields> => ({
  state: 'unreadable',
  reason,
  source,
  at,
});
