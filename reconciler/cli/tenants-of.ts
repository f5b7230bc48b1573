/** The tenants that a command is meant for: by their names, by their labels, or all of them. */
import type { ReadingStore } from '../looking.ts';
import { textAt } from '../json.ts';
import { UsageError, notFound } from './failure.ts';
import { tenantName } from './records.ts';
import { selectorOf, selectorText } from './selector.ts';

export interface TenantFlags {
  /** `tier=gold,region=eu`. */
  readonly selector?: string;
}

/** Names that all exist, in the order given or by name; undefined when neither names nor labels were given. */
export async function namesFor(
  store: ReadingStore,
  given: readonly string[],
  { selector }: TenantFlags,
): Promise<readonly string[] | undefined> {
  const names = given.map(tenantName);
  if (selector === undefined) {
    for (const name of names) if ((await store.getTenant(name)) === undefined) throw notFound('tenant', name);
    return names.length === 0 ? undefined : names;
  }
  if (names.length > 0) throw new UsageError('both names and --selector are given; say one of the two');
  const wanted = selectorOf({ selector, all: false });
  const found: string[] = [];
  for await (const { name, record } of store.listTenants()) {
    const fits = Object.entries(wanted).every(
      ([label, value]) => textAt(record, 'metadata', 'labels', label) === value,
    );
    if (fits) found.push(name);
  }
  if (found.length === 0) throw notFound('tenant with', selectorText(wanted));
  return found.sort();
}
