/** A record that cannot be used costs its own tenant the pass, and nobody else. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { newFleet, type Fleet } from '../support/fleet.ts';
import type { Json } from '../../reconciler/model.ts';
import { tenant } from '../support/records.ts';

let fleet: Fleet;
beforeEach(async () => {
  fleet = await newFleet();
  await fleet.apply('acme');
  fleet.deployed('acme');
});
afterEach(() => fleet.close());

const store = (name: string, record: Json) =>
  fleet.store.applyTenant({ name, record, author: 'somebody@example.com', reason: 'a law' });

const judged = async () =>
  new Map((await fleet.judged()).map((item) => [item.case.stored.name, item] as const));

const BAD: Readonly<Record<string, (whole: Record<string, Json>) => Json>> = {
  'has no spec': (whole) => Object.fromEntries(Object.entries(whole).filter(([key]) => key !== 'spec')),
  'is of a later version': (whole) => ({ ...whole, apiVersion: 'plumbline.dev/v9' }),
  'asks for a kind of a later version': (whole) => ({
    ...whole,
    spec: { ...(whole['spec'] as object), quantumCluster: { qubits: 3 } } as Json,
  }),
};

it.each(Object.entries(BAD))('a record that %s sets its tenant aside with a reason', async (_, change) => {
  await store('beta', change(tenant('beta') as unknown as Record<string, Json>));
  const all = await judged();
  expect(all.get('acme')?.verdict).toBe('in-sync');
  expect(all.get('beta')).toMatchObject({ verdict: 'invalid', plan: { actions: [], held: [] } });
  expect(all.get('beta')?.case.problem).toMatch(/spec|apiVersion/);
});

it('1,000 of them set 1,000 tenants aside', async () => {
  for (let n = 0; n < 1000; n += 1) await store(`bad${n}`, { kind: 'Tenant', apiVersion: 'x' });
  const all = await judged();
  expect(all.size).toBe(1001);
  expect(all.get('acme')?.verdict).toBe('in-sync');
  expect([...all.values()].filter(({ verdict }) => verdict === 'invalid')).toHaveLength(1000);
}, 60_000);
