/**
 * `plumb edit`: a stored record in a person's editor. What is wrong with it is written above the text and the editor
 * opens again; whatever cannot be stored is kept in a file, and its path is said.
 */
import { formatLocated, type LocatedProblem } from '../../../desired-state/files.ts';
import { withSystemFields } from '../../../desired-state/text.ts';
import { plural } from '../../report/words.ts';
import { EXIT } from '../exit-codes.ts';
import { CliError } from '../failure.ts';
import type { Cli } from '../host.ts';
import { Draft } from '../draft.ts';
import { recordChanges } from '../record-diff.ts';
import { recordLine } from '../preview-text.ts';
import type { GoodRecord } from '../records.ts';
import { editables, revised, type Editable } from '../stored-records.ts';
import { storeRecords, type Storing } from '../storing.ts';
import type { Store } from '../../../desired-state/store.ts';

export interface EditOptions extends Storing {
  readonly dryRun: boolean;
}

export async function edit(cli: Cli, given: string, options: EditOptions): Promise<number> {
  return cli.withStore(async (store) => {
    const [found] = await editables(store, [given]);
    if (found === undefined) return EXIT.error;
    const draft = await Draft.open(cli, found.stored.name, found.text);
    try {
      return await edited(cli, store, { found, draft, options });
    } finally {
      await draft.end();
    }
  });
}

interface Session {
  readonly found: Editable;
  readonly draft: Draft;
  readonly options: EditOptions;
}

async function edited(cli: Cli, store: Store, { found, draft, options }: Session): Promise<number> {
  const { stored } = found;
  const record = await goodText(cli, found, draft);
  if (record === undefined) {
    cli.print(`tenant/${stored.name} unchanged`);
    return EXIT.ok;
  }
  let outcomes: Awaited<ReturnType<typeof storeRecords>>;
  try {
    outcomes = await storeRecords(cli, store, [record], options);
  } catch (error) {
    // Refused, or the store is out of reach: nobody should have to write it again.
    cli.note(keptText(await keep(found, draft)));
    throw error;
  }
  if (outcomes === undefined) {
    cli.note(keptText(await keep(found, draft)));
    return options.dryRun ? EXIT.ok : EXIT.error;
  }
  if (outcomes.get(stored.name) !== 'conflict') return EXIT.ok;
  await showTheirs(cli, store, found);
  throw new CliError(
    `tenant/${stored.name} was not stored, because somebody changed it while it was edited. ` +
      `${keptText(await keep(found, draft))}; make your changes again in 'plumb edit ${stored.name}'`,
  );
}

/** Opens the editor until the text is right. Undefined: nothing was changed. Throws CliError when it is given up. */
async function goodText(cli: Cli, { stored, text }: Editable, draft: Draft): Promise<GoodRecord | undefined> {
  let before = text;
  let problems: readonly LocatedProblem[] = [];
  for (;;) {
    const after = await draft.edited(before, problems);
    if (after === text) return undefined;
    if (after === '') throw new CliError('the text is empty, so the edit was given up; nothing was stored');
    if (after === before) {
      throw new CliError(
        `the text is as it was, so the edit was given up; nothing was stored. ${keptText(await draft.kept(after))}`,
      );
    }
    const result = revised(stored, after);
    if (result.record !== undefined) {
      for (const warning of result.warnings) cli.note(`warning: ${formatLocated(warning)}`);
      return result.record;
    }
    problems = result.problems;
    before = after;
    if (cli.interactive) continue;
    for (const found of problems) cli.note(formatLocated(found));
    const kept = keptText(await draft.kept(after));
    throw new CliError(`${plural(problems.length, 'problem')}; nothing was stored. ${kept}`);
  }
}

const keptText = (path: string): string => `Your text is kept in ${path}`;

/** With the etag it was read with, so that applying it overwrites nobody's change. */
const keep = ({ stored }: Editable, draft: Draft): Promise<string> =>
  draft.kept(withSystemFields(draft.text, { etag: stored.etag }));

/** What the other one changed; what was to be stored has been shown as a conflict. */
async function showTheirs(cli: Cli, store: Store, { stored }: Editable): Promise<void> {
  const now = await store.getTenant(stored.name);
  if (now === undefined) return;
  const paint = cli.paint('stderr');
  cli.note(`  changed by ${now.updatedBy} in the meantime:`);
  for (const change of recordChanges(stored.record, now.record)) cli.note(recordLine(change, paint));
}
