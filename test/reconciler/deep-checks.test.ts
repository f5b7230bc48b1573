/** Who is checked deep by a pass, and that what a deep check says stands in nobody's way. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { deepChecks, dueDeepChecks, MOST_PER_PASS } from '../../reconciler/deep-checks.ts';
import { judge } from '../../reconciler/judge.ts';
import { LOCAL_PLATFORM } from '../../reconciler/platform-settings.ts';
import { WHOLE } from '../../reconciler/policy/orders.ts';
import { allCases, newFleet, surveyed, type Fleet } from '../support/fleet.ts';
import { asWanted } from '../support/have.ts';

const DAILY = { everyHours: 24 };

let fleet: Fleet;
beforeEach(async () => {
  fleet = await newFleet();
});
afterEach(() => fleet.close());

const due = async (settings: { everyHours: number | null }) =>
  dueDeepChecks(fleet.ports, LOCAL_PLATFORM, settings, await surveyed(fleet.store));

it('are started by no pass unless the settings say how often', async () => {
  await fleet.apply('acme');
  fleet.deployed('acme');
  expect(await due({ everyHours: null })).toEqual([]);
  expect(fleet.executions).toEqual([]);
});

it('are started for tenants at rest alone, a bounded number per pass', async () => {
  for (let n = 0; n < MOST_PER_PASS + 2; n += 1) {
    await fleet.apply(`t${n}`);
    fleet.deployed(`t${n}`);
  }
  await fleet.apply('new');
  const first = await due(DAILY);
  expect(first).toHaveLength(MOST_PER_PASS);
  expect(fleet.executions).toHaveLength(MOST_PER_PASS);
  // Those of the first pass are under way; the next one takes the others.
  const second = await due(DAILY);
  expect(second).toHaveLength(2);
  expect(new Set([...first, ...second].map(({ tenant }) => tenant)).has('new')).toBe(false);
  expect(await due(DAILY)).toEqual([]);
});

it('say why nothing was started for a tenant that was asked for', async () => {
  await fleet.apply('new');
  expect(await deepChecks(fleet.ports, LOCAL_PLATFORM, { only: ['new'] })).toEqual([
    { tenant: 'new', intent: null, message: expect.stringContaining('never applied') as string },
  ]);
});

it('that fail or find something neither start an action nor keep one back, under any rule', async () => {
  await fleet.apply('acme');
  fleet.deployed('acme');
  const [item] = await allCases(fleet.store);
  const drift = [{ address: 'x.a', type: 'x', path: 'b', before: 1, after: 2, action: 'update' }];
  const ledger = {
    ...item!.ledger!,
    deepCheckIntent: 'lost',
    deepCheckAskedAt: '2026-01-01T00:00:00Z',
    deepCheck: { intent: 'earlier', checkedAt: '2026-01-01T00:00:00Z', drift, omitted: 0 },
  };
  const anything = { match: {}, classes: null, risks: null, kind: null, field: null };
  const everything = { ...anything, decision: 'auto', dangerous: true } as const;
  const judged = (disturbed: boolean) => {
    const have = asWanted(item!.wants);
    if (disturbed) {
      const nat = item!.wants.find(({ kind }) => kind === 'nat')!;
      have.set(nat.id, { state: 'absent', source: 'test', at: '2026-01-01T00:00:00Z' });
    }
    const now = fleet.ports.clock.now().toISOString();
    return judge({ ...item!, ledger }, new Map(have), now, { rules: [everything], share: WHOLE });
  };
  const quiet = judged(false);
  expect(quiet.findings.map(({ class: c, resource }) => [c, resource])).toEqual([
    ['changed', 'terraform/x.a'],
    ['unreadable', 'terraform/state'],
  ]);
  expect(quiet.plan).toEqual({ actions: [], held: [] });
  const [action, ...others] = judged(true).plan.actions;
  expect(others).toEqual([]);
  expect(action?.flow).toBe('provision');
  expect(action?.because.some((key) => key.includes('terraform/'))).toBe(false);
});
