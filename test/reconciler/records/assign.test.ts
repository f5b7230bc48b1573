import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { lookUp, parsePath, pathText, unknownField, type Step } from '../../../desired-state/field-path.ts';
import type { Json } from '../../../reconciler/model.ts';
import { assigned, readAssignment } from '../../../reconciler/records/assign.ts';
import { aRecord, withValue } from '../../desired-state/record.ts';

const readYaml = (text: string) => parse(text) as Json;

/** The record after assignments as a person writes them; the problem when one of them is wrong. */
function after(...texts: readonly string[]): Json | string {
  const read = texts.map((text) => readAssignment(text, readYaml));
  const wrong = read.find((each) => !each.ok);
  if (wrong?.ok === false) return wrong.problem;
  const result = assigned(
    aRecord(),
    read.flatMap((each) => (each.ok ? [each.value] : [])),
  );
  return result.ok ? result.value : result.problem;
}

describe('a path into a record', () => {
  it('is read as it is written', () => {
    const step = fc.oneof(
      fc.record({ key: fc.oneof(fc.stringMatching(/^[A-Za-z_][-A-Za-z0-9_]*$/), fc.string()) }),
      fc.record({ item: fc.stringMatching(/^[-A-Za-z0-9_.]+$/) }),
    );
    const path = fc.tuple(
      fc.record({ key: fc.stringMatching(/^[a-z]+$/) }),
      fc.array(step, { maxLength: 5 }),
    );
    fc.assert(
      fc.property(path, ([first, rest]) => {
        const steps: Step[] = [first, ...rest];
        expect(parsePath(pathText(steps))).toEqual(steps);
      }),
    );
  });

  it.each(['', '.', 'spec.', '.spec', 'spec..a', 'spec[', '[gpu]', 'spec[a b]', 'spec.a b', 'spec["a]'])(
    'is none: %j',
    (text) => {
      expect(parsePath(text)).toBeUndefined();
    },
  );

  it('leads through lists with and without an item, and names the nearest field where it ends', () => {
    const described = (text: string) => {
      const found = lookUp(parsePath(text) ?? []);
      return found.known ? found.schema.description : unknownField(found);
    };
    const max = 'Most nodes the autoscaler adds, per zone.';
    expect(described('spec.cluster.nodePools[gpu].max')).toBe(max);
    expect(described('spec.cluster.nodePools.max')).toBe(max);
    expect(described('spec.regoin')).toBe('spec has no field regoin; did you mean region?');
    expect(described('spec.cluster.nodePools.maxx')).toBe(
      'spec.cluster.nodePools has no field maxx; did you mean max?',
    );
    expect(described('spec.owner.name')).toBe('spec.owner has no field name; nothing is below it');
    expect(described('banana')).toBe('a record has no field banana; it has apiVersion, kind, metadata, spec');
  });
});

describe('an assignment', () => {
  it('takes the type the schema wants', () => {
    expect(after('spec.cluster.nodePools[cpu].max=7')).toEqual(
      withValue(aRecord(), 'spec.cluster.nodePools.0.max', 7),
    );
    expect(after('spec.workload.source.revision=1')).toEqual(
      withValue(aRecord(), 'spec.workload.source.revision', '1'),
    );
    expect(after('spec.cluster.nodePools[cpu].max=many')).toEqual(
      withValue(aRecord(), 'spec.cluster.nodePools.0.max', 'many'),
    );
    expect(after('spec.build={machineType: e2-standard-4}')).toEqual(
      withValue(aRecord(), 'spec.build', { machineType: 'e2-standard-4' }),
    );
  });

  it('makes what is missing on the way, and adds a whole item to a list', () => {
    expect(after('spec.network.nat.minPortsPerVm=128')).toEqual(
      withValue(aRecord(), 'spec.network.nat', { minPortsPerVm: 128 }),
    );
    expect(after('spec.workload.env[DEBUG]={value: "1"}')).toEqual(
      withValue(aRecord(), 'spec.workload.env', [{ name: 'DEBUG', value: '1' }]),
    );
    expect(after('spec.cluster.nodePools[cpu].labels["cloud.example/pool"]=cpu')).toEqual(
      withValue(aRecord(), 'spec.cluster.nodePools.0.labels', { 'cloud.example/pool': 'cpu' }),
    );
  });

  it('takes fields and items away; what is not there may be taken away too', () => {
    expect(after('spec.workload.source-')).toEqual(withValue(aRecord(), 'spec.workload.source', undefined));
    expect(after('spec.cluster.nodePools[cpu]-')).toEqual(withValue(aRecord(), 'spec.cluster.nodePools', []));
    expect(after('spec.build.machineType-', 'spec.cluster.nodePools[gpu].max-')).toEqual(aRecord());
  });

  it.each([
    ['spec.regoin=x', 'spec has no field regoin; did you mean region?'],
    ['spec.cluster.nodePools[cpuu].max=4', 'spec.cluster.nodePools has no item cpuu; did you mean cpu?'],
    [
      'spec.cluster.nodePools[gpu].max=4',
      'did you mean cpu? A new one is written whole, as in spec.cluster.nodePools[gpu]={…}',
    ],
    ['spec.cluster.nodePools.max=4', 'say which item, as in spec.cluster.nodePools[NAME].max'],
    ['spec.build={', 'the value is no YAML; write {key: value}'],
    ['=4', 'use FIELD=VALUE'],
  ])('that cannot be says why: %s', (text, why) => {
    expect(after(text)).toContain(why);
  });

  it('leaves the record it was given as it was', () => {
    const record = aRecord();
    const read = readAssignment('spec.cluster.nodePools[cpu].max=9', readYaml);
    if (!read.ok) throw new Error(read.problem);
    assigned(record, [read.value]);
    expect(record).toEqual(aRecord());
  });
});
