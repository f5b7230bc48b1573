/**
 * Looking at one tenant: what the sweep showed of it, a direct read of whatever the sweep shows as missing or different,
 * lists inside its cluster, and the last health result. Every want gets a reading; none is left to guess.
 */
import { agrees } from './compare.ts';
import { ENDPOINT_KIND } from './expect.ts';
import { textAt } from './json.ts';
import type { Fields, HealthResult, Json, Reading, Want } from './model.ts';
import { observeCluster, type ClusterSight } from './observe-cluster.ts';
import type { ApiRef, ObservePorts } from './ports.ts';
import { kindOf } from './resources/index.ts';
import { tail, type GcpKind } from './resources/kind.ts';
import type { Sight } from './sights.ts';

export interface Observed {
  readonly name: string;
  /** Wants of the record and of the one last applied, without repeats. */
  readonly wants: readonly Want[];
  readonly health: HealthResult | null;
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
  const inside = await observeCluster(ports, wants, readings);
  for (const [id, reading] of inside.readings) readings.set(id, reading);
  for (const want of wants)
    if (want.kind === ENDPOINT_KIND) readings.set(want.id, readEndpoint(ports, health));
  return { readings, cluster: inside.sight };
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
  if (fields && agrees(want, fields)) {
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
