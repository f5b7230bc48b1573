/** `plumb end`: takes an exception, an approval or another order back before it ends by itself. */
import { nearest } from '../../../desired-state/nearest.ts';
import { FLEET, type Directive } from '../../../desired-state/store.ts';
import { isInForce } from '../../policy/orders.ts';
import { EXIT } from '../exit-codes.ts';
import { CliError, notFound } from '../failure.ts';
import type { Cli } from '../host.ts';
import { subjectOf } from '../orders.ts';

export async function end(cli: Cli, ids: readonly string[]): Promise<number> {
  const by = await cli.identity();
  return cli.withStore(async (store) => {
    const known = await store.listDirectives();
    const now = new Date().toISOString();
    const ending = ids.map((id) => mustEnd(id, known, now));
    for (const { name, id } of ending) {
      await store.endDirective(name, id, { by, now });
      cli.print(`${subjectOf(name)}: ${id} ended`);
    }
    return EXIT.ok;
  });
}

function mustEnd(id: string, known: readonly Directive[], now: string): Directive {
  const found = known.find((each) => each.id === id);
  if (found === undefined)
    throw notFound(
      'directive',
      id,
      nearest(
        id,
        known.map((each) => each.id),
      ),
    );
  if (found.endedAt !== null) {
    throw new CliError(`${id} was ended by ${found.endedBy ?? 'somebody'} at ${found.endedAt}`);
  }
  if (found.kind === 'pause' && isInForce(found, now)) {
    const who = found.name === FLEET ? '--all' : found.name;
    throw new CliError(`${id} is a pause; 'plumb resume ${who}' shows what would be done, and ends it`);
  }
  // An exception that has expired is a finding until somebody takes it away.
  if (found.kind !== 'exception' && !isInForce(found, now)) {
    throw new CliError(`${id} is over since ${found.expiresAt}; there is nothing to end`);
  }
  return found;
}
