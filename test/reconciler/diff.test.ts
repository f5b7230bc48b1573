import fc from 'fast-check';
import { describe, expect as check, it } from 'vitest';
import { diff, type DiffInput } from '../../reconciler/diff.ts';
import { expect } from '../../reconciler/expect.ts';
import type { Json, Want } from '../../reconciler/model.ts';
import { absent, asWanted, AT, unreadable, withField, type World } from '../support/have.ts';
import { anyTenant } from '../support/any-record.ts';
import { tenant } from '../support/records.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const NOW = '2026-01-02T00:00:00.000Z';

function findings(wants: readonly Want[], have: World, rest: Partial<DiffInput> = {}) {
  return diff({
    tenant: 'acme',
    wants,
    applied: wants,
    have,
    generation: 1,
    appliedGeneration: 1,
    unfinished: null,
    since: () => undefined,
    now: NOW,
    ...rest,
  });
}

describe('diff', () => {
  const wants = expect(tenant(), DIGEST);

  it('finds nothing where everything is as wanted', () => {
    fc.assert(
      fc.property(anyTenant, (any) => {
        const all = expect(any, DIGEST);
        check(findings(all, asWanted(all))).toEqual([]);
      }),
    );
  });

  it('finds exactly the one field that was changed, whichever it is', () => {
    const fields = wants.flatMap((want) => Object.keys(want.fields).map((path) => [want, path] as const));
    fc.assert(
      fc.property(fc.constantFrom(...fields), fc.string(), ([want, path], other) => {
        const value: Json = `changed ${other}`;
        const found = findings(wants, withField(asWanted(wants), want.id, path, value));
        check(found).toHaveLength(1);
        check(found[0]).toMatchObject({
          class: want.plane === 'endpoint' ? 'unhealthy' : 'changed',
          resource: want.id,
          field: path,
          want: want.fields[path]?.want,
          have: value,
          from: want.fields[path]?.from,
        });
      }),
    );
  });

  it('names the record field behind a difference', () => {
    const [found] = findings(
      wants,
      withField(asWanted(wants), 'node-pool/gpu', 'autoscaling.maxNodeCount', 8),
    );
    check(found).toMatchObject({
      want: 2,
      have: 8,
      from: 'spec.cluster.nodePools[gpu].max',
      risk: 'in-place',
    });
  });

  it('reports a resource that is gone as missing, and only that', () => {
    fc.assert(
      fc.property(fc.constantFrom(...wants), (want) => {
        const found = findings(wants, new Map(asWanted(wants)).set(want.id, absent()));
        check(found.map(({ class: c, resource }) => [c, resource])).toEqual([['missing', want.id]]);
      }),
    );
  });

  it('never takes what could not be read for missing or changed', () => {
    fc.assert(
      fc.property(fc.subarray([...wants], { minLength: 1 }), (blind) => {
        const world = new Map(asWanted(wants));
        for (const want of blind) world.set(want.id, unreadable());
        const found = findings(wants, world);
        check(new Set(found.map((f) => f.class))).toEqual(new Set(['unreadable']));
        check(found.map((f) => f.resource).sort()).toEqual(blind.map((want) => want.id).sort());
      }),
    );
  });

  it('takes a want nobody looked at for unreadable, not for absent', () => {
    const world = new Map(asWanted(wants));
    world.delete('nat/acme-nat');
    check(findings(wants, world)).toMatchObject([{ class: 'unreadable', resource: 'nat/acme-nat' }]);
  });

  it('sees an env variable, a port and a container that somebody added, which server-side diff does not', () => {
    const additions = [
      'containers[web].env[DEBUG]',
      'containers[web].ports[9090/TCP]',
      'containers[sidecar]',
    ];
    for (const path of additions) {
      const found = findings(wants, withField(asWanted(wants), 'deployment/web', path, 'x'));
      check(found).toMatchObject([{ class: 'extra', field: path, want: null, from: null }]);
    }
  });

  it('reports a sidecar once, not once more for each thing inside it', () => {
    let world = withField(asWanted(wants), 'deployment/web', 'containers[sidecar]', true);
    world = withField(world, 'deployment/web', 'containers[sidecar].image', 'proxy:1');
    world = withField(world, 'deployment/web', 'containers[sidecar].env[A]', '1');
    check(findings(wants, world).map((f) => f.field)).toEqual(['containers[sidecar]']);
  });

  it('leaves labels alone that others put on our objects', () => {
    const world = withField(asWanted(wants), 'deployment/web', 'metadata.labels[team]', 'x');
    check(findings(wants, world)).toEqual([]);
  });

  it('calls a change the record asks for pending, not drift', () => {
    const newer = expect(
      tenant('acme', (written) => {
        written.spec.network.nat = { minPortsPerVm: 256 };
      }),
      DIGEST,
    );
    const found = findings(newer, asWanted(wants), { applied: wants, generation: 2, appliedGeneration: 1 });
    check(found).toMatchObject([{ class: 'pending', field: 'minPortsPerVm', want: 256, have: 128 }]);
  });

  it('tells drift from a pending change of the same field', () => {
    const newer = expect(
      tenant('acme', (written) => {
        written.spec.network.nat = { minPortsPerVm: 256 };
      }),
      DIGEST,
    );
    const world = withField(asWanted(wants), 'nat/acme-nat', 'minPortsPerVm', 64);
    const found = findings(newer, world, { applied: wants, generation: 2, appliedGeneration: 1 });
    check(found).toMatchObject([{ class: 'changed', want: 256, have: 64 }]);
  });

  it('keeps a new generation waiting beside drift that is put right without Terraform', () => {
    for (const [id, path, value] of [
      ['deployment/web', 'containers[web].image', 'nginx'],
      ['deployment/web', 'containers[web].env[DEBUG]', '1'],
      ['endpoint/web', 'healthy', false],
    ] as const) {
      const found = findings(wants, withField(asWanted(wants), id, path, value), { generation: 2 });
      check(found.map(({ resource }) => resource)).toEqual([id, 'record/acme']);
    }
  });

  it('still waits to be applied in full where everything is made but the endpoint was ill', () => {
    const ill = withField(asWanted(wants), 'endpoint/web', 'healthy', false);
    const found = findings(wants, ill, { applied: null, appliedGeneration: null });
    check(found.map(({ class: c }) => c)).toEqual(['unhealthy', 'pending']);
  });

  it('keeps a node pool in sight that the record no longer asks for', () => {
    const smaller = expect(
      tenant('acme', (written) => {
        written.spec.cluster.nodePools.pop();
      }),
      DIGEST,
    );
    const found = findings(smaller, asWanted(wants), { applied: wants, generation: 2, appliedGeneration: 1 });
    check(found).toMatchObject([
      { class: 'pending', resource: 'node-pool/gpu', want: 'absent', have: 'present', risk: 'one-way' },
    ]);
  });

  it('says that a generation waits even when no observed field shows it', () => {
    const found = findings(wants, asWanted(wants), { generation: 3, appliedGeneration: 2 });
    check(found).toMatchObject([{ class: 'pending', kind: 'record', want: 3, have: 2 }]);
  });

  it('says that a run which failed late has to run to its end, although everything is as wanted', () => {
    const unfinished = 'the health check answered 500';
    check(findings(wants, asWanted(wants), { unfinished })).toMatchObject([
      { class: 'pending', kind: 'record', field: 'status', have: 'FAILED' },
    ]);
    const gone = new Map(asWanted(wants)).set('nat/acme-nat', absent());
    check(findings(wants, gone, { unfinished })).toHaveLength(1);
  });

  it('keeps the onset of a finding that was seen before', () => {
    const world = new Map(asWanted(wants)).set('nat/acme-nat', absent());
    const since = (key: string) => (key === 'missing:nat/acme-nat' ? AT : undefined);
    check(findings(wants, world, { since })[0]?.since).toBe(AT);
    check(findings(wants, world)[0]?.since).toBe(NOW);
  });
});
