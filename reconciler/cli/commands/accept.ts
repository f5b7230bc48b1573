/** `plumb accept`: what somebody made of a resource is taken over into the record, as an edit that is shown and asked. */
import type { Finding, Json, RunReport } from '../../model.ts';
import { takenOver } from '../../records/accept.ts';
import { printable } from '../../report/printable.ts';
import { EXIT } from '../exit-codes.ts';
import { CliError } from '../failure.ts';
import type { Cli } from '../host.ts';
import { lookNow } from '../look-now.ts';
import { tenantName } from '../records.ts';
import { allGood, edited, editables } from '../stored-records.ts';
import { endOf, storeRecords, type Storing } from '../storing.ts';

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
    if (found === undefined) return EXIT.error;
    // What stands there now is what is wanted from now on, whatever a pass has seen of it.
    const report = await cli.withLookPorts((ports, settings) => lookNow(cli, ports, settings, [name]));
    const findings = findingsOf(name, report, options);
    const record = withAll(found.stored.record, findings);
    const reason = options.reason || `accepted as it is: ${findings.map(nameOf).join(', ')}`;
    const records = allGood(cli, [edited(found, record)]);
    return endOf(await storeRecords(cli, store, records, { ...options, reason }), options.dryRun);
  });
}

const nameOf = ({ resource, field }: Finding): string => `${resource} ${field ?? ''}`.trim();

/** Throws CliError when there are none, and says which there are instead. */
function findingsOf(
  name: string,
  { tenants }: RunReport,
  { resource, field }: AcceptOptions,
): readonly Finding[] {
  const seen = tenants.find((tenant) => tenant.name === name)?.findings ?? [];
  const fits = seen.filter(
    (finding) => finding.resource === resource && (field === undefined || finding.field === field),
  );
  if (fits.length > 0) return fits;
  const known = seen.map((finding) => `\n  ${printable(nameOf(finding))}`);
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
