/**
 * What a step of a workflow costs, against the least that an interpreter which awaits every step could spend on the same
 * work: the same sums, wrapped at 64 bits as the language demands, in hand-written async functions.
 */
import { build } from '../local-cloud/workflows/check/check.ts';
import { MAX_STEPS } from '../local-cloud/workflows/lang/limits.ts';
import type { Host } from '../local-cloud/workflows/run/host.ts';
import { Raised } from '../local-cloud/workflows/run/errors.ts';
import { compileProgram, type CompiledProgram } from '../local-cloud/workflows/run/interpreter.ts';
import { compareAsync, show } from './ratio.ts';

const ROUNDS = 30_000;
/** Steps per round: a condition, an assignment, an assignment with a jump. */
const STEPS = 3 * ROUNDS;
const EXECUTIONS = 10_000;

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

interface Variables {
  i: bigint;
  sum: bigint;
}

type AsyncStep = (variables: Variables) => Promise<number>;

const AWAITED: readonly AsyncStep[] = [
  async (v) => (v.i >= BigInt(ROUNDS) ? -1 : 1),
  async (v) => {
    v.sum = BigInt.asIntN(64, v.sum + v.i);
    return 2;
  },
  async (v) => {
    v.i = BigInt.asIntN(64, v.i + 1n);
    return 0;
  },
];

async function awaitEachStep(): Promise<bigint> {
  const variables: Variables = { i: 0n, sum: 0n };
  for (let at = 0; at >= 0; at = (await AWAITED[at]?.(variables)) ?? -1);
  return variables.sum;
}

/** Prints steps per second with the ratio, how soon an endless loop is stopped, and the heap before and after. */
export async function benchWorkflows(print: (line: string) => void): Promise<void> {
  const ratio = await compareAsync(
    'workflow steps / the same steps, each awaited',
    () => run(SUM),
    awaitEachStep,
  );
  print(show(ratio));
  print(
    `${perSecond(ratio.ours)} million steps/s, ${perSecond(ratio.theirs)} million awaited steps/s: ` +
      `${(1 / ratio.median).toFixed(1)} times as fast`,
  );
  print(`the limit of ${MAX_STEPS} steps is reached in ${(await timeToLimit()).toFixed(1)} ms`);
  const { before, after } = await heapAround(EXECUTIONS);
  print(
    `heap before and after ${EXECUTIONS} executions: ${before.toFixed(1)} and ${after.toFixed(1)} MB` +
      (globalThis.gc === undefined ? ' (node --expose-gc gives steadier figures)' : ''),
  );
}

const perSecond = (cpuMs: number): string => (STEPS / cpuMs / 1000).toFixed(1);

async function timeToLimit(): Promise<number> {
  const begin = performance.now();
  await run(ENDLESS).catch((error: unknown) => {
    if (!(error instanceof Raised)) throw error;
  });
  return performance.now() - begin;
}

async function heapAround(executions: number): Promise<{ before: number; after: number }> {
  const some = async (count: number): Promise<number> => {
    for (let i = 0; i < count; i += 1) await run(SMALL, BigInt(i));
    globalThis.gc?.();
    return process.memoryUsage().heapUsed / 2 ** 20;
  };
  // The first executions compile code and fill caches, which is no growth.
  const before = await some(500);
  return { before, after: await some(executions) };
}
