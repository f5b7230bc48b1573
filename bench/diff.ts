/**
 * What it costs to compare a fleet: against parsing the same bytes, which nobody can avoid, and against libraries that
 * compare any two values, on the same parsed bodies. The libraries are handed the wanted bodies spelled as they are
 * found, without which they would see nothing but differences; who belongs to whom is told to both sides; they tell less (one yes or no, or paths without a
 * meaning), and they read every field, where the kinds name those that count. Nothing that was worked out of a want or of
 * a body is kept from one round to the next; what is kept are paths of names that repeat over a fleet, as in a pass.
 */
import { createRequire } from 'node:module';
import equal from 'fast-deep-equal';
import microdiff from 'microdiff';
import { diff } from '../reconciler/diff.ts';
import type { Fields, Finding, Json, Reading, Want } from '../reconciler/model.ts';
import { kindOf } from '../reconciler/resources/index.ts';
import { verdictOf } from '../reconciler/verdict.ts';
import { compare, show } from './ratio.ts';
import { fleet, wantedOf, type Answer, type FleetTenant, type Wanted } from './world.ts';

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

/** Each body with the wants that are to be found in it. */
function matched({ byName }: Wanted, answers: readonly Answer[]): (readonly [Json, readonly Want[]])[] {
  return answers.flatMap(({ name, data }) => {
    const inside = byName.get(name);
    return inside === undefined ? [] : [[data, inside] as const];
  });
}

/** From bodies to findings: read into fields, and compared. */
function findingsOf(
  { wants, applied }: Wanted,
  bodies: readonly (readonly [Json, readonly Want[]])[],
): Finding[] {
  const have = new Map<string, Reading<Fields>>();
  for (const [body, inside] of bodies) {
    for (const want of inside) {
      const value = kindOf(want)?.read(body, want);
      if (value) have.set(want.id, { state: 'present', value, source: 'bench', at: AT });
    }
  }
  // The endpoint answers by way of the ledger, not in these bytes.
  have.set(ENDPOINT, HEALTHY);
  return diff({
    tenant: 'bench',
    wants,
    applied,
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

function judge(wanted: Wanted, tenant: FleetTenant): number {
  const findings = findingsOf(wanted, matched(wanted, parse(tenant)));
  const verdict = verdictOf({
    invalid: false,
    status: 'DEPLOYED',
    inFlight: false,
    paused: false,
    everApplied: true,
    findings,
  });
  return verdict === 'in-sync' ? 0 : findings.length;
}

/** One tenant as parsed: for us, wants and the bodies they are found in; for libraries, what these should be and are. */
interface Side {
  readonly objects: number;
  readonly wanted: Wanted;
  readonly bodies: readonly (readonly [Json, readonly Want[]])[];
  readonly want: readonly Json[];
  readonly have: readonly Json[];
}

function sides(tenants: readonly FleetTenant[], clean: readonly FleetTenant[]): Side[] {
  return tenants.map((tenant, n) => {
    const wanted = wantedOf(tenant);
    const answers = parse(tenant);
    const bodies = matched(wanted, answers);
    const should = new Map(parse(clean[n] as FleetTenant).map(({ name, data }) => [name, data]));
    const names = answers.map(({ name }) => name).filter((name) => wanted.byName.has(name));
    return {
      objects: answers.length,
      wanted,
      bodies,
      want: names.map((name) => should.get(name) ?? null),
      have: bodies.map(([body]) => body),
    };
  });
}

const sum = <T>(items: readonly T[], of: (item: T, at: number) => number): number =>
  items.reduce((total, item, at) => total + of(item, at), 0);

const overBodies = ({ want, have }: Side, tell: (want: Json, have: Json) => number): number =>
  sum(want, (should, n) => tell(should, have[n] ?? null));

const LIBRARIES: Readonly<Record<string, (want: Json, have: Json) => number>> = {
  'fast-deep-equal': (want, have) => (equal(want, have) ? 0 : 1),
  microdiff: (want, have) => microdiff(want as object, have as object).length,
  'deep-diff': (want, have) => deepDiff.diff(want, have)?.length ?? 0,
};

const DRIFTS: Readonly<Record<string, (n: number) => boolean>> = {
  '1 %': (n) => n % DRIFTED === 0,
  '100 %': () => true,
};

/** Prints the ratios, with the sizes and the seed they hold for. */
export function benchDiff(print: (line: string) => void): void {
  const clean = fleet(SIZE, SEED, () => false);
  for (const [share, drifts] of Object.entries(DRIFTS)) {
    const tenants = fleet(SIZE, SEED, drifts);
    const drifted = sides(tenants, clean);
    if (share === '1 %') {
      print(sizesOf(tenants, drifted));
      print(
        show(
          compare(
            'parse + normalise + diff + verdict / JSON.parse alone',
            () => sum(drifted, (side, n) => judge(side.wanted, tenants[n] as FleetTenant)),
            () => sum(tenants, (tenant) => parse(tenant).length),
          ),
        ),
      );
    }
    const compared = () => sum(drifted, ({ wanted, bodies }) => findingsOf(wanted, bodies).length);
    assertFound(compared(), tenants.filter((_, n) => drifts(n)).length);
    for (const [name, tell] of Object.entries(LIBRARIES)) {
      const ratio = compare(`normalise + diff, ${share} drifted / ${name}`, compared, () =>
        sum(drifted, (side) => overBodies(side, tell)),
      );
      const times = (of: number) => (1 / of).toFixed(1);
      print(
        `${show(ratio)} ${times(ratio.median)} times as fast [${times(ratio.high)}, ${times(ratio.low)}]`,
      );
    }
  }
}

function sizesOf(tenants: readonly FleetTenant[], drifted: readonly Side[]): string {
  const kilobytes = (bytes: number) => `${(bytes / SIZE / 1000).toFixed(1)} kB`;
  const objects = sum(drifted, ({ objects: count }) => count) / SIZE;
  const wanted = sum(drifted, ({ have }) => JSON.stringify(have).length);
  return (
    `comparing ${SIZE} tenants, ${kilobytes(sum(tenants, ({ text }) => text.length))} and ${objects} objects each ` +
    `(${kilobytes(wanted)} of it wanted), seed ${SEED}, 1 in ${DRIFTED} drifted`
  );
}

/** Figures of a comparison that finds something else than what was put there are worth nothing. */
function assertFound(found: number, put: number): void {
  if (found !== put) throw new Error(`${put} differences were put into the fleet, and ${found} were found`);
}
