/** The rules across fields, one by one. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { overlap, parseRange } from '../../desired-state/cidr.ts';
import { editDistance, nearest } from '../../desired-state/nearest.ts';
import { parseTenant } from '../../desired-state/parse.ts';
import { MAX_RECORD_BYTES, RESERVED_TENANT_NAMES } from '../../desired-state/rules.ts';
import { aRecord, withValue } from './record.ts';

const SUBNET = 'spec.network.subnet';

function problems(...changes: readonly (readonly [string, unknown])[]): string[] {
  const record = changes.reduce((value, [path, change]) => withValue(value, path, change), aRecord());
  const result = parseTenant(record);
  return result.ok ? [] : result.problems.map(({ path, message, cure }) => `${path} ${message}: ${cure}`);
}

describe('rules across fields', () => {
  it.each(RESERVED_TENANT_NAMES)('reserves the tenant name %s', (name) => {
    expect(problems(['metadata.name', name])).toEqual([
      `metadata.name is "${name}", which is reserved: choose another name`,
    ]);
  });

  it('names both ranges that overlap', () => {
    expect(problems([`${SUBNET}.services`, '10.10.8.0/24'])).toEqual([
      'spec.network.subnet.services is 10.10.8.0/24, which overlaps 10.10.0.0/20 of the subnet ' +
        '(spec.network.subnet.range): give the services a range of its own',
    ]);
  });

  it('compares the control plane with the others', () => {
    expect(problems(['spec.cluster.controlPlaneRange', '10.74.0.16/28'])).toEqual([
      'spec.cluster.controlPlaneRange is 10.74.0.16/28, which overlaps 10.74.0.0/16 of the pods ' +
        '(spec.network.subnet.pods): give the control plane a range of its own',
    ]);
  });

  it('wants a /28 for the control plane', () => {
    expect(problems(['spec.cluster.controlPlaneRange', '172.16.0.0/27'])).toEqual([
      'spec.cluster.controlPlaneRange is 172.16.0.0/27, but GKE takes only a /28 here: use a range that ends in /28',
    ]);
  });

  it('wants a range to start at its network address, and says which', () => {
    expect(problems([`${SUBNET}.range`, '10.10.0.1/20'])).toEqual([
      'spec.network.subnet.range is 10.10.0.1/20, an address inside a range: write 10.10.0.0/20',
    ]);
  });

  it('takes a name once per list', () => {
    const pool = { name: 'cpu', machineType: 'e2-standard-4', min: 1, max: 3 };
    expect(problems(['spec.cluster.nodePools', [pool, pool]])).toEqual([
      'spec.cluster.nodePools[cpu].name is "cpu", which is used twice; names are the key of this list: ' +
        'rename or remove one of the two',
    ]);
    const variable = { name: 'A', value: 'x' };
    expect(problems(['spec.workload.env', [variable, variable]])).toHaveLength(1);
  });

  it.each(['spec.cluster.nodePools.0', 'spec.workload.autoscaling'])('wants min below max in %s', (path) => {
    const [line] = problems([`${path}.min`, 4], [`${path}.max`, 3]);
    expect(line).toMatch(/min is 4, above max, which is 3: lower min or raise max$/);
  });

  it('knows machines that take no GPU', () => {
    const accelerator = { type: 'nvidia-l4', count: 1 };
    expect(problems(['spec.cluster.nodePools.0.accelerator', accelerator])).toEqual([
      'spec.cluster.nodePools[cpu].machineType is "e2-standard-4", a machine that takes no accelerator: ' +
        'use a GPU machine such as g2-standard-8, or remove accelerator',
    ]);
  });

  it('advises a taint for a GPU pool, and takes the record without one', () => {
    const pool = {
      name: 'gpu',
      machineType: 'g2-standard-8',
      min: 0,
      max: 2,
      accelerator: { type: 'nvidia-l4', count: 1 },
    };
    const result = parseTenant(withValue(aRecord(), 'spec.cluster.nodePools', [pool]));
    expect(result.ok).toBe(true);
    expect(result.warnings).toMatchObject([{ path: 'spec.cluster.nodePools[gpu]' }]);
  });

  it('takes only what an execution can be told, and names what weighs most', () => {
    const long = 'x'.repeat(MAX_RECORD_BYTES);
    expect(problems(['spec.workload.env', [{ name: 'A', value: long }]])).toEqual([
      expect.stringMatching(
        /^spec\.workload\.env\[A\]\.value makes the record too large: 1\d{4} bytes as JSON, and an execution can be told 12288: /,
      ),
    ]);
    const many = Array.from({ length: 500 }, (_, i) => ({ name: `A${i}`, value: 'é\u0001'.repeat(3) }));
    expect(problems(['spec.workload.env', many])).toEqual([
      expect.stringMatching(/^spec\.workload\.env makes/),
    ]);
  });

  it('counts bytes as JSON has them, to the last one', () => {
    const bare = Buffer.byteLength(
      JSON.stringify(withValue(aRecord(), 'spec.workload.health', { path: '/' })),
    );
    const path = (length: number) => ({ path: `/${'é'.repeat(1000)}${'x'.repeat(length - bare - 2000)}` });
    expect(problems(['spec.workload.health', path(MAX_RECORD_BYTES)])).toEqual([]);
    expect(problems(['spec.workload.health', path(MAX_RECORD_BYTES + 1)])).toHaveLength(1);
  });

  it.each(['default', 'kube-system', 'gke-managed-system', 'gmp-public'])(
    'leaves the namespace %s alone',
    (namespace) => {
      expect(problems(['spec.workload.namespace', namespace])).toHaveLength(1);
    },
  );
});

describe('IPv4 ranges', () => {
  const range = fc
    .tuple(fc.nat({ max: 0xffffffff }), fc.integer({ min: 0, max: 32 }))
    .map(([address, bits]) => {
      const octets = [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256);
      return { address, text: `${octets.join('.')}/${bits}`, bits };
    });

  it('hold the address they were written with, and as many addresses as their size says', () => {
    fc.assert(
      fc.property(range, ({ address, text, bits }) => {
        const found = parseRange(text);
        expect(found).toBeDefined();
        expect(found!.first <= address && address <= found!.last).toBe(true);
        expect(found!.last - found!.first + 1).toBe(2 ** (32 - bits));
        expect(parseRange(found!.canonical)).toEqual(found);
      }),
    );
  });

  it('overlap exactly when one holds the other (CIDR blocks nest or part)', () => {
    fc.assert(
      fc.property(range, range, (one, other) => {
        const [a, b] = [parseRange(one.text)!, parseRange(other.text)!];
        const [small, large] = a.bits >= b.bits ? [a, b] : [b, a];
        expect(overlap(a, b)).toBe(large.first <= small.first && small.last <= large.last);
        expect(overlap(a, b)).toBe(overlap(b, a));
      }),
    );
  });

  it.each(['10.0.0.0', '10.0.0.0/33', '256.0.0.0/8', '10.0.0/8', 'x', ''])('do not look like %j', (text) => {
    expect(parseRange(text)).toBeUndefined();
  });
});

describe('the nearest name', () => {
  it('forgives a letter, a swap and a wrong case, but not another word', () => {
    const known = ['nodePools', 'releaseChannel', 'mode'];
    expect(nearest('nodePool', known)).toBe('nodePools');
    expect(nearest('nodepools', known)).toBe('nodePools');
    expect(nearest('mdoe', known)).toBe('mode');
    expect(nearest('network', known)).toBeUndefined();
    expect(nearest('x'.repeat(100_000), known)).toBeUndefined();
  });

  it('is measured by a distance: zero only to itself, the same both ways', () => {
    const word = fc.string({ maxLength: 12 });
    fc.assert(
      fc.property(word, word, (one, other) => {
        expect(editDistance(one, other)).toBe(editDistance(other, one));
        expect(editDistance(one, other) === 0).toBe(one === other);
        expect(editDistance(one, other)).toBeLessThanOrEqual(Math.max(one.length, other.length));
      }),
    );
  });
});
