/** `plumb report`: the report of a pass that is over, in one or several formats. */
import type { Store } from '../../../desired-state/store.ts';
import type { RunReport } from '../../model.ts';
import { shortTime } from '../../report/words.ts';
import { EXIT } from '../exit-codes.ts';
import { CliError, UsageError, notFound } from '../failure.ts';
import type { Cli } from '../host.ts';
import { DEFAULT_TARGETS, type ReportTarget } from '../report-formats.ts';
import { checkTargets, deliver, historyFor } from '../reports.ts';
import { momentOf } from '../times.ts';

export interface ReportOptions {
  readonly run?: string;
  readonly at?: string;
  readonly output?: readonly ReportTarget[];
}

export async function reportCommand(cli: Cli, options: ReportOptions): Promise<number> {
  const { output = DEFAULT_TARGETS } = options;
  if (options.run !== undefined && options.at !== undefined) {
    throw new UsageError('--run names a pass and --at finds one: use one of them');
  }
  const at = options.at === undefined ? undefined : momentOf('--at', options.at);
  await checkTargets(cli, output);
  return cli.withStore(async (store) => {
    const report = await reportOf(store, options.run, at);
    await deliver(cli, report, output, await historyFor(store, report, output));
    return EXIT.ok;
  });
}

async function reportOf(store: Store, run: string | undefined, at: Date | undefined): Promise<RunReport> {
  if (at !== undefined) return reportAt(store, at);
  const report = run === undefined ? await store.latestRun() : await store.getRun(run);
  if (report !== undefined) return report;
  if (run !== undefined) throw notFound('run', run);
  throw new CliError('there is no report yet; run `plumb reconcile` first');
}

/** How many runs are read at a time on the way back. */
const STEPS = [20, 100, 500, 2500];

/** What was known at a time: the report of the last pass that had ended by then. */
async function reportAt(store: Store, at: Date): Promise<RunReport> {
  for (const limit of STEPS) {
    const runs = await store.listRuns(limit);
    const found = runs.find(({ run }) => Date.parse(run.finishedAt) <= at.getTime());
    if (found !== undefined) return found;
    if (runs.length < limit) break;
  }
  throw new CliError(
    `no pass had ended by ${shortTime(at.toISOString())}; \`plumb get runs\` lists those that are kept`,
  );
}
