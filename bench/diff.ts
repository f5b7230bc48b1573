/**
 * What it costs to compare a fleet: against parsing the same bytes, which nobody can avoid, and against libraries that
 * compare any two values, on the same parsed bodies. The libraries are handed the wanted bodies spelled as they are
 * found, without which they would see nothing but differences; they tell less (one yes or no, or paths without a
 * meaning), and they read every field, where the kinds name those that count.
 */
import { createRequire } from 'node:module';
import equal from 'fast-deep-equal';
import microdiff from 'microdiff';
import { diff } from '../reconciler/diff.ts';
import type { Fields, Finding, Json, Reading } from '../reconciler/model.ts';
import { kindOf } from '../reconciler/resources/index.ts';
import { verdictOf } from '../reconciler/verdict.ts';
import { compare, show } from './ratio.ts';
import { fleet, type Answer, type FleetTenant } from './world.ts';

/** It carries no types: a list of differences, or undefined for none. */
const deepDiff = createRequire(import.meta.url)('deep-diff') as {
  diff(one: unknown, other: unknown): unknown[] | undefined;
};

const SIZE = 100;
const SEED = 20_261_127;
const AT = '2026-01-01T00:00:00Z';
/** One tenant in this many holds a difference. */
const DRIFTED = 100;

const parse = (tenant: FleetTenant) => (JSON.parse(tenant.text) as { answers: Answer[] }).answers;

/** From parsed answers to findings: wanted ones are picked out, read into fields, and compared. */
function findingsOf({ tenant, wants, byName }: FleetTenant, answers: readonly Answer[]): Finding[] {
  const have = new Map<string, Reading<Fields>>();
  for (const { name, data } of answers) {
    const want = byName.get(name);
    const value = want && kindOf(want)?.read(data, want);
    if (want && value) have.set(want.id, { state: 'present', value, source: 'bench', at: AT });
  }
  // The endpoint answers by way of the ledger, not in these bytes.
  have.set(ENDPOINT, HEALTHY);
  return diff({
    tenant: tenant.metadata.name,
    wants,
    applied: wants,
    have,
    generation: 1,
    appliedGeneration: 1,
    unfinished: null,
    since: () => undefined,
    now: AT,
  });
}

const ENDPOINT = 'endpoint/web';
const HEALTHY: Reading<Fields> = { state: 'present', value: { healthy: true }, source: 'bench', at: AT };

const judge = (tenant: FleetTenant): number => {
  const findings = findingsOf(tenant, parse(tenant));
  const verdict = verdictOf({
    invalid: false,
    status: 'DEPLOYED',
    inFlight: false,
    everApplied: true,
    findings,
  });
  return verdict === 'in-sync' ? 0 : findings.length;
};

/** One tenant as parsed, with the wanted bodies in the order of the wants and what they should be. */
interface Side {
  readonly tenant: FleetTenant;
  readonly answers: readonly Answer[];
  readonly want: readonly Json[];
  readonly have: readonly Json[];
}

function sides(tenants: readonly FleetTenant[], clean: readonly FleetTenant[]): Side[] {
  return tenants.map((tenant, n) => {
    const wanted = [...tenant.byName.keys()];
    const bodiesOf = (answers: readonly Answer[]) => {
      const byName = new Map(answers.map(({ name, data }) => [name, data]));
      return wanted.map((name) => byName.get(name) ?? null);
    };
    const answers = parse(tenant);
    const should = clean[n];
    return { tenant, answers, want: should ? bodiesOf(parse(should)) : [], have: bodiesOf(answers) };
  });
}

const sum = <T>(items: readonly T[], of: (item: T) => number): number =>
  items.reduce((total, item) => total + of(item), 0);

const overBodies = (side: Side, tell: (want: Json, have: Json) => number): number =>
  sum([...side.want.keys()], (n) => tell(side.want[n] ?? null, side.have[n] ?? null));

const LIBRARIES: Readonly<Record<string, (want: Json, have: Json) => number>> = {
  'fast-deep-equal': (want, have) => (equal(want, have) ? 0 : 1),
  microdiff: (want, have) => microdiff(want as object, have as object).length,
  'deep-diff': (want, have) => deepDiff.diff(want, have)?.length ?? 0,
};

/** Prints the ratios, with the sizes and the seed they hold for. */
export function benchDiff(print: (line: string) => void): void {
  const clean = fleet(SIZE, SEED, () => false);
  const tenants = fleet(SIZE, SEED, (n) => n % DRIFTED === 0);
  const bytes = sum(tenants, ({ text }) => text.length);
  const objects = sum(tenants, (tenant) => parse(tenant).length);
  const wanted = sum(sides(tenants, clean), ({ have }) => JSON.stringify(have).length);
  print(
    `comparing ${SIZE} tenants, ${(bytes / SIZE / 1000).toFixed(1)} kB and ${objects / SIZE} objects each ` +
      `(${(wanted / SIZE / 1000).toFixed(1)} kB of it wanted), seed ${SEED}, 1 in ${DRIFTED} drifted`,
  );
  print(
    show(
      compare(
        'parse + normalise + diff + verdict / JSON.parse alone',
        () => sum(tenants, judge),
        () => sum(tenants, (tenant) => parse(tenant).length),
      ),
    ),
  );
  const all = fleet(SIZE, SEED, () => true);
  for (const [share, drifted] of [
    ['1 %', sides(tenants, clean)],
    ['100 %', sides(all, clean)],
  ] as const) {
    for (const [name, tell] of Object.entries(LIBRARIES)) {
      const ratio = compare(
        `normalise + diff, ${share} drifted / ${name}`,
        () => sum(drifted, ({ tenant, answers }) => findingsOf(tenant, answers).length),
        () => sum(drifted, (side) => overBodies(side, tell)),
      );
      print(
        `${show(ratio)} ${(1 / ratio.median).toFixed(1)} times as fast [${(1 / ratio.high).toFixed(1)}, ${(1 / ratio.low).toFixed(1)}]`,
      );
    }
  }
}
