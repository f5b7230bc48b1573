/** `plumb history` and `plumb restore`: what a record was, who made it so and why, and the way back there. */
import type { Revision } from '../../../desired-state/store.ts';
import type { Json } from '../../model.ts';
import { printable } from '../../report/printable.ts';
import { plural, shortTime } from '../../report/words.ts';
import { EXIT } from '../exit-codes.ts';
import { CliError } from '../failure.ts';
import type { Cli } from '../host.ts';
import { mustKnow } from '../orders.ts';
import { recordLine } from '../preview-text.ts';
import { recordChanges, type RecordChange } from '../record-diff.ts';
import { tenantName } from '../records.ts';
import { allGood, editables, revised } from '../stored-records.ts';
import { endOf, storeRecords, type Storing } from '../storing.ts';

export interface HistoryOptions {
  /** Newest first; all when left out. */
  readonly limit?: number;
  readonly output: 'text' | 'json';
}

type Told = Revision & {
  /** Against the revision before; undefined for the first one. */
  readonly changes: readonly RecordChange[] | undefined;
};

export async function history(cli: Cli, given: string, options: HistoryOptions): Promise<number> {
  return cli.withStore(async (store) => {
    const name = tenantName(given);
    await mustKnow(store, name);
    const revisions = await store.listRevisions(name);
    const told = revisions
      .map((each, index): Told => {
        const before = revisions[index + 1];
        return { ...each, changes: before && recordChanges(before.record, each.record) };
      })
      .slice(0, options.limit);
    if (options.output === 'json') cli.print(JSON.stringify(told.map(asJson), null, 2));
    else cli.print(told.flatMap((each) => linesOf(cli, each)).join('\n'));
    return EXIT.ok;
  });
}

function linesOf(cli: Cli, { revision, generation, author, reason, createdAt, changes }: Told): string[] {
  const paint = cli.paint();
  const head = `generation ${generation}  ${shortTime(createdAt)}  ${author}  (revision ${revision})`;
  const why = reason === '' ? [] : reason.split('\n').map((line) => printable(`  ${line}`));
  return [paint.bold(printable(head)), ...why, ...changeLines(cli, changes)];
}

function changeLines(cli: Cli, changes: readonly RecordChange[] | undefined): string[] {
  if (changes === undefined) return ['    the first one'];
  if (changes.length === 0) return ['    only comments or layout'];
  return changes.map((change) => recordLine(change, cli.paint()));
}

const asJson = ({ revision, generation, etag, author, reason, createdAt, changes, record }: Told) => ({
  revision,
  generation,
  etag,
  author,
  reason,
  createdAt,
  changes: changes?.map(({ path, before, after }) => ({ path, before, after })) ?? null,
  record: record satisfies Json,
});

export interface RestoreOptions extends Storing {
  readonly generation: number;
  readonly dryRun: boolean;
}

export async function restore(cli: Cli, given: string, options: RestoreOptions): Promise<number> {
  return cli.withStore(async (store) => {
    const [found] = await editables(store, [given]);
    if (found === undefined) return EXIT.error;
    const { name, generation } = found.stored;
    const text = await store.textAt(name, options.generation);
    if (text === undefined) {
      throw new CliError(
        `tenant/${name} never had a generation ${options.generation}; it is at ${generation}. ` +
          `'plumb history ${name}' lists them (${plural(generation, 'generation')})`,
      );
    }
    const reason = options.reason || `restored from generation ${options.generation}`;
    const records = allGood(cli, [revised(found.stored, text)]);
    const outcomes = await storeRecords(cli, store, records, { ...options, reason });
    return endOf(outcomes, options.dryRun);
  });
}
