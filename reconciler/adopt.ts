/**
 * An environment that exists already, looked at for a record that was never applied: the same wants, readings and
 * findings as in a pass, without a row of the store, so that nothing has to be stored to see what it would mean.
 */
import type { Tenant } from '../desired-state/tenant.ts';
import { contextOf, Survey } from './coverage.ts';
import { diff } from './diff.ts';
import { Entries, type Entry } from './entries.ts';
import { expect } from './expect.ts';
import type { Coverage, Fields, Finding, Platform, Reading } from './model.ts';
import { namesOf } from './names.ts';
import { observe } from './observe.ts';
import { Turns } from './passes.ts';
import type { ObservePorts } from './ports.ts';
import { sweepFleet, type Sight } from './sights.ts';
import { confirmStrays, strayFindings } from './strays.ts';
import type { Fleet } from './survey.ts';

/** What was seen of an environment for one record. */
export interface Environment {
  /** By want id. */
  readonly readings: ReadonlyMap<string, Reading<Fields>>;
  /** Firewall rules in the network that nobody declared: never touched. */
  readonly strays: readonly Finding[];
  /** What else stands in the project; null where the inventory could not be read. */
  readonly coverage: Coverage | null;
  /** RFC 3339. */
  readonly at: string;
}

/** Looks at everything the record asks for. What cannot be read is a reading of its own; throws CloudError only as `spent`. */
export async function seeEnvironment(
  ports: ObservePorts,
  platform: Pick<Platform, 'scope'>,
  tenant: Tenant,
): Promise<Environment> {
  const at = ports.clock.now().toISOString();
  const { name } = tenant.metadata;
  const until = Infinity;
  const sights = await sweepFleet(ports, fleetOf(tenant), {
    platform,
    only: [name],
    turns: new Turns(['look']),
    until,
    pass: { sweptBefore: null, doubtedEnough: false },
  });
  const sight = sights.take(0)(0);
  // An endpoint is asked from inside, by a run; before the first one there is no answer to compare.
  const wants = expect(tenant, null).filter(({ plane }) => plane !== 'endpoint');
  const { readings } = await observe(ports, sight, { name, wants, health: null }, until);
  return { readings, at, ...(await besides(ports, sight, tenant, until)) };
}

/** What stands beside what the record asks for. */
async function besides(
  { reads, clock }: ObservePorts,
  { assets }: Sight,
  tenant: Tenant,
  until: number,
): Promise<Pick<Environment, 'strays' | 'coverage'>> {
  const { name } = tenant.metadata;
  if (assets === null) return { strays: [], coverage: null };
  const { infraIdentity } = namesOf(tenant);
  const survey = new Survey([contextOf(name, tenant.spec.project, expect(tenant, null), [infraIdentity])]);
  for (const asset of assets) survey.see(asset);
  survey.done();
  const seen = await confirmStrays(reads, survey, name, until);
  return {
    strays: strayFindings(name, seen, new Map(), clock.now().toISOString()),
    coverage: survey.coverageOf(name),
  };
}

/** A fleet of this one, which nobody has looked at before. */
const fleetOf = ({ metadata: { name }, spec: { project } }: Tenant): Fleet => {
  const entry: Entry = {
    name,
    project,
    stands: false,
    generation: 0,
    ledgerAt: null,
    busy: false,
    basis: '',
    last: null,
    settled: true,
    rests: false,
  };
  return {
    entries: new Entries([entry]),
    contested: new Map(),
    rivals: new Map(),
    active: new Map(),
    directives: [],
    directivesOf: () => [],
    looks: [],
  };
};

/** Where the environment differs from what a record asks for, as the first pass would find it. */
export const environmentFindings = (
  tenant: Tenant,
  generation: number,
  { readings, at }: Pick<Environment, 'readings' | 'at'>,
): Finding[] =>
  diff({
    tenant: tenant.metadata.name,
    wants: expect(tenant, null).filter(({ plane }) => plane !== 'endpoint'),
    applied: null,
    have: readings,
    generation,
    appliedGeneration: null,
    unfinished: null,
    since: () => undefined,
    now: at,
  }).filter(({ kind }) => kind !== 'record');
