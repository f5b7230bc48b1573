/**
 * What a person asks for: rebuild, redeploy, decommission. Ownership of tenant, cluster and namespace is verified
 * against record and ledger before anything starts, and a refusal is recorded with its reason like everything else.
 * Pauses and windows hold a person's request as they hold a pass.
 */
import { FLEET, type LedgerEntry, type RequestKind } from '../desired-state/store.ts';
import type { Purpose } from '../desired-state/tenant.ts';
import { launch } from './launch.ts';
import type { Platform } from './model.ts';
import { ownedBy, type Owned } from './ownership.ts';
import { pauseObjection, windowObjection, type HoldFor, type Objection } from './policy/holds.ts';
import { ordersOf, WHOLE, type Order } from './policy/orders.ts';
import type { Ports } from './ports.ts';

/** A request that starts a flow. */
export type FlowKind = Exclude<RequestKind, 'approve'>;

export interface FlowRequest {
  /** Unique per request; the caller makes it, so that a repeated call is recorded once. */
  readonly id: string;
  readonly tenant: string;
  readonly kind: FlowKind;
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
  const found = await ownedBy(ports.store, request.tenant, request.requester);
  if ('objection' in found) return refuse(found.objection);
  const objection = unready(request, found.owned.ledger);
  if (objection !== undefined) return refuse(objection);
  const timing = await timely(ports, request, found.owned);
  if (timing.objection !== undefined) return refuse(untimely(timing.objection));
  const result = await start(ports, platform, request, found.owned);
  if (result.accepted && timing.brokenGlass !== null) {
    await ports.store.useDirective(request.tenant, timing.brokenGlass.id, {
      wanted: 1,
      most: Number.MAX_SAFE_INTEGER,
    });
  }
  return result;
}

const refuse = (reason: string): RequestResult => ({ accepted: false, reason });

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

const PURPOSES: Readonly<Record<FlowKind, Purpose>> = {
  // A new image is a new version, whether or not the record changed.
  rebuild: 'upgrade',
  redeploy: 'heal',
  decommission: 'decommission',
};

/** Whether a pause or a window holds it, and the broken glass that keeps them from it. */
async function timely(
  { store, clock }: Ports,
  { tenant: name, kind }: FlowRequest,
  { tenant, ledger }: Owned,
): Promise<{ readonly objection: Objection | undefined; readonly brokenGlass: Order | null }> {
  const now = clock.now().toISOString();
  const { labels } = tenant.metadata;
  const directives = await store.listDirectives([name, FLEET]);
  const orders = ordersOf(directives, { tenant: name, labels, share: WHOLE, now });
  const of: HoldFor = { tenant: name, maintenance: tenant.spec.maintenance ?? null, ledger, orders, now };
  const ask = (under: HoldFor) =>
    pauseObjection(under, kind, [PURPOSES[kind]]) ?? windowObjection(under, kind, [PURPOSES[kind]]);
  const unbroken = ask({ ...of, orders: { ...orders, breakGlass: null } });
  return { objection: ask(of), brokenGlass: unbroken === undefined ? null : orders.breakGlass };
}

const untimely = ({ message, next }: Objection): string =>
  next === null ? message : `${message} (next allowed ${next})`;

async function start(
  ports: Ports,
  platform: Platform,
  request: FlowRequest,
  found: Owned,
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
