/** `plumb logs`: what the runs of a tenant did, step by step and build by build, with what the builds wrote. */
import type { ExecutionEntry } from '../../../desired-state/store.ts';
import type { HistoryPorts } from '../../clouds/connect.ts';
import { EXIT } from '../exit-codes.ts';
import { CliError, UsageError, notFound } from '../failure.ts';
import type { Cli } from '../host.ts';
import { unknownTenant } from '../orders.ts';
import { tenantName } from '../records.ts';
import { eventJson, eventLines, type TellFor } from '../run-log-text.ts';
import { runEvents } from '../run-log.ts';
import { momentOf } from '../times.ts';

export interface LogsOptions {
  /** The name of a run, or the id of its execution. */
  readonly execution?: string;
  readonly follow: boolean;
  /** How long ago, or a moment. */
  readonly since?: string;
  readonly output: 'text' | 'json';
}

export async function logs(cli: Cli, given: string, options: LogsOptions): Promise<number> {
  if (options.execution !== undefined && options.since !== undefined) {
    throw new UsageError('both --execution and --since are given; say one of the two');
  }
  const since = options.since === undefined ? undefined : momentOf('--since', options.since);
  const name = tenantName(given);
  return cli.withHistory(async (ports, settings) => {
    const platform = settings.platform();
    const runs = await chosen(ports, name, { since, execution: options.execution });
    const tell: TellFor = { paint: cli.paint(), console: settings.local === null ? platform.project : null };
    let whole = true;
    for (const run of runs) {
      for await (const event of runEvents(ports, run, { platform, follow: options.follow })) {
        if (event.type === 'unreadable') whole = false;
        if (options.output === 'json') cli.print(JSON.stringify(eventJson(event)));
        else cli.print(eventLines(event, tell).join('\n'));
      }
    }
    return whole ? EXIT.ok : EXIT.error;
  });
}

/** The newest run, the one that is named, or all since a moment, the oldest first. */
async function chosen(
  { store }: Pick<HistoryPorts, 'store'>,
  name: string,
  { since, execution }: { readonly since: Date | undefined; readonly execution: string | undefined },
): Promise<ExecutionEntry[]> {
  if ((await store.getTenant(name)) === undefined) throw await unknownTenant(store, name);
  const newest = execution === undefined && since === undefined;
  const runs = await store.listExecutions(name, newest ? 1 : undefined);
  if (execution !== undefined) {
    const found = runs.find((run) => run.intent === execution || run.execution?.endsWith(`/${execution}`));
    if (found === undefined) throw notFound(`execution of ${name}`, execution, runs[0]?.intent);
    return [found];
  }
  const wanted = runs.filter(
    ({ createdAt }) => since === undefined || Date.parse(createdAt) >= since.getTime(),
  );
  if (wanted.length > 0) return wanted.reverse();
  const when = since === undefined ? '' : ` since ${since.toISOString()}`;
  throw new CliError(`tenant/${name} has had no run${when}; 'plumb get executions ${name}' lists all`);
}
