/**
 * A rollout's next state and the edits it asks for, from what is seen of its tenants. Pure: rollouts.ts saves the
 * state first and edits then, and asks again until nothing moves.
 */
import type { Rollout, RolloutReport, RolloutState, Step, StepState } from './fleet-model.ts';
import type { Json } from './model.ts';
import { fieldOf, withField } from './rollable.ts';
import {
  changesFrom,
  follow,
  healthSince,
  isOnTheWay,
  isOver,
  mustEdit,
  readiness,
  reasonToReturn,
  reasonToSet,
  stepOf,
  type TenantView,
} from './rollout-step.ts';

/** Who halts a rollout, where a person's email would stand. */
const PASS = 'plumbline';

/** One record to be stored, unless it has changed since it was read. */
interface Edit {
  readonly name: string;
  readonly record: Json;
  readonly ifEtag: string;
  readonly reason: string;
}

export interface Advance {
  readonly rollout: Rollout;
  /** What the new state stands for and was not done yet. */
  readonly edits: readonly Edit[];
  /** Tenants whose endpoint must be asked before the rollout goes on. */
  readonly due: readonly string[];
}

const OVER: ReadonlySet<RolloutState> = new Set<RolloutState>(['aborted', 'done']);
export const isFinished = ({ state }: Rollout): boolean => OVER.has(state);

/** Tenants that `advance` has to see: those on their way, those of the wave, and who may come next. */
export function watched(rollout: Rollout): { readonly begun: string[]; readonly waiting: string[] } {
  const members = rollout.waves[rollout.wave] ?? [];
  const begun = Object.entries(rollout.steps).filter(([, step]) => !isOver(step) && step.state !== 'waiting');
  const done = members.filter((name) => stepOf(rollout, name).state === 'done');
  const free = rollout.state === 'running' && room(rollout) > 0;
  return {
    begun: [...new Set([...begun.map(([name]) => name), ...done])],
    waiting: free ? members.filter((name) => stepOf(rollout, name).state === 'waiting') : [],
  };
}

/** How many more tenants may be on their way. */
const room = ({ steps, maxConcurrent }: Rollout): number =>
  maxConcurrent - Object.values(steps).filter(isOnTheWay).length;

export function advance(before: Rollout, views: ReadonlyMap<string, TenantView>, now: string): Advance {
  if (isFinished(before)) return { rollout: before, edits: [], due: [] };
  const followed = settle(before, views, now);
  const { rollout, due } =
    followed.state === 'running'
      ? wave(followed, views, now)
      : { rollout: followed.state === 'aborting' ? aborting(followed) : followed, due: [] };
  return { rollout, edits: editsOf(rollout, views), due: [...unasked(rollout, views), ...due] };
}

/** Everybody who was begun, one step on. A failure halts the rollout before anybody else is begun. */
function settle(rollout: Rollout, views: ReadonlyMap<string, TenantView>, now: string): Rollout {
  let { state, message, history } = rollout;
  const steps: Record<string, Step> = { ...rollout.steps };
  for (const [name, step] of Object.entries(rollout.steps)) {
    const view = views.get(name);
    if (view === undefined) continue;
    const next = follow(rollout, step, view);
    steps[name] = next;
    const fails = next.state === 'returning' || next.state === 'failed';
    if (!fails || step.state === 'returning' || step.state === 'failed') continue;
    message = `${name} goes back to ${rollout.before[name] ?? 'the default'}: ${next.note ?? 'it failed'}`;
    if (state !== 'running' && state !== 'paused') continue;
    state = 'halted';
    history = [...history, { at: now, by: PASS, what: 'halted', why: message }];
  }
  const settled = { ...rollout, steps, state, message, history };
  for (const [name, step] of Object.entries(settled.steps)) {
    if (step.state === 'failed' && room(settled) > 0) settled.steps[name] = { ...step, state: 'returning' };
  }
  return settled;
}

function aborting(rollout: Rollout): Rollout {
  const open = Object.values(rollout.steps).some((step) => isOnTheWay(step) || step.state === 'failed');
  return open ? rollout : { ...rollout, state: 'aborted', message: null };
}

/** The wave that is under way: begins who may be begun; when all are through, soaks; then the next one. */
function wave(
  rollout: Rollout,
  views: ReadonlyMap<string, TenantView>,
  now: string,
): { rollout: Rollout; due: string[] } {
  const members = rollout.waves[rollout.wave] ?? [];
  if (members.some((name) => !isOver(stepOf(rollout, name))))
    return { rollout: begin(rollout, views, now), due: [] };
  const done = members.filter((name) => stepOf(rollout, name).state === 'done');
  if (done.length === 0 || rollout.soakMs === 0) return { rollout: next(rollout), due: [] };
  if (rollout.soakUntil === null) {
    const soakUntil = new Date(Date.parse(now) + rollout.soakMs).toISOString();
    const message = `wave ${rollout.wave + 1} soaks until ${soakUntil}`;
    return { rollout: { ...rollout, soakUntil, message }, due: [] };
  }
  if (Date.parse(now) < Date.parse(rollout.soakUntil)) return { rollout, due: [] };
  const { soakUntil } = rollout;
  const due = done.filter((name) => {
    const view = views.get(name);
    return view !== undefined && !isAway(rollout, view) && healthSince(view, soakUntil) === undefined;
  });
  if (due.length === 0) return { rollout: next(rollout), due };
  const message = `wave ${rollout.wave + 1} has soaked; ${many(due)} ${due.length === 1 ? 'is' : 'are'} asked once more`;
  return { rollout: { ...rollout, message }, due };
}

/** Decommissioned, or set to something else since it was done: its health says nothing about the new value. */
const isAway = ({ field, value }: Rollout, { stored, ledger }: TenantView): boolean =>
  ledger?.serviceEndpoint == null || stored === undefined || fieldOf(stored.record, field) !== value;

function next(rollout: Rollout): Rollout {
  const last = rollout.wave + 1 >= rollout.waves.length;
  return last
    ? { ...rollout, state: 'done', soakUntil: null, message: null }
    : { ...rollout, wave: rollout.wave + 1, soakUntil: null, message: null };
}

/** So long a change may take to be launched before a rollout says that it waits for it. */
const PATIENCE_MS = 10 * 60 * 1000;

function begin(rollout: Rollout, views: ReadonlyMap<string, TenantView>, now: string): Rollout {
  const steps: Record<string, Step> = { ...rollout.steps };
  const waits: string[] = [];
  let free = room(rollout);
  for (const name of rollout.waves[rollout.wave] ?? []) {
    const step = stepOf(rollout, name);
    const view = views.get(name);
    if (view === undefined || isOver(step)) continue;
    if (isUnlaunched(step, view, Date.parse(now) - PATIENCE_MS)) {
      waits.push(`${name} (its change is not launched yet; 'plumb describe ${name}' says why)`);
    }
    if (step.state !== 'waiting') continue;
    const ready = readiness(rollout, view);
    if (ready.is === 'left alone') steps[name] = { ...step, state: 'untouched', note: ready.why };
    if (ready.is === 'not yet') waits.push(`${name} (${ready.why})`);
    if (ready.is !== 'ready' || free <= 0) continue;
    free -= 1;
    steps[name] = { state: 'starting', attempt: step.attempt + 1, generation: null, note: null };
  }
  return { ...rollout, steps, message: waits.length === 0 ? null : `waits for ${many(waits)}` };
}

/** Whether the record has the value since before this time, and nobody has launched it. */
const isUnlaunched = ({ state, generation }: Step, view: TenantView, since: number): boolean =>
  state === 'edited' &&
  changesFrom(view, generation ?? 0).length === 0 &&
  Date.parse(view.stored?.updatedAt ?? '') < since;

/** Names shown of a list that may be long. */
const SHOWN = 3;

const many = (names: readonly string[]): string =>
  names.slice(0, SHOWN).join(', ') + (names.length > SHOWN ? ` and ${names.length - SHOWN} more` : '');

function editsOf(rollout: Rollout, views: ReadonlyMap<string, TenantView>): Edit[] {
  return Object.entries(rollout.steps).flatMap(([name, step]): Edit[] => {
    const view = views.get(name);
    if (view?.stored === undefined || !mustEdit(rollout, step, view)) return [];
    const { record, etag } = view.stored;
    const forth = step.state === 'starting';
    const value = forth ? rollout.value : rollout.before[name];
    const reason = forth ? reasonToSet(rollout, step) : reasonToReturn(rollout, step, value);
    return [{ name, record: withField(record, rollout.field, value), ifEtag: etag, reason }];
  });
}

/** Applied, but what is known of its health is from before. */
const unasked = (rollout: Rollout, views: ReadonlyMap<string, TenantView>): string[] =>
  Object.entries(rollout.steps).flatMap(([name, step]) => {
    const applied = views.get(name)?.ledger?.appliedGeneration ?? 0;
    return step.state === 'edited' && applied >= (step.generation ?? Infinity) ? [name] : [];
  });

/** How many tenants are in each state; in a rollout that is over, those never begun were left alone. */
export function reportOf(rollout: Rollout): RolloutReport {
  const tenants: Partial<Record<StepState, number>> = {};
  for (const name of rollout.waves.flat()) {
    const { state } = stepOf(rollout, name);
    const shown = state === 'waiting' && isFinished(rollout) ? 'untouched' : state;
    tenants[shown] = (tenants[shown] ?? 0) + 1;
  }
  const { name, field, value, author, state, message, waves } = rollout;
  return { name, field, value, author, state, wave: rollout.wave + 1, waves: waves.length, tenants, message };
}
