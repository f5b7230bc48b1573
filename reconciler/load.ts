/** Everything the store knows of each tenant of a pass, gathered into one case per tenant before anything is observed. */
import { parseTenant } from '../desired-state/parse.ts';
import {
  FLEET,
  type Directive,
  type ExecutionEntry,
  type LedgerEntry,
  type Store,
  type StoredTenant,
} from '../desired-state/store.ts';
import { shardOf } from '../desired-state/shard.ts';
import type { Tenant } from '../desired-state/tenant.ts';
import { projectOf, rivalsOf, unlawful, type Claims } from './claims.ts';
import { expect } from './expect.ts';
import { isLook } from './flows.ts';
import type { Memory } from './history.ts';
import { memoriesOf } from './memories.ts';
import type { Want } from './model.ts';

/** One tenant of a pass. `tenant` is null when the stored record cannot be used; `problem` then says why. */
export interface Case extends Memory {
  readonly stored: StoredTenant;
  readonly tenant: Tenant | null;
  readonly problem: string | null;
  readonly ledger: LedgerEntry | undefined;
  readonly active: ExecutionEntry | undefined;
  /** Changes in a row that failed for this generation. */
  readonly failures: number;
  /** A decommission began and did not end: what is missing has been taken away on purpose. */
  readonly leaving: boolean;
  readonly wants: readonly Want[];
  /** The record last applied in full, and its wants; null when none was. */
  readonly applied: { readonly tenant: Tenant; readonly wants: readonly Want[] } | null;
  /** What people ordered for it and for the fleet; ended and expired ones included. */
  readonly directives: readonly Directive[];
}

export interface LoadOptions {
  readonly only?: readonly string[];
  readonly shard?: { readonly index: number; readonly count: number };
  /** Directives to leave out, for looking ahead: what would be, if they had never been given. */
  readonly lifted?: readonly string[];
}

/** Cases in name order. */
export async function load(store: Store, options: LoadOptions): Promise<Case[]> {
  const { records, claims } = await readRecords(store, options);
  const names = records.map((record) => record.name);
  const contested = [...claims.values()].filter((claimants) => claimants.length > 1).flat();
  const [ledger, active, memoryOf, directives] = await Promise.all([
    store.ledgerOf([...names, ...contested]),
    store.listActive(),
    memoriesOf(store, names),
    store.listDirectives(options.only === undefined ? undefined : [...options.only, FLEET]),
  ]);
  const lifted = new Set(options.lifted);
  const ordered = Map.groupBy(
    directives.filter(({ id }) => !lifted.has(id)),
    ({ name }) => name,
  );
  const ofFleet = ordered.get(FLEET) ?? [];
  return Promise.all(
    records.map((stored) =>
      caseOf(store, stored, rivalsOf(claims, stored, ledger), {
        ledger: ledger.get(stored.name),
        active: active.find((execution) => execution.name === stored.name),
        ...memoryOf(stored.name),
        directives: ofFleet.concat(ordered.get(stored.name) ?? []),
      }),
    ),
  );
}

/** The whole fleet is read, whatever is asked for: another task's tenant may claim the project of one of ours. */
async function readRecords(
  store: Store,
  { only, shard }: LoadOptions,
): Promise<{ records: StoredTenant[]; claims: Claims }> {
  const records: StoredTenant[] = [];
  const claims = new Map<string, string[]>();
  for await (const stored of store.listTenants()) {
    const project = projectOf(stored.record);
    if (project !== null) claims.set(project, [...(claims.get(project) ?? []), stored.name]);
    const ours = shard === undefined || shardOf(stored.name, shard.count) === shard.index;
    if (ours && (only === undefined || only.includes(stored.name))) records.push(stored);
  }
  return { records, claims };
}

async function caseOf(
  store: Store,
  stored: StoredTenant,
  rivals: readonly string[],
  rest: Pick<Case, 'ledger' | 'active' | 'directives' | keyof Memory>,
): Promise<Case> {
  const digest = rest.ledger?.imageDigest ?? null;
  const applied = await appliedRecord(store, stored, rest.ledger);
  const { tenant, problem } = usable(stored, rivals);
  return {
    ...rest,
    ...(await historyOf(store, stored, rest.ledger)),
    stored,
    tenant,
    problem,
    wants: tenant ? expect(tenant, digest) : [],
    applied: applied && { tenant: applied, wants: expect(applied, digest) },
  };
}

function usable(stored: StoredTenant, rivals: readonly string[]): Pick<Case, 'tenant' | 'problem'> {
  const parsed = parseTenant(stored.record);
  if (!parsed.ok) {
    return { tenant: null, problem: parsed.problems.map((p) => `${p.path}: ${p.message}`).join('; ') };
  }
  const objection = unlawful(parsed.tenant, stored.name, rivals);
  return objection === undefined
    ? { tenant: parsed.tenant, problem: null }
    : { tenant: null, problem: objection };
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

/** Statuses that a flow leaves behind when all went well. */
const AT_REST: ReadonlySet<LedgerEntry['status']> = new Set([null, 'DEPLOYED', 'REDEPLOYED']);

/** Enough to see the retry budget spent, with a few looks at the endpoint in between. */
const HISTORY = 20;

/** What earlier executions tell; asked only where something went wrong, since a fleet at rest has nothing to tell. */
async function historyOf(
  store: Store,
  stored: StoredTenant,
  ledger: LedgerEntry | undefined,
): Promise<Pick<Case, 'failures' | 'leaving'>> {
  if (ledger === undefined || (ledger.lastError === null && AT_REST.has(ledger.status))) {
    return { failures: 0, leaving: false };
  }
  // A look changes nothing, and neither did what was never started.
  const changes = (await store.listExecutions(stored.name, HISTORY)).filter(
    ({ flow, state }) => !isLook(flow) && state !== 'SUPERSEDED',
  );
  const past = changes.findIndex(
    ({ generation, state }) => generation !== stored.generation || state !== 'FAILED',
  );
  const failed = past < 0 ? changes : changes.slice(0, past);
  const [last] = failed;
  return {
    failures: failed.length,
    leaving: last?.flow === 'decommission',
  };
}
