/** `plumb reconcile`: one pass from a person's machine, with progress on stderr and the report on stdout. */
import { randomBytes } from 'node:crypto';
import { withTelemetry } from '../../clouds/with-telemetry.ts';
import { eventText } from '../../event-text.ts';
import { follow } from '../../follow.ts';
import { WHOLE } from '../../policy/orders.ts';
import type { Ports } from '../../ports.ts';
import { reconcile } from '../../reconcile.ts';
import { packageVersion } from '../../local/paths.ts';
import { EXIT, detailedCode, launchFailed } from '../exit-codes.ts';
import { notFound } from '../failure.ts';
import type { Cli } from '../host.ts';
import { tenantName } from '../records.ts';
import { DEFAULT_TARGETS, type ReportTarget } from '../report-formats.ts';
import { checkTargets, deliver, folderTargets, historyFor } from '../reports.ts';

export interface ReconcileOptions {
  readonly dryRun: boolean;
  readonly wait: boolean;
  readonly detailedExitcode: boolean;
  readonly reportDir?: string;
  readonly output?: readonly ReportTarget[];
}

export async function reconcileCommand(
  cli: Cli,
  given: readonly string[],
  options: ReconcileOptions,
): Promise<number> {
  const names = given.map(tenantName);
  const { output = DEFAULT_TARGETS, reportDir } = options;
  const targets = [...output, ...(reportDir === undefined ? [] : folderTargets(reportDir))];
  return cli.withPorts(async (ports, settings) => {
    for (const name of names) {
      if ((await ports.store.getTenant(name)) === undefined) throw notFound('tenant', name);
    }
    // Before the pass: what it finds must not be lost for want of a place.
    await checkTargets(cli, targets);
    const launched: Launched[] = [];
    const runId = runIdAt(ports.clock.now());
    const version = packageVersion();
    const seen = { run: runId, shard: WHOLE, version, onProblem: (message: string) => cli.note(message) };
    const report = await withTelemetry(settings.telemetry, seen, (telemetry) =>
      reconcile(ports, {
        ...settings,
        ...settings.pass,
        platform: settings.platform(),
        dryRun: options.dryRun,
        ...(names.length > 0 && { only: names }),
        runId,
        version,
        ...(telemetry !== null && { stage: telemetry.stage }),
        onEvent: (event) => {
          if (event.type === 'problem') cli.note(eventText(event));
          else cli.progress(eventText(event));
          if (event.type === 'launched') launched.push(event);
        },
      }),
    );
    const failed = options.wait && launched.length > 0 && !(await followed(cli, ports, launched));
    if (options.wait && launched.length > 0) {
      cli.progress(
        'the report is of what was seen before the launch; the next pass says what has become of it',
      );
    }
    await deliver(cli, report, targets, await historyFor(ports.store, report, targets));
    if (failed || launchFailed(report)) return EXIT.error;
    return options.detailedExitcode ? detailedCode(report) : EXIT.ok;
  });
}

/** Sorts by time; the tail keeps two passes of one second apart. */
export const runIdAt = (now: Date): string =>
  `run-${now.toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-')}-${randomBytes(2).toString('hex')}`;

export interface Launched {
  readonly tenant: string;
  readonly intent: string;
}

/** Tells each status on stderr; true when all ended well. */
export async function followed(cli: Cli, ports: Ports, launched: readonly Launched[]): Promise<boolean> {
  const tenants = launched.map(({ tenant }) => tenant);
  const ends = await follow(ports, tenants, {
    intents: launched.map(({ intent }) => intent),
    onStatus: (tenant, status) => cli.progress(`${tenant}: ${status}`),
  });
  for (const end of ends) {
    cli.note(`${end.tenant}: ${end.intent} ${end.state}${end.error === null ? '' : `: ${end.error}`}`);
  }
  return ends.every(({ state }) => state === 'SUCCEEDED');
}
