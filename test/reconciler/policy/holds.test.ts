/** Pauses, windows and broken glass: what each holds back, when it says it may be done, and what follows a pause. */
import { describe, expect, it } from 'vitest';
import { FLEET, type Directive } from '../../../desired-state/store.ts';
import { DAYS, type Maintenance, type Purpose } from '../../../desired-state/tenant.ts';
import type { Finding } from '../../../reconciler/model.ts';
import { resumeOf } from '../../../reconciler/mark.ts';
import { ordersOf, WHOLE, type Share } from '../../../reconciler/policy/orders.ts';
import { AT } from '../../support/have.ts';
import { directive, finding, HOUR, later, ledger, planOf } from '../../support/plans.ts';

const pause = (change: Partial<Directive> = {}) => directive({ kind: 'pause', ...change });
const glass = (change: Partial<Directive> = {}) => directive({ kind: 'break-glass', ...change });

const ordersAt = (now: string, directives: readonly Directive[], share: Share = WHOLE) =>
  ordersOf(directives, { tenant: 'acme', labels: { tier: 'gold' }, share, now });

const pending = finding({ class: 'pending', field: 'minPortsPerVm', want: 128, have: 64 });

/** What is decided about these findings while these directives stand. */
const decidedAt = (
  now: string,
  directives: readonly Directive[],
  { findings = [finding()], maintenance = null as Maintenance | null, share = WHOLE } = {},
) => planOf({ findings, maintenance, now, orders: ordersAt(now, directives, share) });

const flowsOf = (of: ReturnType<typeof planOf>) => of.actions.map(({ flow }) => flow);

describe('a pause', () => {
  it('holds every change, says who, why and until when, and lets looks through', () => {
    const { actions, held } = decidedAt(later(2 * HOUR), [pause()]);
    expect(actions.map(({ flow }) => flow)).toEqual(['health-check']);
    expect(held).toMatchObject([
      { flow: 'provision', reason: 'paused', because: ['missing:nat/acme-nat'], next: later(24 * HOUR) },
    ]);
    expect(held[0]?.message).toMatch(
      /acme is paused by ann@example\.com until .*: because\. 'plumb resume acme'/,
    );
  });

  it('asks for no approval: what is approved now may have changed by its end', () => {
    const machine = finding({
      class: 'changed',
      field: 'config.machineType',
      kind: 'node-pool',
      risk: 'replace',
    });
    const { held, planHash } = decidedAt(AT, [pause()], { findings: [machine] });
    expect(planHash).toBeNull();
    expect(held).toMatchObject([{ reason: 'paused' }]);
  });

  it('holds up to the moment it ends, and then the first pass only shows what it would do', () => {
    expect(flowsOf(decidedAt(later(24 * HOUR - 1), [pause()]))).not.toContain('provision');
    const first = decidedAt(later(24 * HOUR), [pause()]);
    expect(flowsOf(first)).not.toContain('provision');
    expect(first.held).toMatchObject([{ reason: 'paused', flow: 'provision' }]);
    expect(first.held[0]?.message).toContain('the next one does it');
    const shown = resumeOf('acme', 'pause-1', { share: WHOLE, now: AT, by: 'plumbline', reason: 'shown' });
    expect(flowsOf(decidedAt(later(24 * HOUR), [pause(), shown]))).toContain('provision');
  });

  it('that was taken back is followed by a look as well, unless somebody was shown the plan', () => {
    const ended = pause({ endedAt: AT, endedBy: 'bob@example.com' });
    expect(flowsOf(decidedAt(AT, [ended]))).toEqual([]);
    const shown = resumeOf('acme', 'pause-1', {
      share: WHOLE,
      now: AT,
      by: 'bob@example.com',
      reason: 'seen',
    });
    expect(flowsOf(decidedAt(AT, [ended, shown]))).toEqual(['provision']);
  });

  it('of the fleet holds every tenant, and of two pauses the one that ends last counts', () => {
    const fleet = pause({ name: FLEET, id: 'pause-2', expiresAt: later(48 * HOUR) });
    const { held } = decidedAt(AT, [pause(), fleet]);
    expect(held).toMatchObject([{ reason: 'paused', next: later(48 * HOUR) }]);
    expect(held[0]?.message).toContain('the whole fleet is paused');
    expect(decidedAt(later(25 * HOUR), [pause(), fleet]).held).toMatchObject([{ next: later(48 * HOUR) }]);
  });

  it('of the fleet is over for a share once that share was shown, or all of another division were', () => {
    const fleet = pause({ name: FLEET });
    const now = later(24 * HOUR);
    const shown = (index: number, count: number) =>
      resumeOf(FLEET, 'pause-1', { share: { index, count }, now, by: 'plumbline', reason: 'shown' });
    const acts = (share: Share, ...seen: Directive[]) =>
      flowsOf(decidedAt(now, [fleet, ...seen], { share })).includes('provision');
    expect(acts({ index: 1, count: 3 })).toBe(false);
    expect(acts({ index: 1, count: 3 }, shown(0, 3), shown(2, 3))).toBe(false);
    expect(acts({ index: 1, count: 3 }, shown(1, 3))).toBe(true);
    expect(acts({ index: 1, count: 4 }, shown(0, 3), shown(1, 3))).toBe(false);
    expect(acts({ index: 1, count: 4 }, shown(0, 3), shown(1, 3), shown(2, 3))).toBe(true);
    expect(acts({ index: 1, count: 4 }, shown(0, 1))).toBe(true);
  });

  it('of another tenant holds nobody else', () => {
    expect(flowsOf(decidedAt(AT, [pause({ name: 'globex' })]))).toEqual(['provision']);
  });
});

/** Open every day from 22:00 to 02:00 in Berlin, for these. `AT` is 01:00 there. */
const nightly = (...purposes: Purpose[]): Maintenance => ({
  timeZone: 'Europe/Berlin',
  windows: [{ days: [...DAYS], start: '22:00', duration: '4h', for: purposes }],
  exclusions: [],
  overrun: 'avoid',
});
const NOON = '2026-01-01T11:00:00.000Z';
const TONIGHT = '2026-01-01T21:00:00.000Z';

describe('a window', () => {
  it('holds what it is for while it is closed, and says when next, in both clocks', () => {
    const { actions, held } = decidedAt(NOON, [], { maintenance: nightly('heal') });
    expect(actions.map(({ flow }) => flow)).not.toContain('provision');
    expect(held).toMatchObject([{ flow: 'provision', reason: 'window', next: TONIGHT }]);
    expect(held[0]?.message).toContain('Thu 2026-01-01 22:00 Europe/Berlin');
    expect(flowsOf(decidedAt(TONIGHT, [], { maintenance: nightly('heal') }))).toEqual(['provision']);
  });

  it('is asked for drift and for a changed record apart, and for both where a run does both', () => {
    const acts = (maintenance: Maintenance, ...findings: Finding[]) =>
      flowsOf(decidedAt(NOON, [], { maintenance, findings })).includes('provision');
    expect(acts(nightly('upgrade'), finding())).toBe(true);
    expect(acts(nightly('upgrade'), pending)).toBe(false);
    expect(acts(nightly('heal'), pending)).toBe(true);
    expect(acts(nightly('upgrade'), finding(), pending)).toBe(false);
    expect(acts(nightly('heal'), finding(), pending)).toBe(false);
    expect(acts(nightly('decommission'), finding(), pending)).toBe(true);
  });

  it('takes the repeat of a run that failed for putting things right', () => {
    const interrupted = finding({
      class: 'pending',
      kind: 'record',
      resource: 'record/acme',
      field: 'status',
    });
    const acts = (maintenance: Maintenance) =>
      flowsOf(decidedAt(NOON, [], { maintenance, findings: [interrupted] })).includes('provision');
    expect(acts(nightly('upgrade'))).toBe(true);
    expect(acts(nightly('heal'))).toBe(false);
  });

  it('does not hold the first provision: nothing runs that it could protect', () => {
    const { actions } = planOf({
      findings: [finding()],
      maintenance: nightly('heal', 'upgrade'),
      ledger: ledger({ appliedGeneration: null, health: null }),
      now: NOON,
    });
    expect(actions).toMatchObject([{ flow: 'provision' }]);
  });

  it('counts what is left of it: half an hour before its end nothing long starts', () => {
    const at = (now: string, plane: Finding['plane']) =>
      flowsOf(decidedAt(now, [], { maintenance: nightly('heal'), findings: [finding({ plane })] }));
    expect(at('2026-01-01T00:30:00.000Z', 'gcp')).toEqual(['provision']);
    expect(at('2026-01-01T00:31:00.000Z', 'gcp')).not.toContain('provision');
    expect(at('2026-01-01T00:31:00.000Z', 'cluster')).toEqual(['redeploy']);
  });

  it('that opens after a pause ends is when the pause says things may be done', () => {
    const ending = pause({ expiresAt: NOON });
    expect(decidedAt(AT, [ending], { maintenance: nightly('heal') }).held).toMatchObject([
      { reason: 'paused', next: TONIGHT },
    ]);
  });
});

describe('broken glass', () => {
  it('lifts pauses, the look after them, and windows, while it is in force, and is told of', () => {
    const lifted = [
      decidedAt(AT, [glass(), pause()]),
      decidedAt(AT, [glass(), pause({ name: FLEET })]),
      decidedAt(AT, [glass(), pause({ endedAt: AT, endedBy: 'bob@example.com' })]),
      decidedAt(NOON, [glass()], { maintenance: nightly('heal') }),
    ];
    for (const of of lifted) {
      expect(flowsOf(of)).toEqual(['provision']);
      expect(of.actions[0]?.summary).toContain('with the glass broken by ann@example.com (break-glass-1)');
      expect(of.brokenGlass).toMatchObject({ id: 'break-glass-1' });
    }
    const over = later(24 * HOUR);
    expect(flowsOf(decidedAt(over, [glass(), pause({ expiresAt: later(48 * HOUR) })]))).not.toContain(
      'provision',
    );
  });

  it('lifts nothing else, and is not made use of where nothing held', () => {
    const machine = finding({
      class: 'changed',
      field: 'config.machineType',
      kind: 'node-pool',
      risk: 'replace',
    });
    expect(decidedAt(AT, [glass()], { findings: [machine] })).toMatchObject({
      actions: [],
      held: [{ reason: 'approval' }],
    });
    expect(decidedAt(AT, [glass()])).toMatchObject({ actions: [{ flow: 'provision' }], brokenGlass: null });
  });
});
