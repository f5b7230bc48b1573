/**
 * What a step of a workflow costs, against the least that an interpreter which awaits every step could spend on the same
 * work: the same sums in hand-written async functions, with integers as the interpreter keeps them in variables. That is
 * numbers while they are small, and bigints wrapped at 64 bits, as the language demands, beyond.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { build } from '../local-cloud/workflows/check/check.ts';
import { MAX_STEPS } from '../local-cloud/workflows/lang/limits.ts';
import type { Host } from '../local-cloud/workflows/run/host.ts';
import { Raised } from '../local-cloud/workflows/run/errors.ts';
import { compileProgram, type CompiledProgram } from '../local-cloud/workflows/run/interpreter.ts';
import { VirtualClock } from '../local-cloud/workflows/tools/clock.ts';
import { execute } from '../local-cloud/workflows/tools/execute.ts';
import { ToolHost } from '../local-cloud/workflows/tools/host.ts';
import { Stubs } from '../local-cloud/workflows/tools/stubs.ts';
import { compareAsync, cpuOfAsync, show } from './ratio.ts';

const ROUNDS = 30_000;
/** Executions per measurement, so that the ticks of the CPU clock and the compiler's own thread weigh little. */
const REPEATS = 5;
/** Steps per measurement: a condition, an assignment, an assignment with a jump. */
const STEPS = 3 * ROUNDS * REPEATS;
const EXECUTIONS = 10_000;
const WARM_UP = 5000;

const SUM = compileProgram(
  build(`
main:
  steps:
  - init: {assign: [{i: 0}, {sum: 0}]}
  - loop: {switch: [{condition: "\${i >= ${ROUNDS}}", next: done}]}
  - work: {assign: [{sum: "\${sum + i}"}]}
  - incr: {assign: [{i: "\${i + 1}"}], next: loop}
  - done: {return: "\${sum}"}
`),
);

const ENDLESS = compileProgram(build('- a: {assign: [{x: 1}]}\n- b: {next: a}\n'));

const SMALL = compileProgram(
  build(`
main:
  params: [x]
  steps:
  - init: {assign: [{m: {}}, {l: []}]}
  - fill: {for: {value: v, range: [1, 20], steps: [{put: {assign: [{"m[string(v)]": "\${v * x}"}, {l: "\${list.concat(l, v)}"}]}}]}}
  - both:
      parallel:
        shared: [m]
        branches:
        - a: {steps: [{s: {assign: [{m.a: "\${len(l)}"}]}}]}
        - b: {steps: [{t: {assign: [{m.b: "\${len(l)}"}]}}]}
  - done: {return: "\${m}"}
`),
);

const DAYS = 365;

/** Each day a check fails, is tried again after one hour and after two more, and the rest of the day is slept. */
const YEAR = build(`
- init: {assign: [{begin: "\${sys.now()}"}, {failed: 0}]}
- days:
    for:
      value: day
      range: [1, ${DAYS}]
      steps:
      - look:
          try: {steps: [{fail: {raise: down}}]}
          retry: {predicate: "\${retry.always}", max_retries: 2, backoff: {initial_delay: 3600, max_delay: 7200, multiplier: 2}}
          except: {as: e, steps: [{count: {assign: [{failed: "\${failed + 1}"}]}}]}
      - nap: {call: sys.sleep, args: {seconds: 75600}}
- done: {return: "\${failed == ${DAYS} and (sys.now() - begin) // 86400 == ${DAYS}}"}
`);

/** These programs never leave the interpreter. */
function nowhere(): Host {
  const none = (): never => {
    throw new Error('this program does not reach the world');
  };
  return {
    identity: {
      project: 'p',
      projectNumber: '1',
      location: 'l',
      workflow: 'w',
      revision: 'r',
      execution: 'e',
      serviceAccount: 's',
      userEnvVars: {},
    },
    end: () => undefined,
    now: () => 0,
    sleep: none,
    pause: none,
    deadline: none,
    endpoint: none,
    token: none,
    log: none,
    createCallback: none,
    awaitCallback: none,
  };
}

const run = (program: CompiledProgram, argument: bigint | null = null): Promise<unknown> =>
  program.start(argument, nowhere(), () => undefined).result;

type Integer = number | bigint;

/** Like the interpreter's: a sum of small integers that is small needs no bigint. */
function add(a: Integer, b: Integer): Integer {
  const sum = Number(a) + Number(b);
  return sum <= Number.MAX_SAFE_INTEGER && sum >= Number.MIN_SAFE_INTEGER
    ? sum
    : BigInt.asIntN(64, BigInt(a) + BigInt(b));
}

interface Variables {
  i: Integer;
  sum: Integer;
}

type AsyncStep = (variables: Variables) => Promise<number>;

const AWAITED: readonly AsyncStep[] = [
  async (v) => (v.i >= ROUNDS ? -1 : 1),
  async (v) => {
    v.sum = add(v.sum, v.i);
    return 2;
  },
  async (v) => {
    v.i = add(v.i, 1);
    return 0;
  },
];

async function awaitEachStep(): Promise<Integer> {
  const variables: Variables = { i: 0, sum: 0 };
  for (let at = 0; at >= 0; at = (await AWAITED[at]?.(variables)) ?? -1);
  return variables.sum;
}

/**
 * Prints steps per second with the ratio, how soon an endless loop is stopped, how long a year takes on a clock that
 * moves while everything sleeps, and the heap before and after many executions.
 */
export async function benchWorkflows(print: (line: string) => void): Promise<void> {
  const ratio = await compareAsync(
    'workflow steps / the same steps, each awaited',
    () => repeated(() => run(SUM)),
    () => repeated(awaitEachStep),
  );
  print(show(ratio));
  print(
    `${perSecond(ratio.ours)} million steps/s, ${perSecond(ratio.theirs)} million awaited steps/s: ` +
      `${(1 / ratio.median).toFixed(1)} times as fast`,
  );
  const limit = await cpuOfAsync(runToLimit);
  print(`the limit of ${MAX_STEPS} steps is reached in ${limit.toFixed(1)} CPU ms`);
  const year = await cpuOfAsync(runYear);
  print(`a simulated year, ${DAYS} sleeps and ${2 * DAYS} retries, takes ${year.toFixed(1)} CPU ms`);
  const { before, after } = await heapAround(EXECUTIONS);
  print(`heap before and after ${EXECUTIONS} executions: ${before.toFixed(2)} and ${after.toFixed(2)} MB`);
}

async function repeated(work: () => Promise<unknown>): Promise<void> {
  for (let i = 0; i < REPEATS; i += 1) await work();
}

const perSecond = (cpuMs: number): string => (STEPS / cpuMs / 1000).toFixed(1);

async function runToLimit(): Promise<void> {
  const { run: counted, result } = ENDLESS.start(null, nowhere(), () => undefined);
  await result.catch((error: unknown) => {
    if (!(error instanceof Raised)) throw error;
  });
  if (counted.steps <= MAX_STEPS) throw new Error('the endless loop was stopped too early');
}

async function runYear(): Promise<void> {
  const host = new ToolHost({ clock: new VirtualClock(0), stubs: new Stubs({}), env: {}, offline: true });
  const outcome = await execute(YEAR, null, host, { seed: 1 });
  if (outcome.kind !== 'result' || outcome.value !== true)
    throw new Error('the year did not pass as written');
}

/** Collects all garbage at once. The flag works for contexts that are made after it was set. */
function collector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}

async function heapAround(executions: number): Promise<{ before: number; after: number }> {
  const collect = collector();
  const some = async (count: number): Promise<number> => {
    for (let i = 0; i < count; i += 1) await run(SMALL, BigInt(i));
    collect();
    return process.memoryUsage().heapUsed / 2 ** 20;
  };
  // The first executions compile code and fill caches, which is no growth.
  const before = await some(WARM_UP);
  return { before, after: await some(executions) };
}
