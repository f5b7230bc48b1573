/**
 * What a person asks for: rebuild, redeploy, decommission. Ownership of tenant, cluster and namespace is verified
 * against record and ledger before anything starts, and a refusal is recorded with its reason like everything else.
 */
import { parseTenant } from '../desired-state/parse.ts';
import type { LedgerEntry, RequestKind, Store, StoredTenant } from '../desired-state/store.ts';
import type { Tenant } from '../desired-state/tenant.ts';
import { projectOf, rivalsOf, unlawful } from './claims.ts';
import { launch } from './launch.ts';
import type { Platform } from './model.ts';
import { namesOf } from './names.ts';
import type { Ports } from './ports.ts';

export interface FlowRequest {
  /** Unique per request; the caller makes it, so that a repeated call is recorded once. */
  readonly id: string;
  readonly tenant: string;
  readonly kind: RequestKind;
  /** Email of who asks. */
  readonly requester: string;
  readonly reason: string;
  /** For a decommission: the tenant's name, typed a second time. */
  readonly confirm?: string;
}

export type RequestResult =
  | { readonly accepted: true; readonly intent: string; readonly execution: string }
  | { readonly accepted: false; readonly reason: string };

/** Throws StoreError when the store cannot be reached; every other "no" is a result with its reason. */
export async function requestFlow(
  ports: Ports,
  platform: Platform,
  request: FlowRequest,
): Promise<RequestResult> {
  const result = await attempt(ports, platform, request);
  await ports.store.recordRequest({
    id: request.id,
    name: request.tenant,
    kind: request.kind,
    requester: request.requester,
    state: result.accepted ? 'ACCEPTED' : 'REFUSED',
    reason: result.accepted ? result.intent : result.reason,
    createdAt: ports.clock.now().toISOString(),
  });
  return result;
}

async function attempt(ports: Ports, platform: Platform, request: FlowRequest): Promise<RequestResult> {
  const stored = await ports.store.getTenant(request.tenant);
  if (!stored) return refuse(`there is no tenant "${request.tenant}"`);
  const parsed = parseTenant(stored.record);
  if (!parsed.ok) {
    return refuse(
      `the record of ${request.tenant} is not valid: ${parsed.problems[0]?.message ?? 'unknown problem'}`,
    );
  }
  const ledger = await ports.store.getLedger(request.tenant);
  const objection =
    unowned(request, parsed.tenant, ledger) ??
    unlawful(parsed.tenant, stored.name, await rivals(ports.store, stored)) ??
    unready(request, ledger);
  if (objection !== undefined) return refuse(objection);
  return start(ports, platform, request, { stored, tenant: parsed.tenant, ledger });
}

const refuse = (reason: string): RequestResult => ({ accepted: false, reason });

function unowned(
  { requester, tenant: name }: FlowRequest,
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

function unready(request: FlowRequest, ledger: LedgerEntry | undefined): string | undefined {
  const { kind, tenant: name } = request;
  if (kind === 'decommission' && request.confirm !== name) {
    return `a decommission must be confirmed with the tenant's own name (--confirm=${name})`;
  }
  if (ledger?.status === 'DECOMMISSIONED') return `${name} is already decommissioned`;
  if (kind !== 'decommission' && ledger?.appliedGeneration == null) {
    return `${name} was never deployed; reconcile it first`;
  }
  return undefined;
}

async function start(
  ports: Ports,
  platform: Platform,
  request: FlowRequest,
  found: { stored: StoredTenant; tenant: Tenant; ledger: LedgerEntry | undefined },
): Promise<RequestResult> {
  const result = await launch(ports, platform, {
    tenant: found.tenant,
    applied: found.tenant,
    ledger: found.ledger,
    generation: found.stored.generation,
    flow: request.kind,
    because: [`request:${request.id}`, request.reason],
    requester: request.requester,
  });
  return result.outcome === 'launched'
    ? { accepted: true, intent: result.intent, execution: result.execution }
    : refuse(result.message);
}
