/** Starts deep checks: one execution per tenant at rest that compares everything Terraform made. Looks, not changes. */
import type { Store } from '../desired-state/store.ts';
import { lostIntent } from './deep-check.ts';
import { launch, PASS } from './launch.ts';
import { load, type Case, type LoadOptions } from './load.ts';
import type { Platform } from './model.ts';
import type { Ports } from './ports.ts';

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
  options: LoadOptions & { readonly because?: string },
): Promise<DeepCheckLaunch[]> {
  const results: DeepCheckLaunch[] = [];
  for (const item of await load(ports.store, options)) {
    results.push(await start(ports, platform, item, options.because ?? 'request'));
  }
  return results;
}

/** Those who are due by the settings, the one that waits longest first; who is not at rest waits for another pass. */
export async function dueDeepChecks(
  ports: Ports,
  platform: Platform,
  { everyHours }: DeepCheckSettings,
  options: LoadOptions,
): Promise<DeepCheckLaunch[]> {
  if (everyHours === null) return [];
  const before = ports.clock.now().getTime() - everyHours * 60 * 60 * 1000;
  const askedAt = ({ ledger }: Case) => Date.parse(ledger?.deepCheckAskedAt ?? '') || 0;
  const due = (await load(ports.store, options))
    .filter((item) => isAtRest(item) && askedAt(item) <= before)
    .toSorted((one, other) => askedAt(one) - askedAt(other))
    .slice(0, MOST_PER_PASS);
  const results: DeepCheckLaunch[] = [];
  for (const item of due) results.push(await start(ports, platform, item, 'schedule'));
  return results;
}

const isAtRest = ({ tenant, ledger, active }: Case): boolean =>
  tenant !== null &&
  active === undefined &&
  ledger?.appliedGeneration != null &&
  (ledger.status === 'DEPLOYED' || ledger.status === 'REDEPLOYED');

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

/** Why the deep check that was asked for last gave no result, by tenant; only of those whose check gave none. */
export async function deepCheckFailures(store: Store, cases: readonly Case[]): Promise<Map<string, string>> {
  const lost = cases.flatMap((item) => {
    const intent = lostIntent(item);
    return intent === null ? [] : [{ name: item.stored.name, intent }];
  });
  const told = await Promise.all(
    lost.map(async ({ name, intent }): Promise<[string, string]> => {
      const entry = (await store.listExecutions(name, HISTORY)).find((each) => each.intent === intent);
      return [
        name,
        entry?.error ?? `its execution ${entry === undefined ? 'is no longer known' : `is ${entry.state}`}`,
      ];
    }),
  );
  return new Map(told);
}
