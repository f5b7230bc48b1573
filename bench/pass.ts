/**
 * `npm run bench`: what a pass costs in CPU, memory and rows, and how that grows with the fleet. Each size runs in a
 * process of its own, started as the job's image starts it, so that one's memory is not another's.
 * `PLUMB_BENCH_TENANTS=1000,10000,100000` sets the sizes, `PLUMB_BENCH_ROUNDS` how often each pass is made.
 */
import { execFileSync } from 'node:child_process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { LOCAL_PLATFORM } from '../reconciler/settings.ts';
import { reconcile } from '../reconciler/reconcile.ts';
import { imageStart } from '../test/support/image.ts';
import { passWorld } from '../test/support/pass-world.ts';

const ROUNDS = Number(process.env['PLUMB_BENCH_ROUNDS'] ?? 3);
const DEFAULT_SIZES = [1000, 10_000];

interface Measured {
  readonly size: number;
  readonly bytes: number;
  /** CPU seconds of the pass that sees the fleet for the first time, and keeps what it saw. */
  readonly first: number;
  /** Of a pass that reads everything and finds nothing new; medians. */
  readonly full: number;
  /** Of a pass that only looks whether anything has moved. */
  readonly glance: number;
  /** Rows written by all passes that found nothing new. */
  readonly rows: number;
  /** Most memory the process ever held, in MB. */
  readonly rss: number;
}

async function measure(size: number): Promise<Measured> {
  const world = await passWorld(size);
  let runs = 0;
  const pass = async (freshness: { fullEvery: number; sample: number }): Promise<number> => {
    const before = process.cpuUsage();
    const report = await reconcile(world.ports, {
      platform: LOCAL_PLATFORM,
      dryRun: false,
      runId: `bench-${++runs}`,
      freshness,
    });
    const { user, system } = process.cpuUsage(before);
    const { drift = 0, 'in-sync': inSync = 0 } = report.summary.verdicts;
    if (drift + inSync !== size || drift !== Math.ceil(size / 100)) {
      throw new Error(`the fleet was misjudged: ${JSON.stringify(report.summary)}`);
    }
    return (user + system) / 1e6;
  };
  const first = await pass({ fullEvery: 12, sample: 0.01 });
  // Whose doing a difference was is asked once more before it is told for good.
  await pass({ fullEvery: 12, sample: 0.01 });
  const before = world.rowsWritten();
  const full: number[] = [];
  const glance: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    glance.push(await pass({ fullEvery: 1000, sample: 0.01 }));
    collectGarbage();
    full.push(await pass({ fullEvery: 1, sample: 0 }));
  }
  const measured = {
    size,
    bytes: world.bytesPerTenant.assets + world.bytesPerTenant.objects,
    first,
    full: median(full),
    glance: median(glance),
    rows: world.rowsWritten() - before,
    rss: process.resourceUsage().maxRSS / 1024,
  };
  await world.close();
  return measured;
}

/**
 * The job's passes each have a process of their own: what the last one has left behind is no part of the most that the
 * one holds which holds most. A short pass is not measured just behind it: a heap that was collected has to grow again.
 */
const collectGarbage = (): void => {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
};

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;

/** Runs one size as the image of the job would. */
function inImage(size: number): string {
  const { options, env } = imageStart();
  return execFileSync(process.execPath, [...options, import.meta.filename, String(size)], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
}

/** Prints a line per size, then how cost grows from one size to the next. */
export function benchPass(print: (line: string) => void): void {
  const sizes = (process.env['PLUMB_BENCH_TENANTS'] ?? '').split(',').filter(Boolean).map(Number);
  const all = (sizes.length > 0 ? sizes : DEFAULT_SIZES).map((size) => {
    const measured = JSON.parse(inImage(size)) as Measured;
    const { first, full, glance, rows, rss, bytes } = measured;
    const each = (seconds: number) => `${((seconds / size) * 1e6).toFixed(0)} us`;
    print(
      `pass over ${size} tenants of ${(bytes / 1024).toFixed(1)} KB: CPU ${full.toFixed(2)} s full (${each(full)} each), ` +
        `${glance.toFixed(2)} s with nothing moved (${each(glance)} each, ${((100 * glance) / full).toFixed(1)} %), ` +
        `${first.toFixed(2)} s the first time; ${rows} rows written after that; peak ${rss.toFixed(0)} MB`,
    );
    return measured;
  });
  for (const [at, larger] of all.entries()) {
    const smaller = all[at - 1];
    if (smaller === undefined) continue;
    const growth = (key: 'full' | 'glance') =>
      (Math.log(larger[key] / smaller[key]) / Math.log(larger.size / smaller.size)).toFixed(3);
    print(
      `growth of CPU ${smaller.size} → ${larger.size}: exponent ${growth('full')} full, ${growth('glance')} with nothing moved`,
    );
  }
}

if (process.argv[1] === import.meta.filename) {
  process.stdout.write(JSON.stringify(await measure(Number(process.argv[2]))));
}
