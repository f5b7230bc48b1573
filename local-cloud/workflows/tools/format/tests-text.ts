/** Test results for people: a line per test, and for those that failed what was wanted and what is. */
import type { Difference } from '../compare.ts';
import type { FileResult } from '../test-result.ts';
import type { Paint } from '../streams.ts';
import { printable } from './printable.ts';

export function fileText({ file, tests }: FileResult, paint: Paint): string {
  const lines = tests.flatMap(({ name, differences }) => {
    if (differences.length === 0) return [`  ${paint.green('ok')}    ${printable(name)}`];
    return [
      `  ${paint.red('FAIL')}  ${printable(name)}`,
      ...differences.flatMap((difference) => differenceText(difference, paint)),
    ];
  });
  return [paint.bold(file), ...lines, ''].join('\n');
}

function differenceText({ at, want, have }: Difference, paint: Paint): string[] {
  return [
    `          at ${printable(at)}`,
    ...labelled('want', want, paint.green),
    ...labelled('have', have, paint.red),
  ];
}

function labelled(label: string, text: string, colour: Paint['red']): string[] {
  const [first = '', ...rest] = text.split('\n').map(printable);
  return [`            ${label} ${colour(first)}`, ...rest.map((line) => `                 ${colour(line)}`)];
}

export function summaryText(results: readonly FileResult[], paint: Paint): string {
  const tests = results.flatMap((result) => result.tests);
  const failed = tests.filter(({ differences }) => differences.length > 0).length;
  const passed = `${tests.length - failed} passed`;
  return `\n${failed === 0 ? paint.green(passed) : `${passed}, ${paint.red(`${failed} failed`)}`}\n`;
}
