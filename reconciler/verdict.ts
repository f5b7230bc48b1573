/** Exactly one verdict per tenant and pass. Pure. */
import type { Finding, TenantStatus, Verdict } from './model.ts';

export interface VerdictInput {
  readonly invalid: boolean;
  readonly status: TenantStatus | null;
  readonly inFlight: boolean;
  /** A pause is in force. What is there is told all the same. */
  readonly paused: boolean;
  /** Whether any generation was ever applied in full: before that nothing can have drifted. */
  readonly everApplied: boolean;
  readonly findings: readonly Finding[];
}

/**
 * A tenant that somebody paused says so first: nothing will be done, whatever differs. Then worst first: what could
 * not be read outranks what was, since the rest of the picture may be wrong too; then a workload that does not
 * answer; then drift; then changes that merely wait. What is known and accepted is none of these, and what an
 * exception itself has to say is about our rules, not about the world.
 */
export function verdictOf(input: VerdictInput): Verdict {
  const { invalid, status, inFlight, paused, everApplied, findings } = input;
  const has = (...classes: Finding['class'][]) =>
    findings.some((f) => f.excepted === null && classes.includes(f.class));
  if (status === 'DECOMMISSIONED') return 'decommissioned';
  if (inFlight) return 'in-progress';
  if (invalid) return 'invalid';
  if (paused) return 'paused';
  if (has('unreadable')) return 'unreadable';
  if (has('unhealthy')) return 'unhealthy';
  if (has('missing', 'changed', 'extra')) return everApplied ? 'drift' : 'pending';
  return has('pending') ? 'pending' : 'in-sync';
}
