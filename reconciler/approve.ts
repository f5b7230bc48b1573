/**
 * A person's approval of one plan: what a pass reported, and nothing else. Only the owner may give it, a refusal is
 * recorded with its reason, and it ends by itself.
 */
import type { Directive, Store } from '../desired-state/store.ts';
import { findingKey, type RunReport, type TenantReport } from './model.ts';
import { ownedBy } from './ownership.ts';
import { approvalDetail, planChanges, planHash, planMaterial, type PlanMaterial } from './policy/approval.ts';

export interface ApprovalRequest {
  /** Unique per request; it becomes the approval's own. */
  readonly id: string;
  readonly tenant: string;
  /** The hash that a report showed. */
  readonly plan: string;
  /** Email of who approves. */
  readonly approver: string;
  readonly reason: string;
  /** RFC 3339. */
  readonly now: string;
  readonly until: string;
}

export type ApprovalResult =
  | { readonly accepted: true; readonly approval: Directive; readonly material: PlanMaterial }
  | { readonly accepted: false; readonly reason: string };

/** Throws StoreError when the store cannot be reached; every other "no" is a result with its reason. */
export async function approvePlan(store: Store, request: ApprovalRequest): Promise<ApprovalResult> {
  const result = await attempt(store, request);
  await store.recordRequest({
    id: request.id,
    name: request.tenant,
    kind: 'approve',
    requester: request.approver,
    state: result.accepted ? 'ACCEPTED' : 'REFUSED',
    reason: result.accepted ? result.approval.id : result.reason,
    createdAt: request.now,
  });
  if (result.accepted) await store.issueDirective(result.approval);
  return result;
}

async function attempt(store: Store, request: ApprovalRequest): Promise<ApprovalResult> {
  const { id, tenant, plan, approver, reason, now, until } = request;
  const found = await ownedBy(store, tenant, approver);
  if ('objection' in found) return refuse(found.objection);
  const reports = await reportsOf(store, tenant);
  const [current] = reports;
  if (current === undefined) {
    return refuse(`no pass has reported on ${tenant} yet; 'plumb reconcile ${tenant}' runs one`);
  }
  const material = waitingPlan(current);
  if (material === undefined) {
    return refuse(`nothing of ${tenant} waits for an approval, as the last pass has it`);
  }
  if (planHash(material) !== plan) return refuse(anotherPlan(request, material, reports));
  const approval: Directive = {
    name: tenant,
    id,
    kind: 'approval',
    actor: approver,
    reason,
    detail: approvalDetail(material),
    uses: 0,
    createdAt: now,
    expiresAt: until,
    endedAt: null,
    endedBy: null,
  };
  return { accepted: true, approval, material };
}

const refuse = (reason: string): ApprovalResult => ({ accepted: false, reason });

/** How many passes are searched for the plan somebody means; each report is read whole. */
const RECENT = 20;

/** Of the last passes that spoke of the tenant, newest first. Tasks of one pass report their own shares. */
async function reportsOf(store: Store, name: string): Promise<TenantReport[]> {
  const of = ({ tenants }: RunReport) => tenants.find((tenant) => tenant.name === name) ?? [];
  return (await store.listRuns(RECENT)).flatMap(of);
}

/** What waits for an approval, as the report has it; undefined when nothing does. */
function waitingPlan({
  name,
  generation,
  findings,
  held,
  planHash: hash,
}: TenantReport): PlanMaterial | undefined {
  return held
    .flatMap(({ flow, reason, because }) => {
      if (reason !== 'approval' || flow === null) return [];
      const keys = new Set(because);
      const meant = findings.filter((finding) => keys.has(findingKey(finding)));
      return [planMaterial({ tenant: name, generation, flow }, meant)];
    })
    .find((material) => planHash(material) === hash);
}

function anotherPlan(
  { tenant, plan }: ApprovalRequest,
  now: PlanMaterial,
  reports: readonly TenantReport[],
): string {
  const go = `look at it with 'plumb describe ${tenant}', then approve ${planHash(now)}`;
  const then = reports
    .map(waitingPlan)
    .find((material) => material !== undefined && planHash(material) === plan);
  return then === undefined
    ? `no recent pass has reported a plan ${plan} for ${tenant}; what waits now is another one. ${capital(go)}`
    : `the plan of ${tenant} has changed since it was ${plan}: ${planChanges(then, now).join('; ')}. ${capital(go)}`;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
