/** Exactly one verdict per tenant and pass. Pure. */
import type { Finding, TenantStatus, Verdict } from './model.ts';

export interface VerdictInput {
  readonly invalid: boolean;
  readonly status: TenantStatus | null;
  readonly inFlight: boolean;
  /** Whether any generation was ever applied in full: before that nothing can have drifted. */
  readonly everApplied: boolean;
  readonly findings: readonly Finding[];
}

/**
 * Worst first: what could not be read outranks what was, since the rest of the picture may be wrong too; then a
 * workload that does not answer; then drift; then changes that merely wait.
 */
export function verdictOf({ invalid, status, inFlight, everApplied, findings }: VerdictInput): Verdict {
  const has = (...classes: Finding['class'][]) => findings.some((f) => classes.includes(f.class));
  if (status === 'DECOMMISSIONED') return 'decommissioned';
  if (inFlight) return 'in-progress';
  if (invalid) return 'invalid';
  if (has('unreadable')) return 'unreadable';
  if (has('unhealthy')) return 'unhealthy';
  if (has('missing', 'changed', 'extra')) return everApplied ? 'drift' : 'pending';
  return has('pending') ? 'pending' : 'in-sync';
}
