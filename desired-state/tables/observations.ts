/** The last look at each tenant, and the survey of the fleet that a pass begins with. */
import type { Json, TenantReport, TenantStatus, Verdict } from '../../reconciler/model.ts';
import type { TableModel } from '../ddl.ts';
import type { LastLook, Observation, TenantMark } from '../store.ts';
import { chunks } from './chunks.ts';
import type { Engine } from './engine.ts';
import { integer, json, maybeInteger, maybeText, text } from './fields.ts';
import { inTransaction } from './rows.ts';
import type { Row, RowReader } from './rows.ts';

/** Lines of a survey are short. */
const SURVEY_PAGE = 1000;
const NAMES_PER_READ = 500;
/** As in runs.ts: the emulator slows down beyond. */
const ROWS_PER_COMMIT = 100;

const LOOK_COLUMNS = [
  ...['name', 'run', 'pass', 'looked_at', 'etag', 'project', 'basis'],
  ...['assets', 'objects', 'rests_until', 'open', 'signature', 'verdict', 'quiet'],
];

/** One mark per record, in name order, page by page. */
export async function* surveyTenants(rows: RowReader): AsyncGenerator<TenantMark[]> {
  let after = '';
  for (;;) {
    const page = await rows.scan(
      'Tenants',
      { ranges: [{ start: [after], startOpen: true, end: [], endOpen: false }] },
      { limit: SURVEY_PAGE, columns: ['name', 'etag', 'generation'] },
    );
    const [first, last] = [page[0], page.at(-1)];
    if (first === undefined || last === undefined) return;
    const range = {
      ranges: [{ start: [text(first, 'name')], startOpen: false, end: [text(last, 'name')], endOpen: false }],
    };
    const [ledger, looks] = await Promise.all([
      rows.scan('Ledger', range, { columns: ['name', 'status', 'applied_generation', 'updated_at'] }),
      rows.scan('Observations', range, { columns: LOOK_COLUMNS }),
    ]);
    const [ledgerOf, lookOf] = [byName(ledger), byName(looks)];
    yield page.map((row) => toMark(row, ledgerOf.get(text(row, 'name')), lookOf.get(text(row, 'name'))));
    if (page.length < SURVEY_PAGE) return;
    after = text(last, 'name');
  }
}

export async function observationsOf(
  rows: RowReader,
  names: readonly string[],
): Promise<Map<string, Observation>> {
  const found = await rowsOf(rows, names);
  return new Map(found.map((row) => [text(row, 'name'), toObservation(row)]));
}

export async function clustersOf(rows: RowReader, names: readonly string[]): Promise<Map<string, Json>> {
  const found = await rowsOf(rows, names, ['name', 'cluster']);
  return new Map(found.map((row) => [text(row, 'name'), json(row, 'cluster')]));
}

export async function saveObservations(
  engine: Engine,
  model: TableModel,
  observations: readonly Observation[],
): Promise<void> {
  for (const part of chunks(observations, ROWS_PER_COMMIT)) {
    await inTransaction(engine, model, async (tx) => {
      tx.write('insertOrUpdate', 'Observations', ...part.map(toRow));
    });
  }
}

/** Only rows that are there are touched. */
export async function touchObservations(
  engine: Engine,
  model: TableModel,
  names: readonly string[],
  { pass, lookedAt }: { readonly pass: number; readonly lookedAt: string },
): Promise<void> {
  for (const part of chunks(names, ROWS_PER_COMMIT)) {
    await inTransaction(engine, model, async (tx) => {
      const there = await tx.scan(
        'Observations',
        { keys: part.map((name) => [name]) },
        { columns: ['name'] },
      );
      const rows = there.map((row) => ({ name: text(row, 'name'), pass, looked_at: lookedAt }));
      tx.write('update', 'Observations', ...rows);
    });
  }
}

async function rowsOf(
  rows: RowReader,
  names: readonly string[],
  columns?: readonly string[],
): Promise<Row[]> {
  const found: Row[] = [];
  for (const part of chunks([...new Set(names)], NAMES_PER_READ)) {
    const keys = part.map((name) => [name]);
    found.push(...(await rows.scan('Observations', { keys }, columns && { columns })));
  }
  return found;
}

const byName = (rows: readonly Row[]): Map<string, Row> =>
  new Map(rows.map((row) => [text(row, 'name'), row]));

const toMark = (row: Row, ledger: Row | undefined, look: Row | undefined): TenantMark => ({
  name: text(row, 'name'),
  etag: text(row, 'etag'),
  generation: integer(row, 'generation'),
  ledger: ledger
    ? {
        // Written by our own workflows from the same list of statuses.
        status: maybeText(ledger, 'status') as TenantStatus | null,
        appliedGeneration: maybeInteger(ledger, 'applied_generation'),
        updatedAt: maybeText(ledger, 'updated_at'),
      }
    : null,
  look: look ? toLook(look) : null,
});

const toLook = (row: Row): LastLook => ({
  run: text(row, 'run'),
  pass: integer(row, 'pass'),
  lookedAt: text(row, 'looked_at'),
  etag: text(row, 'etag'),
  project: maybeText(row, 'project'),
  basis: text(row, 'basis'),
  assets: maybeText(row, 'assets'),
  restsUntil: maybeText(row, 'rests_until'),
  objects: text(row, 'objects'),
  open: text(row, 'open'),
  signature: text(row, 'signature'),
  // Written by saveObservations from the same list.
  verdict: text(row, 'verdict') as Verdict,
  quiet: row['quiet'] === true,
});

const toObservation = (row: Row): Observation => ({
  ...toLook(row),
  name: text(row, 'name'),
  cluster: json(row, 'cluster'),
  // Written by saveObservations from the same type.
  report: json(row, 'report') as unknown as TenantReport,
});

const toRow = (observation: Observation) => ({
  name: observation.name,
  run: observation.run,
  pass: observation.pass,
  looked_at: observation.lookedAt,
  etag: observation.etag,
  project: observation.project,
  basis: observation.basis,
  assets: observation.assets,
  objects: observation.objects,
  cluster: observation.cluster,
  rests_until: observation.restsUntil,
  open: observation.open,
  signature: observation.signature,
  verdict: observation.verdict,
  quiet: observation.quiet,
  report: observation.report as unknown as Json,
});
