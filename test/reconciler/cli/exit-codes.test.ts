import { describe, expect, it } from 'vitest';
import { DETAILED, detailedCode, detailedHelp } from '../../../reconciler/cli/exit-codes.ts';
import type { FindingClass, HoldReason, RunReport, Verdict } from '../../../reconciler/model.ts';
import { IN_SYNC, SAMPLE } from '../report/sample.ts';

const report = (
  verdicts: Partial<Record<Verdict, number>>,
  findings: Partial<Record<FindingClass, number>> = {},
  held = 0,
): RunReport => ({ ...IN_SYNC, summary: { ...IN_SYNC.summary, verdicts, findings, held } });

/** Everything is missing of it, since nobody ever made it. */
function neverApplied(): RunReport {
  const found = SAMPLE.tenants.flatMap(({ findings }) => findings).find((each) => each.class === 'missing')!;
  const tenants = IN_SYNC.tenants.map((tenant, at) =>
    at > 0 ? tenant : { ...tenant, appliedGeneration: null, findings: [found] },
  );
  return { ...report({ pending: 1 }, { missing: 1 }), tenants };
}

const OPEN = { tripped: ['80 tenants would be changed'], cause: null, admitted: 0 };

/** The sample's held tenant alone, held for another reason. */
function withHeld(reason: HoldReason): RunReport {
  const tenants = SAMPLE.tenants.filter(({ name }) => name === 'beta');
  return {
    ...SAMPLE,
    tenants: tenants.map((tenant) => ({
      ...tenant,
      held: tenant.held.map((held) => ({ ...held, reason })),
    })),
  };
}

describe('reconcile --detailed-exitcode', () => {
  it.each([
    [0, 'everything in sync', IN_SYNC],
    [2, 'drift that is being healed', report({ drift: 1 }, { changed: 1 })],
    [3, 'a record that is newer', report({ pending: 1 }, { pending: 2 })],
    [3, 'a tenant that was never applied', neverApplied()],
    [3, 'work under way', report({ 'in-progress': 1 })],
    [4, 'an endpoint that fails', report({ unhealthy: 1 }, { unhealthy: 1 })],
    [5, 'something nobody could read', report({ unreadable: 1 }, { unreadable: 1 })],
    [1, 'a launch that failed', withHeld('retry-later')],
    [6, 'drift that is held', report({ drift: 1 }, { changed: 1 }, 1)],
    [8, 'an open breaker, whatever else there is', { ...SAMPLE, breaker: OPEN }],
    [7, 'a record that cannot be used, whatever else was found', SAMPLE],
    [7, 'a record that cannot be used beside tenants in sync', report({ 'in-sync': 9, invalid: 1 })],
  ])('is %i for %s', (code, _name, value) => {
    expect(detailedCode(value)).toBe(code);
  });

  it('has one order from the worst to the least, which is the order of its help', () => {
    expect(DETAILED.map(({ name }) => name)).toEqual([
      'breaker',
      'error',
      'partial',
      'unreadable',
      'unhealthy',
      'blocked',
      'drift',
      'pending',
    ]);
  });

  it('puts not knowing above knowing that something is wrong', () => {
    expect(detailedCode(report({}, { unreadable: 1, unhealthy: 1, changed: 1 }, 3))).toBe(5);
  });

  it('raises no alarm for what is known and accepted, and still does for the rest', () => {
    const zeta = SAMPLE.tenants.filter(({ name }) => name === 'zeta');
    const accepted = zeta.map((tenant) => ({
      ...tenant,
      findings: tenant.findings.filter(({ excepted }) => excepted !== null),
    }));
    const of = (tenants: RunReport['tenants'], changed: number): RunReport => ({
      ...report({ drift: 1 }, { changed }),
      summary: { ...report({}, { changed }).summary, excepted: 1 },
      tenants,
    });
    expect(detailedCode(of(accepted, 1))).toBe(0);
    expect(detailedCode(of(zeta, 2))).toBe(2);
  });

  it('is explained by its help, code by code', () => {
    for (const { code, name } of DETAILED) expect(detailedHelp()).toContain(`  ${code}  ${name}`);
    expect(new Set(DETAILED.map(({ code }) => code)).size).toBe(DETAILED.length);
  });
});
