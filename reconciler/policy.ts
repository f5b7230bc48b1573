/** Remediation is a table: finding class × risk → auto, approve or report. What the table does not know is never automatic. */
import type { Decision, Finding, FindingClass, Risk } from './model.ts';

const POLICY: Readonly<Record<FindingClass, Readonly<Record<Risk, Decision>>>> = {
  missing: {
    'in-place': 'auto',
    replace: 'approve',
    'one-way': 'approve',
    stateful: 'approve',
    none: 'report',
  },
  changed: {
    'in-place': 'auto',
    replace: 'approve',
    'one-way': 'approve',
    stateful: 'approve',
    none: 'report',
  },
  pending: {
    'in-place': 'auto',
    replace: 'approve',
    'one-way': 'approve',
    stateful: 'approve',
    none: 'report',
  },
  // Whoever added it may need it: taking it into the record or away is a person's choice.
  extra: { 'in-place': 'report', replace: 'report', 'one-way': 'report', stateful: 'report', none: 'report' },
  unhealthy: {
    'in-place': 'report',
    replace: 'report',
    'one-way': 'report',
    stateful: 'report',
    none: 'report',
  },
  unreadable: {
    'in-place': 'report',
    replace: 'report',
    'one-way': 'report',
    stateful: 'report',
    none: 'report',
  },
  // About our own rules: a person renews them or takes them away.
  exception: {
    'in-place': 'report',
    replace: 'report',
    'one-way': 'report',
    stateful: 'report',
    none: 'report',
  },
};

/** `everApplied` false: nothing of the tenant can hold data yet, so whatever is missing may be made. */
export function decide(finding: Pick<Finding, 'class' | 'risk'>, everApplied: boolean): Decision {
  if (finding.class === 'missing' && !everApplied) return 'auto';
  return POLICY[finding.class][finding.risk];
}
