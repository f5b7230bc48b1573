/** Builds every client of a pass from the settings: all against the local cloud, or all against Google Cloud. */
import { openStore, type StoreChoice } from '../../desired-state/open.ts';
import type { Platform } from '../model.ts';
import type { Clock, Ports } from '../ports.ts';
import { auditLogOf } from './audit-log.ts';
import { localTokens, realTokens, type TokenSource } from './auth.ts';
import { clustersOf } from './clusters.ts';
import { localEndpoints, REAL, type Endpoints } from './endpoints.ts';
import { inventoryOf } from './inventory.ts';
import { directReads } from './reads.ts';
import { restClient } from './rest.ts';
import { workflowsOf } from './workflows.ts';

export interface ConnectSettings {
  readonly platform: Platform;
  readonly store: StoreChoice;
  /** Emails of the accounts that read and that launch; null: whoever runs the process. */
  readonly identities: { readonly observe: string | null; readonly launch: string | null };
  readonly local: { readonly endpoints: Readonly<Record<string, string>>; readonly caFile: string } | null;
}

const systemClock: Clock = {
  now: () => new Date(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

/** The local cloud lets everybody in, but a token speaks for somebody. */
const ANYBODY = 'developer@plumbline-platform.iam.gserviceaccount.com';

/** Nothing is called yet, except the store's opening. */
export async function connect(settings: ConnectSettings, clock: Clock = systemClock): Promise<Ports> {
  const { platform, local } = settings;
  const endpoints: Endpoints = local ? localEndpoints(local.endpoints) : REAL;
  const identity = (email: string | null): TokenSource =>
    local ? localTokens(endpoints, email ?? ANYBODY) : realTokens(endpoints, email);
  // Two accounts: what reads holds no right to change anything, and what launches is used for nothing else.
  const observe = identity(settings.identities.observe);
  const act = identity(settings.identities.launch);
  const reading = restClient({ endpoints, tokens: observe, clock });
  const acting = restClient({ endpoints, tokens: act, clock });
  return {
    clock,
    store: await openStore(settings.store),
    inventory: inventoryOf(reading),
    reads: directReads(reading, clock),
    auditLog: auditLogOf(reading, clock),
    clusters: clustersOf({ tokens: observe, clock, caFile: local?.caFile ?? null }),
    workflows: workflowsOf({ rest: acting, endpoints, tokens: act, clock, platform }),
  };
}
