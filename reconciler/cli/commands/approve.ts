/** `plumb approve`: the owner of a tenant lets one plan be carried out, the one a report showed and no other. */
import { parseTenant } from '../../../desired-state/parse.ts';
import type { Store } from '../../../desired-state/store.ts';
import type { Maintenance } from '../../../desired-state/tenant.ts';
import { approvePlan } from '../../approve.ts';
import type { PlanMaterial } from '../../policy/approval.ts';
import { USUAL_APPROVAL_MS } from '../../policy/settings.ts';
import { nextOpening, roomFor } from '../../policy/windows.ts';
import { localText } from '../../policy/zone.ts';
import { PURPOSES } from '../../../desired-state/tenant.ts';
import { printable } from '../../report/printable.ts';
import { plural, shortTime, valueText } from '../../report/words.ts';
import { EXIT } from '../exit-codes.ts';
import { CliError, UsageError } from '../failure.ts';
import type { Cli } from '../host.ts';
import { mustKnow, newId, reasonOf } from '../orders.ts';
import { tenantName } from '../records.ts';
import { endOf, type EndFlags } from '../times.ts';

export interface ApproveOptions extends EndFlags {
  readonly plan: string;
  readonly reason: string;
}

export async function approve(cli: Cli, given: string, options: ApproveOptions): Promise<number> {
  const tenant = tenantName(given);
  if (!/^[0-9a-f]{16}$/.test(options.plan)) {
    throw new UsageError(
      `--plan ${options.plan} is no plan: it has sixteen digits, as 'plumb describe ${tenant}' shows them`,
    );
  }
  const reason = reasonOf(options.reason);
  const now = new Date();
  const { longest } = (await cli.settings()).policy;
  const rule = {
    what: 'an approval',
    longest: longest.approval,
    usual: Math.min(USUAL_APPROVAL_MS, longest.approval),
  };
  const until = endOf(options, rule, now);
  const approver = await cli.identity();
  return cli.withStore(async (store, settings) => {
    await mustKnow(store, tenant);
    const result = await approvePlan(store, {
      id: newId('approval'),
      tenant,
      plan: options.plan,
      approver,
      reason,
      now: now.toISOString(),
      until,
    });
    if (!result.accepted) {
      const hint = settings.local === null ? '' : ' (on the local cloud, --as EMAIL asks as somebody else)';
      throw new CliError(`approval of ${tenant} refused: ${result.reason}${hint}`);
    }
    cli.print(
      `tenant/${tenant} plan ${options.plan} approved until ${shortTime(until)} (${result.approval.id})`,
    );
    cli.note(whatLines(result.material).join('\n'));
    await noteWindow(cli, store, tenant, { flow: result.material.flow, until, now });
    return EXIT.ok;
  });
}

const whatLines = ({ flow, findings }: PlanMaterial): string[] => [
  `the next pass may run ${flow} once, for ${plural(findings.length, 'finding')}:`,
  ...findings.map(({ key, want, have }) =>
    printable(`  ${key}: want ${valueText(want)} → have ${valueText(have)}`),
  ),
];

/** An approval that ends before the tenant's next window comes to nothing, and better now than at that time. */
async function noteWindow(
  cli: Cli,
  store: Store,
  tenant: string,
  { flow, until, now }: { readonly flow: PlanMaterial['flow']; readonly until: string; readonly now: Date },
): Promise<void> {
  const parsed = parseTenant((await store.getTenant(tenant))?.record);
  const maintenance: Maintenance | undefined = parsed.ok ? parsed.tenant.spec.maintenance : undefined;
  if (maintenance === undefined) return;
  const opening = nextOpening(
    maintenance,
    [...PURPOSES].slice(0, 2),
    now.getTime(),
    roomFor(flow, maintenance),
  );
  if (opening === null || opening < Date.parse(until)) return;
  cli.note(
    `warning: the approval ends before the next maintenance window, ${localText(maintenance.timeZone, opening)}; ` +
      `approve again nearer to it, or 'plumb break-glass ${tenant}'`,
  );
}
