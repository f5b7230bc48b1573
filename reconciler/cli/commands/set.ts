/** `plumb set` and `plumb label`: fields of one or many records set in place, with their comments kept. */
import { parse } from 'yaml';
import { pathText } from '../../../desired-state/field-path.ts';
import { assigned, readAssignment, type Assignment } from '../../records/assign.ts';
import type { Json } from '../../model.ts';
import { CliError, UsageError } from '../failure.ts';
import type { Cli } from '../host.ts';
import { selectorOf, selectorText } from '../selector.ts';
import { allGood, edited, editables, selected } from '../stored-records.ts';
import { endOf, storeRecords, type Storing } from '../storing.ts';

export interface SetOptions extends Storing {
  readonly selector?: string;
  readonly all: boolean;
  readonly dryRun: boolean;
}

/** Assignments have a `=`, or end in `-`; tenants' names have neither. */
const isAssignment = (word: string): boolean => word.includes('=') || word.endsWith('-');

export const set = (cli: Cli, words: readonly string[], options: SetOptions): Promise<number> =>
  assign(cli, words, options, { path: (field) => field, example: 'spec.cluster.nodePools[gpu].max=4' });

export const label = (cli: Cli, words: readonly string[], options: SetOptions): Promise<number> =>
  assign(cli, words, options, { path: labelPath, example: 'tier=gold' });

const labelPath = (key: string): string => pathText([{ key: 'metadata' }, { key: 'labels' }, { key }]);

interface Way {
  /** The field's path of what stands before `=` or `-`. */
  readonly path: (field: string) => string;
  readonly example: string;
}

async function assign(cli: Cli, words: readonly string[], options: SetOptions, way: Way): Promise<number> {
  const names = words.filter((word) => !isAssignment(word));
  const assignments = assignmentsOf(words.filter(isAssignment), way);
  const labels = labelsOf(names, options);
  return cli.withStore(async (store) => {
    const found = labels === undefined ? await editables(store, names) : await selected(store, labels);
    if (found.length === 0) {
      throw new CliError(`no tenant has the labels ${selectorText(labels ?? {})}; correct -l`);
    }
    const problems: string[] = [];
    const edits = found.flatMap((each) => {
      const after = assigned(each.stored.record, assignments);
      if (after.ok) return [edited(each, after.value)];
      problems.push(`tenant/${each.stored.name}: ${after.problem}`);
      return [];
    });
    if (problems.length > 0) throw new CliError(`${problems.join('\n')}\nnothing was stored`);
    const outcomes = await storeRecords(cli, store, allGood(cli, edits), options);
    return endOf(outcomes, options.dryRun);
  });
}

/** Throws UsageError with everything that is wrong with all of them. */
function assignmentsOf(words: readonly string[], { path, example }: Way): Assignment[] {
  if (words.length === 0) throw new UsageError(`say what to set, e.g. ${example}`);
  const read = words.map((word) => {
    const sign = word.search(/=|-$/);
    return readAssignment(path(word.slice(0, sign)) + word.slice(sign), (text) => parse(text) as Json);
  });
  const problems = read.flatMap((each) => (each.ok ? [] : [each.problem]));
  if (problems.length > 0) throw new UsageError(problems.join('\n'));
  return read.flatMap((each) => (each.ok ? [each.value] : []));
}

/** Undefined: tenants are named. Naming none must not mean all of them. */
function labelsOf(
  names: readonly string[],
  { selector, all }: SetOptions,
): Record<string, string> | undefined {
  if (names.length === 0) return selectorOf({ ...(selector !== undefined && { selector }), all });
  if (selector !== undefined || all)
    throw new UsageError('tenants are named and selected; say one of the two');
  return undefined;
}
