/** What is kept of findings beyond their end, and whom runs looked at. */
import type { Json } from '../../reconciler/model.ts';
import type { Correction, FindingHistory, Looked } from '../store.ts';
import { chunks } from './chunks.ts';
import { prefix } from './engine.ts';
import { json, maybeInteger, maybeText, text } from './fields.ts';
import type { Row, RowReader, RowTransaction } from './rows.ts';

const TENANTS_PER_READ = 200;

/** By name and key. */
export async function historyOf(rows: RowReader, names: readonly string[]): Promise<FindingHistory[]> {
  const found: FindingHistory[] = [];
  for (const part of chunks([...new Set(names)], TENANTS_PER_READ)) {
    const read = await rows.scan('FindingHistory', { ranges: part.map((name) => prefix([name])) });
    found.push(...read.map(toHistory));
  }
  return found;
}

export function writeHistory(tx: RowTransaction, entry: FindingHistory): void {
  const { name, key, lastClean, corrections, writer, contested } = entry;
  tx.write('insertOrUpdate', 'FindingHistory', {
    name,
    key,
    last_clean: lastClean,
    corrections: corrections as unknown as Json,
    writer,
    contested_since: contested?.since ?? null,
    contested_times: contested?.times ?? null,
  });
}

/** The reports of the runs stay where they are: they may be large, and nobody asks for them here. */
export async function lastLooks(rows: RowReader, limit: number): Promise<Looked[]> {
  const newest = await rows.scan('Runs', { all: true }, { index: 'RunsByStart', limit });
  const found = await rows.scan(
    'Runs',
    { keys: newest.map((row) => [text(row, 'id')]) },
    { columns: ['started_at', 'looked'] },
  );
  return found
    .flatMap((row) => toLooked(text(row, 'started_at'), json(row, 'looked')))
    .sort((one, other) => Date.parse(other.at) - Date.parse(one.at));
}

const toHistory = (row: Row): FindingHistory => {
  const since = maybeText(row, 'contested_since');
  return {
    name: text(row, 'name'),
    key: text(row, 'key'),
    lastClean: maybeText(row, 'last_clean'),
    // Written by writeHistory from the same type.
    corrections: json(row, 'corrections') as unknown as readonly Correction[],
    writer: maybeText(row, 'writer'),
    contested: since === null ? null : { since, times: maybeInteger(row, 'contested_times') ?? 0 },
  };
};

// Written by saveRun from the same type.
const toLooked = (startedAt: string, looked: Json): Looked[] =>
  looked === null ? [] : [{ at: startedAt, ...(looked as unknown as Omit<Looked, 'at'>) }];
