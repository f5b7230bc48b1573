/** Prints a list of things in the format that was asked for: a table for people, documents for programs. */
import { API_VERSION } from '../../desired-state/tenant.ts';
import { toYaml } from '../../desired-state/text.ts';
import type { Json } from '../model.ts';
import { columns } from '../report/columns.ts';
import { printable } from '../report/printable.ts';
import type { Cli } from './host.ts';

export type OutputFormat = 'table' | 'wide' | 'json' | 'yaml' | 'name';

export interface Listing<T> {
  /** `Tenant`, `Run`, `Execution`. */
  readonly kind: string;
  readonly items: readonly T[];
  /** One was asked for by name: it is printed alone, not as a list. */
  readonly single: boolean;
  readonly name: (item: T) => string;
  readonly document: (item: T) => Json;
  /** Where a YAML document is more than its JSON: a record has comments. */
  readonly yaml?: (item: T) => string;
  /** Heads and cells; `wide` columns only show with -o wide. */
  readonly columns: readonly Column<T>[];
}

interface Column<T> {
  readonly head: string;
  readonly wide?: boolean;
  readonly cell: (item: T) => string;
}

export function printListing<T>(cli: Cli, format: OutputFormat, listing: Listing<T>): void {
  const { items, single } = listing;
  switch (format) {
    case 'name':
      for (const item of items) cli.print(`${listing.kind.toLowerCase()}/${listing.name(item)}`);
      return;
    case 'json': {
      const documents = items.map(listing.document);
      const value =
        single && documents[0] !== undefined
          ? documents[0]
          : { apiVersion: API_VERSION, kind: `${listing.kind}List`, items: documents };
      cli.print(JSON.stringify(value, null, 2));
      return;
    }
    case 'yaml':
      // Several documents instead of a list: what `get` prints, `apply -f -` takes.
      if (items.length > 0)
        cli.print(items.map(listing.yaml ?? ((item) => toYaml(listing.document(item)))).join('---\n'));
      return;
    case 'table':
    case 'wide':
      printTable(cli, format === 'wide', listing);
  }
}

function printTable<T>(cli: Cli, wide: boolean, { items, columns: all, kind }: Listing<T>): void {
  // As kubectl: an empty answer is said on stderr, so that a script reads no rows.
  if (items.length === 0) {
    cli.note(`No ${kind.toLowerCase()}s found.`);
    return;
  }
  const shown = all.filter((column) => wide || column.wide !== true);
  const rows = items.map((item) => shown.map(({ cell }) => printable(cell(item))));
  const heads = shown.map(({ head }) => head);
  cli.print(columns(heads, rows).join('\n'));
}
