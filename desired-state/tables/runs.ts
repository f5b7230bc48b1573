/** Runs and the findings they leave open, and what people asked for. */
import { NO_FLEET, type Census } from '../../reconciler/fleet-model.ts';
import type { FindingClass, Json, RunReport } from '../../reconciler/model.ts';
import type { TableModel } from '../ddl.ts';
import type { FindingEntry, RequestEntry, RunRecord } from '../store.ts';
import { chunks } from './chunks.ts';
import { prefix } from './engine.ts';
import type { Engine } from './engine.ts';
import { json, text } from './fields.ts';
import { writeHistory } from './history.ts';
import { rowsOf, writeTelling } from './notifications.ts';
import { inTransaction } from './rows.ts';
import type { Row, RowReader, RowTransaction } from './rows.ts';

/** Rows in one commit: the emulator slows down beyond, and Spanner takes 80,000 cells at most. */
const ROWS_PER_COMMIT = 100;

const TENANTS_PER_READ = 200;

export async function recordRequest(engine: Engine, model: TableModel, request: RequestEntry): Promise<void> {
  const { id, name, kind, requester, state, reason, createdAt } = request;
  await inTransaction(engine, model, async (tx) => {
    tx.write('insertOrUpdate', 'Requests', {
      name,
      id,
      kind,
      requester,
      state,
      reason,
      created_at: createdAt,
    });
  });
}

/** Newest first. */
export async function listRequests(rows: RowReader, name: string): Promise<RequestEntry[]> {
  const found = (await rows.scan('Requests', { ranges: [prefix([name])] })).map(toRequest);
  return found.sort((one, other) => Date.parse(other.createdAt) - Date.parse(one.createdAt));
}

export async function openFindings(rows: RowReader, names: readonly string[]): Promise<FindingEntry[]> {
  const found: FindingEntry[] = [];
  for (const part of chunks([...new Set(names)], TENANTS_PER_READ)) {
    const read = await rows.scan('Findings', { ranges: part.map((name) => prefix([name])) });
    found.push(...read.map(toFinding));
  }
  return found;
}

const KEYS_PER_PAGE = 1000;

export async function* openFindingKeys(
  rows: RowReader,
): AsyncGenerator<Pick<FindingEntry, 'name' | 'key'>[]> {
  let after: string[] = [''];
  for (;;) {
    const page = await rows.scan(
      'Findings',
      { ranges: [{ start: after, startOpen: true, end: [], endOpen: false }] },
      { limit: KEYS_PER_PAGE, columns: ['name', 'key'] },
    );
    const found = page.map((row) => ({ name: text(row, 'name'), key: text(row, 'key') }));
    const last = found.at(-1);
    if (last === undefined) return;
    yield found;
    if (found.length < KEYS_PER_PAGE) return;
    after = [last.name, last.key];
  }
}

export async function saveRun(engine: Engine, model: TableModel, run: RunRecord): Promise<void> {
  const now = run.report.run.startedAt;
  const steps: Step[] = [
    ...run.resolved.map(({ name, key }) => single((tx) => tx.remove('Findings', [name, key]))),
    ...run.opened.map((finding) => single((tx) => writeFinding(tx, finding))),
    ...(run.history ?? []).map((entry) => single((tx) => writeHistory(tx, entry))),
    ...(run.tellings ?? []).map((telling) => ({
      rows: rowsOf(telling),
      write: (tx: RowTransaction) => writeTelling(tx, telling, now),
    })),
    // Last: a run that can be seen has all its findings. Every step is safe to repeat.
    single((tx) => writeRun(tx, run)),
  ];
  for (const part of commits(steps)) {
    await inTransaction(engine, model, async (tx) => {
      for (const step of part) await step.write(tx);
    });
  }
}

/** What is written together or not at all. */
interface Step {
  readonly rows: number;
  readonly write: (tx: RowTransaction) => void | Promise<void>;
}

const single = (write: (tx: RowTransaction) => void): Step => ({ rows: 1, write });

/** In order; a step of more rows than a commit should have has one of its own. */
function commits(steps: readonly Step[]): Step[][] {
  const parts: Step[][] = [];
  let rows = ROWS_PER_COMMIT;
  for (const step of steps) {
    if (rows + step.rows > ROWS_PER_COMMIT) {
      parts.push([]);
      rows = 0;
    }
    parts.at(-1)?.push(step);
    rows += step.rows;
  }
  return parts;
}

export async function latestRun(rows: RowReader): Promise<RunReport | undefined> {
  const [run] = await listRuns(rows, 1);
  return run;
}

export async function listRuns(rows: RowReader, limit: number): Promise<RunReport[]> {
  const found = await rows.scan('Runs', { all: true }, { index: 'RunsByStart', limit });
  // A read by keys answers in key order, not in the order of the keys asked for.
  const reports = await Promise.all(found.map((row) => getRun(rows, text(row, 'id'))));
  return reports.filter((report) => report !== undefined);
}

export async function getRun(rows: RowReader, id: string): Promise<RunReport | undefined> {
  const row = await rows.get('Runs', [id]);
  if (row === undefined) return undefined;
  // Written by saveRun from the same type, or from one that knew nothing of the fleet yet.
  const report = json(row, 'report') as unknown as Omit<RunReport, 'fleet'> & {
    readonly fleet?: RunReport['fleet'];
  };
  return { ...report, fleet: report.fleet ?? NO_FLEET };
}

export async function listCensuses(rows: RowReader, limit: number): Promise<Census[]> {
  const newest = await rows.scan('Runs', { all: true }, { index: 'RunsByStart', limit });
  if (newest.length === 0) return [];
  const order = new Map(newest.map((row, position) => [text(row, 'id'), position]));
  const found = await rows.scan(
    'Runs',
    { keys: [...order.keys()].map((id) => [id]) },
    { columns: ['id', 'census'] },
  );
  const place = (row: Row): number => order.get(text(row, 'id')) ?? 0;
  return found
    .filter((row) => json(row, 'census') !== null)
    .sort((one, other) => place(one) - place(other))
    .map((row) => json(row, 'census') as unknown as Census);
}

function writeFinding(tx: RowTransaction, finding: FindingEntry): void {
  tx.write('insertOrUpdate', 'Findings', {
    name: finding.name,
    key: finding.key,
    class: finding.class,
    first_seen: finding.firstSeen,
    detail: finding.detail,
  });
}

export async function reportsToWrite(rows: RowReader): Promise<string[]> {
  const found = await rows.scan('ReportsToWrite', { all: true });
  const since = (row: Row): number => Date.parse(text(row, 'since'));
  return found.sort((one, other) => since(one) - since(other)).map((row) => text(row, 'run'));
}

export async function reportWritten(engine: Engine, model: TableModel, run: string): Promise<void> {
  await inTransaction(engine, model, async (tx) => tx.remove('ReportsToWrite', [run]));
}

function writeRun(tx: RowTransaction, { report, looked, toWrite = false }: RunRecord): void {
  if (toWrite) {
    tx.write('insertOrUpdate', 'ReportsToWrite', { run: report.run.id, since: report.run.startedAt });
  }
  tx.write('insertOrUpdate', 'Runs', {
    id: report.run.id,
    started_at: report.run.startedAt,
    finished_at: report.run.finishedAt,
    report: report as unknown as Json,
    looked: looked ?? null,
    census: report.fleet.census as unknown as Json,
  });
}

const toRequest = (row: Row): RequestEntry => ({
  id: text(row, 'id'),
  name: text(row, 'name'),
  // Written by recordRequest from the same lists.
  kind: text(row, 'kind') as RequestEntry['kind'],
  requester: text(row, 'requester'),
  state: text(row, 'state') as RequestEntry['state'],
  reason: text(row, 'reason'),
  createdAt: text(row, 'created_at'),
});

const toFinding = (row: Row): FindingEntry => ({
  name: text(row, 'name'),
  key: text(row, 'key'),
  class: text(row, 'class') as FindingClass,
  firstSeen: text(row, 'first_seen'),
  detail: json(row, 'detail'),
});
