/**
 * How every command that changes records goes about it: it shows what would change, asks when a person sits at the
 * terminal, stores, and says what became of each record. Nothing is overwritten unseen.
 */
import type { Store, StoredTenant } from '../../desired-state/store.ts';
import { claimsOf, rivalsOf, unlawful } from '../claims.ts';
import type { Json } from '../model.ts';
import { plural } from '../report/words.ts';
import { EXIT } from './exit-codes.ts';
import { CliError } from './failure.ts';
import type { Cli } from './host.ts';
import { previewOf } from './preview-record.ts';
import { previewLines } from './preview-text.ts';
import { saidYes } from './question.ts';
import { recordChanges } from './record-diff.ts';
import type { GoodRecord } from './records.ts';
import { dangerLines } from './run-text.ts';

export interface Storing {
  /** Kept with the revision. */
  readonly reason: string;
  /** Do not ask, even in a terminal. */
  readonly yes: boolean;
  /** Show, and store nothing. */
  readonly dryRun?: boolean;
}

/** What became of one record; `conflict`: somebody stored another version in between, and it was shown. */
export type Outcome = 'created' | 'changed' | 'unchanged' | 'conflict';

/** Outcomes by tenant; undefined when nothing was to be stored: a person said no, or it was a dry run. */
export async function storeRecords(
  cli: Cli,
  store: Store,
  records: readonly GoodRecord[],
  options: Storing,
): Promise<ReadonlyMap<string, Outcome> | undefined> {
  // Asked first: whoever is nobody to Google Cloud should learn it before reading a diff.
  const author = options.dryRun === true ? '' : await cli.identity();
  await refuseClaims(cli, store, records);
  const differs = await showChanges(cli, store, records, options);
  if (options.dryRun === true) {
    cli.note('dry run: nothing was stored');
    return undefined;
  }
  if (differs && !options.yes && cli.interactive) {
    const question = records.length === 1 ? 'Store this record?' : 'Store these records?';
    if (!(await saidYes(cli, question))) {
      cli.note('nothing was stored');
      return undefined;
    }
  }
  const outcomes = new Map<string, Outcome>();
  for (const item of records) {
    const outcome = await storeOne(cli, store, item, { author, reason: options.reason });
    outcomes.set(item.record.tenant.metadata.name, outcome);
  }
  return outcomes;
}

/** The exit code of a command that stored records. Throws CliError when somebody was faster with one of them. */
export function endOf(outcomes: ReadonlyMap<string, Outcome> | undefined, dryRun = false): number {
  if (outcomes === undefined) return dryRun ? EXIT.ok : EXIT.error;
  const conflicts = [...outcomes.values()].filter((outcome) => outcome === 'conflict').length;
  if (conflicts === 0) return EXIT.ok;
  throw new CliError(
    `${plural(conflicts, 'record')} of ${outcomes.size} not stored, because somebody made a change in between. ` +
      'Read again (plumb get tenant NAME -o yaml), make the edit there, and apply that',
  );
}

/**
 * Refuses records whose project would be another tenant's too, judged by what all records would then say, so that one
 * apply may hand a project on. Two people applying at once can still pass: every pass looks again before it acts.
 */
export async function refuseClaims(
  cli: Cli,
  store: Pick<Store, 'listTenants' | 'ledgerOf'>,
  records: readonly GoodRecord[],
): Promise<void> {
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

/** Whether anything differs. A dry run and a question must be seen, whatever is to be kept quiet. */
async function showChanges(
  cli: Cli,
  store: Store,
  records: readonly GoodRecord[],
  { yes, dryRun }: Storing,
): Promise<boolean> {
  const texts = await store.textsOf(records.map(({ record }) => record.tenant.metadata.name));
  const paint = cli.paint('stderr');
  const asks = dryRun === true || (!yes && cli.interactive);
  const show = (lines: readonly string[]) =>
    asks ? cli.note(lines.join('\n')) : cli.progress(lines.join('\n'));
  let differs = false;
  for (const item of records) {
    const { tenant, text } = item.record;
    const { name } = tenant.metadata;
    const preview = previewOf(item, await store.getTenant(name));
    if (preview !== undefined) {
      differs = true;
      show([...previewLines(preview, paint), ...dangerLines(preview, paint)]);
    } else if (text !== undefined && text !== texts.get(name)?.text) {
      show([paint.yellow(`~ tenant/${name}: only its comments or its layout change`)]);
    }
  }
  return differs;
}

/** kubectl's words for what became of a record. */
const OUTCOMES = { created: 'created', changed: 'configured', unchanged: 'unchanged' } as const;

async function storeOne(
  cli: Cli,
  store: Store,
  item: GoodRecord,
  edit: { author: string; reason: string },
): Promise<Outcome> {
  const { tenant, written, etag, text } = item.record;
  const { name } = tenant.metadata;
  const result = await store.applyTenant({
    name,
    record: written,
    ...(text !== undefined && { text }),
    ...(etag !== undefined && { ifEtag: etag }),
    ...edit,
  });
  if (result.outcome === 'conflict') showConflict(cli, item, result.stored);
  else cli.print(`tenant/${name} ${OUTCOMES[result.outcome]}`);
  return result.outcome;
}

function showConflict(cli: Cli, { file, line, record }: GoodRecord, stored: StoredTenant | null): void {
  const { name } = record.tenant.metadata;
  const where = file === `tenant/${name}` ? file : `${file}:${line}: tenant/${name}`;
  if (stored === null) {
    cli.note(`${where} conflict: the text was read from a record that is gone`);
    return;
  }
  const paint = cli.paint('stderr');
  const preview = { name, isNew: false, record: recordChanges(stored.record, record.written), resources: [] };
  cli.note(
    [
      `${where} conflict: the text was read with etag ${record.etag ?? 'none'}, ` +
        `stored is etag ${stored.etag} (generation ${stored.generation}, by ${stored.updatedBy} at ${stored.updatedAt})`,
      ...previewLines(preview, paint).slice(1, -1),
    ].join('\n'),
  );
}
