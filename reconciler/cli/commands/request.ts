/** `plumb rebuild`, `plumb redeploy` and `plumb decommission`: what an owner asks for; a refusal is recorded with its reason. */
import { randomUUID } from 'node:crypto';
import { requestFlow, type FlowKind } from '../../request.ts';
import { lastPart } from '../../report/words.ts';
import { EXIT } from '../exit-codes.ts';
import { CliError, UsageError } from '../failure.ts';
import type { Cli } from '../host.ts';
import { mustKnow, reasonOf } from '../orders.ts';
import { answerTo } from '../question.ts';
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
  const { wait } = options;
  const tenant = tenantName(given);
  const confirm = kind === 'decommission' ? await confirmed(cli, tenant, options.confirm) : undefined;
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

/** The tenant's name once more, from the flag or typed. Throws UsageError when it is another one, or none. */
async function confirmed(cli: Cli, tenant: string, given: string | undefined): Promise<string> {
  if (given === tenant) return given;
  if (given === undefined && cli.interactive) {
    cli.note(`This destroys everything of tenant/${tenant}, for good.`);
    if ((await answerTo(cli, `Type its name to go on [${tenant}]:`)) === tenant) return tenant;
    throw new UsageError(`that is not ${tenant}; nothing was done`);
  }
  throw new UsageError(
    `--confirm=${given ?? ''} is not the name of the tenant; to go on, use --confirm=${tenant}`,
  );
}
