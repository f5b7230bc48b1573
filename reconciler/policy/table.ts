/**
 * Remediation is a table: finding class × risk × the tenant's labels → auto, approve or report. Pure. What the table
 * does not know falls to `approve`; what no flow can correct is only ever reported.
 */
import type { Decision, Finding, FindingClass, Risk } from '../model.ts';
import { matchesGlob } from './glob.ts';

/** Replacing, deleting, or recreating what held data. */
export const DANGEROUS: ReadonlySet<Risk> = new Set<Risk>(['replace', 'one-way', 'stateful']);

/** Classes that some flow can put right. */
export const CORRECTABLE: readonly FindingClass[] = ['missing', 'changed', 'pending'];

const CORRECTED: Readonly<Record<Risk, Decision>> = {
  'in-place': 'auto',
  replace: 'approve',
  'one-way': 'approve',
  stateful: 'approve',
  // Nobody knows what a correction would take.
  none: 'report',
};
const REPORTED: Readonly<Record<Risk, Decision>> = {
  'in-place': 'report',
  replace: 'report',
  'one-way': 'report',
  stateful: 'report',
  none: 'report',
};

const DEFAULTS: Readonly<Record<FindingClass, Readonly<Record<Risk, Decision>>>> = {
  missing: CORRECTED,
  changed: CORRECTED,
  pending: CORRECTED,
  // Whoever added it may need it: taking it into the record or away is a person's choice.
  extra: REPORTED,
  // The configuration may be right and the workload ill.
  unhealthy: REPORTED,
  unreadable: REPORTED,
  // About our own rules: a person renews them or takes them away.
  exception: REPORTED,
};

/** One row that a platform puts before the table, from `policy.rules` in plumbline.yaml. */
export interface PolicyRule {
  /** Labels a tenant must have, all of them; none: every tenant. */
  readonly match: Readonly<Record<string, string>>;
  /** Null: any. */
  readonly classes: readonly FindingClass[] | null;
  readonly risks: readonly Risk[] | null;
  /** A kind of resource, e.g. `node-pool`; null: any. */
  readonly kind: string | null;
  /** A field's path, `*` standing for any text; null: any, the resource as a whole included. */
  readonly field: string | null;
  readonly decision: Decision;
  /** Without it a rule can only make replacing, deleting and recreating stricter. */
  readonly dangerous: boolean;
}

export interface DecideFor {
  readonly labels: Readonly<Record<string, string>>;
  readonly rules: readonly PolicyRule[];
  /** False: nothing of the tenant can hold data yet, so whatever is missing may be made, and no rule is asked. */
  readonly everApplied: boolean;
}

const STRICTNESS: readonly Decision[] = ['auto', 'approve', 'report'];

/** The first rule that fits decides, else the table. Contested fields are reported whatever either says. */
export function decide(
  finding: Pick<Finding, 'class' | 'risk' | 'kind' | 'field' | 'contested'>,
  { labels, rules, everApplied }: DecideFor,
): Decision {
  // A finding may come from a newer version, whose words this one does not know.
  const known = DEFAULTS as Readonly<Record<string, Readonly<Record<string, Decision>> | undefined>>;
  const standard = known[finding.class]?.[finding.risk] ?? 'approve';
  if (finding.contested !== null || standard === 'report') return 'report';
  if (!everApplied) return finding.class === 'missing' ? 'auto' : standard;
  const rule = rules.find((each) => fits(each, finding, labels));
  if (rule === undefined) return standard;
  const bound = DANGEROUS.has(finding.risk) && !rule.dangerous;
  return bound ? stricter(rule.decision, standard) : rule.decision;
}

function fits(
  { match, classes, risks, kind, field }: PolicyRule,
  finding: Pick<Finding, 'class' | 'risk' | 'kind' | 'field'>,
  labels: DecideFor['labels'],
): boolean {
  return (
    Object.entries(match).every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === value) &&
    (classes === null || classes.includes(finding.class)) &&
    (risks === null || risks.includes(finding.risk)) &&
    (kind === null || kind === finding.kind) &&
    (field === null || (finding.field !== null && matchesGlob(field, finding.field)))
  );
}

export const stricter = (one: Decision, other: Decision): Decision =>
  STRICTNESS.indexOf(one) > STRICTNESS.indexOf(other) ? one : other;
