/** `npm run bench`: what a pass costs against what cannot be avoided, as ratios within this run. */
import { parse, stringify } from 'yaml';
import { compile } from '../workflow-defs/compile.ts';
import { provision } from '../workflow-defs/flows/provision.ts';
import { render } from '../workflow-defs/render.ts';
import { benchCoverage } from './coverage.ts';
import { benchDiff } from './diff.ts';
import { compare, show } from './ratio.ts';
import { benchPass } from './pass.ts';
import { benchPage, benchReport } from './report.ts';
import { fleet } from './world.ts';
import { benchTerraform } from './terraform.ts';
import { benchWorkflows } from './workflows.ts';
import { LOCAL_PLATFORM } from '../reconciler/settings.ts';

const DEFINITIONS = 20;
/** Tenants whose assets are told apart, and the seed of their answers. */
const SURVEYED = 100;
const SEED = 20_261_127;

const tree = provision(LOCAL_PLATFORM);
const definition = parse(render(tree)) as unknown;

/** Enough of one kind of work to be measured. */
function times(count: number, work: () => number): number {
  let sum = 0;
  for (let i = 0; i < count; i += 1) sum += work();
  return sum;
}

const print = (line: string) => process.stdout.write(`${line}\n`);

print(`node ${process.version}; ratio ours/theirs: median [95 % interval]`);
benchDiff(print);
for (const ratio of [
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
  print(show(ratio));
}
print(benchCoverage(fleet(SURVEYED, SEED, () => false)));
benchReport(print);
await benchPage(print);
benchPass(print);
await benchTerraform(print);
await benchWorkflows(print);
