/** `plumb check`: a pass that only looks. It holds nothing that could change anything, so it needs no care to run. */
import { packageVersion } from '../../local/paths.ts';
import { onlyLooking } from '../../looking.ts';
import { reconcile } from '../../reconcile.ts';
import { EXIT, detailedCode } from '../exit-codes.ts';
import type { Cli } from '../host.ts';
import { deliver, oneToStdout, type Output } from '../reports.ts';
import { namesFor, type TenantFlags } from '../tenants-of.ts';
import { eventLine, runIdAt } from './reconcile.ts';

export interface CheckOptions extends TenantFlags {
  readonly detailedExitcode: boolean;
  readonly output?: readonly Output[];
}

export async function check(
  cli: Cli,
  given: readonly string[],
  { output = [], detailedExitcode, ...flags }: CheckOptions,
): Promise<number> {
  oneToStdout(output);
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
      onEvent: (event) => cli.note(eventLine(event)),
    });
    await deliver(cli, report, output);
    return detailedExitcode ? detailedCode(report) : EXIT.ok;
  });
}
