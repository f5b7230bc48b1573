/** `plumb apply`: checks records and stores them, asking first when a person sits at the terminal. */
import type { Store } from '../../../desired-state/store.ts';
import { claimsOf, rivalsOf, unlawful } from '../../claims.ts';
import type { Json } from '../../model.ts';
import { plural } from '../../report/words.ts';
import { EXIT } from '../exit-codes.ts';
import { CliError } from '../failure.ts';
import type { Cli } from '../host.ts';
import { previewOf } from '../preview-record.ts';
import { previewLines } from '../preview-text.ts';
import { saidYes } from '../question.ts';
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
    await refuseClaims(cli, store, records);
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
      `${plural(conflicts, 'record')} of ${records.length} not stored, because somebody made a change in between. ` +
        'Read again (plumb get tenant NAME -o yaml), make the edit there, and apply that',
    );
  });
}

/**
 * Refuses records whose project would be another tenant's too, judged by what all records would then say, so that one
 * apply may hand a project on. Two people applying at once can still pass: every pass looks again before it acts.
 */
async function refuseClaims(cli: Cli, store: Store, records: readonly GoodRecord[]): Promise<void> {
  const after = new Map<string, { name: string; record: Json }>();
  for await (const { name, record } of store.listTenants()) after.set(name, { name, record });
  for (const { record } of records) {
    const { name } = record.tenant.metadata;
    after.set(name, { name, record: record.written });
  }
  const claims = claimsOf([...after.values()]);
  const contested = [...claims.values()].filter((claimants) => claimants.length > 1).flat();
  if (contested.length === 0) return;
  const ledger = await store.ledgerOf(contested);
  let refused = 0;
  for (const { file, line, record } of records) {
    const { name } = record.tenant.metadata;
    const rivals = rivalsOf(claims, { name, record: record.written }, ledger);
    const objection = unlawful(record.tenant, name, rivals);
    if (objection === undefined) continue;
    refused += 1;
    cli.note(`${file}:${line}: tenant/${name} refused: ${objection}`);
  }
  if (refused === 0) return;
  throw new CliError(
    `${plural(refused, 'record')} refused; nothing was stored. Give each tenant a project of its own and try again`,
  );
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
  return saidYes(cli, 'Store these records?');
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
