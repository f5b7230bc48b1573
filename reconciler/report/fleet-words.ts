/** The sentences about the fleet as a whole, shared by every rendering: the breaker, overrides, rollouts, what waits to be told. */
import type { OutboxReport, OverrideInForce, RolloutReport, StepState } from '../fleet-model.ts';
import type { RunReport } from '../model.ts';
import { plural, shortTime } from './words.ts';

/** What a person must see before anything else; empty while the breaker is closed. */
export function breakerLines({ breaker, run, summary }: RunReport): { head: string; lines: string[] } | null {
  if (breaker === null) return null;
  const { tripped, cause, admitted } = breaker;
  const done =
    run.mode === 'dry-run'
      ? 'a pass that acts would launch nothing'
      : admitted === 0
        ? 'this pass launched nothing'
        : `this pass launched ${admitted}, which an override admits, and nothing else`;
  return {
    head: `BREAKER OPEN: ${done}.`,
    lines: [
      ...tripped.map((text) => `${text}.`),
      cause === null
        ? 'Suspected cause: nothing stands out; the differences have little in common.'
        : `Suspected cause: ${cause}.`,
      ...(summary.held > 0
        ? [
            "To go on, find the cause first; then 'plumb override --launches N --for 1h --reason WHY' lets N launches through.",
          ]
        : []),
    ],
  };
}

/** One line each, for what is in force or under way; empty in most reports. */
export const fleetLines = ({ fleet }: RunReport): string[] => [
  ...fleet.overrides.map(overrideLine),
  ...fleet.unguarded.map(
    ({ threshold, reason }) => `Breaker: the threshold "${threshold}" is switched off (${reason}).`,
  ),
  ...fleet.rollouts.map(rolloutLine),
  ...(fleet.outbox === undefined ? [] : [outboxLine(fleet.outbox)]),
];

function outboxLine({ count, since, lastError }: OutboxReport): string {
  const why = lastError === null ? 'no try was made yet' : `last error: ${shortTime(lastError)}`;
  return `Notifications: ${count} of earlier passes not delivered, the oldest since ${shortTime(since)}; ${why} (plumb get notifications).`;
}

function overrideLine(order: OverrideInForce): string {
  const { id, actor, reason, launches, used, until, refused, acceptsSize } = order;
  const size = acceptsSize ? '; the present size of the fleet is accepted' : '';
  const state =
    refused === null
      ? `${Math.max(0, launches - used)} of ${plural(launches, 'launch', 'launches')} were left when this pass began${size}`
      : `not honoured: ${refused}`;
  return `Override ${id} by ${actor}, until ${shortTime(until)}: ${state} (${reason}).`;
}

function rolloutLine(rollout: RolloutReport): string {
  const { name, field, value, state, wave, waves, message } = rollout;
  const why = message === null ? '' : `; ${shortTime(message)}`;
  return `Rollout ${name}: ${field} = ${value}, ${state}, wave ${wave} of ${waves}: ${rolloutCounts(rollout)}${why}.`;
}

/** In the order of a tenant's way. */
const STATES: readonly (readonly [string, readonly StepState[]])[] = [
  ['waiting', ['waiting']],
  ['on the way', ['starting', 'edited', 'returning', 'withdrawing', 'failed']],
  ['done', ['done']],
  ['returned', ['returned']],
  ['untouched', ['untouched']],
  ['set by somebody else', ['overtaken']],
];

/** `12 waiting, 2 on the way, 7 done`. */
export const rolloutCounts = ({ tenants }: Pick<RolloutReport, 'tenants'>): string =>
  STATES.flatMap(([words, states]) => {
    const count = states.reduce((sum, state) => sum + (tenants[state] ?? 0), 0);
    return count === 0 ? [] : [`${count} ${words}`];
  }).join(', ');
