/** Builds every client of a pass from the settings: all against the local cloud, or all against Google Cloud. */
import { openStore, type StoreChoice } from '../../desired-state/open.ts';
import type { Store } from '../../desired-state/store.ts';
import type { Platform } from '../model.ts';
import type { LookPorts } from '../looking.ts';
import type { Clock, ObservePorts, Ports } from '../ports.ts';
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
  const endpoints = endpointsOf(settings);
  // Two accounts: what reads holds no right to change anything, and what launches is used for nothing else.
  const act = tokensOf(settings, endpoints, settings.identities.launch);
  const acting = restClient({ endpoints, tokens: act, clock });
  return {
    ...lookingPorts(settings, clock),
    store: await openStore(settings.store),
    workflows: workflowsOf({ rest: acting, endpoints, tokens: act, clock, platform: settings.platform }),
  };
}

/** Clients of the account that reads, and nothing that could start anything: none of it is even built. */
export async function connectToLook(
  settings: ConnectSettings,
  clock: Clock = systemClock,
): Promise<LookPorts & { readonly store: Store }> {
  return { ...lookingPorts(settings, clock), store: await openStore(settings.store) };
}

const endpointsOf = ({ local }: ConnectSettings): Endpoints =>
  local ? localEndpoints(local.endpoints) : REAL;

const tokensOf = ({ local }: ConnectSettings, endpoints: Endpoints, email: string | null): TokenSource =>
  local ? localTokens(endpoints, email ?? ANYBODY) : realTokens(endpoints, email);

function lookingPorts(settings: ConnectSettings, clock: Clock): ObservePorts {
  const endpoints = endpointsOf(settings);
  const tokens = tokensOf(settings, endpoints, settings.identities.observe);
  const rest = restClient({ endpoints, tokens, clock });
  return {
    clock,
    inventory: inventoryOf(rest),
    reads: directReads(rest, clock),
    auditLog: auditLogOf(rest, clock),
    clusters: clustersOf({ tokens, clock, caFile: settings.local?.caFile ?? null }),
  };
}
