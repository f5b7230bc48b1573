import { describe, expect, it } from 'vitest';
import type { Finding, RunReport } from '../../../reconciler/model.ts';
import { causesOf, placesOf, sharedNext } from '../../../reconciler/report/causes.ts';
import { FLEET } from './many.ts';
import { IN_SYNC, finding, tenant } from './sample.ts';

const fleet = (tenants: Readonly<Record<string, Partial<Finding>[]>>): RunReport => ({
  ...IN_SYNC,
  tenants: Object.entries(tenants).map(([name, findings]) =>
    tenant({
      name,
      verdict: 'drift',
      findings: findings.map((part) =>
        finding({ class: 'changed', resource: 'node-pool/gpu', ...part, tenant: name }),
      ),
    }),
  ),
});
const told = (report: RunReport) =>
  causesOf(report).map(({ finding: { resource, want, have }, reach }) => [resource, want, have, reach]);

describe('causes', () => {
  it('are findings that are equal but for the name of their tenant', () => {
    const missing = (name: string) => ({ class: 'missing' as const, resource: `nat/${name}-nat` });
    const report = fleet({ acme: [missing('acme')], beta: [missing('beta')], gamma: [missing('delta')] });
    expect(told(report)).toEqual([
      ['nat/{tenant}-nat', null, null, 2],
      ['nat/delta-nat', null, null, 1],
    ]);
  });

  it('part two different values of one field, and what is accepted from what is not', () => {
    const field = 'autoscaling.maxNodeCount';
    expect(
      told(fleet({ a: [{ field, have: 3 }], b: [{ field, have: 4 }], c: [{ field, have: 3 }] })),
    ).toEqual([
      ['node-pool/gpu', null, 3, 2],
      ['node-pool/gpu', null, 4, 1],
    ]);
    expect(
      told(fleet({ a: [{ field, have: 3 }], b: [{ field, have: 3, excepted: 'exception-1' }] })),
    ).toHaveLength(2);
  });

  it('part what is gone from what was never made', () => {
    const { tenants, ...rest } = fleet({ a: [{ class: 'missing' }], b: [{ class: 'missing' }] });
    const [a, b] = tenants.map((each, n) => ({ ...each, appliedGeneration: n === 0 ? 1 : null }));
    const causes = causesOf({ ...rest, tenants: [a!, b!] });
    expect(causes.map(({ pending, members }) => [members[0]?.tenant.name, pending])).toEqual([
      ['a', false],
      ['b', true],
    ]);
    expect(causes[0]?.place).not.toBe(causes[1]?.place);
  });

  it('find the name of a tenant in values, as a whole word only', () => {
    const field = 'image';
    const image = (name: string) => ({ field, want: `repo/${name}/data@1`, have: [`x-${name}`] });
    expect(told(fleet({ a: [image('a')], b: [image('b')] }))).toEqual([
      ['node-pool/gpu', 'repo/{tenant}/data@1', ['x-{tenant}'], 2],
    ]);
  });

  it('see the same failure to read behind different addresses, and different failures apart', () => {
    const unreadable = (message: string) => ({ class: 'unreadable' as const, message });
    const report = fleet({
      a: [unreadable('GET https://10.0.0.1/apis: HTTP 403')],
      b: [unreadable('GET https://10.0.0.2/apis: HTTP 403')],
      c: [unreadable('GET https://10.0.0.3/apis: timed out')],
    });
    expect(causesOf(report).map(({ reach }) => reach)).toEqual([2, 1]);
  });

  it('come by reach, then by age; what is accepted comes last', () => {
    const old = { since: '2026-01-01T00:00:00Z' };
    const report = fleet({
      a: [{ field: 'x' }, { field: 'y', ...old }, { field: 'z', excepted: 'exception-1' }, { field: 'w' }],
      b: [{ field: 'w' }, { field: 'z', excepted: 'exception-1' }],
    });
    expect(causesOf(report).map(({ finding: { field } }) => field)).toEqual(['w', 'y', 'x', 'z']);
  });

  it('hold every finding exactly once', () => {
    const report = FLEET(300);
    const members = causesOf(report).flatMap((cause) => cause.members.map((member) => member.finding));
    const all = report.tenants.flatMap(({ findings }) => findings);
    expect(members).toHaveLength(all.length);
    expect(new Set(members)).toEqual(new Set(all));
  });
});

describe('places', () => {
  const field = 'autoscaling.maxNodeCount';
  const rows = (report: RunReport) =>
    placesOf(causesOf(report), 2, 3).map((row) => [
      row.finding.resource,
      row.finding.field,
      row.reach,
      'causes' in row ? row.causes.length : 1,
    ]);

  it('put causes together that differ in their values alone, and rank as one', () => {
    const own = (name: string, have: number) => ({ resource: `node-pool/${name}-gpu`, field, have });
    const report = fleet({
      a: [own('a', 1), { field: 'x' }],
      b: [own('b', 2), { field: 'x' }],
      c: [own('c', 3)],
      d: [own('d', 3)],
    });
    expect(rows(report)).toEqual([
      ['node-pool/{tenant}-gpu', field, 4, 3],
      ['node-pool/gpu', 'x', 2, 1],
    ]);
  });

  it('leave alone what many share, what few have, and what is accepted', () => {
    const report = fleet({
      a: [{ field, have: 1 }],
      b: [{ field, have: 1 }],
      c: [{ field, have: 1 }],
      d: [{ field, have: 2 }],
      e: [{ field, have: 3, excepted: 'exception-1' }],
    });
    expect(rows(report)).toEqual([
      ['node-pool/gpu', field, 3, 1],
      ['node-pool/gpu', field, 1, 1],
      ['node-pool/gpu', field, 1, 1],
    ]);
  });

  it('hold every cause exactly once', () => {
    const causes = causesOf(FLEET(300));
    const held = placesOf(causes, 5, 3).flatMap((row) => ('causes' in row ? row.causes : [row]));
    expect(held).toHaveLength(causes.length);
    expect(new Set(held)).toEqual(new Set(causes));
  });
});

describe('what happens next with a cause', () => {
  const next = (short: string, at: string | null = null) => ({ short, at });

  it('is said once where all share it, and counted where not', () => {
    expect(sharedNext([next('held: approval'), next('held: approval')])).toBe('held: approval');
    expect(
      sharedNext([
        next('held: window', '2026-03-02T22:00:00Z'),
        next('provision launched'),
        next('held: window', '2026-03-01T22:00:00Z'),
      ]),
    ).toBe('held: window on 2 (next allowed 2026-03-01T22:00:00Z), provision launched on 1');
  });
});
