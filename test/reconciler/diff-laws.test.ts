/** What holds of every resource kind by being listed: all of it is made from the kinds' own declarations. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Fields, Want } from '../../reconciler/model.ts';
import { CLUSTER_KINDS, GCP_KINDS, kindOf } from '../../reconciler/resources/index.ts';
import { lastName } from '../../reconciler/resources/schema/path.ts';
import { additionsOf, declaredFields, otherThan, type Declared } from '../support/declared.ts';
import { tenant } from '../support/records.ts';
import { findingsIn, noise, wantedFields, wantsOf, worldOf } from '../support/worlds.ts';
import { holdsForEqualWorlds } from './equal-worlds.ts';

const KINDS = [...GCP_KINDS, ...CLUSTER_KINDS];
const wants = wantsOf(
  tenant('acme', (written) => {
    written.spec.workload.env = [
      { name: 'LOG_LEVEL', value: 'info' },
      { name: 'EMPTY', value: '' },
    ];
  }),
);
const inKinds = wants.filter((want) => kindOf(want) !== undefined);

/** Every field of every wanted resource, with its declaration. */
const fields = inKinds.flatMap((want) => declaredFields(want).map((declared) => ({ want, ...declared })));
const seeds = fc.integer();

/** What is found when one resource has other fields than are wanted. */
const foundWith = (id: string, seed: number, change: (fields: Fields) => Fields) =>
  findingsIn(
    wants,
    worldOf(wants, noise(seed), (want, whole) => (want.id === id ? change(whole) : whole)),
  );

function without(path: string): (fields: Fields) => Fields {
  return (whole) =>
    Object.fromEntries(
      Object.entries(whole).filter(([each]) => each !== path && !each.startsWith(`${path}.`)),
    );
}

describe('a world', () => {
  it('that is as wanted holds no finding, however its APIs spell it', () => {
    holdsForEqualWorlds(2000);
  });

  it('holds exactly the one field that was changed, by its name, whichever it is and however the rest is spelled', () => {
    for (const { want, path, declared } of fields.filter(({ declared }) => declared.type !== 'item')) {
      fc.assert(
        fc.property(seeds, (seed) => {
          const value = otherThan(declared, want.fields[path]?.want ?? null);
          const found = foundWith(want.id, seed, (whole) => ({ ...whole, [path]: value }));
          expect(found, `${want.id} ${path}`).toHaveLength(1);
          expect(found[0]).toMatchObject({
            class: 'changed',
            resource: want.id,
            field: path,
            want: want.fields[path]?.want,
            from: want.fields[path]?.from,
            risk: declared.risk,
          });
        }),
        { numRuns: 5 },
      );
    }
  });

  it('holds exactly the one field or item that was taken away, unless nothing there means the same', () => {
    for (const { want, path, declared } of fields.filter((each) => !each.declared.refilled)) {
      const expected = declared.member || isDefault(declared, want, path) ? [] : [path];
      fc.assert(
        fc.property(seeds, (seed) => {
          const found = foundWith(want.id, seed, without(path));
          expect(
            found.map(({ class: c, field }) => [c, field]),
            `${want.id} ${path}`,
          ).toEqual(expected.map((each) => ['changed', each]));
        }),
        { numRuns: 5 },
      );
    }
  });

  it('holds exactly the one addition, wherever the record owns the whole', () => {
    const added = inKinds.flatMap((want) => additionsOf(want).map((addition) => ({ want, ...addition })));
    expect(added.length).toBeGreaterThan(10);
    for (const { want, path, more } of added) {
      fc.assert(
        fc.property(seeds, (seed) => {
          const found = foundWith(want.id, seed, (whole) => ({ ...whole, ...more }));
          expect(
            found.map(({ class: c, field }) => [c, field]),
            `${want.id} ${path}`,
          ).toEqual([['extra', path]]);
        }),
        { numRuns: 5 },
      );
    }
  });
});

const isDefault = ({ absent }: Declared, want: Want, path: string): boolean => {
  const value = want.fields[path]?.want;
  return (
    absent !== undefined && (typeof absent === 'function' || JSON.stringify(absent) === JSON.stringify(value))
  );
};

describe('every kind', () => {
  it('wants only what it declares, so that no correction is of unknown risk', () => {
    for (const want of inKinds) {
      const declared = new Set(declaredFields(want).map(({ path }) => path));
      expect(
        Object.keys(want.fields).filter((path) => !declared.has(path)),
        want.id,
      ).toEqual([]);
    }
  });

  it('declares nothing that it leaves to others', () => {
    for (const kind of KINDS) {
      const foreign = Object.keys(kind.foreign);
      for (const want of wants.filter((each) => each.kind === kind.kind)) {
        for (const { place } of declaredFields(want)) {
          const clash = foreign.filter((other) => place === other || place.startsWith(`${other}.`));
          expect(clash, `${kind.kind} ${place}`).toEqual([]);
        }
      }
    }
  });

  it('takes a field that nobody declared for one that a person must look at', () => {
    for (const kind of KINDS) {
      expect(kind.risk('aFieldOfTomorrow')).toBe('stateful');
      expect(kind.owns('aFieldOfTomorrow[x]')).toBe(false);
    }
  });

  it('finds an item whatever it is called', () => {
    const [deployment] = wants.filter((want) => want.kind === 'deployment');
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (name) => {
        const kind = kindOf(deployment!)!;
        const container = { name: 'web', env: [{ name, value: 'x' }] };
        const read = kind.read({ spec: { template: { spec: { containers: [container] } } } }, deployment!);
        const [path] = Object.keys(read ?? {}).filter((each) => each.startsWith('containers[web].env['));
        expect(kind.owns(path!)).toBe(true);
        expect(lastName(path!)).toBe(name);
      }),
    );
  });

  it('moves with the load where autoscalers do, and nobody is told', () => {
    const replicas = (count: number) =>
      kindOf({ kind: 'deployment' })!.read({ spec: { replicas: count } }, wants[0]!);
    expect(replicas(2)).toEqual(replicas(50));
    const nodes = (count: number) =>
      kindOf({ kind: 'node-pool' })!.read({ initialNodeCount: count }, wants[0]!);
    expect(nodes(1)).toEqual(nodes(9));
    expect(Object.keys(wantedFields(wants.find((want) => want.kind === 'deployment')!))).not.toContain(
      'replicas',
    );
  });
});
