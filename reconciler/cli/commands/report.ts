/** `plumb report`: the report of a pass that is over, in one or several formats. */
import type { Store } from '../../../desired-state/store.ts';
import type { RunReport } from '../../model.ts';
import type { PassMark } from '../../ports.ts';
import { contradictions } from '../../recount.ts';
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
    if (options.run === undefined && at === undefined) noteWhatCameSince(cli, report, await cli.lastPass());
    noteContradictions(cli, report);
    await deliver(cli, report, output, await historyFor(store, report, output));
    return EXIT.ok;
  });
}

/** A pass that finds nothing new leaves no report: the last one still says how things are. */
function noteWhatCameSince(cli: Cli, report: RunReport, last: PassMark | undefined): void {
  if (last === undefined || last.run === report.run.id || last.begunAt <= report.run.startedAt) return;
  cli.note(
    last.finishedAt === null
      ? `a later pass (${last.run}, since ${shortTime(last.begunAt)}) has not ended yet, or was cut off`
      : last.newsRun === report.run.id
        ? `nothing has changed since: the last pass (${last.run}) ended ${shortTime(last.finishedAt)}`
        : `a later pass (${last.run}) ended ${shortTime(last.finishedAt)}`,
  );
}

/** What is kept is worked out once more: whoever reads it must know when it was made by other rules than today's. */
function noteContradictions(cli: Cli, report: RunReport): void {
  const told = contradictions(report);
  if (told.length === 0) return;
  const more = told.length > SHOWN ? `; and ${told.length - SHOWN} more` : '';
  cli.note(
    `worked out again, this report does not come out the same: ${told.slice(0, SHOWN).join('; ')}${more}; it was made by another version, or changed since`,
  );
}

const SHOWN = 3;

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
