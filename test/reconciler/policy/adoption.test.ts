/** What an adoption lets the first run do: exactly what was accepted, with what exists taken over, and nothing else. */
import { describe, expect as expectThat, it } from 'vitest';
import type { Directive } from '../../../desired-state/store.ts';
import { expect } from '../../../reconciler/expect.ts';
import type { Finding } from '../../../reconciler/model.ts';
import { adoptionDetail, effectOf, importsOf, mustBeSettled } from '../../../reconciler/policy/adoption.ts';
import { NO_ORDERS, ordersOf, WHOLE } from '../../../reconciler/policy/orders.ts';
import { GCP_KINDS } from '../../../reconciler/resources/index.ts';
import { AT } from '../../support/have.ts';
import { directive, finding, HOUR, later, ledger, planOf } from '../../support/plans.ts';
import { tenant } from '../../support/records.ts';

const MISSING = finding();
const MACHINE = finding({
  class: 'changed',
  resource: 'node-pool/gpu',
  kind: 'node-pool',
  field: 'config.machineType',
  want: 'g2-standard-8',
  have: 'g2-standard-4',
  risk: 'replace',
});
const STANDING = ['network/acme-vpc', 'router/acme-router', 'node-pool/gpu', 'deployment/web'];

const adoptionOf = (accepted: readonly Finding[], change: Partial<Directive> = {}): Directive =>
  directive({
    kind: 'adoption',
    detail: adoptionDetail({ tenant: 'acme', generation: 1, standing: STANDING, accepted }),
    ...change,
  });

/** Of a tenant that was never applied. */
const firstPlan = (findings: readonly Finding[], adoption: Directive | null, generation = 1) =>
  planOf({ findings, generation, ledger: undefined, orders: { ...NO_ORDERS, adoption } });

describe('the first run of an adopted tenant', () => {
  it('does what was accepted, replaces only what was named, and says in whose name', () => {
    const { actions, held, adoption } = firstPlan([MISSING, MACHINE], adoptionOf([MISSING, MACHINE]));
    expectThat(held).toEqual([]);
    expectThat(actions).toMatchObject([
      {
        flow: 'provision',
        mayDestroy: ['module.cluster.google_container_node_pool.pools["gpu"]'],
        because: ['missing:nat/acme-nat', 'changed:node-pool/gpu:config.machineType'],
      },
    ]);
    expectThat(actions[0]?.summary).toContain('taking over what is there for ann@example.com (adoption-1)');
    expectThat(adoption?.id).toBe('adoption-1');
  });

  it.each([
    [
      'a difference that nobody accepted',
      [MISSING, MACHINE],
      [MISSING],
      /changed:node-pool\/gpu:config\.machineType is new/,
    ],
    [
      'one that is another by now',
      [{ ...MACHINE, have: 'a2' }],
      [MACHINE],
      /have went from "g2-standard-4" to "a2"/,
    ],
    ['a resource that has gone', [MISSING], [], /missing:nat\/acme-nat is new/],
  ])('waits for %s', (_what, findings, accepted, why) => {
    const { actions, held } = firstPlan(findings, adoptionOf(accepted));
    expectThat(actions).toEqual([]);
    expectThat(held).toMatchObject([{ flow: 'provision', reason: 'approval' }]);
    expectThat(held[0]?.message).toMatch(why);
    expectThat(held[0]?.message).toContain("'plumb adopt acme --dry-run'");
  });

  it('needs nobody’s word for what is as wanted by now, nor for a newer record that changes nothing of it', () => {
    expectThat(firstPlan([MISSING], adoptionOf([MISSING, MACHINE]), 2).actions).toHaveLength(1);
  });

  it.each([
    ['expired', { expiresAt: AT }],
    ['taken back', { endedAt: AT, endedBy: 'ann@example.com' }],
  ])('does not come when the adoption has %s: what exists would be made a second time', (_how, change) => {
    const { actions, held } = firstPlan([MISSING], adoptionOf([MISSING], change));
    expectThat(actions).toEqual([]);
    expectThat(held[0]?.message).toMatch(/adoption-1 is over before its run came/);
  });

  it('is repeated after a failure without asking again, as any first run is', () => {
    const half = finding({
      class: 'changed',
      resource: 'network/acme-vpc',
      kind: 'network',
      field: 'routingConfig.routingMode',
      want: 'REGIONAL',
      have: 'GLOBAL',
    });
    expectThat(firstPlan([half], adoptionOf([MISSING], { uses: 1 })).actions).toHaveLength(1);
    const danger = firstPlan([MACHINE], adoptionOf([MISSING], { uses: 1 }));
    expectThat(danger.actions).toEqual([]);
    expectThat(danger.planHash).not.toBeNull();
  });
});

it('an adoption has nothing to say once the record was applied in full', () => {
  const later = planOf({
    findings: [MISSING],
    ledger: ledger(),
    orders: { ...NO_ORDERS, adoption: adoptionOf([], { expiresAt: AT }) },
  });
  expectThat(later).toMatchObject({ actions: [{ flow: 'provision' }], held: [], adoption: null });
});

it('the newest adoption counts, ended or not', () => {
  const old = adoptionOf([], { id: 'old' });
  const young = adoptionOf([], { id: 'young', createdAt: later(HOUR), endedAt: later(HOUR) });
  const { adoption } = ordersOf([young, old], { tenant: 'acme', labels: {}, share: WHOLE, now: AT });
  expectThat(adoption?.id).toBe('young');
});

describe('what goes into Terraform’s state', () => {
  const wants = expect(tenant(), null);

  it('is what was there and still is, on Google Cloud alone', () => {
    expectThat(importsOf(adoptionOf([]), wants, [finding({ resource: 'router/acme-router' })])).toEqual([
      {
        to: 'module.network.google_compute_network.vpc',
        id: 'projects/acme-prod-1/global/networks/acme-vpc',
      },
      {
        to: 'module.cluster.google_container_node_pool.pools["gpu"]',
        id: 'projects/acme-prod-1/locations/us-central1/clusters/acme/nodePools/gpu',
      },
    ]);
    expectThat(importsOf(null, wants, [])).toEqual([]);
  });

  it('has an address and an id of its own for each resource a record asks for', () => {
    const all = wants.filter(({ plane }) => plane === 'gcp');
    const detail = adoptionDetail({
      tenant: 'acme',
      generation: 1,
      standing: all.map(({ id }) => id),
      accepted: [],
    });
    const imports = importsOf(adoptionOf([], { detail }), wants, []);
    expectThat(new Set(imports.map(({ to }) => to)).size).toBe(all.length);
    expectThat(new Set(imports.map(({ id }) => id)).size).toBe(all.length);
    expectThat(new Set(all.map(({ kind }) => kind)).size).toBe(GCP_KINDS.length);
  });
});

it.each([
  ['what is missing is created', MISSING, 'create', true],
  ['what a field takes is changed', { ...MACHINE, risk: 'in-place' }, 'change', true],
  ['what cannot be changed in place is replaced', MACHINE, 'replace', true],
  [
    'what nobody asked for on Google Cloud is taken away',
    { ...MACHINE, class: 'extra', risk: 'in-place' },
    'remove',
    true,
  ],
  [
    'what nobody asked for in a cluster stays',
    { ...MACHINE, class: 'extra', plane: 'cluster' },
    'stays',
    false,
  ],
  ['what no run changes stays', { ...MACHINE, risk: 'none' }, 'stays', false],
  [
    'nothing in a cluster can be replaced',
    { ...MACHINE, plane: 'cluster', kind: 'deployment' },
    'impossible',
    true,
  ],
] as const)('%s', (_what, difference, effect, settled) => {
  expectThat(effectOf(difference)).toBe(effect);
  expectThat(mustBeSettled(difference)).toBe(settled);
});
