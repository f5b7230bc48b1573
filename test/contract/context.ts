/** What all parts of the store's contract stand on: one migrated store, names nobody else uses, and rows to put into it. */
import type {
  ApplyResult,
  ExecutionEntry,
  NewIntent,
  Store,
  StoredTenant,
} from '../../desired-state/store.ts';
import type { Json } from '../../reconciler/model.ts';

export const NOW = '2026-01-01T00:00:00Z';
export const LATER = '2026-01-01T01:00:00Z';
export const MUCH_LATER = '2026-01-01T02:00:00Z';

/** Text nobody should have to store, and somebody will. */
export const HOSTILE = `'; DROP TABLE Tenants; -- "\`$\{x} %s \\ \u0000 \u202e אب 👩‍👩‍👧 \r\n\t</script>{{}}`;

export const record = (spec: Json, labels: Json = {}): Json => ({
  apiVersion: 'plumbline.dev/v1alpha1',
  kind: 'Tenant',
  metadata: { name: 'x', labels },
  spec,
});

export interface Context {
  /** Opened and migrated before the first test. */
  readonly store: () => Store;
  /** A name no other test uses: tests share one database. */
  readonly fresh: () => string;
  /** Stores a record, under the condition that `ifEtag` makes. */
  readonly apply: (name: string, written: Json, ifEtag?: string | null) => Promise<ApplyResult>;
  /** As apply, where no conflict can be. */
  readonly applied: (name: string, written?: Json) => Promise<StoredTenant>;
  /** Opens an intent that nothing stands against. */
  readonly opened: (wanted: NewIntent) => Promise<ExecutionEntry>;
}

export function contextOf(store: () => Store): Context {
  let names = 0;
  const apply: Context['apply'] = (name, written, ifEtag) =>
    store().applyTenant({
      name,
      record: written,
      ...(ifEtag === undefined ? {} : { ifEtag }),
      author: 'ann@example.com',
      reason: 'because',
    });
  return {
    store,
    fresh: () => `tenant-${(names += 1)}`,
    apply,
    applied: async (name, written = record({ size: 1 })) => {
      const result = await apply(name, written);
      if (result.outcome === 'conflict') throw new Error('unexpected conflict');
      return result.stored;
    },
    opened: async (wanted) => {
      const result = await store().openIntent(wanted);
      if (result.outcome !== 'opened') throw new Error(`expected an opened intent, got ${result.outcome}`);
      return result.execution;
    },
  };
}

export const intent = (name: string, more: Partial<NewIntent> = {}): NewIntent => ({
  name,
  generation: 1,
  flow: 'provision',
  workflow: 'shape-1',
  because: ['missing:network/x'],
  requester: 'pass',
  deadline: LATER,
  now: NOW,
  ...more,
});
