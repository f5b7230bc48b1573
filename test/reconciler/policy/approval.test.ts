/** A plan's hash, and what an approval of it lets through: that plan, once, while it lasts, and nothing else. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Directive } from '../../../desired-state/store.ts';
import type { Finding } from '../../../reconciler/model.ts';
import { approvalDetail, planHash, planMaterial } from '../../../reconciler/policy/approval.ts';
import { NO_ORDERS, ordersOf, WHOLE } from '../../../reconciler/policy/orders.ts';
import { destroyed } from '../../../reconciler/policy/sorted.ts';
import { GCP_KINDS } from '../../../reconciler/resources/index.ts';
import { AT } from '../../support/have.ts';
import { tenant } from '../../support/records.ts';
import { directive, finding, HOUR, later, planOf } from '../../support/plans.ts';

const machine = (change: Partial<Finding> = {}): Finding =>
  finding({
    class: 'changed',
    resource: 'node-pool/gpu',
    kind: 'node-pool',
    field: 'config.machineType',
    want: 'g2-standard-8',
    have: 'g2-standard-4',
    risk: 'replace',
    ...change,
  });

/** Of the plan that waits for these findings. */
const approvalOf = (
  findings: readonly Finding[],
  change: Partial<Directive> = {},
  generation = 1,
): Directive =>
  directive({
    kind: 'approval',
    detail: approvalDetail(planMaterial({ tenant: 'acme', generation, flow: 'provision' }, findings)),
    ...change,
  });

const under = (directives: readonly Directive[], now = AT) =>
  ordersOf(directives, { tenant: 'acme', labels: {}, share: WHOLE, now });

describe('a plan’s hash', () => {
  it('is the same in whatever order things were looked at, and another one for every other plan', () => {
    const value = fc
      .jsonValue({ maxDepth: 1 })
      .map((each) => JSON.parse(JSON.stringify(each)) as Finding['want']);
    const anyFinding = fc
      .record({ field: fc.constantFrom('a', 'b', 'c', null), want: value, have: value })
      .map((part) => machine(part));
    const anyFindings = fc.uniqueArray(anyFinding, {
      minLength: 1,
      maxLength: 4,
      selector: ({ field }) => field,
    });
    const of = { tenant: 'acme', generation: 1, flow: 'provision' } as const;
    fc.assert(
      fc.property(anyFindings, anyFindings, fc.nat(2), (some, others, generation) => {
        const hash = planHash(planMaterial(of, some));
        expect(hash).toMatch(/^[0-9a-f]{16}$/);
        expect(planHash(planMaterial(of, some.toReversed()))).toBe(hash);
        const same = JSON.stringify(planMaterial(of, some)) === JSON.stringify(planMaterial(of, others));
        if (!same) expect(planHash(planMaterial(of, others))).not.toBe(hash);
        expect(planHash(planMaterial({ ...of, generation: generation + 2 }, some))).not.toBe(hash);
        expect(planHash(planMaterial({ ...of, tenant: 'globex' }, some))).not.toBe(hash);
        expect(planHash(planMaterial({ ...of, flow: 'redeploy' }, some))).not.toBe(hash);
      }),
    );
  });

  it('stands in what is held, beside how to approve it', () => {
    const { actions, held, planHash: hash } = planOf({ findings: [machine()] });
    expect(actions).toEqual([]);
    expect(held).toMatchObject([{ flow: 'provision', reason: 'approval', because: [expect.any(String)] }]);
    expect(held[0]?.message).toContain(`would replace node-pool/gpu`);
    expect(held[0]?.message).toContain(`plumb approve acme --plan ${hash ?? ''}`);
  });

  it('is none where nothing waits for a person', () => {
    expect(planOf({ findings: [finding()] }).planHash).toBeNull();
    expect(planOf({ findings: [finding({ class: 'extra' })] }).planHash).toBeNull();
  });
});

describe('an approval', () => {
  it('lets what was approved join what is due, and names what may be destroyed, address by address', () => {
    const findings = [finding(), machine()];
    expect(planOf({ findings }).actions).toEqual([]);
    const approval = approvalOf(findings);
    const done = planOf({ findings, orders: under([approval]) });
    expect(done).toMatchObject({ held: [], planHash: null, approval });
    expect(done.actions).toMatchObject([
      {
        flow: 'provision',
        because: ['missing:nat/acme-nat', 'changed:node-pool/gpu:config.machineType'],
        mayDestroy: ['module.cluster.google_container_node_pool.pools["gpu"]'],
        summary: expect.stringContaining('as ann@example.com approved (approval-1)') as string,
      },
    ]);
  });

  it('lets a vanished cluster be made again without letting anything be destroyed', () => {
    const gone = finding({ resource: 'cluster/acme', kind: 'cluster', risk: 'stateful' });
    const { actions } = planOf({ findings: [gone], orders: under([approvalOf([gone])]) });
    expect(actions).toMatchObject([{ flow: 'provision', because: ['missing:cluster/acme'] }]);
    expect(actions[0]?.mayDestroy).toBeUndefined();
  });

  it('leaves what can be done without it to itself', () => {
    const image = finding({ class: 'changed', plane: 'cluster', resource: 'deployment/web', field: 'image' });
    const findings = [image, machine()];
    const before = planOf({ findings });
    expect(before.actions).toMatchObject([{ flow: 'redeploy', because: ['changed:deployment/web:image'] }]);
    // The redeploy does not change what is waited for, and so not its name either.
    expect(before.planHash).toBe(planOf({ findings: [machine()] }).planHash);
  });

  it.each<[string, readonly Finding[], RegExp]>([
    ['a value', [machine({ have: 'e2-standard-2' })], /have went from "g2-standard-4" to "e2-standard-2"/],
    ['another finding', [machine(), machine({ field: 'config.diskSizeGb' })], /config\.diskSizeGb is new/],
    ['a finding that is gone', [machine({ field: 'config.diskSizeGb' })], /config\.machineType is gone/],
    ['something that is due as well', [finding(), machine()], /missing:nat\/acme-nat is new/],
  ])('is worth nothing once the plan has changed by %s, and that is said', (_what, now, told) => {
    const {
      actions,
      held,
      planHash: hash,
    } = planOf({ findings: now, orders: under([approvalOf([machine()])]) });
    expect(actions).toEqual([]);
    expect(held[0]?.message).toMatch(/ann@example\.com approved another plan, [0-9a-f]{16}: /);
    expect(held[0]?.message).toMatch(told);
    expect(hash).not.toBeNull();
  });

  it('is worth nothing for another generation of the record', () => {
    const { actions, held } = planOf({
      findings: [machine()],
      generation: 2,
      orders: under([approvalOf([machine()])]),
    });
    expect(actions).toEqual([]);
    expect(held[0]?.message).toContain('the record went from generation 1 to 2');
  });

  it.each<[string, Partial<Directive>, string]>([
    ['has expired', {}, later(24 * HOUR)],
    ['was taken back', { endedAt: AT, endedBy: 'bob@example.com' }, AT],
    ['was made use of', { uses: 1 }, AT],
    ['is of another tenant', { name: 'globex' }, AT],
  ])('is worth nothing when it %s', (_why, change, now) => {
    const orders = under([approvalOf([machine()], change)], now);
    const { actions } = planOf({ findings: [machine()], orders, now });
    expect(actions.map(({ flow }) => flow)).not.toContain('provision');
  });

  it('is in force up to the moment it ends, and no longer', () => {
    const actionsAt = (now: string) =>
      planOf({ findings: [machine()], orders: under([approvalOf([machine()])], now), now }).actions.map(
        ({ flow }) => flow,
      );
    expect(actionsAt(later(24 * HOUR - 1))).toContain('provision');
    expect(actionsAt(later(24 * HOUR))).not.toContain('provision');
  });

  it('does not act on a plane that could not be read', () => {
    const blind = finding({ class: 'unreadable', risk: 'none', plane: 'cluster', resource: 'service/web' });
    const { actions, held } = planOf({
      findings: [machine(), blind],
      orders: under([approvalOf([machine()])]),
    });
    expect(actions).toEqual([]);
    expect(held[0]).toMatchObject({ reason: 'unreadable', flow: 'provision' });
  });

  it('cannot be given for what no run can do: taking things out of a cluster', () => {
    const left = finding({
      class: 'pending',
      plane: 'cluster',
      resource: 'namespace/old',
      kind: 'namespace',
      want: 'absent',
      have: 'present',
      risk: 'one-way',
    });
    const { actions, held, planHash: hash } = planOf({ findings: [left, finding()] });
    expect({ actions, hash }).toEqual({ actions: [], hash: null });
    expect(held).toMatchObject([
      { flow: 'provision', reason: 'approval', because: ['missing:nat/acme-nat'] },
      { flow: null, reason: 'approval', because: ['pending:namespace/old'] },
    ]);
    expect(held[1]?.message).toContain('by hand');
  });
});

describe('what an action may destroy', () => {
  it('has an address in Terraform’s modules for every resource of every kind', () => {
    const root = join(import.meta.dirname, '..', '..', '..', 'terraform');
    const main = readFileSync(join(root, 'tenant', 'gcp', 'main.tf'), 'utf8');
    for (const want of GCP_KINDS.flatMap((kind) => kind.wants(tenant()))) {
      const leaving = finding({ resource: want.id, kind: want.kind, class: 'pending', want: 'absent' });
      const [address, ...more] = destroyed(leaving) ?? [];
      expect(more).toEqual([]);
      const [, module, type, name] =
        /^module\.(\w+)\.(\w+)\.(\w+)(?:\["[^"]+"\])?$/.exec(address ?? '') ?? [];
      const source = new RegExp(`module "${module ?? ''}" \\{\\s+source = "../../modules/([^"]+)"`).exec(
        main,
      )?.[1];
      const text = ['main.tf', 'node-pools.tf']
        .map((file) => {
          try {
            return readFileSync(join(root, 'modules', source ?? '', file), 'utf8');
          } catch {
            return '';
          }
        })
        .join('\n');
      expect(text, address).toContain(`resource "${type ?? ''}" "${name ?? ''}"`);
    }
  });

  it('is nothing for what is only changed or made', () => {
    expect(destroyed(finding())).toEqual([]);
    expect(destroyed(machine({ risk: 'in-place' }))).toEqual([]);
    expect(destroyed(machine({ risk: 'one-way' }))).toEqual([]);
    expect(planOf({ findings: [finding()], orders: NO_ORDERS }).actions[0]?.mayDestroy).toBeUndefined();
  });

  it('is not known for a kind that nobody models', () => {
    expect(destroyed(machine({ kind: 'google_sql_database_instance' }))).toBeNull();
  });
});
