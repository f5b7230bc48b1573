/** Opens the store a setting names. Each implementation is loaded when it is chosen: Spanner's client takes 0.4 s. */
import type { Store } from './store.ts';

export type StoreChoice =
  /** `projects/P/instances/I/databases/D`, in the emulator at `host:port`; null: in Google Cloud. */
  | { readonly kind: 'spanner'; readonly database: string; readonly emulatorHost: string | null }
  /** A SQLite file; `:memory:` for a store that ends with the process. */
  | { readonly kind: 'embedded'; readonly file: string };

/** Opens a store; it is not migrated yet. Throws StoreError. */
export async function openStore(choice: StoreChoice): Promise<Store> {
  if (choice.kind === 'embedded') {
    const { openEmbeddedStore } = await import('./embedded/store.ts');
    return openEmbeddedStore(choice.file);
  }
  const { openSpannerStore } = await import('./spanner/store.ts');
  return openSpannerStore(choice.database, choice.emulatorHost);
}
