/** Asks endpoints how they are: one health-check execution per deployed tenant. A look, not a change. */
import { launch, PASS } from './launch.ts';
import { load, type LoadOptions } from './load.ts';
import type { Platform } from './model.ts';
import type { Ports } from './ports.ts';

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
  options: LoadOptions,
): Promise<HealthLaunch[]> {
  const results: HealthLaunch[] = [];
  for (const { stored, tenant, problem, ledger, active, applied } of await load(ports.store, options)) {
    const skip = (message: string) => results.push({ tenant: stored.name, intent: null, message });
    if (tenant === null) skip(`its record cannot be used: ${problem ?? 'it is not valid'}`);
    else if (ledger?.serviceEndpoint == null)
      skip('it has no endpoint: it was never deployed, or is decommissioned');
    else if (active) skip(`${active.flow} (${active.intent}) is under way and checks it at its end`);
    else {
      const result = await launch(ports, platform, {
        tenant,
        applied: applied?.tenant ?? null,
        ledger,
        generation: stored.generation,
        flow: 'health-check',
        because: ['schedule'],
        requester: PASS,
      });
      if (result.outcome === 'launched')
        results.push({ tenant: stored.name, intent: result.intent, message: 'asked' });
      else skip(result.message);
    }
  }
  return results;
}
