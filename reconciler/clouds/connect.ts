/** Builds every client of a pass from the settings: all against the local cloud, or all against Google Cloud. */
import { openStore, type StoreChoice } from '../../desired-state/open.ts';
import type { Store } from '../../desired-state/store.ts';
import type { Platform } from '../model.ts';
import type { LookPorts } from '../looking.ts';
import type { Clock, ObservePorts, PassLog, Ports } from '../ports.ts';
import { archiveOf } from './archive.ts';
import { auditLogOf } from './audit-log.ts';
import { localTokens, realTokens, type TokenSource } from './auth.ts';
import { Budget } from './budget.ts';
import { clustersOf } from './clusters.ts';
import { courierOf } from './courier.ts';
import { localEndpoints, REAL, type Endpoints } from './endpoints.ts';
import { inventoryOf } from './inventory.ts';
import { passLogOf } from './pass-log.ts';
import { directReads } from './reads.ts';
import { restClient, type Rest } from './rest.ts';
import { runHistoryOf, type RunHistory } from './run-history.ts';
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

/** What it takes to tell what runs do and did. */
export interface HistoryPorts extends Pick<LookPorts, 'store' | 'clock'> {
  readonly passes: Pick<PassLog, 'latest'>;
  readonly history: RunHistory;
}

const systemClock: Clock = {
  now: () => new Date(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

/** The local cloud lets everybody in, but a token speaks for somebody. */
const ANYBODY = 'developer@plumbline-platform.iam.gserviceaccount.com';

/** Nothing is called yet, except the store's opening. */
export async function connect(settings: ConnectSettings, clock: Clock = systemClock): Promise<Ports> {
  const { platform } = settings;
  const { endpoints, identity } = reach(settings);
  // Two accounts: what reads holds no right to change anything, and what launches is used for nothing else.
  const act = identity(settings.identities.launch);
  const acting = restClient({ endpoints, tokens: act, clock });
  const { reading, ...looking } = lookingPorts(settings, clock);
  const rest = (deadlineMs: number) => restClient({ endpoints, tokens: act, clock, deadlineMs });
  return {
    ...looking,
    courier: courierOf({ rest, clock }),
    archive: archiveOf(acting),
    store: await openStore(settings.store),
    passes: passLogOf({ reading, acting, bucket: platform.stateBucket }),
    workflows: workflowsOf({ rest: acting, endpoints, tokens: act, clock, platform }),
  };
}

/** Clients of the account that reads, and nothing that could start anything: none of it is even built. */
export async function connectToLook(
  settings: ConnectSettings,
  clock: Clock = systemClock,
): Promise<LookPorts & { readonly store: Store }> {
  const { reading, ...looking } = lookingPorts(settings, clock);
  const passes = passLogOf({ reading, acting: reading, bucket: settings.platform.stateBucket });
  return { ...looking, passes, store: await openStore(settings.store) };
}

function lookingPorts(settings: ConnectSettings, clock: Clock): ObservePorts & { readonly reading: Rest } {
  const { platform, local, tasks = 1 } = settings;
  const { endpoints, identity } = reach(settings);
  const tokens = identity(settings.identities.observe);
  const budget = new Budget({ clock, caller: platform.project, tasks });
  const reading = restClient({ endpoints, tokens, clock, budget });
  const onCall = () => budget.count('kubernetes');
  return {
    clock,
    reading,
    inventory: inventoryOf(reading, clock),
    reads: directReads(reading, clock),
    auditLog: auditLogOf(reading, clock),
    clusters: clustersOf({ tokens, clock, caFile: local?.caFile ?? null, onCall }),
    calls: () => budget.calls(),
  };
}

/** What passes leave for each other, for who only wants to read that; a sentence is not worth a long wait. */
export function readPassLog(settings: Pick<ConnectSettings, 'platform' | 'local' | 'identities'>): PassLog {
  const { endpoints, identity } = reach(settings);
  const tokens = identity(settings.identities.observe);
  const reading = restClient({ endpoints, tokens, clock: systemClock, deadlineMs: 5_000 });
  return passLogOf({ reading, acting: reading, bucket: settings.platform.stateBucket });
}

/** The store, and what runs did as the services tell: read as the account that looks. */
export async function connectToHistory(
  settings: ConnectSettings,
  clock: Clock = systemClock,
): Promise<HistoryPorts & { readonly store: Store }> {
  const { endpoints, identity } = reach(settings);
  const reading = restClient({ endpoints, tokens: identity(settings.identities.observe), clock });
  const passes = passLogOf({ reading, acting: reading, bucket: settings.platform.stateBucket });
  return { clock, passes, history: runHistoryOf(reading), store: await openStore(settings.store) };
}

function reach({ local }: Pick<ConnectSettings, 'local'>) {
  const endpoints: Endpoints = local ? localEndpoints(local.endpoints) : REAL;
  return {
    endpoints,
    identity: (email: string | null): TokenSource =>
      local ? localTokens(endpoints, email ?? ANYBODY) : realTokens(endpoints, email),
  };
}
