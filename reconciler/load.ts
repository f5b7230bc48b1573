/** Everything the store knows of a few tenants of a pass, gathered into one case per tenant before they are looked at. */
import { parseTenant } from '../desired-state/parse.ts';
import type { Directive, ExecutionEntry, LedgerEntry, Store, StoredTenant } from '../desired-state/store.ts';
import type { Tenant } from '../desired-state/tenant.ts';
import { projectOf, rivalsOf, unlawful } from './claims.ts';
import type { Entry } from './entries.ts';
import { expect } from './expect.ts';
import { isLook } from './flows.ts';
import type { Memory } from './history.ts';
import { memoriesOf } from './memories.ts';
import type { Want } from './model.ts';
import type { Clock } from './ports.ts';
import { CHUNK } from './shelf.ts';
import { survey, type Fleet, type SurveyOptions } from './survey.ts';

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

/** The cases of these tenants, in any order. One whose record has gone since the survey is left out. */
export async function casesOf(
  store: Store,
  fleet: Pick<Fleet, 'contested' | 'rivals' | 'active' | 'directivesOf' | 'looks'>,
  entries: readonly Pick<Entry, 'name' | 'project'>[],
): Promise<Case[]> {
  const names = entries.map(({ name }) => name);
  const [records, ledger, memoryOf] = await Promise.all([
    store.tenantsOf(names),
    store.ledgerOf(names),
    memoriesOf(store, names, fleet.looks),
  ]);
  const claimed = new Map(entries.map(({ name, project }) => [name, project]));
  return Promise.all(
    records.map((stored) =>
      caseOf(store, stored, objectionTo(stored, claimed.get(stored.name) ?? null, fleet), {
        ledger: ledger.get(stored.name),
        active: fleet.active.get(stored.name),
        ...memoryOf(stored.name),
        directives: fleet.directivesOf(stored.name),
      }),
    ),
  );
}

/** The case of everybody who is asked for, part by part, in any order: for flows that people or settings start. */
export async function* everyCase(
  { store, clock }: { readonly store: Store; readonly clock: Clock },
  options: Pick<SurveyOptions, 'only' | 'shard'>,
): AsyncGenerator<Case> {
  const fleet = await survey(store, { ...options, basis: '', now: clock.now().toISOString() });
  for (let first = 0; first < fleet.entries.length; first += CHUNK) {
    yield* await casesOf(store, fleet, fleet.entries.slice(first, first + CHUNK));
  }
}

/** Why nothing may be done in the name of this record, as far as the rest of the fleet tells. */
function objectionTo(
  stored: StoredTenant,
  claimed: string | null,
  { contested, rivals }: Pick<Fleet, 'contested' | 'rivals'>,
): (tenant: Tenant) => string | undefined {
  return (tenant) =>
    projectOf(stored.record) === claimed
      ? unlawful(tenant, stored.name, rivalsOf(contested, stored, rivals))
      : 'spec.project: it was changed while this pass ran, so nobody has looked yet whether it is free; the next pass does';
}

async function caseOf(
  store: Store,
  stored: StoredTenant,
  objection: (tenant: Tenant) => string | undefined,
  rest: Pick<Case, 'ledger' | 'active' | 'directives' | keyof Memory>,
): Promise<Case> {
  const digest = rest.ledger?.imageDigest ?? null;
  const { tenant, problem } = usable(stored, objection);
  const wants = tenant ? expect(tenant, digest) : [];
  return {
    ...rest,
    ...(await historyOf(store, stored, rest.ledger)),
    stored,
    tenant,
    problem,
    wants,
    applied: await appliedOf(store, stored, rest.ledger, tenant && { tenant, wants }),
  };
}

function usable(
  stored: StoredTenant,
  objectionTo: (tenant: Tenant) => string | undefined,
): Pick<Case, 'tenant' | 'problem'> {
  const parsed = parseTenant(stored.record);
  if (!parsed.ok) {
    return { tenant: null, problem: parsed.problems.map((p) => `${p.path}: ${p.message}`).join('; ') };
  }
  const objection = objectionTo(parsed.tenant);
  return objection === undefined
    ? { tenant: parsed.tenant, problem: null }
    : { tenant: null, problem: objection };
}

/** The record last applied in full; for most tenants that is the one that is wanted now. */
async function appliedOf(
  store: Store,
  stored: StoredTenant,
  ledger: LedgerEntry | undefined,
  wanted: Case['applied'],
): Promise<Case['applied']> {
  const generation = ledger?.appliedGeneration;
  if (generation == null) return null;
  if (generation === stored.generation && wanted !== null) return wanted;
  const record =
    generation === stored.generation ? stored.record : await store.recordAt(stored.name, generation);
  const parsed = parseTenant(record);
  return parsed.ok
    ? { tenant: parsed.tenant, wants: expect(parsed.tenant, ledger?.imageDigest ?? null) }
    : null;
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
