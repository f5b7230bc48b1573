/** `plumb describe`: everything the store knows of one tenant, for a person who wonders why. */
import { inSchemaOrder } from '../../../desired-state/parse.ts';
import {
  FLEET,
  type Directive,
  type ExecutionEntry,
  type LedgerEntry,
  type RequestEntry,
  type Revision,
  type Store,
} from '../../../desired-state/store.ts';
import { toYaml } from '../../../desired-state/text.ts';
import type { JsonObject } from '../../json.ts';
import type { Pause, TenantReport } from '../../model.ts';
import type { PassMark } from '../../ports.ts';
import { columns } from '../../report/columns.ts';
import { symbolOf } from '../../report/finding-words.ts';
import { commonNext, nextFor } from '../../report/next.ts';
import { printable } from '../../report/printable.ts';
import { VERDICT_WORDS, shortTime, valueText } from '../../report/words.ts';
import { ageOf } from '../age.ts';
import { directiveColumns } from '../directive-list.ts';
import { EXIT } from '../exit-codes.ts';
import type { Cli } from '../host.ts';
import { tenantName } from '../records.ts';
import { objectOf, tenantViews, type ToldBy } from '../tenant-view.ts';

/** How much of each history is shown. */
const RECENT = 10;

export async function describe(cli: Cli, given: string): Promise<number> {
  const name = tenantName(given);
  return cli.withStore(async (store) => {
    const [view] = await tenantViews(store, [name]);
    if (view === undefined) return EXIT.error;
    const { stored, ledger, report, told } = view;
    const last = await cli.lastPass();
    const now = Date.now();
    const record = objectOf(inSchemaOrder(stored.record));
    cli.print(
      [
        ...pairs([
          ['Name', stored.name],
          ['Labels', labelsOf(record)],
          ['Status', ledger?.status ?? 'none'],
          ['Verdict', verdictText(report, told, now, last)],
          ...orderRows(report),
          ['Generation', `${stored.generation} (applied: ${ledger?.appliedGeneration ?? 'never'})`],
          ['Etag', stored.etag],
          ['Updated', `${shortTime(stored.updatedAt)} by ${stored.updatedBy}`],
        ]),
        ...errorLines(ledger),
        ...ledgerLines(ledger),
        ...findingLines(report, told),
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

function verdictText(
  report: TenantReport | undefined,
  told: ToldBy | undefined,
  now: number,
  last: PassMark | undefined,
): string {
  if (report === undefined || told === undefined) return 'unknown: no pass has seen it';
  const since =
    last === undefined || last.run === told.run || last.finishedAt === null
      ? ''
      : `; last pass ${ageOf(last.finishedAt, now)} ago`;
  return `${VERDICT_WORDS[report.verdict]} (${told.run}, ${ageOf(told.at, now)} ago${since})`;
}

/** What people ordered that holds it now, and the plan that waits for an approval. */
function orderRows(report: TenantReport | undefined): [string, string][] {
  const told = (order: Pause): string => `until ${shortTime(order.until)} by ${order.by}: ${order.reason}`;
  const rows: [string, string | null][] = [
    ['Paused', report?.paused ? told(report.paused) : null],
    ['Glass broken', report?.breakGlass ? told(report.breakGlass) : null],
    ['Plan', report?.planHash ? `${report.planHash} waits for an approval` : null],
  ];
  return known(rows);
}

const known = (rows: readonly [string, string | null][]): [string, string][] =>
  rows.flatMap(([key, value]): [string, string][] => (value === null ? [] : [[key, value]]));

/** With build and log link, which the workflow writes behind what went wrong; a tool's words may fill several lines. */
function errorLines(ledger: LedgerEntry | undefined): string[] {
  if (ledger?.lastError == null) return [];
  return ['', 'Last error:', ...indent(ledger.lastError.trimEnd().split('\n'))];
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
        `${health.healthy ? 'healthy' : 'unhealthy'}, ${health.reason} (${health.url} at ${shortTime(health.checkedAt)})`,
    ],
    ['Image', ledger.imageDigest],
    ['Worker pool', ledger.workerPool],
    ['Build', ledger.buildId],
    ['Kubeconfig', ledger.kubeconfigRef],
    ['Terraform state', ledger.tfStateUri],
    ['Request', ledger.requestId],
    ['Updated', ledger.updatedAt && shortTime(ledger.updatedAt)],
  ];
  const facts = known(rows);
  return [
    '',
    'Ledger:',
    ...(facts.length === 0 ? ['  nothing yet'] : pairs(facts).map((line) => `  ${line}`)),
  ];
}

function findingLines(report: TenantReport | undefined, told: ToldBy | undefined): string[] {
  if (report === undefined || told === undefined) return [];
  const common = commonNext(report, told.mode);
  if (report.error !== null) return ['', `Findings: could not be judged: ${printable(report.error)}`];
  if (report.findings.length === 0) return ['', 'Findings: none'];
  return [
    '',
    'Findings:',
    ...indent(
      report.findings.flatMap((finding) => [
        `${symbolOf(finding)} ${finding.class} ${finding.plane} ${finding.resource} ${finding.field ?? ''}`.trimEnd() +
          (finding.class === 'unreadable' || finding.field === null
            ? ''
            : `: want ${valueText(finding.want)} → have ${valueText(finding.have)}`) +
          (finding.from === null ? '' : ` [${finding.from}]`),
        `    ${finding.message}`,
        ...(common === null ? [`    next: ${nextFor(report, finding, told.mode).text}`] : []),
      ]),
    ),
    ...(common === null ? [] : indent([`next, for all of them: ${common.text}`])),
  ];
}

async function histories(store: Store, name: string, now: number): Promise<string[]> {
  const [directives, executions, requests, revisions] = await Promise.all([
    store.listDirectives([name, FLEET]),
    store.listExecutions(name, RECENT),
    store.listRequests(name),
    store.listRevisions(name),
  ]);
  return [
    ...directiveSection(directives, now),
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

/** Newest first. */
function directiveSection(directives: readonly Directive[], now: number): string[] {
  const told = new Set(['NAME', 'STATE', 'BY', 'UNTIL', 'LEFT', 'USES', 'ABOUT', 'REASON']);
  const of = directiveColumns(now).filter(({ head }) => told.has(head));
  const shown = directives
    .toSorted((one, other) => Date.parse(other.createdAt) - Date.parse(one.createdAt))
    .filter(({ kind }) => kind !== 'resume')
    .slice(0, RECENT);
  return section(
    'Directives',
    of.map(({ head }) => head),
    shown.map((each) => of.map(({ cell }) => cell(each))),
  );
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
