/** Reading records for `apply` and `diff`: everything that is wrong with all files is said at once, then nothing is done. */
import { formatLocated, readRecords, type RecordDocument } from '../../desired-state/files.ts';
import { plural } from '../report/words.ts';
import { CliError } from './failure.ts';
import type { Cli } from './host.ts';

export type GoodRecord = RecordDocument & { readonly record: NonNullable<RecordDocument['record']> };

export interface RecordFlags {
  readonly filename: readonly string[];
  readonly recursive: boolean;
}

/** All records of the files. Warnings go to stderr; with a single problem anywhere it throws, with `code`. */
export async function recordsOf(cli: Cli, flags: RecordFlags, code = 1): Promise<GoodRecord[]> {
  const documents = await readRecords(flags.filename, { recursive: flags.recursive, stdin: cli.host.stdin });
  for (const warning of documents.flatMap(({ warnings }) => warnings))
    cli.note(`warning: ${formatLocated(warning)}`);
  const problems = documents.flatMap((document) => document.problems);
  if (problems.length === 0) return documents.filter(isGood);
  for (const problem of problems) cli.note(formatLocated(problem));
  const files = new Set(documents.filter((document) => document.problems.length > 0).map(({ file }) => file));
  throw new CliError(
    `${plural(problems.length, 'problem')} in ${plural(files.size, 'file')}; nothing was done. Correct them and try again`,
    { code },
  );
}

const isGood = (document: RecordDocument): document is GoodRecord => document.record !== undefined;

/** `acme` of `acme`, `tenant/acme` and `tenants/acme`. */
export const tenantName = (given: string): string => given.replace(/^tenants?\//, '');
