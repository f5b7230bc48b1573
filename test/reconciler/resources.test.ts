import fc from 'fast-check';
import { describe, expect as check, it } from 'vitest';
import { expect } from '../../reconciler/expect.ts';
import type { Json } from '../../reconciler/model.ts';
import { CLUSTER_KINDS, GCP_KINDS, kindOf } from '../../reconciler/resources/index.ts';
import { tenant } from '../support/records.ts';

const wants = expect(tenant(), `sha256:${'a'.repeat(64)}`);

const KEYS = (
  'name nats config taints accelerators labels autoscaling spec template containers env ports metadata metrics ' +
  'resource resources limits requests secondaryIpRanges privatePoolV1Config workerConfig networkConfig selector ' +
  'httpGet readinessProbe value valueFrom key effect rangeName'
).split(' ');

/** Bodies that look like the real thing until one looks closer: known keys at every level, anything below them. */
const nearly: fc.Arbitrary<Json> = fc.letrec<{ node: Json }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 5 },
    fc.jsonValue({ maxDepth: 1 }) as fc.Arbitrary<Json>,
    fc.array(tie('node'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...KEYS), tie('node'), { maxKeys: 5 }),
  ),
})).node;

describe('the kinds', () => {
  it('read any answer without throwing, whatever a service sends', () => {
    fc.assert(
      fc.property(fc.constantFrom(...wants), nearly, (want, body) => {
        const kind = kindOf(want);
        if (kind) check(() => kind.read(body, want)).not.toThrow();
      }),
      { numRuns: 2000 },
    );
  });

  it('are all wanted of a tenant, each under a name of its own', () => {
    const seen = new Set(wants.map((want) => want.kind));
    for (const { kind } of [...GCP_KINDS, ...CLUSTER_KINDS]) check(seen).toContain(kind);
    check(new Set(wants.map((want) => want.id)).size).toBe(wants.length);
  });
});
