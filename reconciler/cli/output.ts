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
  const room = wide ? null : cli.width();
  let count = shown.length;
  let lines = tableOf(shown, items);
  // What matters most stands on the left; who asks for a wide table gets it in any window.
  while (room !== null && count > LEAST_COLUMNS && lines.some((line) => Array.from(line).length > room)) {
    count -= 1;
    lines = tableOf(shown.slice(0, count), items);
  }
  cli.print(lines.join('\n'));
  if (count === shown.length) return;
  const missing = shown.slice(count).map(({ head }) => head);
  cli.note(`Left out in this narrow window: ${missing.join(', ')}.`);
}

/** With fewer than these a table says nothing. */
const LEAST_COLUMNS = 3;

function tableOf<T>(shown: readonly Column<T>[], items: readonly T[]): string[] {
  const rows = items.map((item) => shown.map(({ cell }) => printable(cell(item))));
  return columns(
    shown.map(({ head }) => head),
    rows,
  );
}
