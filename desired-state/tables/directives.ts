/** Directives: what people ordered beside the records. An ended one is kept, for whoever asks later who did what. */
import type { TableModel } from '../ddl.ts';
import type { Directive, DirectiveKind } from '../store.ts';
import { StoreError } from '../store.ts';
import { chunks } from './chunks.ts';
import { prefix } from './engine.ts';
import type { Engine } from './engine.ts';
import { integer, json, maybeText, text } from './fields.ts';
import { inTransaction } from './rows.ts';
import type { Row, RowReader } from './rows.ts';

const NAMES_PER_READ = 200;

/** Safe to repeat: a directive of the same id is the same one, and what became of it since is kept. */
export async function issueDirective(engine: Engine, model: TableModel, directive: Directive): Promise<void> {
  const { name, id, kind, actor, reason, detail, uses, createdAt, expiresAt, endedAt, endedBy } = directive;
  await inTransaction(engine, model, async (tx) => {
    if ((await tx.get('Directives', [name, id])) !== undefined) return;
    tx.write('insert', 'Directives', {
      name,
      id,
      kind,
      actor,
      reason,
      detail,
      uses,
      created_at: createdAt,
      expires_at: expiresAt,
      ended_at: endedAt,
      ended_by: endedBy,
    });
  });
}

/** False when there is none, or it had ended already. */
export async function endDirective(
  engine: Engine,
  model: TableModel,
  name: string,
  id: string,
  end: { readonly by: string; readonly now: string },
): Promise<boolean> {
  const { value } = await inTransaction(engine, model, async (tx) => {
    const row = await tx.get('Directives', [name, id]);
    if (row === undefined || maybeText(row, 'ended_at') !== null) return false;
    tx.write('update', 'Directives', { name, id, ended_at: end.now, ended_by: end.by });
    return true;
  });
  return value;
}

/** Takes up to `wanted` uses, never more than `most` altogether; answers how many were granted. */
export async function useDirective(
  engine: Engine,
  model: TableModel,
  name: string,
  id: string,
  { wanted, most }: { readonly wanted: number; readonly most: number },
): Promise<number> {
  const { value } = await inTransaction(engine, model, async (tx) => {
    const row = await tx.get('Directives', [name, id]);
    if (row === undefined) {
      throw new StoreError(`there is no directive ${id} for ${name}`, { retryable: false });
    }
    if (maybeText(row, 'ended_at') !== null) return 0;
    const used = integer(row, 'uses');
    const granted = Math.max(0, Math.min(wanted, most - used));
    if (granted > 0) tx.write('update', 'Directives', { name, id, uses: used + granted });
    return granted;
  });
  return value;
}

/** By name and id; `undefined`: of everybody. */
export async function listDirectives(rows: RowReader, names?: readonly string[]): Promise<Directive[]> {
  if (names === undefined) return (await rows.scan('Directives', { all: true })).map(toDirective);
  const found: Directive[] = [];
  for (const part of chunks([...new Set(names)], NAMES_PER_READ)) {
    const read = await rows.scan('Directives', { ranges: part.map((name) => prefix([name])) });
    found.push(...read.map(toDirective));
  }
  return found;
}

const toDirective = (row: Row): Directive => ({
  name: text(row, 'name'),
  id: text(row, 'id'),
  // Written by issueDirective from the same list.
  kind: text(row, 'kind') as DirectiveKind,
  actor: text(row, 'actor'),
  reason: text(row, 'reason'),
  detail: json(row, 'detail'),
  uses: integer(row, 'uses'),
  createdAt: text(row, 'created_at'),
  expiresAt: text(row, 'expires_at'),
  endedAt: maybeText(row, 'ended_at'),
  endedBy: maybeText(row, 'ended_by'),
});
