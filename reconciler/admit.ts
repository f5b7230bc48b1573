/**
 * One more look just before a launch, at the orders and the clock of that moment: a pass over a fleet takes its time,
 * and somebody may have paused it, or a window may have closed, since it began.
 */
import { FLEET, type Store } from '../desired-state/store.ts';
import type { Judged } from './assemble.ts';
import { conclude, type Judging } from './judge.ts';
import type { Action, Held } from './model.ts';

/** Why the action may not be launched any more; undefined when it may. Throws StoreError when the store cannot be read. */
export async function heldMeanwhile(
  store: Store,
  { case: item, findings }: Judged,
  action: Action,
  { now, by }: { readonly now: string; readonly by: Judging },
): Promise<Held | undefined> {
  // A look changes nothing, whatever was ordered.
  if (action.because.length === 0) return undefined;
  const { name } = item.stored;
  const directives = await store.listDirectives([name, FLEET]);
  const { plan } = conclude({ ...item, directives }, findings, now, by);
  const stands = plan.actions.some(
    ({ flow, because }) => flow === action.flow && because.join() === action.because.join(),
  );
  if (stands) return undefined;
  const { flow, because } = action;
  const reason = plan.held.find((held) => held.flow !== null);
  return reason ?? { tenant: name, flow, because, reason: 'retry-later', message: CHANGED, next: null };
}

const CHANGED = 'what was ordered for it has changed since the pass began; the next pass plans anew';
