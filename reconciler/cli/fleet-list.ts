/** Overrides and rollouts as `plumb get` lists them. */
import { FLEET, type Store, type StoredRollout } from '../../desired-state/store.ts';
import type { OverrideInForce } from '../fleet-model.ts';
import type { Json } from '../model.ts';
import type { Operators } from '../operators.ts';
import { toOverride } from '../overrides.ts';
import { rolloutCounts } from '../report/fleet-words.ts';
import { shortTime } from '../report/words.ts';
import { reportOf } from '../rollout.ts';
import { ageOf } from './age.ts';
import { notFound } from './failure.ts';
import type { Listing } from './output.ts';

interface ListedOverride extends OverrideInForce {
  readonly state: 'in force' | 'used up' | 'ended' | 'expired' | 'not honoured';
  readonly createdAt: string;
}

/** Ended and expired ones included: who did what at night is asked in the morning. */
export async function overrides(
  store: Store,
  operators: Operators,
  id: string | undefined,
  now: number,
): Promise<Listing<ListedOverride>> {
  const all = (await store.listDirectives([FLEET]))
    .filter(({ kind }) => kind === 'override')
    .map((directive): ListedOverride => {
      const override = toOverride(directive, operators);
      const { endedAt, createdAt } = directive;
      return { ...override, createdAt, state: stateOf(override, endedAt !== null, now) };
    })
    .sort((one, other) => Date.parse(other.createdAt) - Date.parse(one.createdAt));
  const items = id === undefined ? all : all.filter((each) => each.id === id);
  if (id !== undefined && items.length === 0) throw notFound('override', id);
  return {
    kind: 'Override',
    items,
    single: id !== undefined,
    name: (each) => each.id,
    document: (each) => ({ ...each }),
    columns: [
      { head: 'NAME', cell: (each) => each.id },
      { head: 'STATE', cell: ({ state }) => state },
      { head: 'LAUNCHES', cell: ({ used, launches }) => `${used}/${launches}` },
      { head: 'UNTIL', cell: ({ until }) => shortTime(until) },
      { head: 'BY', cell: ({ actor }) => actor },
      { head: 'AGE', cell: ({ createdAt }) => ageOf(createdAt, now) },
      { head: 'REASON', cell: ({ reason }) => reason },
      { head: 'ACCEPTS-SIZE', wide: true, cell: ({ acceptsSize }) => (acceptsSize ? 'yes' : 'no') },
    ],
  };
}

function stateOf(override: OverrideInForce, ended: boolean, now: number): ListedOverride['state'] {
  if (ended) return 'ended';
  if (Date.parse(override.until) <= now) return 'expired';
  if (override.refused !== null) return 'not honoured';
  return override.used >= override.launches ? 'used up' : 'in force';
}

/** Newest first; those that are over included. */
export async function rollouts(
  store: Store,
  name: string | undefined,
  now: number,
): Promise<Listing<StoredRollout>> {
  const found = name === undefined ? undefined : await store.getRollout(name);
  if (name !== undefined && found === undefined) throw notFound('rollout', name);
  const all = found === undefined ? await store.listRollouts({ open: false }) : [found];
  return {
    kind: 'Rollout',
    items: all.sort((one, other) => Date.parse(other.rollout.createdAt) - Date.parse(one.rollout.createdAt)),
    single: name !== undefined,
    name: ({ rollout }) => rollout.name,
    // JSON by its own definition; only its type does not say so.
    document: ({ rollout, version, updatedAt }) => ({ ...rollout, version, updatedAt }) as unknown as Json,
    columns: [
      { head: 'NAME', cell: ({ rollout }) => rollout.name },
      { head: 'STATE', cell: ({ rollout }) => rollout.state },
      { head: 'FIELD', cell: ({ rollout }) => rollout.field },
      { head: 'VALUE', cell: ({ rollout }) => rollout.value },
      {
        head: 'WAVE',
        cell: ({ rollout: { wave, waves } }) => `${Math.min(wave + 1, waves.length)}/${waves.length}`,
      },
      { head: 'TENANTS', cell: ({ rollout }) => rolloutCounts(reportOf(rollout)) },
      { head: 'BY', cell: ({ rollout }) => rollout.author },
      { head: 'AGE', cell: ({ rollout }) => ageOf(rollout.createdAt, now) },
      { head: 'MOVED', wide: true, cell: ({ updatedAt }) => ageOf(updatedAt, now) },
      { head: 'MESSAGE', wide: true, cell: ({ rollout }) => rollout.message ?? 'none' },
    ],
  };
}
