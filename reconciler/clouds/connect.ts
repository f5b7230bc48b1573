/** Builds every client of a pass from the settings: all against the local cloud, or all against Google Cloud. */
import { openStore, type StoreChoice } from '../../desired-state/open.ts';
import type { Platform } from '../model.ts';
import type { Clock, Ports } from '../ports.ts';
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
  readonly local: { readonly endpoints: Readonly<Record<string, string>>; readonly caFile: string } | null;
  /** How many tasks share the quotas of what is looked at. */
  readonly tasks?: number;
}

const systemClock: Clock = {
  now: () => new Date(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

/** Nothing is called yet, except the store's opening. */
export async function connect(settings: ConnectSettings, clock: Clock = systemClock): Promise<Ports> {
  const { platform, local } = settings;
  const endpoints: Endpoints = local ? localEndpoints(local.endpoints) : REAL;
  const identity = (role: string): TokenSource =>
    local
      ? localTokens(endpoints, `plumbline-${role}@${platform.project}.iam.gserviceaccount.com`)
      : realTokens();
  // Reading and launching have clients of their own. On the local cloud they are two accounts; in Google Cloud both
  // are the account the job runs as.
  const observe = identity('observe');
  const act = identity('launch');
  const { tasks = 1 } = settings;
  const budget = new Budget({ clock, caller: platform.project, tasks });
  const reading = restClient({ endpoints, tokens: observe, clock, budget });
  const acting = restClient({ endpoints, tokens: act, clock });
  return {
    clock,
    store: await openStore(settings.store),
    inventory: inventoryOf(reading),
    reads: directReads(reading, clock),
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
