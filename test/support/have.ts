/** A world that is exactly as wanted, to be disturbed one thing at a time. */
import type { Fields, Json, Reading, Want } from '../../reconciler/model.ts';

export const AT = '2026-01-01T00:00:00.000Z';

export type World = Map<string, Reading<Fields>>;

const present = (value: Fields): Reading<Fields> => ({
  state: 'present',
  value,
  source: 'test',
  at: AT,
});
export const absent = (): Reading<Fields> => ({ state: 'absent', source: 'test', at: AT });
export const unreadable = (reason = 'HTTP 403'): Reading<Fields> => ({
  state: 'unreadable',
  reason,
  source: 'test',
  at: AT,
});

/** Every want present with just the wanted values. */
export const asWanted = (wants: readonly Want[]): World =>
  new Map(
    wants.map((want) => [
      want.id,
      present(
        Object.fromEntries(Object.entries(want.fields).map(([path, { want: value }]) => [path, value])),
      ),
    ]),
  );

/** The same world with one field of one resource changed (or added). */
export function withField(world: World, id: string, path: string, value: Json): World {
  const before = world.get(id);
  if (before?.state !== 'present') throw new Error(`${id} is not there to be changed`);
  return new Map(world).set(id, present({ ...before.value, [path]: value }));
}
