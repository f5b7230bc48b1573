import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ExecutionEntry } from '../../desired-state/store.ts';
import type { Risk } from '../../reconciler/model.ts';
import { HEALTH_MAX_AGE_MS, RETRY_BUDGET } from '../../reconciler/plan.ts';
import { AT } from '../support/have.ts';
import { CLASSES, finding, later, planOf, RISKS } from '../support/plans.ts';

const anyFinding = fc
  .record({
    class: fc.constantFrom(...CLASSES),
    risk: fc.constantFrom(...RISKS),
    plane: fc.constantFrom('gcp' as const, 'cluster' as const, 'endpoint' as const),
    resource: fc.constantFrom('nat/n', 'cluster/c', 'deployment/web', 'node-pool/gpu'),
    field: fc.option(fc.constantFrom('a', 'b[c]')),
  })
  .map(finding);

describe('plan', () => {
  it('does nothing where there is nothing to do', () => {
    expect(planOf()).toMatchObject({ actions: [], held: [], planHash: null });
  });

  it('puts a missing NAT back with Terraform, because of that finding', () => {
    expect(planOf({ findings: [finding()] }).actions).toMatchObject([
      { flow: 'provision', because: ['missing:nat/acme-nat'] },
    ]);
  });

  it('redeploys without Terraform when only the cluster differs', () => {
    const image = finding({
      class: 'changed',
      plane: 'cluster',
      resource: 'deployment/web',
      field: 'containers[web].image',
    });
    expect(planOf({ findings: [image] }).actions).toMatchObject([{ flow: 'redeploy' }]);
  });

  it('never acts on a plane it could not read', () => {
    fc.assert(
      fc.property(fc.array(anyFinding, { maxLength: 6 }), (findings) => {
        const blind = finding({
          class: 'unreadable',
          risk: 'none',
          plane: 'cluster',
          resource: 'service/web',
        });
        const { actions, held } = planOf({ findings: [...findings, blind] });
        expect(actions).toEqual([]);
        expect(held.some(({ reason }) => reason === 'unreadable')).toBe(true);
      }),
    );
  });

  it('never replaces, deletes or recreates what held data by itself', () => {
    fc.assert(
      fc.property(fc.array(anyFinding, { maxLength: 6 }), (findings) => {
        const dangerous = new Set<Risk>(['replace', 'one-way', 'stateful']);
        const causes = new Set(planOf({ findings }).actions.flatMap((action) => action.because));
        for (const f of findings.filter(({ risk }) => dangerous.has(risk))) {
          const twin = findings.some(
            (g) =>
              !dangerous.has(g.risk) &&
              g.class === f.class &&
              g.resource === f.resource &&
              g.field === f.field,
          );
          if (!twin)
            expect(causes).not.toContain(`${f.class}:${f.resource}${f.field === null ? '' : `:${f.field}`}`);
        }
      }),
    );
  });

  it('accounts for every finding: as a cause of an action or as held with a reason', () => {
    fc.assert(
      fc.property(fc.array(anyFinding, { minLength: 1, maxLength: 6 }), (findings) => {
        const { actions, held } = planOf({ findings });
        const told = new Set([...actions, ...held].flatMap((item) => item.because));
        for (const f of findings)
          expect(told).toContain(`${f.class}:${f.resource}${f.field === null ? '' : `:${f.field}`}`);
        for (const item of held) expect(item.message).not.toBe('');
      }),
    );
  });

  it('starts at most one execution per tenant', () => {
    fc.assert(
      fc.property(fc.array(anyFinding, { maxLength: 8 }), (findings) => {
        expect(planOf({ findings }).actions.length).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('builds what was never built, whatever it will hold', () => {
    const cluster = finding({ resource: 'cluster/acme', kind: 'cluster', risk: 'stateful' });
    expect(planOf({ findings: [cluster], ledger: undefined }).actions).toMatchObject([{ flow: 'provision' }]);
    expect(planOf({ findings: [cluster] })).toMatchObject({ actions: [], held: [{ reason: 'approval' }] });
  });

  it('waits for an execution that is under way', () => {
    const active: ExecutionEntry = {
      name: 'acme',
      intent: 'acme-g1-provision-1',
      generation: 1,
      flow: 'provision',
      state: 'RUNNING',
      workflow: 'plumb-provision-0123456789',
      execution: 'projects/1/locations/r/workflows/w/executions/e',
      revision: '000001-abc',
      because: [],
      requester: 'plumbline',
      deadline: AT,
      error: null,
      createdAt: AT,
      updatedAt: AT,
    };
    expect(planOf({ findings: [finding()], active })).toMatchObject({
      actions: [],
      held: [{ reason: 'in-flight' }],
    });
    expect(planOf({ active })).toMatchObject({ actions: [], held: [] });
  });

  it('parks a tenant whose runs keep failing, and says how to go on', () => {
    const { actions, held } = planOf({ findings: [finding()], failures: RETRY_BUDGET });
    expect(actions).toEqual([]);
    expect(held).toMatchObject([
      { reason: 'budget', message: expect.stringContaining('plumb describe acme') as string },
    ]);
    expect(planOf({ findings: [finding()], failures: RETRY_BUDGET - 1 }).actions).toHaveLength(1);
  });

  it('does not let Terraform make a cluster again by the way, when only the NAT may be put back', () => {
    const gone = finding({ resource: 'cluster/acme', kind: 'cluster', risk: 'stateful' });
    expect(planOf({ findings: [finding(), gone] })).toMatchObject({
      actions: [],
      held: [
        {
          flow: 'provision',
          reason: 'approval',
          because: ['missing:nat/acme-nat', 'missing:cluster/acme'],
          message: expect.stringContaining('make cluster/acme again') as string,
        },
      ],
    });
  });

  it('does not deploy into a cluster that is gone', () => {
    const gone = finding({ resource: 'cluster/acme', kind: 'cluster', risk: 'stateful' });
    const inside = finding({ plane: 'cluster', resource: 'namespace/acme-app', kind: 'namespace' });
    expect(planOf({ findings: [gone, inside] }).actions).toEqual([]);
  });

  it('does not put back what an unfinished decommission took away', () => {
    expect(planOf({ findings: [finding()], leaving: true })).toMatchObject({
      actions: [],
      held: [{ reason: 'approval', message: expect.stringContaining('decommission again') as string }],
    });
  });

  it('asks for health again when the last answer is old, and only then', () => {
    expect(planOf({ now: later(HEALTH_MAX_AGE_MS) }).actions).toEqual([]);
    expect(planOf({ now: later(HEALTH_MAX_AGE_MS + 1) }).actions).toMatchObject([{ flow: 'health-check' }]);
    const ill = finding({ class: 'unhealthy', plane: 'endpoint', kind: 'endpoint', risk: 'none' });
    expect(planOf({ findings: [ill], now: later(HEALTH_MAX_AGE_MS + 1) }).actions).toMatchObject([
      { flow: 'health-check' },
    ]);
  });

  it('only reports additions and ill workloads', () => {
    const extra = finding({
      class: 'extra',
      plane: 'cluster',
      resource: 'deployment/web',
      field: 'containers[web].env[X]',
    });
    const ill = finding({
      class: 'unhealthy',
      plane: 'endpoint',
      resource: 'endpoint/web',
      field: 'healthy',
      risk: 'none',
    });
    expect(planOf({ findings: [extra, ill] })).toMatchObject({
      actions: [],
      held: [{ reason: 'report-only' }, { reason: 'report-only' }],
    });
  });
});
