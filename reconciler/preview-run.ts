/**
 * What storing a record would lead to: the plan of the next pass, and the exact definition and argument it would
 * launch with. The world is taken to stand as it was last applied, or as it was adopted, so nothing has to be looked
 * at. Pure.
 */
import type { Directive, ExecutionEntry, LedgerEntry } from '../desired-state/store.ts';
import type { Tenant } from '../desired-state/tenant.ts';
import { diff } from './diff.ts';
import { expect } from './expect.ts';
import type { ArgumentInput } from './argument.ts';
import { firstIntent, launchable, type Launchable } from './launchable.ts';
import type { Fields, Flow, Have, Plan, Platform, Reading, Want } from './model.ts';
import { plan, type Decided } from './plan.ts';
import { adoptionFor, importsOf, standingOf } from './policy/adoption.ts';
import { withExceptions } from './policy/exceptions.ts';
import { ordersOf } from './policy/orders.ts';
import type { PolicyRule } from './policy/table.ts';

export interface RunInput {
  readonly tenant: Tenant;
  /** The generation it would get. */
  readonly generation: number;
  /** The record last applied in full; null when none was. */
  readonly applied: Tenant | null;
  readonly ledger: LedgerEntry | undefined;
  readonly active: ExecutionEntry | undefined;
  readonly platform: Platform;
  readonly requester: string;
  readonly rules: readonly PolicyRule[];
  /** What people ordered for the tenant and for the fleet. */
  readonly directives: readonly Directive[];
  /** RFC 3339. */
  readonly now: string;
}

export interface RunPreview {
  readonly plan: Plan;
  /** What would be launched, or would be once nothing holds it; null when nothing is to be done. */
  readonly launch: Launchable | null;
}

/** Throws `DefinitionError`, with the tenant named, when the settings or the record make nothing the service takes. */
export function previewRun(input: RunInput): RunPreview {
  const decided = planOf(input);
  const flow = decided.actions[0]?.flow ?? decided.held.find((held) => held.flow !== null)?.flow ?? null;
  const mayDestroy = decided.actions[0]?.mayDestroy ?? [];
  if (flow === null) return { plan: decided, launch: null };
  const imports = importsOf(decided.adoption, expect(input.tenant, null), []);
  return { plan: decided, launch: launchOf(input, flow, { mayDestroy, imports }) };
}

function planOf(input: RunInput): Pick<Decided, keyof Plan | 'adoption'> {
  const { tenant, generation, applied, ledger, active, rules, directives, now } = input;
  // What was taken away on purpose stays away, whatever its record says.
  if (ledger?.status === 'DECOMMISSIONED') return { actions: [], held: [], adoption: null };
  const { name, labels } = tenant.metadata;
  const digest = ledger?.imageDigest ?? null;
  const wants = expect(tenant, digest);
  const before = applied && expect(applied, digest);
  const orders = ordersOf(directives, { tenant: name, labels, share: { index: 0, count: 1 }, now });
  const adoption = adoptionFor({ ledger, orders });
  const adopted = adoption === null ? [] : wants.filter(({ id }) => standingOf(adoption).has(id));
  const findings = diff({
    tenant: name,
    wants,
    applied: before,
    have: asApplied(before ?? adopted, wants, now),
    generation,
    appliedGeneration: ledger?.appliedGeneration ?? null,
    unfinished: ledger?.status === 'FAILED' ? (ledger.lastError ?? 'no reason was recorded') : null,
    since: () => undefined,
    now,
  });
  return plan({
    tenant: name,
    generation,
    labels,
    maintenance: tenant.spec.maintenance ?? null,
    findings: withExceptions(findings, orders.exceptions, now),
    ledger,
    active,
    failures: 0,
    leaving: false,
    rules,
    orders,
    now,
  });
}

function asApplied(applied: readonly Want[], wants: readonly Want[], at: string): Have {
  const seen = { source: 'the record last applied', at };
  return new Map<string, Reading<Fields>>([
    ...wants.map((want): [string, Reading<Fields>] => [want.id, { state: 'absent', ...seen }]),
    ...applied.map((want): [string, Reading<Fields>] => [
      want.id,
      {
        state: 'present',
        value: Object.fromEntries(
          Object.entries(want.fields).map(([path, { want: value }]) => [path, value]),
        ),
        ...seen,
      },
    ]),
  ]);
}

/** As `launch` does it; only the intent's last number is not known before the ledger has given it. */
function launchOf(
  input: RunInput,
  flow: Flow,
  terraform: Pick<ArgumentInput, 'mayDestroy' | 'imports'>,
): Launchable {
  const told = { ...input, flow, ...terraform };
  return launchable({ ...told, intent: firstIntent(told) });
}
