/** Exceptions: what they accept and what never, how they end, and what a run does that would undo them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FLEET, type Directive } from '../../../desired-state/store.ts';
import { rowOf, type Judged } from '../../../reconciler/assemble.ts';
import { FleetExceptions, withFaults, type FleetLook } from '../../../reconciler/fleet-exceptions.ts';
import { conclude, type Judging } from '../../../reconciler/judge.ts';
import type { Case } from '../../../reconciler/load.ts';
import { findingKey, type Finding } from '../../../reconciler/model.ts';
import {
  exceptionDetail,
  withExceptions,
  type ExceptionDetail,
} from '../../../reconciler/policy/exceptions.ts';
import { WHOLE } from '../../../reconciler/policy/orders.ts';
import { expect as wantsOf } from '../../../reconciler/expect.ts';
import { AT } from '../../support/have.ts';
import { tenant } from '../../support/records.ts';
import { CLASSES, directive, finding, HOUR, later, ledger, RISKS } from '../../support/plans.ts';

const exception = (about: Partial<ExceptionDetail>, change: Partial<Directive> = {}): Directive =>
  directive({
    kind: 'exception',
    detail: exceptionDetail({
      owner: 'own@example.com',
      finding: null,
      resource: null,
      field: null,
      missing: false,
      selector: null,
      ...about,
    }),
    ...change,
  });

const limit = finding({
  class: 'changed',
  resource: 'node-pool/gpu',
  kind: 'node-pool',
  field: 'autoscaling.maxNodeCount',
  want: 4,
  have: 8,
});
const env = finding({
  class: 'changed',
  plane: 'cluster',
  resource: 'deployment/web',
  kind: 'deployment',
  field: 'containers[web].env[X]',
});

const caseOf = (name: string, directives: readonly Directive[], change: Partial<Case> = {}): Case => {
  const record = tenant(name);
  return {
    stored: {
      name,
      record: {},
      generation: 1,
      etag: 'e',
      createdAt: AT,
      updatedAt: AT,
      updatedBy: 'ann@example.com',
    },
    tenant: record,
    problem: null,
    ledger: { ...ledger(), name },
    active: undefined,
    failures: 0,
    leaving: false,
    wants: wantsOf(record, null),
    applied: { tenant: record, wants: wantsOf(record, null) },
    known: new Map(),
    history: new Map(),
    runs: new Map(),
    lastLook: null,
    directives,
    ...change,
  };
};

const BY: Judging = { rules: [], share: WHOLE };

const judged = (
  findings: readonly Finding[],
  directives: readonly Directive[],
  { now = AT, name = 'acme', ...change }: Partial<Case> & { now?: string; name?: string } = {},
): Judged => ({
  ...conclude(caseOf(name, directives, change), findings, now, BY),
  readings: [{ state: 'absent', source: 'test', at: AT }],
});

describe('an exception', () => {
  it.each<[string, Partial<ExceptionDetail>]>([
    ['by its key', { finding: findingKey(limit) }],
    ['by resource and field', { resource: 'node-pool/gpu', field: 'autoscaling.maxNodeCount' }],
    ['by resource', { resource: 'node-pool/gpu' }],
    ['by patterns', { resource: 'node-pool/*', field: 'autoscaling.*' }],
  ])(
    'accepts a difference %s: nothing acts on it, it is no drift, and it is still there to be seen',
    (_how, about) => {
      const { findings, verdict, plan } = judged([limit], [exception(about)]);
      expect(findings).toEqual([{ ...limit, excepted: 'exception-1' }]);
      expect({ verdict, plan }).toEqual({ verdict: 'in-sync', plan: { actions: [], held: [] } });
    },
  );

  it('leaves every other difference as it is', () => {
    const { findings, verdict, plan } = judged([limit, env], [exception({ resource: 'node-pool/gpu' })]);
    expect(findings.map(({ excepted }) => excepted)).toEqual(['exception-1', null]);
    expect(verdict).toBe('drift');
    expect(plan.actions).toMatchObject([{ flow: 'redeploy', because: [findingKey(env)] }]);
  });

  it('never hides that something is gone unless it says so', () => {
    const gone = finding();
    for (const about of [{ resource: 'nat/acme-nat' }, { resource: '*/*' }, { finding: findingKey(gone) }]) {
      const hidden = (missing: boolean) =>
        judged([gone], [exception({ ...about, missing })]).findings[0]?.excepted;
      expect(hidden(false)).toBeNull();
      expect(hidden(true)).toBe('exception-1');
    }
  });

  it('hides neither what the record asks for nor what nobody could read, whatever it says', () => {
    const anyFinding = fc
      .record({
        class: fc.constantFrom(...CLASSES),
        risk: fc.constantFrom(...RISKS),
        resource: fc.constantFrom('nat/n', 'node-pool/gpu'),
        field: fc.option(fc.constantFrom('a', 'b')),
      })
      .map(finding);
    fc.assert(
      fc.property(anyFinding, fc.boolean(), (any, byKey) => {
        const about = byKey ? { finding: findingKey(any) } : { resource: '*' };
        const [seen] = withExceptions([any], [exception({ ...about, missing: true })], AT);
        const acceptable = ['missing', 'changed', 'extra', 'unhealthy'].includes(any.class);
        expect(seen?.excepted ?? null).toBe(acceptable ? 'exception-1' : null);
      }),
    );
  });

  it('accepts up to the moment it expires, and is a finding itself from then on until it is taken away', () => {
    const until = later(24 * HOUR);
    const accepting = exception({ resource: 'node-pool/gpu' });
    expect(judged([limit], [accepting], { now: later(24 * HOUR - 1) })).toMatchObject({
      verdict: 'in-sync',
      findings: [{ excepted: 'exception-1' }],
    });
    const over = judged([limit], [accepting], { now: until });
    expect(over.verdict).toBe('drift');
    expect(over.findings).toMatchObject([
      { class: 'changed', excepted: null },
      { class: 'exception', resource: 'exception/exception-1', plane: 'gcp', field: null },
    ]);
    expect(over.findings[1]?.message).toMatch(/expired at .*node-pool\/gpu.*own@example\.com/);
    expect(over.plan.held).toMatchObject([
      { reason: 'report-only', because: ['exception:exception/exception-1'] },
    ]);
    const ended = exception({ resource: 'node-pool/gpu' }, { endedAt: until, endedBy: 'bob@example.com' });
    expect(judged([limit], [ended], { now: until }).findings).toMatchObject([{ class: 'changed' }]);
  });

  it('that matches nothing is a finding on the plane of its resource, once everything was looked at', () => {
    const idle = exception({ resource: 'deployment/web' });
    expect(judged([limit], [idle]).findings).toMatchObject([
      { class: 'changed' },
      { class: 'exception', plane: 'cluster', message: expect.stringContaining('matches nothing') as string },
    ]);
    const blind = finding({ class: 'unreadable', risk: 'none', plane: 'cluster', resource: 'service/web' });
    expect(judged([blind], [idle]).findings.map((each) => each.class)).toEqual(['unreadable']);
  });

  it('keeps its onset from pass to pass', () => {
    const key = 'exception:exception/exception-1';
    const entry = {
      name: 'acme',
      key,
      class: 'exception',
      firstSeen: '2025-12-01T00:00:00Z',
      detail: {},
    } as const;
    const idle = exception({ resource: 'deployment/web' });
    expect(judged([], [idle], { known: new Map([[key, entry]]) }).findings).toMatchObject([
      { since: '2025-12-01T00:00:00Z' },
    ]);
  });
});

describe('a run that would undo an exception', () => {
  it('waits for an approval that names it: Terraform applies the record as a whole', () => {
    const { plan, planHash } = judged([finding(), limit], [exception({ resource: 'node-pool/gpu' })]);
    expect(plan.actions).toEqual([]);
    expect(plan.held).toMatchObject([
      { flow: 'provision', reason: 'approval', because: ['missing:nat/acme-nat', findingKey(limit)] },
    ]);
    expect(plan.held[0]?.message).toMatch(
      /would undo what exception-1 accepts: node-pool\/gpu.*plumb approve acme --plan [0-9a-f]{16} --reason …', or end exception-1/,
    );
    expect(planHash).not.toBeNull();
  });

  it('goes on where it leaves the exception alone', () => {
    const accepting = [exception({ resource: 'node-pool/gpu' })];
    expect(judged([env, limit], accepting).plan.actions).toMatchObject([{ flow: 'redeploy' }]);
    // What others added inside the cluster, an apply does not take away.
    const added = { ...env, class: 'extra' as const, field: 'containers[web].env[Y]' };
    const other = { ...env, field: 'containers[web].image' };
    expect(judged([other, added], [exception({ finding: findingKey(added) })]).plan.actions).toMatchObject([
      { flow: 'redeploy' },
    ]);
  });
});

describe('an exception for the fleet', () => {
  const GOLD = { tier: 'gold' };
  const fleet = (about: Partial<ExceptionDetail>, change: Partial<Directive> = {}) =>
    exception({ selector: GOLD, ...about }, { name: FLEET, ...change });
  const look = { whole: true, share: WHOLE, now: AT };
  /** Rows of these tenants once all of them were judged, with what is told of exceptions for the fleet. */
  const told = (items: readonly Judged[], at: FleetLook = look) => {
    const exceptions = new FleetExceptions(at);
    for (const item of items) exceptions.see(item);
    const faults = Map.groupBy(exceptions.faults(), ({ row }) => row.name);
    return items.map((item) => {
      const row = rowOf(item);
      const ofRow = faults.get(row.name)?.map(({ exception }) => exception) ?? [];
      return withFaults(row, item.case, ofRow, at.now);
    });
  };
  const classes = (...of: Parameters<typeof told>) =>
    told(...of).map(({ findings }) => findings.map((each) => each.class));

  it('accepts for the tenants that have its labels, and for no others', () => {
    expect(judged([limit], [fleet({ resource: 'node-pool/*' })]).findings).toMatchObject([
      { excepted: 'exception-1' },
    ]);
    const silver = fleet({ resource: 'node-pool/*', selector: { tier: 'silver' } });
    expect(judged([limit], [silver]).findings).toMatchObject([{ excepted: null }]);
  });

  it('is fine as long as it matches somewhere', () => {
    const directives = [fleet({ resource: 'node-pool/*' })];
    const fine = [judged([], directives), judged([limit], directives, { name: 'globex' })];
    expect(classes(fine)).toEqual([[], ['changed']]);
  });

  it('that matches nowhere, or has expired, is told once, at the first tenant it selects', () => {
    const directives = [fleet({ resource: 'node-pool/*' })];
    const idle = ['acme', 'globex', 'initech'].map((name) => judged([], directives, { name }));
    expect(classes(idle)).toEqual([['exception'], [], []]);
    expect(told(idle)[0]?.held).toMatchObject([{ because: ['exception:exception/exception-1'] }]);

    const now = later(24 * HOUR);
    const over = ['acme', 'globex'].map((name) => judged([limit], directives, { name, now }));
    expect(classes(over, { ...look, now })).toEqual([['changed', 'exception'], ['changed']]);
  });

  it('is not judged by a part of the fleet, or by a look that was not full', () => {
    const directives = [fleet({ resource: 'node-pool/*' })];
    const idle = [judged([], directives)];
    expect(classes(idle, { ...look, whole: false })).toEqual([[]]);
    expect(classes(idle, { ...look, share: { index: 0, count: 2 } })).toEqual([[]]);
    const blind = finding({ class: 'unreadable', risk: 'none' });
    expect(classes([...idle, judged([blind], directives, { name: 'globex' })], look)).toEqual([
      [],
      ['unreadable'],
    ]);
  });

  it('is judged by one share for all, once the others have had a day to say that it matches there', () => {
    const now = later(25 * HOUR);
    const directives = [fleet({ resource: 'node-pool/*' }, { expiresAt: later(48 * HOUR) })];
    const shareAt = (index: number, items: readonly Judged[]) =>
      classes(items, { ...look, now, share: { index, count: 2 } });
    expect(shareAt(0, [judged([], directives, { now })])).toEqual([['exception']]);
    expect(shareAt(1, [judged([], directives, { now })])).toEqual([[]]);
    const used = directives.map((each) => ({ ...each, uses: 1 }));
    expect(shareAt(0, [judged([], used, { now })])).toEqual([[]]);
  });
});
