/** Which tenants a rollout takes, in which waves; what a person may order of it; and which versions are about. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LedgerEntry } from '../../desired-state/store.ts';
import type { Rollout, RolloutState, Step } from '../../reconciler/fleet-model.ts';
import type { Json } from '../../reconciler/model.ts';
import { ROLLABLE, fieldOf, withField } from '../../reconciler/rollable.ts';
import { ordered, type RolloutOrder } from '../../reconciler/rollout-orders.ts';
import {
  planRollout,
  wavesOf,
  type Candidate,
  type RolloutRequest,
  type WaveSize,
} from '../../reconciler/rollout-plan.ts';
import { skewOf } from '../../reconciler/skew.ts';
import { anyTenant } from '../support/any-record.ts';
import { tenant } from '../support/records.ts';

const FIELD = 'spec.workload.source.revision';
const NOW = '2026-03-01T10:00:00Z';

const REQUEST: RolloutRequest = {
  name: 'web-v2',
  field: FIELD,
  value: 'v2',
  selector: {},
  canary: 1,
  size: { percent: 25 },
  soakMs: 0,
  maxConcurrent: 2,
  author: 'ann@example.com',
  reason: '',
};

/** As a store keeps it; `appliedGeneration` null: never deployed. */
function candidate(
  name: string,
  change: Parameters<typeof tenant>[1] = () => undefined,
  ledger: Partial<LedgerEntry> = {},
): Candidate {
  const record = tenant(name, change) as unknown as Json;
  const at = { createdAt: NOW, updatedAt: NOW, updatedBy: 'ann@example.com' };
  return {
    stored: { name, record, generation: 1, etag: 'e', ...at },
    ledger: { name, status: 'DEPLOYED', appliedGeneration: 1, ...ledger } as LedgerEntry,
  };
}

const plan = (
  candidates: readonly Candidate[],
  change: Partial<RolloutRequest> = {},
  others: Rollout[] = [],
) => planRollout(candidates, { ...REQUEST, ...change }, others, NOW);

describe('the fields that can be rolled out', () => {
  it('are fields of the record, set and taken back without touching anything else', () => {
    fc.assert(
      fc.property(anyTenant, fc.constantFrom(...ROLLABLE), ({ ...record }, { field }) => {
        const written = record as unknown as Json;
        const before = fieldOf(written, field);
        expect(before).toEqual(expect.any(String));
        const changed = withField(written, field, 'another');
        expect(fieldOf(changed, field)).toBe('another');
        expect(withField(changed, field, before)).toEqual(written);
        const left = withField(written, field, undefined);
        expect(fieldOf(left, field)).toBeUndefined();
        expect(withField(withField(left, field, 'another'), field, undefined)).toEqual(left);
      }),
    );
  });
});

describe('waves', () => {
  it('hold everybody once, in order: the canaries, then waves of the size', () => {
    const size = fc.oneof(
      fc.record({ count: fc.integer({ min: 1, max: 50 }) }),
      fc.record({ percent: fc.integer({ min: 1, max: 100 }) }),
    );
    fc.assert(
      fc.property(fc.nat(200), fc.nat(10), size, (count, canary, wanted: WaveSize) => {
        const names = Array.from({ length: count }, (_, n) => `t${n}`);
        const waves = wavesOf(names, canary, wanted);
        expect(waves.flat()).toEqual(names);
        const [first = [], ...rest] = canary > 0 ? waves : [[], ...waves];
        if (canary > 0) expect(first).toHaveLength(Math.min(canary, count));
        const most = 'count' in wanted ? wanted.count : Math.ceil((wanted.percent / 100) * count);
        for (const wave of rest.slice(0, -1)) expect(wave).toHaveLength(most);
        for (const wave of rest) expect(wave.length).toBeLessThanOrEqual(most);
        for (const wave of waves) expect(wave.length).toBeGreaterThan(0);
      }),
    );
  });
});

describe('a rollout that is started', () => {
  it('takes the tenants its labels select, in name order whatever order they come in', () => {
    const silver = candidate('silver', (written) => {
      written.metadata.labels = { tier: 'silver' };
    });
    const { rollout, left } = plan([candidate('zeta'), silver, candidate('acme'), candidate('mid')], {
      selector: { tier: 'gold' },
    });
    expect(rollout.waves).toEqual([['acme'], ['mid'], ['zeta']]);
    expect(rollout.before).toEqual({ acme: 'main', mid: 'main', zeta: 'main' });
    expect(left).toEqual([]);
  });

  it('remembers that a field was left out, so that it can be left out again', () => {
    const bare = candidate('acme');
    const record = withField(bare.stored.record, FIELD, undefined);
    const { rollout } = plan([{ ...bare, stored: { ...bare.stored, record } }]);
    expect(rollout.waves).toEqual([['acme']]);
    expect(rollout.before).toEqual({});
  });

  it('leaves out whom it could not bring through, each with its reason', () => {
    const spoilt = candidate('spoilt');
    const other = plan([candidate('busy')], { name: 'other' }).rollout;
    const { rollout, left } = plan(
      [
        candidate('fine'),
        candidate('gone', undefined, { status: 'DECOMMISSIONED' }),
        candidate('fresh', undefined, { appliedGeneration: null }),
        candidate('ahead', (written) => {
          written.spec.workload.source.revision = 'v2';
        }),
        { ...spoilt, stored: { ...spoilt.stored, record: { kind: 'Tenant' } } },
        candidate('busy'),
      ],
      {},
      [other],
    );
    expect(rollout.waves).toEqual([['fine']]);
    expect(Object.fromEntries(left.map(({ name, why }) => [name, why]))).toEqual({
      gone: 'it is decommissioned',
      fresh: 'it was never deployed, so it has nothing to go back to',
      ahead: 'it has v2 already',
      spoilt: 'its record is not valid',
      busy: 'rollout other is not through with it',
    });
  });

  it('takes a value that no record may have from nobody', () => {
    const { rollout, left } = plan([candidate('acme')], { value: '$(rm)' });
    expect(rollout.waves).toEqual([]);
    expect(left).toMatchObject([{ name: 'acme', why: expect.stringContaining(FIELD) as string }]);
  });
});

describe('an order', () => {
  const started = plan(['a', 'b', 'c'].map((name) => candidate(name))).rollout;
  const by = { who: 'ann@example.com', why: 'lunch', now: NOW };
  const give = (order: RolloutOrder, state: RolloutState, steps: Record<string, Step> = {}) =>
    ordered({ ...started, state, steps }, order, by);

  it.each([
    ['pause', 'running', 'paused', 'paused by ann@example.com: lunch'],
    ['resume', 'paused', 'running', null],
    ['resume', 'halted', 'running', null],
    ['abort', 'running', 'aborting', 'aborted by ann@example.com: lunch'],
    ['abort', 'paused', 'aborting', 'aborted by ann@example.com: lunch'],
    ['abort', 'halted', 'aborting', 'aborted by ann@example.com: lunch'],
  ] as const)('to %s one that is %s makes it %s, and says by whom', (verb, from, to, message) => {
    const result = give({ verb }, from);
    expect(result).toMatchObject({ ok: true, rollout: { state: to, message } });
    expect(result.ok && result.rollout.history).toMatchObject([{ at: NOW, by: by.who, why: 'lunch' }]);
  });

  it.each([
    ['pause', 'paused'],
    ['pause', 'halted'],
    ['pause', 'aborting'],
    ['resume', 'running'],
    ['resume', 'aborting'],
    ['abort', 'aborting'],
    ['pause', 'done'],
    ['resume', 'aborted'],
    ['abort', 'done'],
  ] as const)('to %s one that is %s is refused with how to go on', (verb, from) => {
    expect(give({ verb }, from)).toMatchObject({
      ok: false,
      reason: expect.stringMatching(/plumb rollout status|start another/) as string,
    });
  });

  it('to skip takes out who still waits, all of them or none', () => {
    const result = give({ verb: 'skip', tenants: ['b', 'c'] }, 'halted');
    expect(result).toMatchObject({
      ok: true,
      rollout: {
        state: 'halted',
        steps: { b: { state: 'untouched', note: 'skipped by ann@example.com' }, c: { state: 'untouched' } },
        history: [{ what: 'skipped', why: 'b, c: lunch' }],
      },
    });
    const begun: Step = { state: 'edited', attempt: 1, generation: 2, note: null };
    expect(give({ verb: 'skip', tenants: ['b', 'a'] }, 'running', { a: begun })).toMatchObject({
      ok: false,
      reason: expect.stringContaining('a is edited already') as string,
    });
    expect(give({ verb: 'skip', tenants: ['nobody'] }, 'running')).toMatchObject({
      ok: false,
      reason: expect.stringContaining('nobody is not part of rollout web-v2') as string,
    });
  });
});

describe('the skew of versions', () => {
  it('counts for each field who wants and who runs which value, most run first', () => {
    const at = (revision: string) =>
      tenant('acme', (written) => {
        written.spec.workload.source.revision = revision;
      });
    const rows = skewOf([
      { name: 'a', want: at('v2'), applied: at('v1') },
      { name: 'b', want: at('v1'), applied: at('v1') },
      { name: 'c', want: null, applied: at('v2') },
      { name: 'd', want: at('v3'), applied: null },
    ]);
    expect(rows).toEqual([
      { field: FIELD, value: 'v1', want: ['b'], applied: ['a', 'b'] },
      { field: FIELD, value: 'v2', want: ['a'], applied: ['c'] },
      { field: FIELD, value: 'v3', want: ['d'], applied: [] },
      {
        field: 'spec.cluster.releaseChannel',
        value: 'REGULAR',
        want: ['a', 'b', 'd'],
        applied: ['a', 'b', 'c'],
      },
    ]);
  });
});
