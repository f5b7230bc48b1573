/** A look at the fleet, or at some of it, for a command: a pass that holds nothing it could change anything with. */
import { eventText } from '../event-text.ts';
import { packageVersion } from '../local/paths.ts';
import { onlyLooking, type LookPorts } from '../looking.ts';
import type { RunReport } from '../model.ts';
import { reconcile } from '../reconcile.ts';
import type { Settings } from '../settings.ts';
import { runIdAt } from './commands/reconcile.ts';
import type { Cli } from './host.ts';

/** Judges them as a pass would, as the observing account, and stores nothing. `only` left out: everybody. */
export const lookNow = (
  cli: Cli,
  ports: LookPorts,
  settings: Settings,
  only: readonly string[] | undefined,
): Promise<RunReport> =>
  reconcile(onlyLooking(ports), {
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
