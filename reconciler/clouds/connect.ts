/** Builds every client of a pass from the settings: all against the local cloud, or all against Google Cloud. */
import { openStore, type StoreChoice } from '../../desired-state/open.ts';
import type { Platform } from '../model.ts';
import type { Clock, PassLog, Ports } from '../ports.ts';
import { auditLogOf } from './audit-log.ts';
import { localTokens, realTokens, type TokenSource } from './auth.ts';
import { Budget } from './budget.ts';
import { clustersOf } from './clusters.ts';
import { localEndpoints, REAL, type Endpoints } from './endpoints.ts';
import { inventoryOf } from './inventory.ts';
import { passLogOf } from './pass-log.ts';
import { directReads } from './reads.ts';
import { restClient } from './rest.ts';
import { workflowsOf } from './workflows.ts';

export interface ConnectSettings {
  readonly platform: Platform;
  readonly store: StoreChoice;
  /** Emails of the accounts that read and that launch; null: whoever runs the process. */
  readonly identities: { readonly observe: string | null; readonly launch: string | null };
  readonly local: { readonly endpoints: Readonly<Record<string, string>>; readonly caFile: string } | null;
  /** How many tasks share the quotas of what is looked at. */
  readonly tasks?: number;
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
  const { endpoints, identity } = reach(settings);
  // Two accounts: what reads holds no right to change anything, and what launches is used for nothing else.
  const observe = identity(settings.identities.observe);
  const act = identity(settings.identities.launch);
  const { tasks = 1 } = settings;
  const budget = new Budget({ clock, caller: platform.project, tasks });
  const reading = restClient({ endpoints, tokens: observe, clock, budget });
  const acting = restClient({ endpoints, tokens: act, clock });
  return {
    clock,
    store: await openStore(settings.store),
    inventory: inventoryOf(reading),
    reads: directReads(reading, clock),
    auditLog: auditLogOf(reading, clock),
    clusters: clustersOf({
      tokens: observe,
      clock,
      caFile: local?.caFile ?? null,
      onCall: () => budget.count('kubernetes'),
    }),
    calls: () => budget.calls(),
    passes: passLogOf({ reading, acting, bucket: platform.stateBucket }),
    workflows: workflowsOf({ rest: acting, endpoints, tokens: act, clock, platform }),
  };
}

/** What passes leave for each other, for who only wants to read that; a sentence is not worth a long wait. */
export function readPassLog(settings: Pick<ConnectSettings, 'platform' | 'local' | 'identities'>): PassLog {
  const { endpoints, identity } = reach(settings);
  const tokens = identity(settings.identities.observe);
  const reading = restClient({ endpoints, tokens, clock: systemClock, deadlineMs: 5_000 });
  return passLogOf({ reading, acting: reading, bucket: settings.platform.stateBucket });
}

function reach({ local }: Pick<ConnectSettings, 'local'>) {
  const endpoints: Endpoints = local ? localEndpoints(local.endpoints) : REAL;
  return {
    endpoints,
    identity: (email: string | null): TokenSource =>
      local ? localTokens(endpoints, email ?? ANYBODY) : realTokens(endpoints, email),
  };
}
