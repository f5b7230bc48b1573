/** `plumb describe`: everything the store knows of one tenant, for a person who wonders why. */
import { inSchemaOrder } from '../../../desired-state/parse.ts';
import type {
  ExecutionEntry,
  LedgerEntry,
  RequestEntry,
  Revision,
  Store,
} from '../../../desired-state/store.ts';
import type { JsonObject } from '../../json.ts';
import type { TenantReport } from '../../model.ts';
import { columns } from '../../report/columns.ts';
import { printable } from '../../report/printable.ts';
import { SYMBOLS, nextFor, valueText } from '../../report/words.ts';
import { ageOf } from '../age.ts';
import { EXIT } from '../exit-codes.ts';
import type { Cli } from '../host.ts';
import { toYaml } from '../output.ts';
import { tenantName } from '../records.ts';
import { objectOf, tenantViews } from '../tenant-view.ts';

/** How much of each history is shown. */
const RECENT = 10;

export async function describe(cli: Cli, given: string): Promise<number> {
  const name = tenantName(given);
  return cli.withStore(async (store) => {
    const [view] = await tenantViews(store, [name]);
    if (view === undefined) return EXIT.error;
    const { stored, ledger, report } = view;
    const now = Date.now();
    const record = objectOf(inSchemaOrder(stored.record));
    cli.print(
      [
        ...pairs([
          ['Name', stored.name],
          ['Labels', labelsOf(record)],
          ['Status', ledger?.status ?? 'none'],
          ['Verdict', report?.verdict ?? 'unknown: no pass has seen it yet'],
          ['Generation', `${stored.generation} (applied: ${ledger?.appliedGeneration ?? 'never'})`],
          ['Etag', stored.etag],
          ['Updated', `${stored.updatedAt} by ${stored.updatedBy}`],
        ]),
        ...ledgerLines(ledger),
        ...findingLines(report),
        ...(await histories(store, name, now)),
        '',
        'Record:',
        ...indent(
          toYaml(record['spec'] ?? null)
            .trimEnd()
            .split('\n'),
        ),
      ].join('\n'),
    );
    return EXIT.ok;
  });
}

const indent = (lines: readonly string[]): string[] => lines.map((line) => `  ${printable(line)}`);

function pairs(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([key]) => key.length)) + 1;
  return rows.map(([key, value]) => `${`${key}:`.padEnd(width)}  ${printable(value)}`);
}

function labelsOf(record: JsonObject): string {
  const labels = Object.entries(objectOf(objectOf(record['metadata'])['labels']));
  return (
    labels.map(([key, value]) => `${key}=${typeof value === 'string' ? value : ''}`).join(', ') || 'none'
  );
}

function ledgerLines(ledger: LedgerEntry | undefined): string[] {
  if (ledger === undefined) return ['', 'Ledger: nothing yet; run `plumb reconcile`'];
  const { health } = ledger;
  const rows: [string, string | null][] = [
    ['Owner', ledger.owner],
    ['Namespace', ledger.namespace],
    ['Cluster', ledger.cluster],
    ['Region', ledger.region],
    ['Endpoint', ledger.serviceEndpoint],
    [
      'Health',
      health &&
        `${health.healthy ? 'healthy' : 'unhealthy'}, ${health.reason} (${health.url} at ${health.checkedAt})`,
    ],
    ['Image', ledger.imageDigest],
    ['Worker pool', ledger.workerPool],
    ['Build', ledger.buildId],
    ['Kubeconfig', ledger.kubeconfigRef],
    ['Terraform state', ledger.tfStateUri],
    ['Request', ledger.requestId],
    ['Last error', ledger.lastError],
    ['Updated', ledger.updatedAt],
  ];
  const known = rows.flatMap(([key, value]): [string, string][] => (value === null ? [] : [[key, value]]));
  return [
    '',
    'Ledger:',
    ...(known.length === 0 ? ['  nothing yet'] : pairs(known).map((line) => `  ${line}`)),
  ];
}

function findingLines(report: TenantReport | undefined): string[] {
  if (report === undefined) return [];
  if (report.error !== null) return ['', `Findings: could not be judged: ${printable(report.error)}`];
  if (report.findings.length === 0) return ['', 'Findings: none'];
  return [
    '',
    'Findings of the last pass:',
    ...indent(
      report.findings.flatMap((finding) => [
        `${SYMBOLS[finding.class]} ${finding.class} ${finding.plane} ${finding.resource} ${finding.field ?? ''}`.trimEnd() +
          (finding.class === 'unreadable' || finding.field === null
            ? ''
            : `: want ${valueText(finding.want)} → have ${valueText(finding.have)}`) +
          (finding.from === null ? '' : ` [${finding.from}]`),
        `    ${finding.message}`,
        `    next: ${nextFor(report, finding, 'act').text}`,
      ]),
    ),
  ];
}

async function histories(store: Store, name: string, now: number): Promise<string[]> {
  const [executions, requests, revisions] = await Promise.all([
    store.listExecutions(name, RECENT),
    store.listRequests(name),
    store.listRevisions(name),
  ]);
  return [
    ...section(
      'Executions',
      ['NAME', 'FLOW', 'STATE', 'REQUESTER', 'AGE', 'ERROR'],
      executions.map((entry: ExecutionEntry) => [
        entry.intent,
        entry.flow,
        entry.state,
        entry.requester,
        ageOf(entry.createdAt, now),
        entry.error ?? '',
      ]),
    ),
    ...section(
      'Requests',
      ['KIND', 'REQUESTER', 'STATE', 'AGE', 'REASON'],
      requests
        .slice(0, RECENT)
        .map((entry: RequestEntry) => [
          entry.kind,
          entry.requester,
          entry.state,
          ageOf(entry.createdAt, now),
          entry.reason,
        ]),
    ),
    ...section(
      'Revisions',
      ['REVISION', 'GENERATION', 'AUTHOR', 'AGE', 'REASON'],
      revisions
        .slice(0, RECENT)
        .map((entry: Revision) => [
          String(entry.revision),
          String(entry.generation),
          entry.author,
          ageOf(entry.createdAt, now),
          entry.reason,
        ]),
    ),
  ];
}

function section(title: string, heads: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return ['', `${title}: none`];
  return [
    '',
    `${title}:`,
    ...columns(
      heads,
      rows.map((row) => row.map(printable)),
    ).map((line) => `  ${line}`),
  ];
}
