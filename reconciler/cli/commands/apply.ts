/** `plumb apply`: checks records and stores them, asking first when a person sits at the terminal. */
import type { Cli } from '../host.ts';
import { recordsOf, type RecordFlags } from '../records.ts';
import { endOf, storeRecords } from '../storing.ts';

export interface ApplyOptions extends RecordFlags {
  readonly reason: string;
  readonly yes: boolean;
  readonly dryRun: boolean;
}

export async function apply(cli: Cli, options: ApplyOptions): Promise<number> {
  const records = await recordsOf(cli, options);
  return cli.withStore(async (store) =>
    endOf(await storeRecords(cli, store, records, options), options.dryRun),
  );
}
