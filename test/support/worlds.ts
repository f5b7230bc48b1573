/** Worlds of one tenant: the bodies its APIs hold, read as a pass reads them, and what a pass says of them. */
import fc from 'fast-check';
import type { Tenant } from '../../desired-state/tenant.ts';
import { diff, type DiffInput } from '../../reconciler/diff.ts';
import { expect } from '../../reconciler/expect.ts';
import type { Fields, Finding, Json, Reading, Want } from '../../reconciler/model.ts';
import { kindOf } from '../../reconciler/resources/index.ts';
import { bodyOf, type Noise } from './bodies.ts';
import { AT, type World } from './have.ts';
import { Random } from './random.ts';
import { anyTenant } from './any-record.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const NOW = '2026-01-02T00:00:00.000Z';

export const noise = (seed: number): Noise => ({ random: new Random(seed), amount: 0.4 });

const CPU = ['1', '1000m', '0.5', '250m', '2500m'];
const MEMORY = ['256Mi', '1Gi', '1024Mi', '1500M', '1.5Gi', '2000000Ki'];

/** Records with every part that one may hold: accelerators, labels, taints, quantities in any spelling. */
export const anyRichTenant: fc.Arbitrary<Tenant> = fc
  .record({ any: anyTenant, seed: fc.integer() })
  .map(({ any, seed }) => {
    const random = new Random(seed);
    const rich = structuredClone(any);
    rich.spec.workload.resources = { cpu: random.pick(CPU), memory: random.pick(MEMORY) };
    for (const pool of rich.spec.cluster.nodePools) {
      if (random.chance(0.5)) pool.accelerator = { type: 'nvidia-l4', count: 1 };
      if (random.chance(0.5)) pool.labels = { pool: pool.name, 'example.com/tier': 'a' };
      if (random.chance(0.5)) {
        pool.taints = [
          { key: 'workload', value: 'gpu', effect: 'NO_SCHEDULE' },
          { key: 'example.com/spot', value: '', effect: 'NO_EXECUTE' },
        ];
      }
    }
    return rich;
  });

export const wantsOf = (of: Tenant): Want[] => expect(of, DIGEST);

/** The fields that are wanted of a resource, without anything beside them. */
export const wantedFields = (want: Want): Fields =>
  Object.fromEntries(Object.entries(want.fields).map(([path, { want: value }]) => [path, value]));

/** Every resource with the body an API would answer with, in this noise; `change` disturbs the fields of some. */
export function worldOf(
  wants: readonly Want[],
  heard: Noise,
  change: (want: Want, fields: Fields) => Fields = (_want, fields) => fields,
): World {
  return new Map(wants.map((want) => [want.id, readingOf(want, change(want, wantedFields(want)), heard)]));
}

function readingOf(want: Want, fields: Fields, heard: Noise): Reading<Fields> {
  const kind = kindOf(want);
  // Through text, as everything arrives.
  const value = kind
    ? kind.read(JSON.parse(JSON.stringify(bodyOf(kind, want, fields, heard))) as Json, want)
    : fields;
  return value === undefined
    ? { state: 'absent', source: 'test', at: AT }
    : { state: 'present', value, source: 'test', at: AT };
}

/** What a pass finds in this world, for a tenant at rest. */
export const findingsIn = (wants: readonly Want[], have: World, rest: Partial<DiffInput> = {}): Finding[] =>
  diff({
    tenant: 'acme',
    wants,
    applied: wants,
    have,
    generation: 1,
    appliedGeneration: 1,
    unfinished: null,
    since: () => undefined,
    now: NOW,
    ...rest,
  });
