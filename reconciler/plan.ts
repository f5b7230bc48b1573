/** From findings to actions and held actions: what will be done, because of what, and what will not, and why. Pure. */
import type { Directive, ExecutionEntry, LedgerEntry } from '../desired-state/store.ts';
import type { Maintenance, Purpose } from '../desired-state/tenant.ts';
import {
  findingKey,
  type Action,
  type Finding,
  type Flow,
  type Held,
  type HoldReason,
  type Plan,
} from './model.ts';
import { adoptionFor, adoptionObjection, mustBeSettled, withAccepted } from './policy/adoption.ts';
import { heldBecause, pauseObjection, purposesOf, unseenObjection, windowObjection } from './policy/holds.ts';
import type { Order, Orders } from './policy/orders.ts';
import { heldForApproval, proposalOf, type Proposal } from './policy/proposal.ts';
import { reported } from './policy/reported.ts';
import { destroyed, flowFor, goesAlong, sortFindings, type Sorted } from './policy/sorted.ts';
import type { PolicyRule } from './policy/table.ts';

/** After this many failures in a row of one generation a person must look; trying on would only repeat them. */
export const RETRY_BUDGET = 3;

/** A health result older than this says nothing about now, so it is taken again. */
export const HEALTH_MAX_AGE_MS = 60 * 60 * 1000;

export interface PlanInput {
  readonly tenant: string;
  readonly generation: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly maintenance: Maintenance | null;
  readonly findings: readonly Finding[];
  readonly ledger: LedgerEntry | undefined;
  /** The execution that is under way, if any. */
  readonly active: ExecutionEntry | undefined;
  /** Failed executions of this generation since the last success. */
  readonly failures: number;
  /** A decommission began and did not end. */
  readonly leaving: boolean;
  readonly rules: readonly PolicyRule[];
  readonly orders: Orders;
  /** Time of the pass (RFC 3339). */
  readonly now: string;
}

export interface Decided extends Plan {
  /** Of what waits for an approval; null when nothing does. */
  readonly planHash: string | null;
  /** The approval that the action makes use of. */
  readonly approval: Directive | null;
  /** The broken glass without which the action would be held. */
  readonly brokenGlass: Order | null;
  /** The adoption that the action carries out. */
  readonly adoption: Directive | null;
}

/** At most one action: an environment is changed by one execution at a time. */
export function plan(input: PlanInput): Decided {
  const { tenant, findings, active, generation, orders } = input;
  if (active !== undefined) {
    return { ...NOTHING, held: findings.length === 0 ? [] : [inFlight(input, active)] };
  }
  const everApplied = input.ledger?.appliedGeneration != null;
  const sorted = withAccepted(sortFindings(findings, { ...input, everApplied }), input);
  const told = reported(tenant, sorted);
  const unsettled = findings.filter(mustBeSettled);
  const foreign = heldBecause(tenant, 'provision', unsettled, adoptionObjection(input));
  if (foreign) return { ...NOTHING, held: [foreign, ...told] };
  const proposal = proposalOf(sorted, { tenant, generation, everApplied, approvals: orders.approvals });
  const acting = actingOn(sorted, proposal);
  const wished = acting.length > 0 ? acting : (proposal?.findings ?? []);
  const looking = { ...NOTHING, actions: staleHealth(input), held: told };
  if (wished.length === 0) return looking;

  const flow = flowFor(wished, everApplied);
  const purposes = purposesOf(wished);
  const paused = heldBecause(tenant, flow, wished, pauseObjection(input, flow, purposes));
  if (paused) return { ...looking, held: [paused, ...told] };

  const open = proposal?.approval === null ? proposal : null;
  const held = [...(open === null ? [] : [heldForApproval(tenant, sorted, open)]), ...told];
  const planHash = open?.hash ?? null;
  if (acting.length === 0) return { ...looking, held, planHash };
  const stop = blocked(input, flow, acting, sorted);
  if (stop) return { ...NOTHING, held: [stop, ...held], planHash };
  const objection = unseenObjection(input) ?? windowObjection(input, flow, purposes);
  const late = heldBecause(tenant, flow, acting, objection);
  if (late) return { ...looking, held: [late, ...held], planHash };
  const by: By = {
    approval: proposal?.approval ?? null,
    brokenGlass: glassFor(input, flow, purposes),
    adoption: adoptionFor(input),
  };
  return { actions: [actionOf(tenant, flow, acting, by)], held, planHash, ...by };
}

/** In whose name, besides policy's. */
type By = Pick<Decided, 'approval' | 'brokenGlass' | 'adoption'>;

const NOTHING: Decided = {
  actions: [],
  held: [],
  planHash: null,
  approval: null,
  brokenGlass: null,
  adoption: null,
};

/** Null when nothing would be held without it either. */
function glassFor(input: PlanInput, flow: Flow, purposes: readonly Purpose[]): Order | null {
  if (input.orders.breakGlass === null) return null;
  const whole = { ...input, orders: { ...input.orders, breakGlass: null } };
  const objection =
    pauseObjection(whole, flow, purposes) ?? unseenObjection(whole) ?? windowObjection(whole, flow, purposes);
  return objection === undefined ? null : input.orders.breakGlass;
}

const keys = (findings: readonly Finding[]): string[] => findings.map(findingKey);

/** What is due, together with what was approved; nothing while what is due has to wait for an approval. */
function actingOn({ due }: Sorted, proposal: Proposal | null): readonly Finding[] {
  if (proposal === null) return due;
  if (proposal.approval !== null) return [...new Set([...due, ...proposal.findings])];
  return due.filter((finding) => !proposal.findings.includes(finding));
}

function actionOf(
  tenant: string,
  flow: Flow,
  acting: readonly Finding[],
  { approval, brokenGlass, adoption }: By,
): Action {
  const mayDestroy = [...new Set(acting.flatMap((finding) => destroyed(finding) ?? []))].sort();
  const by = [
    summarise(flow, acting),
    ...(adoption === null ? [] : [`taking over what is there for ${adoption.actor} (${adoption.id})`]),
    ...(approval === null ? [] : [`as ${approval.actor} approved (${approval.id})`]),
    ...(brokenGlass === null ? [] : [`with the glass broken by ${brokenGlass.by} (${brokenGlass.id})`]),
  ];
  return {
    tenant,
    flow,
    because: keys(acting),
    summary: by.join(', '),
    ...(mayDestroy.length > 0 && { mayDestroy }),
  };
}

const summarise = (flow: Flow, due: readonly Finding[]): string =>
  `${flow} because of ${due.length} ${due.length === 1 ? 'finding' : 'findings'}: ${keys(due).slice(0, 3).join(', ')}` +
  (due.length > 3 ? ', …' : '');

function blocked(
  { tenant, failures, leaving, findings }: PlanInput,
  flow: Flow,
  acting: readonly Finding[],
  { waiting, stuck }: Sorted,
): Held | undefined {
  const hold = (reason: HoldReason, message: string): Held => ({
    tenant,
    flow,
    because: keys(acting),
    reason,
    message,
    next: null,
  });
  const blind = findings.find(
    (f) => f.class === 'unreadable' && (flow !== 'redeploy' || f.plane === 'cluster'),
  );
  if (blind) {
    return hold(
      'unreadable',
      `${flow} waits: ${blind.resource} ${blind.message}. Nothing is changed where not everything can be seen; ` +
        'restore the read and the next pass goes on',
    );
  }
  if (leaving) {
    return hold(
      'approval',
      `${flow} waits: ${tenant} was being decommissioned and that did not end. Ask for the decommission again; ` +
        'to keep the tenant, apply a changed record',
    );
  }
  const swept = [...waiting, ...stuck].find((f) => !acting.includes(f) && goesAlong(f, flow));
  if (swept) {
    return hold(
      'approval',
      `${flow} waits: it would put ${swept.resource} right as well, which needs a person. Settle that first, ` +
        'and the next pass goes on',
    );
  }
  if (failures >= RETRY_BUDGET) {
    return hold(
      'budget',
      `the last ${failures} changes failed in a row for this generation; mend the cause shown by ` +
        `'plumb describe ${tenant}', then 'plumb reconcile ${tenant}' tries once more`,
    );
  }
  return undefined;
}

const inFlight = ({ tenant, findings }: PlanInput, active: ExecutionEntry): Held => ({
  tenant,
  flow: active.flow,
  because: keys(findings),
  reason: 'in-flight',
  message: `${active.flow} (${active.intent}) is under way since ${active.createdAt}; the next pass looks again`,
  next: null,
});

/** A deployed tenant whose health nobody asked for lately is asked again; a look, not a change. */
function staleHealth({ tenant, ledger, now }: PlanInput): Action[] {
  if (ledger?.health == null || ledger.serviceEndpoint === null) return [];
  if (Date.parse(now) - Date.parse(ledger.health.checkedAt) <= HEALTH_MAX_AGE_MS) return [];
  return [
    {
      tenant,
      flow: 'health-check',
      because: [],
      summary: `health-check because the last result is of ${ledger.health.checkedAt}`,
    },
  ];
}
