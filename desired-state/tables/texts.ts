/** Records as somebody wrote them. Kept beside the records and read only when asked for: a pass needs none of them. */
import type { Json } from '../../reconciler/model.ts';
import { sameJson } from '../canonical.ts';
import { retold } from '../retell.ts';
import type { ApplyRequest, RecordText, StoredTenant } from '../store.ts';
import { renderedText } from '../text.ts';
import { chunks } from './chunks.ts';
import { integer, json, maybeText, text } from './fields.ts';
import { prefix } from './engine.ts';
import type { Row, RowReader } from './rows.ts';

/** Texts in one read; each is a few kilobytes. */
const KEYS_PER_READ = 200;

export async function textsOf(rows: RowReader, names: readonly string[]): Promise<Map<string, RecordText>> {
  const found = new Map<string, RecordText>();
  for (const part of chunks([...new Set(names)], KEYS_PER_READ)) {
    const keys = part.map((name) => [name]);
    const columns = ['name', 'etag', 'record', 'record_text'];
    for (const row of await rows.scan('Tenants', { keys }, { columns })) {
      found.set(text(row, 'name'), { etag: text(row, 'etag'), text: toText(row) });
    }
  }
  return found;
}

export async function textAt(rows: RowReader, name: string, generation: number): Promise<string | undefined> {
  const revision = await revisionOf(rows, name, generation);
  const row = revision === undefined ? undefined : await rows.get('Revisions', [name, String(revision)]);
  return row && toText(row);
}

/** The last revision of a generation: labels may have changed since the first one. */
export async function revisionOf(
  rows: RowReader,
  name: string,
  generation: number,
): Promise<number | undefined> {
  const revisions = await rows.scan(
    'Revisions',
    { ranges: [prefix([name])] },
    { columns: ['revision', 'generation'] },
  );
  const found = revisions.find((row) => integer(row, 'generation') === generation);
  return found && integer(found, 'revision');
}

/** The text to keep with an edit; null: nobody has written one. */
export function textToKeep({ record, text: given }: ApplyRequest, kept: string | null): string | null {
  if (given !== undefined) return given;
  return kept === null ? null : retold(kept, record);
}

/** Whether an edit would leave record and text as they are. */
export function changesNothing(request: ApplyRequest, before: StoredTenant, kept: string | null): boolean {
  if (!sameJson(before.record, request.record)) return false;
  return request.text === undefined || request.text === (kept ?? renderedText(before.record));
}

/** A record of long ago has no text; one that was written past this store may say something else by now. */
const toText = (row: Row): string => {
  const record: Json = json(row, 'record');
  const kept = maybeText(row, 'record_text');
  return kept === null ? renderedText(record) : retold(kept, record);
};
