/** The error of a failed execution: context, payload and stack trace, as the service shows them, and the line it is about. */
import { printable as json } from '../../run/json.ts';
import type { Raised } from '../../run/errors.ts';
import type { Lines } from '../findings.ts';
import type { Paint } from '../streams.ts';
import { printable } from './printable.ts';

export function errorText(error: Raised, file: string, lines: Lines, paint: Paint): string {
  const stack = error.trace.map(
    ({ step, routine, position: { line, column } }) =>
      `  - step "${printable(step)}", routine "${printable(routine)}" at ${file}:${line}:${column}`,
  );
  return [
    paint.red('execution failed'),
    'context:',
    ...error
      .context(json)
      .split('\n')
      .map((line) => `  ${printable(line)}`),
    `payload: ${printable(json(error.value))}`,
    ...(stack.length === 0 ? [] : ['stackTrace:', ...stack]),
    ...excerpt(error, lines, paint),
    '',
  ].join('\n');
}

function excerpt({ trace }: Raised, lines: Lines, paint: Paint): string[] {
  const position = trace[0]?.position;
  if (position === undefined) return [];
  const { line, column, end } = lines.span(position);
  const text = lines.at(line).replaceAll('\t', ' ');
  const number = String(line);
  return [
    '',
    `  ${paint.dim(`${number} |`)} ${printable(text)}`,
    `  ${paint.dim(`${' '.repeat(number.length)} |`)} ${' '.repeat(column - 1)}${paint.red('^'.repeat(end - column))}`,
  ];
}
