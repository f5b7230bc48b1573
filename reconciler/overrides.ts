/** Overrides of the breaker: who may order one, for how much and how long, and which are in force. Pure. */
import { FLEET, type Directive } from '../desired-state/store.ts';
import type { OverrideInForce } from './fleet-model.ts';
import { at, numberAt } from './json.ts';
import { notOperator, type Operators } from './operators.ts';

/** An override is for the incident at hand; whoever needs longer orders another one. */
export const LONGEST_OVERRIDE_MS = 24 * 60 * 60 * 1000;
/** More than any fleet has tenants. */
export const MOST_LAUNCHES = 100_000;

/** As it is stored. `id` is the caller's, so that a repeated call orders nothing twice. */
export const newOverride = (
  order: Pick<OverrideInForce, 'id' | 'actor' | 'reason' | 'launches' | 'until' | 'acceptsSize'>,
  now: string,
): Directive => ({
  name: FLEET,
  id: order.id,
  kind: 'override',
  actor: order.actor,
  reason: order.reason,
  detail: { launches: order.launches, acceptsSize: order.acceptsSize },
  uses: 0,
  createdAt: now,
  expiresAt: order.until,
  endedAt: null,
  endedBy: null,
});

/** In force at this time (RFC 3339), the one that expires first at the head. */
export function overridesIn(
  directives: readonly Directive[],
  operators: Operators,
  now: string,
): OverrideInForce[] {
  return directives
    .filter(({ name, kind }) => name === FLEET && kind === 'override')
    .filter(({ endedAt, expiresAt }) => endedAt === null && Date.parse(expiresAt) > Date.parse(now))
    .map((directive) => toOverride(directive, operators))
    .sort((one, other) => Date.parse(one.until) - Date.parse(other.until));
}

/** Also for those that are over. A detail that nobody of ours wrote admits nothing. */
export function toOverride(directive: Directive, operators: Operators): OverrideInForce {
  const { id, actor, reason, detail, uses, expiresAt } = directive;
  return {
    id,
    actor,
    reason,
    launches: numberAt(detail, 'launches') ?? 0,
    used: uses,
    until: expiresAt,
    acceptsSize: at(detail, 'acceptsSize') === true,
    refused: notOperator(operators, actor) ?? null,
  };
}
