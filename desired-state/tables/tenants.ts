/** Records and their revisions. */
import { randomUUID } from 'node:crypto';
import type { Json } from '../../reconciler/model.ts';
import { sameJson } from '../canonical.ts';
import type { TableModel } from '../ddl.ts';
import { isObject } from '../problems.ts';
import { checkShard, shardOf } from '../shard.ts';
import type { Shard } from '../shard.ts';
import type { ApplyRequest, ApplyResult, Revision, StoredTenant } from '../store.ts';
import { chunks } from './chunks.ts';
import { prefix } from './engine.ts';
import type { Engine } from './engine.ts';
import { integer, json, maybeText, text } from './fields.ts';
import { COMMIT_TIME, inTransaction } from './rows.ts';
import type { Row, RowReader, RowTransaction } from './rows.ts';
import { changesNothing, revisionOf, textToKeep } from './texts.ts';

/** Records are a few kilobytes each; a page of this many stays far below every limit of a read. */
const PAGE = 200;

/** All but the texts, which are for people. */
const TENANT_COLUMNS = ['name', 'record', 'generation', 'etag', 'created_at', 'updated_at', 'updated_by'];
const REVISION_COLUMNS = [
  'name',
  'revision',
  'generation',
  'etag',
  'record',
  'author',
  'reason',
  'created_at',
];

export async function getTenant(rows: RowReader, name: string): Promise<StoredTenant | undefined> {
  const [row] = await rows.scan('Tenants', { keys: [[name]] }, { columns: TENANT_COLUMNS });
  return row && toTenant(row);
}

/** Names without a record are left out. */
export async function tenantsOf(rows: RowReader, names: readonly string[]): Promise<StoredTenant[]> {
  const found: StoredTenant[] = [];
  for (const part of chunks([...new Set(names)], PAGE)) {
    found.push(...(await rows.scan('Tenants', { keys: part.map((name) => [name]) })).map(toTenant));
  }
  return found;
}

export async function* listTenants(rows: RowReader, shard?: Shard): AsyncGenerator<StoredTenant> {
  if (shard !== undefined) checkShard(shard);
  let after = '';
  for (;;) {
    // Paged by key: a read that stays open over a whole fleet's pass would outlive its session.
    const page = await rows.scan(
      'Tenants',
      { ranges: [{ start: [after], startOpen: true, end: [], endOpen: false }] },
      { limit: PAGE, columns: TENANT_COLUMNS },
    );
    for (const row of page) {
      const tenant = toTenant(row);
      if (shard === undefined || shardOf(tenant.name, shard.count) === shard.index) yield tenant;
    }
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    after = text(last, 'name');
  }
}

export async function applyTenant(
  engine: Engine,
  model: TableModel,
  request: ApplyRequest,
): Promise<ApplyResult> {
  // Drawn once, so that a transaction that runs again writes the same row.
  const etag = randomUUID();
  const { value, committedAt } = await inTransaction(engine, model, async (tx) => {
    const row = await tx.get('Tenants', [request.name]);
    const before = row && toTenant(row);
    const kept = row === undefined ? null : maybeText(row, 'record_text');
    // Nothing would be overwritten, so the etag does not matter: a repeated apply is not a conflict with itself.
    if (before !== undefined && changesNothing(request, before, kept)) {
      return { outcome: 'unchanged' as const, stored: before };
    }
    if (isStale(request.ifEtag, before)) return { outcome: 'conflict' as const, stored: before ?? null };
    return await writeTenant(tx, request, before, { etag, record_text: textToKeep(request, kept) });
  });
  if (value.outcome === 'unchanged' || value.outcome === 'conflict') return value;
  const { createdAt, ...stored } = value.stored;
  return {
    outcome: value.outcome,
    stored: { ...stored, createdAt: createdAt ?? committedAt, updatedAt: committedAt },
  };
}

export async function listRevisions(rows: RowReader, name: string): Promise<Revision[]> {
  const found = await rows.scan('Revisions', { ranges: [prefix([name])] }, { columns: REVISION_COLUMNS });
  return found.map(toRevision);
}

export async function recordAt(rows: RowReader, name: string, generation: number): Promise<Json | undefined> {
  const revision = await revisionOf(rows, name, generation);
  if (revision === undefined) return undefined;
  const row = await rows.get('Revisions', [name, String(revision)]);
  return row && json(row, 'record');
}

function isStale(ifEtag: string | null | undefined, before: StoredTenant | undefined): boolean {
  if (ifEtag === undefined) return false;
  return ifEtag === null ? before !== undefined : before?.etag !== ifEtag;
}

async function writeTenant(
  tx: RowTransaction,
  request: ApplyRequest,
  before: StoredTenant | undefined,
  { etag, record_text }: { readonly etag: string; readonly record_text: string | null },
) {
  const { name, record, author, reason } = request;
  const specChanged = before !== undefined && !sameJson(specOf(before.record), specOf(record));
  const generation = before === undefined ? 1 : before.generation + (specChanged ? 1 : 0);
  const [latest] = await tx.scan(
    'Revisions',
    { ranges: [prefix([name])] },
    { limit: 1, columns: ['revision'] },
  );
  // Not insertOrUpdate: Spanner asks for every NOT NULL column then, also of a row that is there.
  tx.write(before === undefined ? 'insert' : 'update', 'Tenants', {
    name,
    record,
    record_text,
    generation,
    etag,
    ...(before === undefined ? { created_at: COMMIT_TIME } : {}),
    updated_at: COMMIT_TIME,
    updated_by: author,
  });
  tx.write('insert', 'Revisions', {
    name,
    revision: latest === undefined ? 1 : integer(latest, 'revision') + 1,
    generation,
    etag,
    record,
    record_text,
    author,
    reason,
    created_at: COMMIT_TIME,
  });
  return {
    outcome: before === undefined ? ('created' as const) : ('changed' as const),
    stored: { name, record, generation, etag, createdAt: before?.createdAt, updatedBy: author },
  };
}

const specOf = (record: Json): Json => (isObject(record) ? record['spec'] : null) ?? null;

const toTenant = (row: Row): StoredTenant => ({
  name: text(row, 'name'),
  record: json(row, 'record'),
  generation: integer(row, 'generation'),
  etag: text(row, 'etag'),
  createdAt: text(row, 'created_at'),
  updatedAt: text(row, 'updated_at'),
  updatedBy: text(row, 'updated_by'),
});

const toRevision = (row: Row): Revision => ({
  name: text(row, 'name'),
  revision: integer(row, 'revision'),
  generation: integer(row, 'generation'),
  etag: text(row, 'etag'),
  record: json(row, 'record'),
  author: text(row, 'author'),
  reason: text(row, 'reason'),
  createdAt: text(row, 'created_at'),
});
