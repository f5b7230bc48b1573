/** A stored report says the same when it is worked out again; scenarios hold every pass of theirs to it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VERDICTS, type RunReport, type TenantReport } from '../../reconciler/model.ts';
import { contradictions } from '../../reconciler/recount.ts';
import { FLEET } from './report/many.ts';
import { IN_SYNC, SAMPLE } from './report/sample.ts';

const withTenant = (report: RunReport, at: number, change: Partial<TenantReport>): RunReport => ({
  ...report,
  tenants: report.tenants.map((tenant, index) => (index === at ? { ...tenant, ...change } : tenant)),
});

/** The sample shows all classes in one tenant, whatever its verdict would be. */
const CONSISTENT: RunReport = withTenant(
  { ...SAMPLE, summary: { ...SAMPLE.summary, verdicts: { ...SAMPLE.summary.verdicts, unhealthy: 1 } } },
  SAMPLE.tenants.findIndex(({ findings }) => findings.some((finding) => finding.class === 'unhealthy')),
  { verdict: 'unhealthy' },
);

describe('a report worked out again', () => {
  it.each([
    ['of a few tenants', CONSISTENT],
    ['in sync', IN_SYNC],
    ['of a fleet', FLEET(300)],
  ])('says the same: one %s', (_, report) => {
    expect(contradictions(JSON.parse(JSON.stringify(report)) as RunReport)).toEqual([]);
  });

  it('names each verdict that its findings do not make', () => {
    const fleet = FLEET(24);
    // What a row cannot tell by its findings.
    const OTHERS = new Set(['invalid', 'in-progress']);
    fc.assert(
      fc.property(fc.nat(23), fc.constantFrom(...VERDICTS), (at, verdict) => {
        const tenant = fleet.tenants[at];
        if (tenant === undefined || tenant.verdict === verdict || OTHERS.has(verdict)) return;
        const told = contradictions(withTenant(fleet, at, { verdict }));
        expect(told.some((line) => line.startsWith(`${tenant.name} is told as`))).toBe(true);
      }),
    );
  });

  it('names counts that its rows do not make', () => {
    const { summary } = CONSISTENT;
    expect(contradictions({ ...CONSISTENT, summary: { ...summary, held: summary.held + 1 } })).toEqual([
      expect.stringContaining('held actions are counted'),
    ]);
    expect(contradictions({ ...CONSISTENT, summary: { ...summary, findings: {} } }).length).toBeGreaterThan(
      3,
    );
  });

  it('knows that quiet tenants of a large fleet are counted without a row', () => {
    const fleet = FLEET(24);
    const tenants = fleet.tenants.filter(({ findings }) => findings.length > 0);
    expect(contradictions({ ...fleet, tenants })).toEqual([]);
  });
});
