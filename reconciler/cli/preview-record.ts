/** Puts a record beside the stored one: what the edit changes in the record and in the resources it asks for. */
import { parseTenant } from '../../desired-state/parse.ts';
import type { StoredTenant } from '../../desired-state/store.ts';
import { changesOf } from '../preview.ts';
import type { Preview } from './preview-text.ts';
import { recordChanges } from './record-diff.ts';
import type { GoodRecord } from './records.ts';

/** Undefined when nothing differs. */
export function previewOf({ record }: GoodRecord, stored: StoredTenant | undefined): Preview | undefined {
  const changes = recordChanges(stored?.record, record.written);
  if (changes.length === 0) return undefined;
  // A stored record of an older schema may not parse; then everything it asks for counts as new.
  const before = stored && parseTenant(stored.record);
  return {
    name: record.tenant.metadata.name,
    isNew: stored === undefined,
    record: changes,
    resources: changesOf(record.tenant, before?.ok ? before.tenant : undefined),
  };
}
