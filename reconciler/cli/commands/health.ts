/** `plumb health`: asks the endpoint of every tenant how it is, from inside its network, and shows the answers. */
import type { LedgerEntry } from '../../../desired-state/store.ts';
import { healthChecks } from '../../health.ts';
import { columns } from '../../report/columns.ts';
import { printable } from '../../report/printable.ts';
import { ageOf } from '../age.ts';
import { EXIT } from '../exit-codes.ts';
import type { Cli } from '../host.ts';
import { tenantName } from '../records.ts';
import { tenantViews, type TenantView } from '../tenant-view.ts';
import { followed } from './reconcile.ts';

export interface HealthOptions {
  readonly last: boolean;
  readonly output: 'table' | 'json';
}

/** 1 when a tenant that has an endpoint is not healthy. */
export async function health(cli: Cli, given: readonly string[], options: HealthOptions): Promise<number> {
  const names = given.map(tenantName);
  if (options.last)
    return cli.withStore(async (store) => show(cli, await tenantViews(store, names), options));
  return cli.withPorts(async (ports, settings) => {
    await tenantViews(ports.store, names);
    const only = names.length > 0 ? { only: names } : {};
    const checks = await healthChecks(ports, settings.platform(), only);
    for (const { tenant, intent, message } of checks)
      cli.note(`${tenant}: ${intent ?? 'not checked'}: ${message}`);
    const launched = checks.flatMap(({ tenant, intent }) => (intent === null ? [] : [{ tenant, intent }]));
    if (launched.length > 0) await followed(cli, ports, launched);
    return show(cli, await tenantViews(ports.store, names), options);
  });
}

function show(cli: Cli, views: readonly TenantView[], { output }: HealthOptions): number {
  const results = views.map(({ stored, ledger }) => ({
    tenant: stored.name,
    health: ledger?.health ?? null,
  }));
  if (output === 'json') {
    cli.print(JSON.stringify(results, null, 2));
  } else if (views.length === 0) {
    cli.note('No tenants found.');
  } else {
    const now = Date.now();
    const rows = views.map(({ stored, ledger }) => [stored.name, ...cells(ledger, now)].map(printable));
    cli.print(columns(['TENANT', 'HEALTH', 'CODE', 'CHECKED', 'URL', 'REASON'], rows).join('\n'));
  }
  return results.some((result) => result.health?.healthy === false) ? EXIT.error : EXIT.ok;
}

function cells(ledger: LedgerEntry | undefined, now: number): string[] {
  const result = ledger?.health;
  if (result == null) return ['unknown', 'none', 'never', 'none', 'never checked'];
  return [
    result.healthy ? 'healthy' : 'unhealthy',
    String(result.code ?? 'none'),
    `${ageOf(result.checkedAt, now)} ago`,
    result.url,
    result.reason,
  ];
}
