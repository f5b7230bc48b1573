/** Whom a record may speak for: the tenant it is stored under, and a project that nobody else claims. */
import type { LedgerEntry, StoredTenant } from '../desired-state/store.ts';
import type { Tenant } from '../desired-state/tenant.ts';
import { textAt } from './json.ts';
import type { Json } from './model.ts';

/** Names of the tenants by the project they claim. */
export type Claims = ReadonlyMap<string, readonly string[]>;

/** As it was written: a record that does not parse may have been acted on when it still did. */
export const projectOf = (record: Json): string | null => textAt(record, 'spec', 'project');

/** Who claims what, by these records. */
export const claimsOf = (records: readonly Pick<StoredTenant, 'name' | 'record'>[]): Claims =>
  new Map(
    [...Map.groupBy(records, ({ record }) => projectOf(record) ?? '')].map(([project, claimants]) => [
      project,
      claimants.map(({ name }) => name),
    ]),
  );

/** The other tenants with this project, those that are gone for good left out; in name order. */
export const rivalsOf = (
  claims: Claims,
  { name, record }: Pick<StoredTenant, 'name' | 'record'>,
  ledger: ReadonlyMap<string, LedgerEntry>,
): string[] =>
  (claims.get(projectOf(record) ?? '') ?? []).filter(
    (other) => other !== name && ledger.get(other)?.status !== 'DECOMMISSIONED',
  );

/** Why nothing may be done in the name of this record; undefined when all is well. */
export function unlawful(
  { metadata, spec }: Tenant,
  storedAs: string,
  rivals: readonly string[],
): string | undefined {
  if (metadata.name !== storedAs) {
    return `metadata.name: the record stored as ${storedAs} calls itself ${metadata.name}; apply one under its own name`;
  }
  if (rivals.length === 0) return undefined;
  return (
    `spec.project: project ${spec.project} is claimed by ${rivals.join(', ')} as well; ` +
    'one record must let go of it before anything is done for either'
  );
}
