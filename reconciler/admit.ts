/**
 * One more look just before a launch, at the orders and the clock of that moment: a pass over a fleet takes its time,
 * and somebody may have paused it, or a window may have closed, since it began.
 */
import { FLEET, type Store } from '../desired-state/store.ts';
import type { Judged } from './assemble.ts';
import { conclude, type Judging } from './judge.ts';
import type { Case } from './load.ts';
import type { Action, Finding, Held } from './model.ts';

/** What may be launched under them, or why nothing may any more. Throws StoreError when the store cannot be read. */
export async function admit(
  store: Store,
  { item, findings }: { readonly item: Case; readonly findings: readonly Finding[] },
  action: Action,
  { now, by }: { readonly now: string; readonly by: Judging },
): Promise<{ readonly judged: Judged } | { readonly held: Held }> {
  const { name } = item.stored;
  const directives = await store.listDirectives([name, FLEET]);
  const judged = conclude({ ...item, directives }, findings, now, by);
  const stands = judged.plan.actions.some(
    ({ flow, because }) => flow === action.flow && because.join() === action.because.join(),
  );
  // A look changes nothing, whatever was ordered.
  if (stands || action.because.length === 0) return { judged };
  const { flow, because } = action;
  const reason = judged.plan.held.find((held) => held.flow !== null);
  return {
    held: reason ?? { tenant: name, flow, because, reason: 'retry-later', message: CHANGED, next: null },
  };
}

const CHANGED = 'what was ordered for it has changed since the pass began; the next pass plans anew';
