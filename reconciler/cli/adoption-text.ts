/** An adoption as lines for people: what is there, field by field what managing it would change, and what is left alone. */
import type { Environment } from '../adopt.ts';
import type { Finding } from '../model.ts';
import type { Effect } from '../policy/adoption.ts';
import { printable } from '../report/printable.ts';
import { maskedFindings } from '../report/sensitive.ts';
import type { Paint } from '../report/text.ts';
import { coverageText, plural, unexplainedNames, valueText } from '../report/words.ts';
import { choiceText, isDangerous, openOf, type Difference, type Terms } from './adoption-terms.ts';
import type { RecordChange } from './record-diff.ts';
import { recordLine } from './preview-text.ts';

const EFFECTS: Readonly<Record<Effect, { readonly symbol: string; readonly words: string }>> = {
  create: { symbol: '+', words: 'would be created' },
  change: { symbol: '~', words: 'would be changed in place' },
  replace: { symbol: '±', words: 'would be replaced: what it holds is lost' },
  remove: { symbol: '-', words: 'would be taken away' },
  stays: { symbol: '·', words: 'stays as it is, and is reported' },
  impossible: {
    symbol: '!',
    words: 'would have to be made anew, which no run does; take it over, or settle it by hand',
  },
};

export interface Shown {
  readonly name: string;
  readonly terms: Terms;
  readonly environment: Environment;
  /** How the record differs from the stored one, or from its file while none is stored. */
  readonly edits: readonly RecordChange[];
}

export function adoptionLines({ name, terms, environment, edits }: Shown, paint: Paint): string[] {
  const { differences, unreadable, standing } = terms;
  const created = differences.filter(({ effect }) => effect === 'create').length;
  const differing = differences.length - created;
  const counts = [
    `${plural(standing.length, 'resource')} of it ${standing.length === 1 ? 'is' : 'are'} there`,
    `${differing} ${differing === 1 ? 'differs' : 'differ'}`,
    `${created} would be created`,
    ...(unreadable.length === 0 ? [] : [`${unreadable.length} could not be read`]),
  ];
  return [
    paint.bold(printable(`tenant/${name}: ${counts.join(', ')}`)),
    ...(edits.length === 0 ? [] : ['  record, as it is → as it would be stored:']),
    ...edits.map((edit) => recordLine(edit, paint)),
    ...byResource(differences).flatMap((group) => resourceLines(group, paint)),
    ...unreadable.map(({ resource, message }) => paint.red(printable(`  ? ${resource} ${message}`))),
    ...besideLines(environment),
    '  Terraform compares more than is shown here, and labels what it keeps. The run shows its plan in the log of its',
    '  build, and refuses to delete or replace anything that was not named.',
  ];
}

/** In the order they came. */
function byResource(differences: readonly Difference[]): Difference[][] {
  const masked = maskedFindings(differences.map(({ finding }) => finding));
  const shown = differences.map((each, at): Difference => ({ ...each, finding: masked[at] ?? each.finding }));
  return [...Map.groupBy(shown, ({ finding }) => finding.resource).values()];
}

function resourceLines(group: readonly Difference[], paint: Paint): string[] {
  return [
    printable(`  ${group[0]?.finding.resource ?? ''}`),
    ...group.map((difference) => {
      const line = printable(`    ${differenceText(difference)}`);
      if (isDangerous(difference)) return paint.red(line);
      return difference.effect === 'create' ? paint.green(line) : paint.yellow(line);
    }),
  ];
}

function differenceText({ finding, effect, accepted }: Difference): string {
  const { field, have, want, from } = finding;
  const { symbol, words } = EFFECTS[effect];
  const sides = field === null ? '' : ` ${field}: have ${valueText(have)} → want ${valueText(want)};`;
  return [
    `${symbol}${sides} ${words}`,
    ...(from === null ? [] : [`  [${from}]`]),
    ...(accepted ? [' (accepted)'] : []),
  ].join('');
}

function besideLines({ coverage, strays }: Environment): string[] {
  if (coverage === null) return ['  what else is in the project could not be read'];
  return [
    `  assets of the project: ${coverageText(coverage)}`,
    ...unexplainedNames(coverage).map((asset) => printable(`    not ours, left alone: ${asset}`)),
    ...strays.map(({ resource, have }) =>
      printable(`    not ours, left alone: ${resource} in the network (${valueText(have)})`),
    ),
  ];
}

/** What stands against the adoption, each with how to go on; empty when nothing does. */
export function objections(terms: Terms): string[] {
  return [
    ...terms.problems,
    ...terms.unreadable.map(
      ({ resource }) => `${resource} could not be read, and unreadable is not absent: restore the read`,
    ),
    ...openOf(terms).map((each) => `${choiceText(each.finding)} is not settled: ${wayOf(each)}`),
  ].map(printable);
}

function wayOf({ finding, effect, refusal }: Difference): string {
  const what = quoted(finding);
  const take = refusal === null ? `--take ${what}` : '';
  if (effect === 'impossible') return take === '' ? 'settle it by hand' : `${take}, or settle it by hand`;
  const change = `--change ${what}`;
  return take === '' ? change : `${take} (the record says what is there), or ${change} (the run changes it)`;
}

const quoted = (finding: Finding): string => {
  const text = choiceText(finding);
  return /^[\w./:-]+$/.test(text) ? text : `'${text}'`;
};
