/** What waits for a person's approval: the plan that would be carried out, its hash, and whether it was approved. Pure. */
import type { Directive } from '../../desired-state/store.ts';
import { findingKey, type Finding, type Flow, type Held } from '../model.ts';
import {
  approvedMaterial,
  approvedPlan,
  planChanges,
  planHash,
  planMaterial,
  type PlanMaterial,
} from './approval.ts';
import { flowFor, goesAlong, undoes, type Sorted } from './sorted.ts';

export interface Proposal {
  readonly flow: Flow;
  readonly findings: readonly Finding[];
  readonly hash: string;
  /** The approval of this very plan. */
  readonly approval: Directive | null;
  /** What has changed since the newest approval, when that was for another plan. */
  readonly outdated: { readonly approval: Directive; readonly changes: readonly string[] } | null;
}

export interface ProposalFor {
  readonly tenant: string;
  readonly generation: number;
  readonly everApplied: boolean;
  /** Unused ones in force, newest first. */
  readonly approvals: readonly Directive[];
}

/**
 * What is due joins the proposal when it cannot be done without what waits, or without undoing what is accepted:
 * Terraform applies the record as a whole. Null when nothing waits.
 */
export function proposalOf(sorted: Sorted, of: ProposalFor): Proposal | null {
  const { due, waiting, excepted } = sorted;
  const alone = due.length === 0 ? null : flowFor(due, of.everApplied);
  const joined =
    alone !== null &&
    (waiting.some((finding) => goesAlong(finding, alone)) ||
      excepted.some((finding) => undoes(alone, finding)));
  const wished = [...(joined ? due : []), ...waiting];
  if (wished.length === 0) return null;
  const flow = flowFor(wished, of.everApplied);
  const findings = [...wished, ...excepted.filter((finding) => undoes(flow, finding))];
  const material = planMaterial({ tenant: of.tenant, generation: of.generation, flow }, findings);
  const hash = planHash(material);
  const approval = of.approvals.find((each) => approvedPlan(each) === hash) ?? null;
  return {
    flow,
    findings,
    hash,
    approval,
    outdated: approval === null ? outdated(of.approvals, material) : null,
  };
}

function outdated([approval]: readonly Directive[], now: PlanMaterial): Proposal['outdated'] {
  if (approval === undefined) return null;
  return { approval, changes: planChanges(approvedMaterial(approval), now) };
}

/** Names at most this many in a sentence; the report has all of them. */
const NAMED = 3;

const listed = (parts: readonly string[]): string =>
  parts.slice(0, NAMED).join(', ') + (parts.length > NAMED ? ` and ${parts.length - NAMED} more` : '');

/** The proposal as a held action, with what needs the person and how to go on. */
export function heldForApproval(
  tenant: string,
  sorted: Sorted,
  { flow, findings, hash, outdated: old }: Proposal,
): Held {
  const deeds = [...new Set(sorted.waiting.filter((each) => findings.includes(each)).map(deedOf))];
  const undone = sorted.excepted.filter((each) => findings.includes(each));
  const exceptions = [...new Set(undone.map(({ excepted }) => excepted))].join(', ');
  const causes = [
    ...(deeds.length === 0 ? [] : [`would ${listed(deeds)}`]),
    ...(undone.length === 0
      ? []
      : [`would undo what ${exceptions} accepts: ${listed(undone.map(({ resource }) => resource))}`]),
  ];
  const stale =
    old === null
      ? ''
      : `; ${old.approval.actor} approved another plan, ${approvedPlan(old.approval) ?? ''}: ${listed(old.changes)}`;
  const way = undone.length === 0 ? '' : `, or end ${exceptions}`;
  return {
    tenant,
    flow,
    because: findings.map(findingKey),
    reason: 'approval',
    message: `${flow} ${causes.join(' and ')}${stale}. To go on, 'plumb approve ${tenant} --plan ${hash} --reason …'${way}`,
    next: null,
  };
}

/** What would be done about it, as a person has to imagine it. */
function deedOf({ class: c, resource, field, want, risk }: Finding): string {
  if (field === null && want === 'absent') return `remove ${resource}`;
  if (c === 'missing') return `make ${resource} again`;
  if (field !== null && (risk === 'replace' || risk === 'stateful')) return `replace ${resource}`;
  return `change ${resource}${field === null ? '' : ` ${field}`}`;
}
