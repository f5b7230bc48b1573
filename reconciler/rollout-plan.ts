/** From what a person asks for to a rollout that can be stored: which tenants, in which waves, and who is left out. Pure. */
import { parseTenant } from '../desired-state/parse.ts';
import type { LedgerEntry, StoredTenant } from '../desired-state/store.ts';
import type { Rollout } from './fleet-model.ts';
import { textAt } from './json.ts';
import type { Json } from './model.ts';
import { fieldOf, withField } from './rollable.ts';
import { isFinished } from './rollout.ts';
import { isOver, stepOf } from './rollout-step.ts';

/** Either so many tenants, or a part of all. */
export type WaveSize = { readonly count: number } | { readonly percent: number };

export interface RolloutRequest extends Pick<
  Rollout,
  'name' | 'field' | 'value' | 'selector' | 'soakMs' | 'maxConcurrent' | 'author' | 'reason'
> {
  /** Tenants of the first wave; 0: no wave of its own. */
  readonly canary: number;
  readonly size: WaveSize;
}

export interface Candidate {
  readonly stored: StoredTenant;
  readonly ledger: LedgerEntry | undefined;
}

export interface PlannedRollout {
  readonly rollout: Rollout;
  /** Selected, but not taken along. */
  readonly left: readonly { readonly name: string; readonly why: string }[];
}

/** Candidates in any order; `others` are the rollouts that are not over. */
export function planRollout(
  candidates: readonly Candidate[],
  request: RolloutRequest,
  others: readonly Rollout[],
  now: string,
): PlannedRollout {
  const left: { name: string; why: string }[] = [];
  const before: Record<string, string> = {};
  const names: string[] = [];
  for (const { stored, ledger } of candidates.filter(({ stored: { record } }) =>
    isSelected(record, request),
  )) {
    const why = objection(stored, ledger, request, others);
    if (why !== undefined) {
      left.push({ name: stored.name, why });
      continue;
    }
    names.push(stored.name);
    const value = fieldOf(stored.record, request.field);
    if (value !== undefined) before[stored.name] = value;
  }
  const { canary, size, ...rest } = request;
  const rollout: Rollout = {
    ...rest,
    createdAt: now,
    waves: wavesOf(names.sort(), canary, size),
    before,
    state: 'running',
    wave: 0,
    soakUntil: null,
    steps: {},
    history: [],
    message: null,
  };
  return { rollout, left };
}

export function isSelected(record: StoredTenant['record'], { selector }: Pick<Rollout, 'selector'>): boolean {
  const wanted = Object.entries(selector);
  return wanted.every(([key, value]) => textAt(record, 'metadata', 'labels', key) === value);
}

function objection(
  { name, record }: StoredTenant,
  ledger: LedgerEntry | undefined,
  { field, value }: RolloutRequest,
  others: readonly Rollout[],
): string | undefined {
  if (ledger?.status === 'DECOMMISSIONED') return 'it is decommissioned';
  const parsed = parseTenant(record);
  if (!parsed.ok) return 'its record is not valid';
  if (fieldOf(parsed.tenant as unknown as Json, field) === value) return `it has ${value} already`;
  if (ledger?.appliedGeneration == null) return 'it was never deployed, so it has nothing to go back to';
  const other = others.find(
    (each) =>
      !isFinished(each) && each.waves.some((wave) => wave.includes(name)) && !isOver(stepOf(each, name)),
  );
  if (other !== undefined) return `rollout ${other.name} is not through with it`;
  const spoilt = parseTenant(withField(record, field, value));
  return spoilt.ok ? undefined : spoilt.problems.map((p) => `${p.path}: ${p.message}`).join('; ');
}

/** Canaries first, then waves of one size; a part is a part of all, rounded up. Names in the order they come in. */
export function wavesOf(names: readonly string[], canary: number, size: WaveSize): string[][] {
  const each = Math.max(1, 'count' in size ? size.count : Math.ceil((size.percent / 100) * names.length));
  const waves = canary > 0 ? [names.slice(0, canary)] : [];
  for (let from = Math.max(0, canary); from < names.length; from += each) {
    waves.push(names.slice(from, from + each));
  }
  return waves.filter((wave) => wave.length > 0);
}
