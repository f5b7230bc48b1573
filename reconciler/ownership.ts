/** Who may ask for something in a tenant's name: its owner, for a tenant, cluster and namespace that are its own. */
import { parseTenant } from '../desired-state/parse.ts';
import type { LedgerEntry, Store, StoredTenant } from '../desired-state/store.ts';
import type { Tenant } from '../desired-state/tenant.ts';
import { projectOf, rivalsOf, unlawful } from './claims.ts';
import { namesOf } from './names.ts';

/** A tenant that the requester owns. */
export interface Owned {
  readonly stored: StoredTenant;
  readonly tenant: Tenant;
  readonly ledger: LedgerEntry | undefined;
}

/** The tenant, or why this person may not ask for anything in its name. Throws StoreError when the store cannot be read. */
export async function ownedBy(
  store: Store,
  name: string,
  requester: string,
): Promise<{ readonly owned: Owned } | { readonly objection: string }> {
  const stored = await store.getTenant(name);
  if (!stored) return { objection: `there is no tenant "${name}"` };
  const parsed = parseTenant(stored.record);
  if (!parsed.ok) {
    const [first] = parsed.problems;
    return { objection: `the record of ${name} is not valid: ${first?.message ?? 'unknown problem'}` };
  }
  const { tenant } = parsed;
  const ledger = await store.getLedger(name);
  const objection =
    unowned(name, requester, tenant, ledger) ?? unlawful(tenant, name, await rivals(store, stored));
  return objection === undefined ? { owned: { stored, tenant, ledger } } : { objection };
}

function unowned(
  name: string,
  requester: string,
  tenant: Tenant,
  ledger: LedgerEntry | undefined,
): string | undefined {
  if (requester !== tenant.spec.owner) {
    return `${requester} does not own ${name}: its record names ${tenant.spec.owner} as owner`;
  }
  if (ledger?.namespace != null && ledger.namespace !== tenant.spec.workload.namespace) {
    return `the record of ${name} names namespace ${tenant.spec.workload.namespace}, but ${ledger.namespace} is what it holds`;
  }
  const cluster = namesOf(tenant).cluster;
  if (ledger?.cluster != null && ledger.cluster !== cluster) {
    return `the record of ${name} names cluster ${cluster}, but ${ledger.cluster} is what it holds`;
  }
  return undefined;
}

/** A project is one tenant's alone; with two records claiming it, neither may act on it. */
async function rivals(store: Store, stored: StoredTenant): Promise<string[]> {
  const project = projectOf(stored.record);
  const claimants: string[] = [];
  for await (const other of store.listTenants()) {
    if (projectOf(other.record) === project) claimants.push(other.name);
  }
  return rivalsOf(new Map([[project ?? '', claimants]]), stored, await store.ledgerOf(claimants));
}
