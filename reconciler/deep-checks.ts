/** Starts deep checks: one execution per tenant at rest that compares everything Terraform made. Looks, not changes. */
import type { LedgerEntry, Store } from '../desired-state/store.ts';
import { lostIntent } from './deep-check.ts';
import type { Entry } from './entries.ts';
import { launch, PASS } from './launch.ts';
import { casesOf, everyCase, type Case } from './load.ts';
import type { Platform } from './model.ts';
import type { Ports } from './ports.ts';
import { CHUNK } from './shelf.ts';
import type { Fleet, SurveyOptions } from './survey.ts';

/** How often a pass looks deep. */
export interface DeepCheckSettings {
  /** Hours after which a tenant is due again; null: passes start none. */
  readonly everyHours: number | null;
}

export const NO_DEEP_CHECKS: DeepCheckSettings = { everyHours: null };

/** Each takes a build, and builds are few: a pass starts no more than these. */
export const MOST_PER_PASS = 5;

export interface DeepCheckLaunch {
  readonly tenant: string;
  /** null: nothing was started, and `message` says why. */
  readonly intent: string | null;
  readonly message: string;
}

/** Those who are asked for by name, in name order; who was never applied, is gone or is busy is told as such. */
export async function deepChecks(
  ports: Ports,
  platform: Platform,
  { because = 'request', ...options }: Pick<SurveyOptions, 'only' | 'shard'> & { readonly because?: string },
): Promise<DeepCheckLaunch[]> {
  const results: DeepCheckLaunch[] = [];
  for await (const item of everyCase(ports, options)) {
    results.push(await start(ports, platform, item, because));
  }
  return results.sort((one, other) => (one.tenant < other.tenant ? -1 : 1));
}

/** Those who are due by the settings, the one that waits longest first; who is not at rest waits for another pass. */
export async function dueDeepChecks(
  ports: Ports,
  platform: Platform,
  { everyHours }: DeepCheckSettings,
  fleet: Fleet,
): Promise<DeepCheckLaunch[]> {
  if (everyHours === null) return [];
  const before = ports.clock.now().getTime() - everyHours * 60 * 60 * 1000;
  const due = await longestUnasked(ports.store, fleet, before);
  const results: DeepCheckLaunch[] = [];
  for (const item of await casesOf(ports.store, fleet, due)) {
    results.push(await start(ports, platform, item, 'schedule'));
  }
  return results;
}

/** At most {@link MOST_PER_PASS} of those who were asked last at `before` (milliseconds since 1970) or earlier. */
async function longestUnasked(store: Store, fleet: Fleet, before: number): Promise<Entry[]> {
  let due: { readonly entry: Entry; readonly askedAt: number }[] = [];
  const resting = fleet.entries.filter(({ stands, busy }) => stands && !busy);
  for (let first = 0; first < resting.length; first += CHUNK) {
    const chunk = resting.slice(first, first + CHUNK);
    const ledgers = await store.ledgerOf(chunk.map(({ name }) => name));
    const more = chunk.flatMap((entry) => {
      const ledger = ledgers.get(entry.name);
      const askedAt = Date.parse(ledger?.deepCheckAskedAt ?? '') || 0;
      return isAtRest(ledger) && askedAt <= before ? [{ entry, askedAt }] : [];
    });
    due = [...due, ...more].sort((one, other) => one.askedAt - other.askedAt).slice(0, MOST_PER_PASS);
  }
  return due.map(({ entry }) => entry);
}

const isAtRest = (ledger: LedgerEntry | undefined): boolean =>
  ledger?.appliedGeneration != null && (ledger.status === 'DEPLOYED' || ledger.status === 'REDEPLOYED');

async function start(
  ports: Ports,
  platform: Platform,
  { stored, tenant, problem, ledger, active, applied }: Case,
  because: string,
): Promise<DeepCheckLaunch> {
  const told = (message: string, intent: string | null = null) => ({ tenant: stored.name, intent, message });
  if (tenant === null) return told(`its record cannot be used: ${problem ?? 'it is not valid'}`);
  if (ledger?.status === 'DECOMMISSIONED') return told('it is decommissioned: nothing is left to look at');
  if (ledger?.appliedGeneration == null)
    return told('it was never applied in full: Terraform has nothing to compare');
  if (active) return told(`${active.flow} (${active.intent}) is under way; ask again when it has ended`);
  const result = await launch(ports, platform, {
    tenant,
    applied: applied?.tenant ?? null,
    ledger,
    generation: stored.generation,
    flow: 'deep-check',
    because: [because],
    requester: PASS,
  });
  return result.outcome === 'launched' ? told('asked', result.intent) : told(result.message);
}

/** Enough executions of one tenant to find its last deep check among looks at its endpoint. */
const HISTORY = 20;

/** Why the deep check that was asked for last gave no result; undefined where it gave one. */
export async function deepCheckFailure(store: Store, item: Case): Promise<string | undefined> {
  const intent = lostIntent(item);
  if (intent === null) return undefined;
  const entry = (await store.listExecutions(item.stored.name, HISTORY)).find(
    (each) => each.intent === intent,
  );
  return entry?.error ?? `its execution ${entry === undefined ? 'is no longer known' : `is ${entry.state}`}`;
}
