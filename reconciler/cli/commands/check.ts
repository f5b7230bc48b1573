/** `plumb check`: a pass that only looks. It holds nothing that could change anything, so it needs no care to run. */
import { eventText } from '../../event-text.ts';
import { packageVersion } from '../../local/paths.ts';
import { onlyLooking } from '../../looking.ts';
import { reconcile } from '../../reconcile.ts';
import { EXIT, detailedCode } from '../exit-codes.ts';
import type { Cli } from '../host.ts';
import { DEFAULT_TARGETS, type ReportTarget } from '../report-formats.ts';
import { checkTargets, deliver, historyFor } from '../reports.ts';
import { namesFor, type TenantFlags } from '../tenants-of.ts';
import { runIdAt } from './reconcile.ts';

export interface CheckOptions extends TenantFlags {
  readonly detailedExitcode: boolean;
  readonly output?: readonly ReportTarget[];
}

export async function check(
  cli: Cli,
  given: readonly string[],
  { output = DEFAULT_TARGETS, detailedExitcode, ...flags }: CheckOptions,
): Promise<number> {
  await checkTargets(cli, output);
  return cli.withLookPorts(async (ports, settings) => {
    const only = await namesFor(ports.store, given, flags);
    const report = await reconcile(onlyLooking(ports), {
      platform: settings.platform(),
      policy: settings.policy,
      dryRun: true,
      ...(only !== undefined && { only }),
      runId: runIdAt(ports.clock.now()),
      breaker: settings.breaker,
      operators: settings.operators,
      version: packageVersion(),
      ...settings.pass,
      onEvent: (event) => cli.note(eventText(event)),
    });
    await deliver(cli, report, output, await historyFor(ports.store, report, output));
    return detailedExitcode ? detailedCode(report) : EXIT.ok;
  });
}
