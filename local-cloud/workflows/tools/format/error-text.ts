/** The error of a failed execution: context, payload and stack trace, as the service shows them, and the line it is about. */
import { printable as json } from '../../run/json.ts';
import type { Raised } from '../../run/errors.ts';
import type { Lines } from '../findings.ts';
import type { Paint } from '../streams.ts';
import { excerpt } from './excerpt.ts';
import { printable } from './printable.ts';

export function errorText(error: Raised, file: string, lines: Lines, paint: Paint): string {
  const stack = error.trace.map(
    ({ step, routine, position: { line, column } }) =>
      `  - step "${printable(step)}", routine "${printable(routine)}" at ${file}:${line}:${column}`,
  );
  const innermost = error.trace[0]?.position;
  return [
    paint.red('execution failed'),
    'context:',
    ...error
      .context(json)
      .split('\n')
      .map((line) => `  ${printable(line)}`),
    `payload: ${printable(json(error.value))}`,
    ...(stack.length === 0 ? [] : ['stackTrace:', ...stack]),
    ...(innermost === undefined ? [] : ['', ...excerpt(lines, lines.span(innermost), paint.red, paint)]),
    '',
  ].join('\n');
}
