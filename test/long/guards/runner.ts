/**
 * A process of its own that runs test files of a scratch copy again and again, as files of it change. It is a process so
 * that it can be ended when a change makes the code run for ever.
 */
import { createVitest, type TestSpecification } from 'vitest/node';
import { FOR_EVER, type Answer, type Order } from './order.ts';

const root = process.argv[2] ?? '.';

/** The golden texts are left out: a change that only they notice is one that nobody has judged. */
const judging = (named = ''): RegExp => new RegExp(`^(?!.*golden).*${named}`);

const vitest = await createVitest('test', {
  root,
  config: false,
  watch: false,
  include: ['test/**/*.test.ts'],
  setupFiles: ['test/long/guards/seed.ts'],
  isolate: false,
  pool: 'threads',
  maxWorkers: 1,
  bail: 1,
  // A busy machine may take any time over a test; what never ends is told by what it burns, or by burning nothing.
  testTimeout: 0,
  hookTimeout: 0,
  reporters: [{}],
});
await vitest.standalone();
const specifications = await vitest.globTestSpecifications();

async function obey({ changed, tests, named }: Order): Promise<string | null> {
  for (const file of changed) vitest.invalidateFile(`${root}/${file}`);
  vitest.setGlobalTestNamePattern(judging(named));
  // One after the other: files that run together are ordered by vitest, and the cheapest should come first.
  for (const test of tests) {
    const failed = await firstFailure(specificationOf(test));
    if (failed !== null) return failed;
  }
  return null;
}

function specificationOf(test: string): TestSpecification {
  const found = specifications.find(({ moduleId }) => moduleId === `${root}/${test}`);
  if (found === undefined) throw new Error(`${test} is no test file`);
  return found;
}

async function firstFailure(specification: TestSpecification): Promise<string | null> {
  const { testModules, unhandledErrors } = await vitest.runTestSpecifications([specification]);
  const module = testModules.find(({ moduleId }) => moduleId === specification.moduleId);
  if (module === undefined) return 'did not run';
  for (const test of module.children.allTests()) {
    const { state, errors } = test.result();
    if (state === 'failed') return `${test.fullName}: ${errors[0]?.message ?? 'failed'}`;
  }
  if (module.state() === 'failed') return `${module.errors()[0]?.message ?? 'failed'} (while loading)`;
  const [error] = unhandledErrors as Error[];
  return error === undefined ? null : `${error.message} (unhandled)`;
}

/** More than the tests of any change need: whoever burns this much runs for ever. Busy neighbours do not count in it. */
const MOST_CPU_SECONDS = 90;
/** Looks in a row, a second apart, at which it has done nothing: no test waits, so what it waits for never comes. */
const MOST_IDLE_LOOKS = 20;
/** What looking itself may burn between two looks. */
const IDLE_CPU_SECONDS = 0.02;

process.on('message', (order: Order) => {
  const before = process.cpuUsage();
  const answer = (failed: string | null): Answer => {
    const { user, system } = process.cpuUsage(before);
    return { failed, cpuSeconds: (user + system) / 1e6 };
  };
  let burnt = 0;
  let idle = 0;
  const watch = setInterval(() => {
    const late = answer(FOR_EVER);
    idle = late.cpuSeconds - burnt < IDLE_CPU_SECONDS ? idle + 1 : 0;
    burnt = late.cpuSeconds;
    if (burnt > MOST_CPU_SECONDS || idle > MOST_IDLE_LOOKS) process.send?.(late, () => process.exit(1));
  }, 1000);
  obey(order)
    .catch((error: unknown) => `the runner failed: ${String(error)}`)
    .then((failed) => {
      clearInterval(watch);
      process.send?.(answer(failed));
    })
    .catch(() => process.exit(1));
});
process.send?.('ready');
