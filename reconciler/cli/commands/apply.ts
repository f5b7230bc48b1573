/** `plumb apply`: checks records and stores them, asking first when a person sits at the terminal. */
import { createInterface } from 'node:readline/promises';
import type { Store } from '../../../desired-state/store.ts';
import { EXIT } from '../exit-codes.ts';
import { CliError } from '../failure.ts';
import type { Cli } from '../host.ts';
import { previewOf } from '../preview-record.ts';
import { previewLines } from '../preview-text.ts';
import { recordChanges } from '../record-diff.ts';
import { recordsOf, type GoodRecord, type RecordFlags } from '../records.ts';

export interface ApplyOptions extends RecordFlags {
  readonly reason: string;
  readonly yes: boolean;
}

export async function apply(cli: Cli, options: ApplyOptions): Promise<number> {
  const records = await recordsOf(cli, options);
  const author = await cli.identity();
  return cli.withStore(async (store) => {
    if (!options.yes && cli.interactive && !(await confirmed(cli, store, records))) {
      cli.note('nothing was stored');
      return EXIT.error;
    }
    let conflicts = 0;
    for (const item of records) {
      if (!(await applyOne(cli, store, item, { author, reason: options.reason }))) conflicts += 1;
    }
    if (conflicts === 0) return EXIT.ok;
    throw new CliError(
      `${conflicts} of ${records.length} records were not stored, because somebody changed them in between. ` +
        'Read them again (plumb get tenant NAME -o yaml), make the edit there, and apply that',
    );
  });
}

async function confirmed(cli: Cli, store: Store, records: readonly GoodRecord[]): Promise<boolean> {
  let differs = false;
  for (const item of records) {
    const preview = previewOf(item, await store.getTenant(item.record.tenant.metadata.name));
    if (preview === undefined) continue;
    differs = true;
    cli.note(previewLines(preview, cli.paint('stderr')).join('\n'));
  }
  if (!differs) return true;
  const question = createInterface({ input: cli.host.stdin, output: cli.host.stderr });
  try {
    return /^y(es)?$/i.test((await question.question('Store these records? [y/N] ')).trim());
  } finally {
    question.close();
  }
}

/** kubectl's words for what became of a record. */
const OUTCOMES = { created: 'created', changed: 'configured', unchanged: 'unchanged' } as const;

/** False on a conflict, which is shown with both versions. */
async function applyOne(
  cli: Cli,
  store: Store,
  item: GoodRecord,
  edit: { author: string; reason: string },
): Promise<boolean> {
  const { tenant, written, etag } = item.record;
  const { name } = tenant.metadata;
  const result = await store.applyTenant({
    name,
    record: written,
    ...(etag !== undefined && { ifEtag: etag }),
    ...edit,
  });
  if (result.outcome !== 'conflict') {
    cli.print(`tenant/${name} ${OUTCOMES[result.outcome]}`);
    return true;
  }
  const { stored } = result;
  if (stored === null) {
    cli.note(
      `${item.file}:${item.line}: tenant/${name} conflict: the file was read from a record that is gone`,
    );
    return false;
  }
  cli.note(
    [
      `${item.file}:${item.line}: tenant/${name} conflict: the file was read with etag ${etag ?? 'none'}, ` +
        `stored is etag ${stored.etag} (generation ${stored.generation}, by ${stored.updatedBy} at ${stored.updatedAt})`,
      ...previewLines(
        { name, isNew: false, record: recordChanges(stored.record, written), resources: [] },
        cli.paint('stderr'),
      ).slice(1, -1),
    ].join('\n'),
  );
  return false;
}
