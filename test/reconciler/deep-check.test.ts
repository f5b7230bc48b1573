/** A deep check's result as findings: each difference once, and nothing that was not said. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { deepCheckFindings } from '../../reconciler/deep-check.ts';
import { findingKey, UNKNOWN_PAST, type Json } from '../../reconciler/model.ts';

const AT = '2026-01-02T03:04:05Z';
const findings = (result: Json, since: (key: string) => string | undefined = () => undefined) =>
  deepCheckFindings({ tenant: 'acme', result, at: AT, since });
const checked = (drift: readonly Json[], omitted = 0): Json => ({
  outcome: 'succeeded',
  intent: 'i',
  check: { drift, omitted },
});

it('tells a changed field with what was applied and what is there', () => {
  const item = {
    address: 'module.network.google_compute_router_nat.this',
    type: 'google_compute_router_nat',
    path: 'log_config[0].enable',
    before: true,
    after: false,
    action: 'update',
  };
  const known = '2026-01-01T00:00:00Z';
  expect(findings(checked([item]), () => known)).toEqual([
    {
      tenant: 'acme',
      class: 'changed',
      plane: 'gcp',
      resource: 'terraform/module.network.google_compute_router_nat.this',
      kind: 'google_compute_router_nat',
      field: 'log_config[0].enable',
      want: true,
      have: false,
      from: null,
      risk: 'none',
      message: `${item.address} differs from what Terraform last applied`,
      source: 'terraform plan -refresh-only',
      at: AT,
      since: known,
      ...UNKNOWN_PAST,
    },
  ]);
});

it('tells what is gone as missing, as a whole', () => {
  const item = { address: 'x.a["b:c"]', type: 'x', path: null, before: null, after: null, action: 'delete' };
  const [finding] = findings(checked([item]));
  expect(finding).toMatchObject({
    class: 'missing',
    field: null,
    want: 'present',
    have: 'absent',
    since: AT,
  });
  expect(findingKey(finding!)).toBe('missing:terraform/x.a["b%3Ac"]');
});

it('finds nothing where nothing differs', () => {
  expect(findings(checked([]))).toEqual([]);
});

it.each<[string, Json]>([
  ['it lost its turn', { outcome: 'superseded', intent: 'i' }],
  ['there is none', null],
  ['it is cut', { outcome: 'succeeded', check: { omitted: 0 } }],
])('takes a result for unreadable, never for "no drift", when %s', (_, result) => {
  expect(findings(result)).toMatchObject([{ class: 'unreadable', resource: 'terraform/state' }]);
});

it('says that there was more than had room', () => {
  expect(findings(checked([], 7))).toMatchObject([
    { class: 'unreadable', message: expect.stringContaining('7 more differences') as string },
  ]);
});

it('never throws and never stays silent, whatever a result holds', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.array(fc.jsonValue(), { maxLength: 4 }), (any, drift) => {
      expect(findings(any as Json)).not.toEqual([]);
      expect(findings(checked(drift as Json[]))).toHaveLength(drift.length);
    }),
  );
});
