/** A line of source with carets under a piece of it. */
import type { Lines, Span } from '../findings.ts';
import type { Paint } from '../streams.ts';
import { CONTROL } from './printable.ts';

/** Longer lines are shown around the place only. */
const MAX_WIDTH = 120;

/** Nothing for an empty line. */
export function excerpt(lines: Lines, span: Span, colour: Paint['red'], paint: Paint): string[] {
  const line = lines.at(span.line);
  if (line.trim() === '') return [];
  const from = span.end <= MAX_WIDTH ? 0 : Math.max(0, span.column - 1 - MAX_WIDTH / 2);
  // Tabs would move the caret away from what it points at: each unit takes one place.
  const text = line
    .slice(from, from + MAX_WIDTH)
    .replace(CONTROL, ' ')
    .replaceAll('\t', ' ');
  const number = String(span.line);
  const length = Math.max(1, Math.min(span.end, from + MAX_WIDTH + 1) - span.column);
  return [
    `  ${paint.dim(`${number} |`)} ${text}`,
    `  ${paint.dim(`${' '.repeat(number.length)} |`)} ${' '.repeat(span.column - 1 - from)}${colour('^'.repeat(length))}`,
  ];
}
