/** `plumb report`: the report of a pass that is over, in one or several formats. */
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
    await deliver(cli, report, output);
    return EXIT.ok;
  });
}
