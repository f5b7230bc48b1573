/** `plumb report`: the report of a pass that is over, in one or several formats. */
import type { RunReport } from '../../model.ts';
import type { PassMark } from '../../ports.ts';
import { shortTime } from '../../report/words.ts';
import { EXIT } from '../exit-codes.ts';
import { CliError, UsageError, notFound } from '../failure.ts';
import type { Cli } from '../host.ts';
import { rendered, writeReport, type ReportFormat } from '../reports.ts';

export interface ReportOptions {
  readonly run?: string;
  readonly output?: readonly { readonly format: ReportFormat; readonly path: string | null }[];
}

export async function reportCommand(cli: Cli, { run, output = [] }: ReportOptions): Promise<number> {
  if (output.filter(({ path }) => path === null).length > 1) {
    throw new UsageError('only one format can go to stdout; give the others a file: -o html=report.html');
  }
  return cli.withStore(async (store) => {
    const report = run === undefined ? await store.latestRun() : await store.getRun(run);
    if (report === undefined) {
      if (run !== undefined) throw notFound('run', run);
      throw new CliError('there is no report yet; run `plumb reconcile` first');
    }
    if (run === undefined) noteWhatCameSince(cli, report, await cli.lastPass());
    const targets = output.length === 0 ? [{ format: 'text' as const, path: null }] : output;
    for (const { format, path } of targets) {
      if (path === null) cli.print(rendered(report, format, cli.paint()));
      else await writeReport(cli, report, format, path);
    }
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
