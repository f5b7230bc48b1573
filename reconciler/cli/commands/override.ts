/** `plumb override`: lets a counted number of launches past the open breaker, for a while, in somebody's name. */
import { randomBytes } from 'node:crypto';
import { LONGEST_OVERRIDE_MS, newOverride } from '../../overrides.ts';
import { plural, shortTime } from '../../report/words.ts';
import { EXIT } from '../exit-codes.ts';
import { UsageError } from '../failure.ts';
import type { Cli } from '../host.ts';
import { mustBeOperator } from '../operator.ts';
import { endOf, type EndFlags } from '../times.ts';

export interface OverrideOptions extends EndFlags {
  readonly launches: number;
  readonly reason: string;
  readonly acceptSize: boolean;
}

export async function override(cli: Cli, options: OverrideOptions): Promise<number> {
  const { launches, acceptSize: acceptsSize } = options;
  const reason = options.reason.trim();
  if (reason === '') throw new UsageError('--reason is empty; say why, for whoever finds this at night');
  const now = new Date();
  const until = endOf(options, { what: 'an override', longest: LONGEST_OVERRIDE_MS }, now);
  const actor = await cli.identity();
  return cli.withStore(async (store, settings) => {
    await mustBeOperator(store, settings, actor, 'override');
    const id = `override-${randomBytes(4).toString('hex')}`;
    await store.issueDirective(
      newOverride({ id, actor, reason, launches, until, acceptsSize }, now.toISOString()),
    );
    cli.print(
      `${id}: ${plural(launches, 'launch', 'launches')} may pass the open breaker until ${shortTime(until)}` +
        (acceptsSize ? '; the size of the fleet as it is now becomes the measure' : ''),
    );
    return EXIT.ok;
  });
}
