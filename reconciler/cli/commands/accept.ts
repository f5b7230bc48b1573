/** `plumb accept`: what somebody made of a resource is taken over into the record, as an edit that is shown and asked. */
import type { Finding, Json, TenantReport } from '../../model.ts';
import { takenOver } from '../../records/accept.ts';
import { printable } from '../../report/printable.ts';
import { EXIT } from '../exit-codes.ts';
import { CliError } from '../failure.ts';
import type { Cli } from '../host.ts';
import { lookNow } from '../look-now.ts';
import { tenantName } from '../records.ts';
import { allGood, edited, editables } from '../stored-records.ts';
import { endOf, storeRecords, type Storing } from '../storing.ts';
import { tenantViews, type TenantView } from '../tenant-view.ts';

export interface AcceptOptions extends Storing {
  /** `node-pool/gpu`. */
  readonly resource: string;
  /** Left out: all that differs of the resource. */
  readonly field?: string;
  readonly dryRun: boolean;
}

export async function accept(cli: Cli, given: string, options: AcceptOptions): Promise<number> {
  const name = tenantName(given);
  return cli.withStore(async (store) => {
    const [found] = await editables(store, [name]);
    const [view] = await tenantViews(store, [name]);
    if (found === undefined || view === undefined) return EXIT.error;
    const findings = toldOf(view, options) ?? (await seenNow(cli, name, options));
    const record = withAll(found.stored.record, findings);
    const reason = options.reason || `accepted as it is: ${findings.map(nameOf).join(', ')}`;
    const records = allGood(cli, [edited(found, record)]);
    return endOf(await storeRecords(cli, store, records, { ...options, reason }), options.dryRun);
  });
}

const nameOf = ({ resource, field }: Finding): string => `${resource} ${field ?? ''}`.trim();

const fitting = ({ findings }: TenantReport, { resource, field }: AcceptOptions): readonly Finding[] =>
  findings.filter(
    (finding) => finding.resource === resource && (field === undefined || finding.field === field),
  );

/** What the last pass told, which is what people have read and decided about; undefined when it told nothing of it. */
function toldOf({ stored, report }: TenantView, options: AcceptOptions): readonly Finding[] | undefined {
  if (report?.generation !== stored.generation) return undefined;
  const fits = fitting(report, options);
  return fits.length === 0 ? undefined : fits;
}

/** A check stores nothing, and since the last pass things may have changed. Throws CliError when nothing differs there. */
async function seenNow(cli: Cli, name: string, options: AcceptOptions): Promise<readonly Finding[]> {
  const { resource, field } = options;
  const { tenants } = await cli.withLookPorts((ports, settings) => lookNow(cli, ports, settings, [name]));
  const row = tenants.find((tenant) => tenant.name === name);
  const fits = row === undefined ? [] : fitting(row, options);
  if (fits.length > 0) return fits;
  const known = row?.findings.map((finding) => `\n  ${printable(nameOf(finding))}`) ?? [];
  const what = field === undefined ? resource : `${resource} ${field}`;
  throw new CliError(
    `nothing differs in ${what} of tenant/${name}; ` +
      (known.length === 0 ? 'nothing else does either' : `what does is:${known.join('')}`),
  );
}

/** Throws CliError with every finding that cannot be taken over, and why. */
function withAll(record: Json, findings: readonly Finding[]): Json {
  const refused: string[] = [];
  let after = record;
  for (const finding of findings) {
    const next = takenOver(after, finding);
    if (next.ok) after = next.value;
    else refused.push(printable(`${nameOf(finding)} cannot be taken over: ${next.problem}`));
  }
  if (refused.length === 0) return after;
  const hint = findings.length > refused.length ? '; name the others one by one with --field' : '';
  throw new CliError(`${refused.join('\n')}\nnothing was stored${hint}`);
}
