/** `plumb break-glass`: for a while neither pauses nor windows hold a tenant. It is recorded, and every report says so. */
import { shortTime } from '../../report/words.ts';
import { EXIT } from '../exit-codes.ts';
import type { Cli } from '../host.ts';
import { directiveOf, mustKnow, reasonOf } from '../orders.ts';
import { tenantName } from '../records.ts';
import { endOf, type EndFlags } from '../times.ts';

export interface BreakGlassOptions extends EndFlags {
  readonly reason: string;
}

export async function breakGlass(cli: Cli, given: string, options: BreakGlassOptions): Promise<number> {
  const name = tenantName(given);
  const reason = reasonOf(options.reason);
  const now = new Date();
  const { longest } = (await cli.settings()).policy;
  const until = endOf(options, { what: 'broken glass', longest: longest.breakGlass }, now);
  const actor = await cli.identity();
  return cli.withStore(async (store) => {
    await mustKnow(store, name);
    const directive = directiveOf({ name, kind: 'break-glass', actor, reason, detail: {}, now, until });
    await store.issueDirective(directive);
    cli.print(
      `tenant/${name}: glass broken until ${shortTime(until)} (${directive.id}); pauses and windows do not hold it`,
    );
    return EXIT.ok;
  });
}
