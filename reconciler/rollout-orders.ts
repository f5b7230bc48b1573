/** What a person may order of a rollout that was started: from its state to the next one, or why it cannot be. Pure. */
import type { Rollout, RolloutEvent, RolloutState } from './fleet-model.ts';
import { isFinished } from './rollout.ts';
import { stepOf } from './rollout-step.ts';

export type RolloutOrder =
  | { readonly verb: 'pause' | 'resume' | 'abort' }
  /** These are not begun; they keep what they have. */
  | { readonly verb: 'skip'; readonly tenants: readonly string[] };

export interface OrderedBy {
  /** Email. */
  readonly who: string;
  readonly why: string;
  /** RFC 3339. */
  readonly now: string;
}

export type Ordered =
  | { readonly ok: true; readonly rollout: Rollout }
  /** One sentence, ending in how to go on. */
  | { readonly ok: false; readonly reason: string };

const FROM: Readonly<Record<'pause' | 'resume' | 'abort', readonly RolloutState[]>> = {
  pause: ['running'],
  resume: ['paused', 'halted'],
  abort: ['running', 'paused', 'halted'],
};

export function ordered(rollout: Rollout, order: RolloutOrder, by: OrderedBy): Ordered {
  const { name, state } = rollout;
  const refuse = (reason: string): Ordered => ({ ok: false, reason });
  if (isFinished(rollout)) return refuse(`rollout ${name} is over (${state}); start another one`);
  if (order.verb === 'skip') return skipped(rollout, order.tenants, by);
  if (!FROM[order.verb].includes(state)) {
    return refuse(
      `rollout ${name} is ${state}, so there is nothing to ${order.verb}; 'plumb rollout status ${name}' shows it`,
    );
  }
  switch (order.verb) {
    case 'pause':
      return { ok: true, rollout: noted(rollout, 'paused', 'paused', by, `paused by ${by.who}`) };
    case 'resume':
      return { ok: true, rollout: noted(rollout, 'running', 'resumed', by, null) };
    case 'abort':
      return { ok: true, rollout: noted(rollout, 'aborting', 'aborted', by, `aborted by ${by.who}`) };
  }
}

function noted(
  rollout: Rollout,
  state: RolloutState,
  what: RolloutEvent['what'],
  { who, why, now }: OrderedBy,
  message: string | null,
): Rollout {
  const history = [...rollout.history, { at: now, by: who, what, why }];
  const said = message === null || why === '' ? message : `${message}: ${why}`;
  return { ...rollout, state, history, message: said };
}

function skipped(rollout: Rollout, tenants: readonly string[], by: OrderedBy): Ordered {
  const members = new Set(rollout.waves.flat());
  for (const name of tenants) {
    if (!members.has(name)) {
      return { ok: false, reason: `${name} is not part of rollout ${rollout.name}; nothing was skipped` };
    }
    const { state } = stepOf(rollout, name);
    if (state !== 'waiting') {
      return {
        ok: false,
        reason: `${name} is ${state} already; nothing was skipped. Only a tenant that still waits can be`,
      };
    }
  }
  const steps = { ...rollout.steps };
  for (const name of tenants) {
    steps[name] = { ...stepOf(rollout, name), state: 'untouched', note: `skipped by ${by.who}` };
  }
  const why = [tenants.join(', '), by.why].filter((part) => part !== '').join(': ');
  return {
    ok: true,
    rollout: {
      ...noted({ ...rollout, steps }, rollout.state, 'skipped', { ...by, why }, null),
      message: rollout.message,
    },
  };
}
