/** Everything the store knows of each tenant of a pass, gathered into one case per tenant before anything is observed. */
import { parseTenant } from '../desired-state/parse.ts';
import type {
  ExecutionEntry,
  FindingEntry,
  LedgerEntry,
  Store,
  StoredTenant,
} from '../desired-state/store.ts';
import type { Tenant } from '../desired-state/tenant.ts';
import { expect } from './expect.ts';
import type { Want } from './model.ts';

/** One tenant of a pass. `tenant` is null when the stored record cannot be used; `problem` then says why. */
export interface Case {
  readonly stored: StoredTenant;
  readonly tenant: Tenant | null;
  readonly problem: string | null;
  readonly ledger: LedgerEntry | undefined;
  readonly active: ExecutionEntry | undefined;
  readonly failures: number;
  readonly wants: readonly Want[];
  /** The record last applied in full, and its wants; null when none was. */
  readonly applied: { readonly tenant: Tenant; readonly wants: readonly Want[] } | null;
  readonly known: ReadonlyMap<string, FindingEntry>;
}

export interface LoadOptions {
  readonly only?: readonly string[];
  readonly shard?: { readonly index: number; readonly count: number };
}

/** Cases in name order. */
export async function load(store: Store, options: LoadOptions): Promise<Case[]> {
  const only = options.only && new Set(options.only);
  const records: StoredTenant[] = [];
  for await (const stored of store.listTenants(options.shard)) {
    if (!only || only.has(stored.name)) records.push(stored);
  }
  const names = records.map((record) => record.name);
  const [ledger, active, open] = await Promise.all([
    store.ledgerOf(names),
    store.listActive(),
    store.openFindings(names),
  ]);
  const known = Map.groupBy(open, (finding) => finding.name);
  return Promise.all(
    records.map((stored) =>
      caseOf(store, stored, {
        ledger: ledger.get(stored.name),
        active: active.find((execution) => execution.name === stored.name),
        known: new Map(known.get(stored.name)?.map((finding) => [finding.key, finding])),
      }),
    ),
  );
}

async function caseOf(
  store: Store,
  stored: StoredTenant,
  rest: Pick<Case, 'ledger' | 'active' | 'known'>,
): Promise<Case> {
  const parsed = parseTenant(stored.record);
  const digest = rest.ledger?.imageDigest ?? null;
  const applied = await appliedRecord(store, stored, rest.ledger);
  return {
    ...rest,
    stored,
    tenant: parsed.ok ? parsed.tenant : null,
    problem: parsed.ok ? null : parsed.problems.map((p) => `${p.path}: ${p.message}`).join('; '),
    failures: rest.ledger?.status === 'FAILED' ? await failuresOf(store, stored) : 0,
    wants: parsed.ok ? expect(parsed.tenant, digest) : [],
    applied: applied && { tenant: applied, wants: expect(applied, digest) },
  };
}

async function appliedRecord(
  store: Store,
  stored: StoredTenant,
  ledger: LedgerEntry | undefined,
): Promise<Tenant | null> {
  const generation = ledger?.appliedGeneration;
  if (generation == null) return null;
  const record =
    generation === stored.generation ? stored.record : await store.recordAt(stored.name, generation);
  const parsed = parseTenant(record);
  return parsed.ok ? parsed.tenant : null;
}

/** Failures in a row, of this generation, up to the newest success. */
async function failuresOf(store: Store, stored: StoredTenant): Promise<number> {
  let failures = 0;
  for (const execution of await store.listExecutions(stored.name, 10)) {
    if (execution.generation !== stored.generation || execution.state !== 'FAILED') break;
    failures += 1;
  }
  return failures;
}
