/** `plumb report`: the report of a pass that is over, in one or several formats. */
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
    const targets = output.length === 0 ? [{ format: 'text' as const, path: null }] : output;
    for (const { format, path } of targets) {
      if (path === null) cli.print(rendered(report, format, cli.paint()));
      else await writeReport(cli, report, format, path);
    }
    return EXIT.ok;
  });
}
