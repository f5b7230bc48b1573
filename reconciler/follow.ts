/** Waits until executions end, telling each change of a tenant's status on the way. The ledger is what is watched. */
import type { ExecutionEntry } from '../desired-state/store.ts';
import type { TenantStatus } from './model.ts';
import type { Ports } from './ports.ts';
import { settle } from './settle.ts';

export interface Followed {
  readonly tenant: string;
  readonly intent: string;
  readonly state: ExecutionEntry['state'];
  readonly status: TenantStatus | null;
  readonly error: string | null;
}

export interface FollowOptions {
  /** Told of even when they have ended before the first look: a launch may fail at once. */
  readonly intents?: readonly string[];
  readonly onStatus?: (tenant: string, status: TenantStatus) => void;
  /** Wall time between looks. */
  readonly everyMs?: number;
  readonly signal?: AbortSignal;
}

const DEFAULT_EVERY_MS = 500;
/** A workflow that died cannot record its end, so now and then the service itself is asked. */
const SETTLE_EVERY = 20;
/** How far back an execution that was just launched can be. */
const RECENT = 10;

/** The end of every active execution of these tenants, and of those named by `intents`, in name order. */
export async function follow(
  ports: Ports,
  tenants: readonly string[],
  options: FollowOptions = {},
): Promise<Followed[]> {
  const { active: underWay, over } = await toWatch(ports, new Set(tenants), options.intents ?? []);
  const watched = [...underWay, ...over].sort((one, other) => (one.name < other.name ? -1 : 1));
  const told = new Map<string, TenantStatus>();
  let open = new Set(underWay.map((entry) => entry.intent));
  for (let look = 1; ; look += 1) {
    const ledger = await ports.store.ledgerOf([...new Set(watched.map((entry) => entry.name))]);
    for (const [tenant, { status }] of ledger) {
      if (status === null || told.get(tenant) === status) continue;
      told.set(tenant, status);
      options.onStatus?.(tenant, status);
    }
    if (open.size === 0) break;
    options.signal?.throwIfAborted();
    await ports.clock.sleep(options.everyMs ?? DEFAULT_EVERY_MS);
    if (look % SETTLE_EVERY === 0) await settle(ports, () => undefined);
    const active = await ports.store.listActive();
    open = new Set(active.map((entry) => entry.intent).filter((intent) => open.has(intent)));
  }
  return Promise.all(watched.map((entry) => ended(ports, entry)));
}

/** What is under way, and of `intents` what is over already. */
async function toWatch(
  ports: Ports,
  tenants: ReadonlySet<string>,
  intents: readonly string[],
): Promise<{ active: ExecutionEntry[]; over: ExecutionEntry[] }> {
  const active = (await ports.store.listActive()).filter(({ name }) => tenants.has(name));
  const missed = new Set(intents);
  for (const { intent } of active) missed.delete(intent);
  if (missed.size === 0) return { active, over: [] };
  const histories = await Promise.all([...tenants].map((name) => ports.store.listExecutions(name, RECENT)));
  return { active, over: histories.flat().filter(({ intent }) => missed.has(intent)) };
}

async function ended(ports: Ports, watched: ExecutionEntry): Promise<Followed> {
  const ledger = await ports.store.getLedger(watched.name);
  const executions = await ports.store.listExecutions(watched.name);
  const entry = executions.find(({ intent }) => intent === watched.intent) ?? watched;
  return {
    tenant: watched.name,
    intent: watched.intent,
    state: entry.state,
    status: ledger?.status ?? null,
    error: entry.error,
  };
}
