/**
 * Looking at the world: one inventory sweep for all tenants, a direct read of whatever the sweep shows as missing or
 * different, lists inside each cluster, and the last health result. Every want gets a reading; none is left to guess.
 */
import pLimit from 'p-limit';
import { agrees } from './compare.ts';
import { SWEPT_TYPES, type Survey } from './coverage.ts';
import { describe } from './error-text.ts';
import { ENDPOINT_KIND } from './expect.ts';
import { at, textAt } from './json.ts';
import type { Fields, HealthResult, Json, Reading, Want } from './model.ts';
import type { ApiRef, Asset, ClusterAccess, ObservePorts } from './ports.ts';
import { ENDPOINT_FIELD } from './resources/cluster.ts';
import { CLUSTER_KINDS, kindOf } from './resources/index.ts';
import { tail, type ClusterKind, type GcpKind } from './resources/kind.ts';

export interface Observed {
  readonly name: string;
  /** Wants of the record and of the one last applied, without repeats. */
  readonly wants: readonly Want[];
  readonly health: HealthResult | null;
}

/** Tenants looked at together; bounds open sockets, not speed. */
const TENANTS_AT_ONCE = 8;

/**
 * Readings by tenant and want id. Never throws: what cannot be read is a reading of its own. `survey` is shown every
 * asset the sweep comes by.
 */
export async function observe(
  ports: ObservePorts,
  scope: string,
  tenants: readonly Observed[],
  survey?: Survey,
): Promise<Map<string, Map<string, Reading<Fields>>>> {
  const sweep = await sweepFor(ports, scope, tenants, survey);
  const limit = pLimit(TENANTS_AT_ONCE);
  const seen = await Promise.all(
    tenants.map((tenant) =>
      limit(async () => [tenant.name, await observeTenant(ports, sweep, tenant)] as const),
    ),
  );
  return new Map(seen);
}

/** What the inventory showed of the names that are wanted, or why it could not be read. */
type Sweep =
  { readonly ok: true; readonly assets: ReadonlyMap<string, Asset>; readonly at: string } | FailedSweep;
interface FailedSweep {
  readonly ok: false;
  readonly reason: string;
  readonly at: string;
}

async function sweepFor(
  ports: ObservePorts,
  scope: string,
  tenants: readonly Observed[],
  survey?: Survey,
): Promise<Sweep> {
  const wanted = new Set(
    tenants.flatMap(({ wants }) => wants.filter((w) => w.plane === 'gcp').map((w) => w.name)),
  );
  const at = ports.clock.now().toISOString();
  if (wanted.size === 0) return { ok: true, assets: new Map(), at };
  const assets = new Map<string, Asset>();
  try {
    for await (const asset of ports.inventory.sweep(scope, SWEPT_TYPES)) {
      if (wanted.has(asset.name)) assets.set(asset.name, asset);
      survey?.see(asset);
    }
    survey?.done();
    return { ok: true, assets, at };
  } catch (error) {
    return { ok: false, reason: describe(error), at };
  }
}

async function observeTenant(
  ports: ObservePorts,
  sweep: Sweep,
  { wants, health }: Observed,
): Promise<Map<string, Reading<Fields>>> {
  const gcp = await Promise.all(
    wants
      .filter((want) => want.plane === 'gcp')
      .map(async (want) => [want.id, await readGcp(ports, sweep, want)] as const),
  );
  const readings = new Map<string, Reading<Fields>>(gcp);
  for (const [id, reading] of await readCluster(ports, wants, readings)) readings.set(id, reading);
  for (const want of wants)
    if (want.kind === ENDPOINT_KIND) readings.set(want.id, readEndpoint(ports, health));
  return readings;
}

/**
 * Inventory may be late, so it is believed only where it agrees with what is wanted; for everything else the owning
 * API has the word. A sweep with a gap says nothing about what it does not list, so nothing is concluded from it.
 */
async function readGcp(ports: ObservePorts, sweep: Sweep, want: Want): Promise<Reading<Fields>> {
  const kind = kindOf(want);
  if (kind?.plane !== 'gcp') return unreadable('no reader for this kind', 'none', sweep.at);
  if (!sweep.ok) return unreadable(sweep.reason, 'cloudasset', sweep.at);
  const asset = sweep.assets.get(want.name);
  const fields = asset && kind.read(asset.data, want);
  if (fields && agrees(want, fields)) {
    return { state: 'present', value: fields, source: 'cloudasset', at: sweep.at };
  }
  const ref = kind.ref(want);
  return narrow(await ports.reads.get(ref), ref, kind, want);
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

/** The cluster plane stands on the cluster itself: absent with it, unreadable with it. */
async function readCluster(
  ports: ObservePorts,
  wants: readonly Want[],
  gcp: ReadonlyMap<string, Reading<Fields>>,
): Promise<[string, Reading<Fields>][]> {
  const inside = wants.filter((want) => want.plane === 'cluster');
  const host = wants.find((want) => want.kind === 'cluster');
  const cluster = host && gcp.get(host.id);
  const all = (reading: Reading<Fields>) =>
    inside.map((want): [string, Reading<Fields>] => [want.id, reading]);
  const at = ports.clock.now().toISOString();
  if (cluster === undefined) return all(unreadable('no cluster is wanted to look into', 'none', at));
  if (cluster.state === 'absent') return all(cluster);
  if (cluster.state === 'unreadable') {
    return all(unreadable(`the cluster could not be read: ${cluster.reason}`, cluster.source, cluster.at));
  }
  const endpoint = textAt(cluster.value, ENDPOINT_FIELD);
  if (endpoint === null)
    return all(unreadable('the cluster has no DNS-based endpoint yet', cluster.source, at));
  const lists = new Map<string, Promise<Reading<readonly Json[]>>>();
  return Promise.all(
    inside.map(async (want) => [want.id, await readObject(ports, { endpoint }, want, lists)]),
  );
}

async function readObject(
  ports: ObservePorts,
  access: ClusterAccess,
  want: Want,
  lists: Map<string, Promise<Reading<readonly Json[]>>>,
): Promise<Reading<Fields>> {
  const kind = CLUSTER_KINDS.find((candidate) => candidate.kind === want.kind);
  if (!kind) return unreadable('no reader for this kind', 'none', ports.clock.now().toISOString());
  const [namespace, name] = kind.namespaced ? splitName(want.name) : [null, want.name];
  const key = `${kind.resource.plural}/${namespace ?? ''}`;
  const listed = lists.get(key) ?? ports.clusters.list(access, kind.resource, namespace);
  lists.set(key, listed);
  return pick(await listed, kind, want, name);
}

function pick(list: Reading<readonly Json[]>, kind: ClusterKind, want: Want, name: string): Reading<Fields> {
  if (list.state !== 'present') return list;
  const body = list.value.find((object) => textAt(object, 'metadata', 'name') === name);
  const fields = body === undefined ? undefined : kind.read(body, want);
  if (fields === undefined) return { state: 'absent', source: list.source, at: list.at };
  const managers = at(body, 'metadata', 'managedFields');
  return {
    state: 'present',
    value: fields,
    source: list.source,
    at: list.at,
    ...(managers !== undefined && { managers }),
  };
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
