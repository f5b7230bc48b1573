/** `plumb report`: the report of a pass that is over, in one or several formats. */
import type { RunReport } from '../../model.ts';
import type { PassMark } from '../../ports.ts';
import { shortTime } from '../../report/words.ts';
import { EXIT } from '../exit-codes.ts';
import { CliError, notFound } from '../failure.ts';
import type { Cli } from '../host.ts';
import { deliver, oneToStdout, type Output } from '../reports.ts';

export interface ReportOptions {
  readonly run?: string;
  readonly output?: readonly Output[];
}

export async function reportCommand(cli: Cli, { run, output = [] }: ReportOptions): Promise<number> {
  oneToStdout(output);
  return cli.withStore(async (store) => {
    const report = run === undefined ? await store.latestRun() : await store.getRun(run);
    if (report === undefined) {
      if (run !== undefined) throw notFound('run', run);
      throw new CliError('there is no report yet; run `plumb reconcile` first');
    }
    if (run === undefined) noteWhatCameSince(cli, report, await cli.lastPass());
    await deliver(cli, report, output);
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
