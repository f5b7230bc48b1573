/** `plumb diff`: records against the stored ones, and what the edit would change in the cloud. Changes nothing. */
import { DIFF_EXIT } from '../exit-codes.ts';
import { CliError, explainFailure } from '../failure.ts';
import type { Cli } from '../host.ts';
import { previewOf } from '../preview-record.ts';
import { previewLines } from '../preview-text.ts';
import { recordsOf, type RecordFlags } from '../records.ts';

export type DiffOptions = RecordFlags;

/** Errors end with 2 here, because 1 says "they differ". */
export async function diff(cli: Cli, options: DiffOptions): Promise<number> {
  try {
    return await compare(cli, options);
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError(explainFailure(error, false).replace(/^error: /, ''), {
      code: DIFF_EXIT.error,
      cause: error,
    });
  }
}

async function compare(cli: Cli, options: DiffOptions): Promise<number> {
  const records = await recordsOf(cli, options, DIFF_EXIT.error);
  return cli.withStore(async (store) => {
    let code: number = DIFF_EXIT.same;
    for (const item of records) {
      const preview = previewOf(item, await store.getTenant(item.record.tenant.metadata.name));
      if (preview === undefined) continue;
      code = DIFF_EXIT.differs;
      cli.print(previewLines(preview, cli.paint()).join('\n'));
    }
    return code;
  });
}
