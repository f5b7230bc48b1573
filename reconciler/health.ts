/** Asks endpoints how they are: one health-check execution per deployed tenant. A look, not a change. */
import { launch, PASS } from './launch.ts';
import { everyCase, type Case } from './load.ts';
import type { Platform } from './model.ts';
import type { Ports } from './ports.ts';
import type { SurveyOptions } from './survey.ts';

export interface HealthLaunch {
  readonly tenant: string;
  /** null: nothing was started, and `message` says why. */
  readonly intent: string | null;
  readonly message: string;
}

/** In name order; tenants that were never deployed, are gone or are busy are told as such. */
export async function healthChecks(
  ports: Ports,
  platform: Platform,
  options: Pick<SurveyOptions, 'only' | 'shard'>,
): Promise<HealthLaunch[]> {
  const results: HealthLaunch[] = [];
  for await (const item of everyCase(ports, options)) results.push(await checkOne(ports, platform, item));
  return results.sort((one, other) => (one.tenant < other.tenant ? -1 : 1));
}

async function checkOne(ports: Ports, platform: Platform, item: Case): Promise<HealthLaunch> {
  const { stored, tenant, problem, ledger, active, applied } = item;
  const skip = (message: string) => ({ tenant: stored.name, intent: null, message });
  if (tenant === null) return skip(`its record cannot be used: ${problem ?? 'it is not valid'}`);
  if (ledger?.serviceEndpoint == null)
    return skip('it has no endpoint: it was never deployed, or is decommissioned');
  if (active) return skip(`${active.flow} (${active.intent}) is under way and checks it at its end`);
  const result = await launch(ports, platform, {
    tenant,
    applied: applied?.tenant ?? null,
    ledger,
    generation: stored.generation,
    flow: 'health-check',
    because: ['schedule'],
    requester: PASS,
  });
  return result.outcome === 'launched'
    ? { tenant: stored.name, intent: result.intent, message: 'asked' }
    : skip(result.message);
}
