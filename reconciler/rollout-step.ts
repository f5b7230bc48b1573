/**
 * One tenant's way through a rollout: from what store and ledger show of it to its next state. Pure.
 *
 * Nothing is remembered that can be seen: whether an edit was made is read from the record's own revisions, whose
 * reason names the rollout. So a pass may die between any two writes, and two may do the same at once.
 */
import { parseTenant } from '../desired-state/parse.ts';
import type { ExecutionEntry, LedgerEntry, Revision, StoredTenant } from '../desired-state/store.ts';
import type { Rollout, Step, StepState } from './fleet-model.ts';
import { isLook } from './flows.ts';
import { RETRY_BUDGET } from './plan.ts';
import { fieldOf, withField } from './rollable.ts';

/** What a rollout sees of one tenant. */
export interface TenantView {
  readonly name: string;
  /** Read before everything else: with an etag this old no edit of ours can overwrite what came since. */
  readonly stored: StoredTenant | undefined;
  readonly ledger: LedgerEntry | undefined;
  /** Newest first. */
  readonly executions: readonly ExecutionEntry[];
  readonly revisions: readonly Revision[];
  /** Somebody ordered that it is not to be changed for now. */
  readonly paused: boolean;
}

/** Not on its way any more, whichever way it went. */
const OVER: ReadonlySet<StepState> = new Set<StepState>(['done', 'returned', 'untouched', 'overtaken']);
export const isOver = ({ state }: Step): boolean => OVER.has(state);

const ON_THE_WAY: ReadonlySet<StepState> = new Set<StepState>([
  'starting',
  'edited',
  'returning',
  'withdrawing',
]);
/** Its record may lead to an execution because of the rollout: these are what `maxConcurrent` bounds. */
export const isOnTheWay = ({ state }: Step): boolean => ON_THE_WAY.has(state);

const NOT_BEGUN: Step = { state: 'waiting', attempt: 0, generation: null, note: null };

export const stepOf = (rollout: Rollout, name: string): Step => rollout.steps[name] ?? NOT_BEGUN;

/** What the reasons of a step's edits begin with; names of rollouts are never used twice. */
const markOf = (rollout: Rollout, { attempt }: Step, edit: 'set' | 'return'): string =>
  `rollout/${rollout.name}/${attempt}: ${edit} `;

export const reasonToSet = (rollout: Rollout, step: Step): string =>
  `${markOf(rollout, step, 'set')}${rollout.field} to ${rollout.value}` +
  (rollout.reason === '' ? '' : ` (${rollout.reason})`);

export const reasonToReturn = (rollout: Rollout, step: Step, before: string | undefined): string =>
  `${markOf(rollout, step, 'return')}${rollout.field} to ${before ?? 'its default'}: ${step.note ?? 'taken back'}`;

const edited = (rollout: Rollout, step: Step, edit: 'set' | 'return', { revisions }: TenantView) =>
  revisions.find(({ reason }) => reason.startsWith(markOf(rollout, step, edit)));

/** Executions that change the environment of a generation from `from` on; those that were given up are none. */
export const changesFrom = ({ executions }: TenantView, from: number): ExecutionEntry[] =>
  executions.filter(
    ({ flow, generation, state }) => !isLook(flow) && generation >= from && state !== 'SUPERSEDED',
  );

const isActive = ({ state }: ExecutionEntry): boolean =>
  state === 'INTENT' || state === 'LAUNCHED' || state === 'RUNNING';

const isApplied = ({ ledger }: TenantView, generation: number): boolean =>
  ledger?.appliedGeneration != null && ledger.appliedGeneration >= generation;

/** Whether the edit that the step stands for is still to be made. */
export function mustEdit(rollout: Rollout, step: Step, view: TenantView): boolean {
  if (step.state === 'starting') return edited(rollout, step, 'set', view) === undefined;
  if (step.state !== 'returning' && step.state !== 'withdrawing') return false;
  return edited(rollout, step, 'return', view) === undefined;
}

/** Where a tenant that was begun stands now. */
export function follow(rollout: Rollout, step: Step, view: TenantView): Step {
  switch (step.state) {
    case 'starting':
      return started(rollout, step, view);
    case 'edited':
      return applied(rollout, step, view);
    case 'done':
      return stillWell(rollout, step, view);
    case 'returning':
      return returned(rollout, step, view);
    case 'withdrawing':
      return withdrawn(rollout, step, view);
    case 'waiting':
    case 'failed':
    case 'returned':
    case 'untouched':
    case 'overtaken':
      return step;
  }
}

/** Why the value is nobody's business of ours any more; undefined while it is. */
function lost({ field, value }: Rollout, { stored, ledger }: TenantView): string | undefined {
  if (stored === undefined || ledger?.status === 'DECOMMISSIONED') return 'the tenant is gone';
  const now = fieldOf(stored.record, field);
  return now === value ? undefined : `${stored.updatedBy} set it to ${now ?? 'its default'}`;
}

function started(rollout: Rollout, step: Step, view: TenantView): Step {
  const revision = edited(rollout, step, 'set', view);
  if (revision) return { ...step, state: 'edited', generation: revision.generation };
  const objection = unlikeBefore(rollout, view);
  return objection === undefined ? step : { ...step, state: 'untouched', note: objection };
}

function unlikeBefore({ field, before }: Rollout, { name, stored, ledger }: TenantView): string | undefined {
  if (stored === undefined || ledger?.status === 'DECOMMISSIONED') return 'the tenant is gone';
  const now = fieldOf(stored.record, field);
  if (now === before[name]) return undefined;
  return `${stored.updatedBy} set it to ${now ?? 'its default'} since the rollout was started`;
}

function applied(rollout: Rollout, step: Step, view: TenantView): Step {
  const overtaken = lost(rollout, view);
  if (overtaken !== undefined) return { ...step, state: 'overtaken', note: overtaken };
  const generation = step.generation ?? 0;
  const changes = changesFrom(view, generation);
  const [newest] = changes;
  if (newest && isActive(newest)) return step;
  if (!isApplied(view, generation)) {
    if (newest?.state === 'FAILED') {
      return { ...step, state: 'returning', note: `${newest.intent} failed: ${firstLine(newest.error)}` };
    }
    const stopped = rollout.state === 'halted' || rollout.state === 'aborting';
    return stopped && changes.length === 0 ? { ...step, state: 'withdrawing' } : step;
  }
  const health = healthSince(view, launchedAt(rollout, step, view));
  if (health === undefined) return step;
  if (health.healthy) return { ...step, state: 'done' };
  return { ...step, state: 'returning', note: ill(health.reason) };
}

function stillWell(rollout: Rollout, step: Step, view: TenantView): Step {
  const health = healthSince(view, launchedAt(rollout, step, view));
  if (health === undefined || health.healthy) return step;
  const overtaken = lost(rollout, view);
  if (overtaken !== undefined) return { ...step, state: 'overtaken', note: overtaken };
  return { ...step, state: 'failed', note: ill(health.reason) };
}

const ill = (reason: string): string => `its endpoint is unhealthy: ${firstLine(reason)}`;

function returned(rollout: Rollout, step: Step, view: TenantView): Step {
  const revision = edited(rollout, step, 'return', view);
  if (revision === undefined) {
    const overtaken = lost(rollout, view);
    return overtaken === undefined ? step : { ...step, state: 'overtaken', note: overtaken };
  }
  const { generation } = revision;
  if (isApplied(view, generation)) return { ...step, state: 'returned', generation };
  const changes = changesFrom(view, generation);
  const [newest] = changes;
  // As long as passes try again, the tenant is on its way: who takes its place would be one too many.
  const failures = changes.findIndex(({ state }) => state !== 'FAILED');
  const spent = (failures < 0 ? changes.length : failures) >= RETRY_BUDGET;
  if (newest === undefined || !spent) return { ...step, generation };
  const note = `${step.note ?? ''}; its record is back, but ${newest.intent} failed: ${firstLine(newest.error)}`;
  return { ...step, state: 'returned', generation, note };
}

function withdrawn(rollout: Rollout, step: Step, view: TenantView): Step {
  const forth = edited(rollout, step, 'set', view)?.generation ?? step.generation ?? 0;
  const back = edited(rollout, step, 'return', view);
  if (back === undefined) {
    const overtaken = lost(rollout, view);
    if (overtaken !== undefined) return { ...step, state: 'overtaken', note: overtaken };
    // A pass was faster: it is being applied, so its end is waited for.
    return changesFrom(view, forth).length === 0 ? step : { ...step, state: 'edited' };
  }
  // No intent can be opened for a generation that is not the newest, so by now all there ever will be can be seen.
  const slipped = changesFrom(view, forth).some(({ generation }) => generation < back.generation);
  if (slipped) return { ...step, state: 'returning', note: 'the rollout was stopped while it was applied' };
  return rollout.state === 'aborting'
    ? { ...step, state: 'untouched', note: 'the rollout was aborted before anything was launched' }
    : { ...step, state: 'waiting', generation: null };
}

/** When what applied the new value began (RFC 3339): a health result from before says nothing about it. */
function launchedAt(rollout: Rollout, step: Step, view: TenantView): string {
  const success = changesFrom(view, step.generation ?? 0).find(({ state }) => state === 'SUCCEEDED');
  return success?.createdAt ?? edited(rollout, step, 'set', view)?.createdAt ?? rollout.createdAt;
}

/** The tenant's health if it was asked for at this time or later. */
export function healthSince({ ledger }: TenantView, since: string) {
  const health = ledger?.health ?? undefined;
  return health !== undefined && Date.parse(health.checkedAt) >= Date.parse(since) ? health : undefined;
}

export type Readiness =
  | { readonly is: 'ready' }
  /** It will be, or somebody must see to it. */
  | { readonly is: 'not yet'; readonly why: string }
  /** Somebody has decided otherwise since the rollout was started. */
  | { readonly is: 'left alone'; readonly why: string };

const AT_REST: readonly (string | null)[] = ['DEPLOYED', 'REDEPLOYED'];

/** Only a tenant that is well and at rest is begun: else its failure would not be the new value's. */
export function readiness(rollout: Rollout, view: TenantView): Readiness {
  const notYet = (why: string): Readiness => ({ is: 'not yet', why });
  const objection = unlikeBefore(rollout, view);
  const { stored, ledger, executions, paused } = view;
  if (objection !== undefined || stored === undefined) {
    return { is: 'left alone', why: objection ?? 'the tenant is gone' };
  }
  if (!parseTenant(withField(stored.record, rollout.field, rollout.value)).ok) {
    return notYet('its record is not valid');
  }
  if (paused) return notYet('it is paused');
  if (executions.some(isActive)) return notYet('something is under way there');
  if (ledger?.appliedGeneration !== stored.generation) {
    return notYet(`generation ${stored.generation} of its record is not applied`);
  }
  if (!AT_REST.includes(ledger.status)) return notYet(`its status is ${ledger.status ?? 'not known'}`);
  if (ledger.health?.healthy === false) return notYet(ill(ledger.health.reason));
  return { is: 'ready' };
}

const firstLine = (text: string | null): string => (text ?? 'no reason was recorded').split('\n', 1)[0] ?? '';
