/** From findings to actions and held actions: what will be done, because of what, and what will not, and why. Pure. */
import type { ExecutionEntry, LedgerEntry } from '../desired-state/store.ts';
import {
  findingKey,
  type Action,
  type Finding,
  type FindingClass,
  type Flow,
  type Held,
  type HoldReason,
  type Plan,
} from './model.ts';
import { decide } from './policy.ts';

/** After this many failures in a row of one generation a person must look; trying on would only repeat them. */
export const RETRY_BUDGET = 3;

/** A health result older than this says nothing about now, so it is taken again. */
export const HEALTH_MAX_AGE_MS = 60 * 60 * 1000;

export interface PlanInput {
  readonly tenant: string;
  readonly findings: readonly Finding[];
  readonly ledger: LedgerEntry | undefined;
  /** The execution that is under way, if any. */
  readonly active: ExecutionEntry | undefined;
  /** Failed executions of this generation since the last success. */
  readonly failures: number;
  /** A decommission began and did not end. */
  readonly leaving: boolean;
  /** Time of the pass (RFC 3339). */
  readonly now: string;
}

/** At most one action: an environment is changed by one execution at a time. */
export function plan(input: PlanInput): Plan {
  const { tenant, findings, active } = input;
  if (active !== undefined)
    return findings.length === 0 ? NOTHING : { actions: [], held: [inFlight(input, active)] };

  const everApplied = input.ledger?.appliedGeneration != null;
  const held: Held[] = [...reported(tenant, findings, everApplied)];
  const due = findings.filter((f) => f.contested === null && decide(f, everApplied) === 'auto');
  if (due.length === 0) {
    const check = staleHealth(input);
    return { actions: check ? [check] : [], held };
  }
  const flow = flowFor(due, everApplied);
  const stop = blocked(input, flow, due, findings);
  if (stop) return { actions: [], held: [stop, ...held] };
  return { actions: [{ tenant, flow, because: keys(due), summary: summarise(flow, due) }], held };
}

const NOTHING: Plan = { actions: [], held: [] };

const keys = (findings: readonly Finding[]): string[] => findings.map(findingKey);

/** Only differences inside the cluster are put right without Terraform; a new generation is always applied in full. */
const flowFor = (due: readonly Finding[], everApplied: boolean): Flow =>
  everApplied && due.every((f) => f.plane === 'cluster' && f.class !== 'pending') ? 'redeploy' : 'provision';

const summarise = (flow: Flow, due: readonly Finding[]): string =>
  `${flow} because of ${due.length} ${due.length === 1 ? 'finding' : 'findings'}: ${keys(due).slice(0, 3).join(', ')}` +
  (due.length > 3 ? ', …' : '');

function blocked(
  { tenant, failures, leaving, ledger }: PlanInput,
  flow: Flow,
  due: readonly Finding[],
  findings: readonly Finding[],
): Held | undefined {
  const blind = findings.find(
    (f) => f.class === 'unreadable' && (flow !== 'redeploy' || f.plane === 'cluster'),
  );
  const hold = (reason: HoldReason, message: string): Held => ({
    tenant,
    flow,
    because: keys(due),
    reason,
    message,
    next: null,
  });
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
  const swept = findings.find(
    (f) => decide(f, ledger?.appliedGeneration != null) === 'approve' && goesAlong(f, flow),
  );
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

/**
 * Terraform applies the record as a whole, so what may not be made again without a person would come along with what
 * may; and there is nothing to deploy into where the cluster is gone.
 */
const goesAlong = (finding: Finding, flow: Flow): boolean =>
  flow === 'provision' ||
  finding.plane === 'cluster' ||
  (finding.kind === 'cluster' && finding.class === 'missing');

/** Classes that are always told and never corrected, each with advice of its own. */
const REPORTED: ReadonlySet<FindingClass> = new Set(['extra', 'unhealthy', 'unreadable']);

const CONTESTED =
  'somebody else sets it back whenever it is put right, so Plumbline leaves it alone: stop them, or take their value ' +
  'into the record; once it has stayed right for a week, or a person has approved it, it is corrected again';

/** What policy leaves to people, one entry per reason. */
function reported(tenant: string, findings: readonly Finding[], everApplied: boolean): Held[] {
  const groups: { reason: HoldReason; message: string; pick: (f: Finding) => boolean }[] = [
    { reason: 'contested', message: CONTESTED, pick: (f) => f.contested !== null },
    {
      reason: 'approval',
      message:
        'putting it right would replace or remove something that may hold data; do it by hand or change the record',
      pick: (f) => decide(f, everApplied) === 'approve',
    },
    {
      reason: 'report-only',
      message: 'policy only reports additions; take it into the record, or remove it by hand',
      pick: (f) => f.class === 'extra',
    },
    {
      reason: 'report-only',
      message: 'the configuration may be right and the workload ill; look at its logs, or ask for a rebuild',
      pick: (f) => f.class === 'unhealthy',
    },
    {
      reason: 'unreadable',
      message:
        'what could not be read is neither right nor wrong; restore the read and the next pass will say',
      pick: (f) => f.class === 'unreadable',
    },
    {
      reason: 'report-only',
      message: 'policy has no correction for it; put it right by hand',
      pick: (f) => !REPORTED.has(f.class) && decide(f, everApplied) === 'report',
    },
  ];
  return groups.flatMap(({ reason, message, pick }) => {
    const because = keys(
      findings.filter((f) => pick(f) && (f.contested !== null) === (reason === 'contested')),
    );
    return because.length === 0 ? [] : [{ tenant, flow: null, because, reason, message, next: null }];
  });
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
function staleHealth({ tenant, ledger, now }: PlanInput): Action | undefined {
  if (ledger?.health == null || ledger.serviceEndpoint === null) return undefined;
  if (Date.parse(now) - Date.parse(ledger.health.checkedAt) <= HEALTH_MAX_AGE_MS) return undefined;
  return {
    tenant,
    flow: 'health-check',
    because: [],
    summary: `health-check because the last result is of ${ledger.health.checkedAt}`,
  };
}
