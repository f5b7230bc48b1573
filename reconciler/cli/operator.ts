/** Orders that only a platform operator may give: who asks is verified, and a refusal is recorded with its reason. */
import { randomUUID } from 'node:crypto';
import { FLEET, type FleetRequestKind, type Store } from '../../desired-state/store.ts';
import { notOperator } from '../operators.ts';
import type { Settings } from '../settings.ts';
import { CliError } from './failure.ts';

/** Throws CliError. Passes look again, with settings of their own: this only spares people a surprise. */
export async function mustBeOperator(
  store: Store,
  { operators, local }: Settings,
  who: string,
  kind: FleetRequestKind,
): Promise<void> {
  const reason = notOperator(operators, who);
  if (reason === undefined) return;
  await store.recordRequest({
    id: randomUUID(),
    name: FLEET,
    kind,
    requester: who,
    state: 'REFUSED',
    reason,
    createdAt: new Date().toISOString(),
  });
  const hint = local === null ? '' : ' (on the local cloud, --as EMAIL asks as somebody else)';
  throw new CliError(`${kind} refused: ${reason}${hint}`);
}
