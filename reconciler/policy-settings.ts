/** The `policy:` part of plumbline.yaml: rules put before the table of remediation, and how long orders may last. */
import { z } from 'zod';
import { DURATION_FORM, parseDuration } from '../desired-state/duration.ts';
import { nearest } from '../desired-state/nearest.ts';
import { ENDPOINT_KIND } from './expect.ts';
import type { Decision, FindingClass, Risk } from './model.ts';
import { DEFAULT_POLICY, type Longest, type PolicySettings } from './policy/settings.ts';
import { CORRECTABLE, DANGEROUS, type PolicyRule } from './policy/table.ts';
import { CLUSTER_KINDS, GCP_KINDS } from './resources/index.ts';

const CLASSES = [
  'missing',
  'changed',
  'extra',
  'unhealthy',
  'unreadable',
  'pending',
  'exception',
] as const satisfies readonly FindingClass[];
const RISKS = ['in-place', 'replace', 'one-way', 'stateful', 'none'] as const satisfies readonly Risk[];
const DECISIONS = ['auto', 'approve', 'report'] as const satisfies readonly Decision[];

const oneOrMore = <T extends string>(values: readonly [T, ...T[]]) =>
  z.union(
    [z.enum(values), z.array(z.enum(values)).min(1)],
    `use one of ${values.join(', ')}, or a list of them`,
  );

const ruleSchema = z.strictObject({
  match: z.record(z.string(), z.string()).default({}),
  class: oneOrMore(CLASSES).optional(),
  risk: oneOrMore(RISKS).optional(),
  kind: z.string().optional(),
  field: z.string().min(1).optional(),
  decision: z.enum(DECISIONS),
  dangerous: z.boolean().default(false),
});

const duration = z
  .string()
  .refine((text) => parseDuration(text) !== undefined, `use ${DURATION_FORM}`)
  .transform((text) => parseDuration(text) ?? 0);

const longestSchema = z.strictObject({
  pause: duration.optional(),
  exception: duration.optional(),
  approval: duration.optional(),
  breakGlass: duration.optional(),
});

const policySchema = z.strictObject({
  rules: z.array(z.unknown()).default([]),
  longest: z.unknown().optional(),
});

/** The settings, or every problem of theirs, each as `policy.rules[1].class: …`. A missing part stays at its default. */
export function parsePolicy(
  value: unknown,
):
  | { readonly ok: true; readonly policy: PolicySettings }
  | { readonly ok: false; readonly problems: string[] } {
  const outline = policySchema.safeParse(value ?? {});
  if (!outline.success) return { ok: false, problems: told(outline.error, 'policy') };
  const problems: string[] = [];
  const rules = outline.data.rules.flatMap((each, i) => {
    const at = `policy.rules[${i}]`;
    const parsed = ruleSchema.safeParse(each);
    if (!parsed.success) {
      problems.push(...told(parsed.error, at));
      return [];
    }
    const rule = ruleOf(parsed.data);
    problems.push(...objections(rule).map((objection) => `${at}: ${objection}`));
    return [rule];
  });
  const longest = longestSchema.safeParse(outline.data.longest ?? {});
  if (!longest.success) problems.push(...told(longest.error, 'policy.longest'));
  if (problems.length > 0 || !longest.success) return { ok: false, problems };
  const given = Object.fromEntries(
    Object.entries(longest.data).filter(([, ms]) => ms !== undefined),
  ) as Partial<Longest>;
  return { ok: true, policy: { rules, longest: { ...DEFAULT_POLICY.longest, ...given } } };
}

const told = (error: z.ZodError, at: string): string[] =>
  error.issues.map(({ path, message }) => {
    const place = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('');
    return `${at}${place}: ${message}`;
  });

function ruleOf({
  match,
  kind,
  field,
  decision,
  dangerous,
  ...rest
}: z.output<typeof ruleSchema>): PolicyRule {
  return {
    match,
    classes: rest.class === undefined ? null : [rest.class].flat(),
    risks: rest.risk === undefined ? null : [rest.risk].flat(),
    kind: kind ?? null,
    field: field ?? null,
    decision,
    dangerous,
  };
}

const KINDS: readonly string[] = [
  ...[...GCP_KINDS, ...CLUSTER_KINDS].map(({ kind }) => kind),
  ENDPOINT_KIND,
  'record',
];

/** What the parts of a rule mean together. */
function objections({ classes, risks, kind, decision, dangerous }: PolicyRule): string[] {
  const found: string[] = [];
  const uncorrectable = (classes ?? []).filter((each) => !CORRECTABLE.includes(each));
  if (uncorrectable.length > 0 && decision !== 'report') {
    found.push(
      `no flow puts ${uncorrectable.join(' or ')} right, so it can only be reported; name other classes`,
    );
  }
  if (risks?.includes('none') === true && decision !== 'report') {
    found.push('nobody knows how to put the risk none right, so it can only be reported; name other risks');
  }
  const perilous = (risks ?? [...DANGEROUS]).filter((risk) => DANGEROUS.has(risk));
  if (decision === 'auto' && perilous.length > 0 && !dangerous) {
    found.push(
      `it would make ${perilous.join(', ')} automatic; name the risk in-place, or say dangerous: true`,
    );
  }
  if (kind !== null && !KINDS.includes(kind)) {
    const near = nearest(kind, KINDS);
    const cure = near === undefined ? `use one of ${KINDS.join(', ')}` : `did you mean ${near}?`;
    found.push(`there is no kind ${JSON.stringify(kind)}; ${cure}`);
  }
  return found;
}
