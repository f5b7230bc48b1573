/** `npm run bench`: what a pass costs against what cannot be avoided, as ratios within this run. */
import { parse, stringify } from 'yaml';
import { diff } from '../reconciler/diff.ts';
import type { Fields, Have, Reading } from '../reconciler/model.ts';
import { compile } from '../workflow-defs/compile.ts';
import { provision } from '../workflow-defs/flows/provision.ts';
import { render } from '../workflow-defs/render.ts';
import { benchCoverage } from './coverage.ts';
import { compare, show } from './ratio.ts';
import { benchReport } from './report.ts';
import { fleet, type FleetTenant } from './world.ts';
import { benchWorkflows } from './workflows.ts';
import { LOCAL_PLATFORM } from '../reconciler/settings.ts';

const SIZE = 500;
const DEFINITIONS = 20;
const AT = '2026-01-01T00:00:00Z';

function judge({ tenant, wants, bodies }: FleetTenant): number {
  const parsed = JSON.parse(bodies) as { id: string; body: { fields: Fields } }[];
  const have: Have = new Map(
    parsed.map(({ id, body }): [string, Reading<Fields>] => [
      id,
      { state: 'present', value: body.fields, source: 'bench', at: AT },
    ]),
  );
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
  }).length;
}

const tenants = fleet(SIZE);
const bytes = tenants.reduce((sum, tenant) => sum + tenant.bodies.length, 0);
const tree = provision(LOCAL_PLATFORM);
const definition = parse(render(tree)) as unknown;

/** Enough of one kind of work to be measured. */
function times(count: number, work: () => number): number {
  let sum = 0;
  for (let i = 0; i < count; i += 1) sum += work();
  return sum;
}

process.stdout.write(
  `node ${process.version}, ${SIZE} tenants, ${(bytes / SIZE / 1024).toFixed(1)} KB each, 1 in 100 drifted\n` +
    'ratio ours/theirs: median [95 % interval]\n',
);
for (const ratio of [
  compare(
    'parse + diff of the fleet / JSON.parse of the same bytes',
    () => tenants.reduce((sum, tenant) => sum + judge(tenant), 0),
    () => tenants.reduce((sum, tenant) => sum + (JSON.parse(tenant.bodies) as unknown[]).length, 0),
  ),
  compare(
    'render a definition / yaml.stringify of the same tree',
    () => times(DEFINITIONS, () => render(tree).length),
    () => times(DEFINITIONS, () => stringify(definition).length),
  ),
  compare(
    'compile (build, check, render, hash) / yaml.stringify',
    // A platform of its own each time: `compile` remembers what it made for one.
    () => times(DEFINITIONS, () => compile('provision', { ...LOCAL_PLATFORM }).source.length),
    () => times(DEFINITIONS, () => stringify(definition).length),
  ),
]) {
  process.stdout.write(`${show(ratio)}\n`);
}
process.stdout.write(`${benchCoverage(tenants)}\n`);
benchReport((line) => process.stdout.write(`${line}\n`));
await benchWorkflows((line) => process.stdout.write(`${line}\n`));
