/** `plumb check`: a pass that only looks. It holds nothing that could change anything, so it needs no care to run. */
import { EXIT, detailedCode } from '../exit-codes.ts';
import type { Cli } from '../host.ts';
import { lookNow } from '../look-now.ts';
import { DEFAULT_TARGETS, type ReportTarget } from '../report-formats.ts';
import { checkTargets, deliver, historyFor } from '../reports.ts';
import { namesFor, type TenantFlags } from '../tenants-of.ts';

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
    const report = await lookNow(cli, ports, settings, only);
    await deliver(cli, report, output, await historyFor(ports.store, report, output));
    return detailedExitcode ? detailedCode(report) : EXIT.ok;
  });
}
