/**
 * A plan's name and what a person's approval of it is worth later. The name is a hash over all that would be done and
 * why, so that an approval cannot be made use of for another plan than the one that was looked at. Pure.
 */
import { canonicalJson } from '../../desired-state/canonical.ts';
import type { Directive } from '../../desired-state/store.ts';
import { sha256 } from '../../workflow-defs/hash.ts';
import { at, equal, listAt, numberAt, textAt } from '../json.ts';
import { findingKey, type Finding, type Flow, type Json } from '../model.ts';

/** All that a plan's hash is taken over. */
export interface PlanMaterial {
  readonly tenant: string;
  readonly generation: number;
  readonly flow: Flow;
  readonly findings: readonly PlannedFinding[];
}

interface PlannedFinding {
  readonly key: string;
  readonly want: Json;
  readonly have: Json;
}

/** Sorted, so that it does not matter in which order things were looked at. */
export const planMaterial = (
  of: Omit<PlanMaterial, 'findings'>,
  findings: readonly Pick<Finding, 'class' | 'resource' | 'field' | 'want' | 'have'>[],
): PlanMaterial => ({
  tenant: of.tenant,
  generation: of.generation,
  flow: of.flow,
  findings: findings
    .map((finding) => ({ key: findingKey(finding), want: finding.want, have: finding.have }))
    .sort((one, other) => (one.key < other.key ? -1 : 1)),
});

/** Enough for a person to copy and too much for anybody to meet by trying. */
const HASH_DIGITS = 16;

/** Sixteen hex digits. */
export const planHash = (material: PlanMaterial): string =>
  sha256(`plan/v1 ${canonicalJson(material as unknown as Json)}`).slice(0, HASH_DIGITS);

/** What an approval keeps: its plan's hash, and what that was taken over, to tell later what has changed. */
export const approvalDetail = (material: PlanMaterial): Json => ({
  plan: planHash(material),
  material: material as unknown as Json,
});

/** The hash of the plan that was approved. */
export const approvedPlan = ({ detail }: Directive): string | null => textAt(detail, 'plan');

/** In what the plan differs from the one before it, in words; empty when it is the same. */
export function planChanges(before: PlanMaterial, now: PlanMaterial): string[] {
  const was = new Map(before.findings.map((each) => [each.key, each]));
  const is = new Map(now.findings.map((each) => [each.key, each]));
  return [
    ...(before.generation === now.generation
      ? []
      : [`the record went from generation ${before.generation} to ${now.generation}`]),
    ...(before.flow === now.flow ? [] : [`the flow went from ${before.flow} to ${now.flow}`]),
    ...[...is.values()].flatMap((each) => changeOf(was.get(each.key), each)),
    ...[...was.keys()].filter((key) => !is.has(key)).map((key) => `${key} is gone`),
  ];
}

function changeOf(before: PlannedFinding | undefined, now: PlannedFinding): string[] {
  if (before === undefined) return [`${now.key} is new`];
  return (['want', 'have'] as const).flatMap((side) =>
    equal(before[side], now[side])
      ? []
      : [`${now.key}: ${side} went from ${shown(before[side])} to ${shown(now[side])}`],
  );
}

/** Longest value told in a sentence; the report has all of it. */
const LONGEST_VALUE = 60;

function shown(value: Json): string {
  const text = JSON.stringify(value);
  return text.length <= LONGEST_VALUE ? text : `${text.slice(0, LONGEST_VALUE)}…`;
}

/** What the approval was given for, as it was kept. */
export const approvedMaterial = ({ detail }: Directive): PlanMaterial => ({
  tenant: textAt(detail, 'material', 'tenant') ?? '',
  generation: numberAt(detail, 'material', 'generation') ?? 0,
  // Kept from a plan of ours; a flow of another version is another flow.
  flow: (textAt(detail, 'material', 'flow') ?? '') as Flow,
  findings: listAt(detail, 'material', 'findings').map((each) => ({
    key: textAt(each, 'key') ?? '',
    want: at(each, 'want') ?? null,
    have: at(each, 'have') ?? null,
  })),
});
