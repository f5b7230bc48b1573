/** `plumb rebuild`, `plumb redeploy` and `plumb decommission`: what an owner asks for; a refusal is recorded with its reason. */
import { randomUUID } from 'node:crypto';
import { requestFlow, type FlowKind } from '../../request.ts';
import { lastPart } from '../../report/words.ts';
import { EXIT } from '../exit-codes.ts';
import { CliError, UsageError } from '../failure.ts';
import type { Cli } from '../host.ts';
import { mustKnow, reasonOf } from '../orders.ts';
import { tenantName } from '../records.ts';
import { followed } from './reconcile.ts';

export interface RequestOptions {
  readonly reason: string;
  readonly confirm?: string;
  readonly wait: boolean;
}

export async function request(
  cli: Cli,
  kind: FlowKind,
  given: string,
  options: RequestOptions,
): Promise<number> {
  const { confirm, wait } = options;
  const tenant = tenantName(given);
  if (kind === 'decommission' && confirm !== tenant) {
    throw new UsageError(
      `--confirm=${confirm ?? ''} is not the name of the tenant; to go on, use --confirm=${tenant}`,
    );
  }
  // A decommission says enough by being confirmed.
  const reason = kind === 'decommission' ? options.reason : reasonOf(options.reason);
  const requester = await cli.identity();
  return cli.withPorts(async (ports, settings) => {
    await mustKnow(ports.store, tenant);
    const result = await requestFlow(ports, settings.platform(), {
      id: randomUUID(),
      tenant,
      kind,
      requester,
      reason,
      ...(confirm !== undefined && { confirm }),
    });
    if (!result.accepted) {
      const hint = settings.local === null ? '' : ' (on the local cloud, --as EMAIL asks as somebody else)';
      throw new CliError(`${kind} of ${tenant} refused: ${result.reason}${hint}`);
    }
    cli.print(
      `tenant/${tenant} ${kind} accepted: ${result.intent} (execution ${lastPart(result.execution)})`,
    );
    if (!wait) return EXIT.ok;
    return (await followed(cli, ports, [{ tenant, intent: result.intent }])) ? EXIT.ok : EXIT.error;
  });
}
