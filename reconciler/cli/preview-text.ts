/** What an edit would do, as lines: the fields of the record that change, then the resources that would. */
import type { Change } from '../preview.ts';
import type { Json } from '../model.ts';
import { printable } from '../report/printable.ts';
import type { Paint } from '../report/text.ts';
import { valueText } from '../report/words.ts';
import type { RecordChange } from './record-diff.ts';

export interface Preview {
  readonly name: string;
  readonly isNew: boolean;
  readonly record: readonly RecordChange[];
  readonly resources: readonly Change[];
}

export function previewLines(preview: Preview, paint: Paint): string[] {
  const { name, isNew, record, resources } = preview;
  if (isNew) {
    return [
      paint.green(`+ tenant/${name} is new`),
      '  resources that would appear:',
      ...resources.map((change) => paint.green(printable(`    + ${change.resource}${origin(change.from)}`))),
    ];
  }
  return [
    paint.yellow(`~ tenant/${name} changes`),
    '  record, stored → new:',
    ...record.map((change) => recordLine(change, paint)),
    resources.length === 0 ? '  no resource would change' : '  resources, now wanted → would be wanted:',
    ...resources.map((change) => resourceLine(change, paint)),
  ];
}

export function recordLine({ path, before, after }: RecordChange, paint: Paint): string {
  if (before === undefined) return paint.green(printable(`    + ${path}: ${side(after)}`));
  if (after === undefined) return paint.red(printable(`    - ${path}: ${side(before)}`));
  return paint.yellow(printable(`    ~ ${path}: ${side(before)} → ${side(after)}`));
}

/** Only null is written as such: a record that says `null` means something else than one that says nothing. */
const side = (value: Json | undefined): string =>
  value === undefined ? 'not written' : value === null ? 'null' : valueText(value);

function resourceLine(change: Change, paint: Paint): string {
  const { resource, field, before, after, risk, from } = change;
  const risky = risk === 'in-place' || risk === 'none' ? '' : ` (${risk})`;
  if (field !== null) {
    const line = `    ~ ${resource} ${field}: ${valueText(before)} → ${valueText(after)}${risky}${origin(from)}`;
    return (risky === '' ? paint.yellow : paint.red)(printable(line));
  }
  return after === 'absent'
    ? paint.red(printable(`    - ${resource}${risky}${origin(from)}`))
    : paint.green(printable(`    + ${resource}${origin(from)}`));
}

const origin = (from: string | null): string => (from === null ? '' : `  [${from}]`);
