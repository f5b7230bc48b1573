/** A deep check's result as findings: each difference once, and nothing that was not said. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { deepCheckFindings, isDeepCheck, type DeepCheck } from '../../reconciler/deep-check.ts';
import { findingKey, UNKNOWN_PAST, type Json } from '../../reconciler/model.ts';

const AT = '2026-01-02T03:04:05Z';
const ASKED = '2026-01-02T03:00:00Z';
const NOW = '2026-01-02T09:00:00Z';
const findings = (deepCheck: Json, rest: Partial<DeepCheck> = {}) =>
  deepCheckFindings({
    tenant: 'acme',
    ledger: { deepCheck, deepCheckIntent: 'i', deepCheckAskedAt: ASKED },
    active: undefined,
    failure: null,
    since: () => undefined,
    now: NOW,
    ...rest,
  });
const checked = (drift: readonly Json[], omitted = 0): Json => ({
  intent: 'i',
  checkedAt: AT,
  drift,
  omitted,
});

it('tells a changed field with what was applied and what is there', () => {
  const item = {
    address: 'module.dns.google_dns_record_set.this',
    type: 'google_dns_record_set',
    path: 'log_config[0].enable',
    before: true,
    after: false,
    action: 'update',
  };
  const known = '2026-01-01T00:00:00Z';
  expect(findings(checked([item]), { since: () => known })).toEqual([
    {
      tenant: 'acme',
      class: 'changed',
      plane: 'gcp',
      resource: 'terraform/module.dns.google_dns_record_set.this',
      kind: 'google_dns_record_set',
      field: 'log_config[0].enable',
      want: true,
      have: false,
      from: null,
      risk: 'none',
      message: `${item.address} differs from what Terraform last applied`,
      source: 'terraform plan',
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

it('leaves out the types of kinds that every pass looks at itself', () => {
  const types = [
    'google_compute_router_nat',
    'google_container_node_pool',
    'google_service_account',
    'google_project_iam_member',
  ];
  const drift = types.map((type) => ({
    address: `module.x.${type}.a`,
    type,
    path: 'a',
    before: 1,
    after: 2,
    action: 'update',
  }));
  expect(findings(checked(drift)).map(({ kind }) => kind)).toEqual(['google_project_iam_member']);
});

it('takes a result that tells nothing for unreadable, never for "no drift"', () => {
  expect(findings({ intent: 'i', omitted: 0 })).toMatchObject([
    { class: 'unreadable', resource: 'terraform/state' },
  ]);
});

it('tells why a check that was asked for gave no result, beside what an earlier one saw', () => {
  const earlier = { address: 'x.a', type: 'x', path: null, before: null, after: null, action: 'delete' };
  const lost = { deepCheckIntent: 'later', deepCheckAskedAt: ASKED };
  expect(
    findings(null, {
      ledger: { deepCheck: checked([earlier]), ...lost },
      failure: 'the build failed: no credentials',
    }),
  ).toMatchObject([
    { class: 'missing', resource: 'terraform/x.a', at: AT },
    {
      class: 'unreadable',
      kind: 'terraform',
      source: 'terraform plan',
      at: ASKED,
      message: expect.stringContaining('later gave no result: the build failed: no credentials') as string,
    },
  ]);
});

it('says nothing of a check that is under way, was never asked for, or that an apply has outdated', () => {
  const asked = { deepCheck: null, deepCheckIntent: 'later', deepCheckAskedAt: ASKED };
  expect(findings(null, { ledger: asked, active: { intent: 'later' } })).toEqual([]);
  expect(findings(null, { ledger: undefined })).toEqual([]);
  expect(findings(null, { ledger: { ...asked, deepCheckIntent: null } })).toEqual([]);
});

it('says that there was more than had room', () => {
  expect(findings(checked([], 7))).toMatchObject([
    { class: 'unreadable', message: expect.stringContaining('7 more differences') as string },
  ]);
});

it('never throws, never takes nonsense for no drift, and is known by its findings', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.array(fc.jsonValue(), { maxLength: 4 }), (any, drift) => {
      const strange = findings(any as Json);
      if (any !== null) expect(strange).not.toEqual([]);
      expect(strange.every(isDeepCheck)).toBe(true);
      expect(findings(checked(drift as Json[])).length > 0).toBe(drift.length > 0);
    }),
  );
});
