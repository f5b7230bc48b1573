/**
 * Ratios that hold on a noisy machine: both sides run in turn within one process, CPU time is what counts, and the
 * median of the rounds' ratios is given with a bootstrap interval.
 */

export interface Ratio {
  readonly name: string;
  readonly rounds: number;
  /** CPU milliseconds per round, medians. */
  readonly ours: number;
  readonly theirs: number;
  /** ours / theirs. */
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

const ROUNDS = 15;
/** Until the compiler has seen enough of both sides. */
const WARM_UP = 20;
const RESAMPLES = 1000;

export function compare(name: string, ours: () => unknown, theirs: () => unknown): Ratio {
  const round = () => [cpuOf(ours), cpuOf(theirs)] as const;
  for (let warm = 0; warm < WARM_UP; warm += 1) round();
  return ratioOf(name, Array.from({ length: ROUNDS }, round));
}

/** The same for work that answers with a promise. */
export async function compareAsync(
  name: string,
  ours: () => Promise<unknown>,
  theirs: () => Promise<unknown>,
): Promise<Ratio> {
  for (const side of [ours, theirs, ours, theirs]) await side();
  const pairs: (readonly [number, number])[] = [];
  for (let round = 0; round < ROUNDS; round += 1)
    pairs.push([await cpuOfAsync(ours), await cpuOfAsync(theirs)]);
  return ratioOf(name, pairs);
}

/** Of rounds measured elsewhere: CPU milliseconds of ours and theirs, round by round. */
export function ratioOf(name: string, pairs: readonly (readonly [number, number])[]): Ratio {
  const ratios = pairs.map(([a, b]) => a / b);
  const medians = resample(ratios).sort((a, b) => a - b);
  return {
    name,
    rounds: pairs.length,
    ours: median(pairs.map(([a]) => a)),
    theirs: median(pairs.map(([, b]) => b)),
    median: median(ratios),
    low: medians[Math.floor(RESAMPLES * 0.025)] ?? NaN,
    high: medians[Math.floor(RESAMPLES * 0.975)] ?? NaN,
  };
}

export const show = (r: Ratio): string =>
  `${r.name.padEnd(58)} ${r.median.toFixed(2)}  [${r.low.toFixed(2)}, ${r.high.toFixed(2)}]  ` +
  `(${r.ours.toFixed(1)} / ${r.theirs.toFixed(1)} CPU ms, ${r.rounds} rounds)`;

function cpuOf(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** CPU milliseconds of work that answers with a promise. */
export async function cpuOfAsync(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? NaN)
    : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
}

/** A fixed seed: two runs on the same figures print the same interval. */
function resample(values: readonly number[]): number[] {
  let seed = 42;
  const next = () => (seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31);
  return Array.from({ length: RESAMPLES }, () =>
    median(values.map(() => values[next() % values.length] ?? NaN)),
  );
}
