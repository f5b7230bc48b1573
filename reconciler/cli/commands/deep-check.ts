/** `plumb deep-check`: has everything Terraform made for tenants compared with what is there, and waits for the answers. */
import { deepChecks } from '../../deep-checks.ts';
import { UsageError } from '../failure.ts';
import type { Cli } from '../host.ts';
import { namesFor, type TenantFlags } from '../tenants-of.ts';
import { EXIT } from '../exit-codes.ts';
import { followed } from './reconcile.ts';

export interface DeepCheckOptions extends TenantFlags {
  readonly wait: boolean;
}

/** 1 when a check could not be started or did not end well. What they found, the next pass reports. */
export async function deepCheck(
  cli: Cli,
  given: readonly string[],
  options: DeepCheckOptions,
): Promise<number> {
  if (given.length === 0 && options.selector === undefined) {
    throw new UsageError('say which tenants: names, or -l tier=gold; each takes a build');
  }
  return cli.withPorts(async (ports, settings) => {
    const only = (await namesFor(ports.store, given, options)) ?? [];
    const checks = await deepChecks(ports, settings.platform(), { only });
    for (const { tenant, intent, message } of checks) {
      cli.note(`${tenant}: ${intent ?? 'not checked'}: ${message}`);
    }
    const launched = checks.flatMap(({ tenant, intent }) => (intent === null ? [] : [{ tenant, intent }]));
    const ended = !options.wait || launched.length === 0 || (await followed(cli, ports, launched));
    cli.note('the next pass reports what was found');
    return ended && launched.length === checks.length ? EXIT.ok : EXIT.error;
  });
}
