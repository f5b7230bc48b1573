/** Findings for people: where, what, the line with a caret under it, and how to put it right. */
import type { Finding } from '../findings.ts';
import { Lines } from '../findings.ts';
import type { Source } from '../input.ts';
import type { Paint } from '../streams.ts';
import { printable } from './printable.ts';

/** Longer lines are shown around the place only. */
const MAX_WIDTH = 120;

export function findingsText(findings: readonly Finding[], sources: readonly Source[], paint: Paint): string {
  const lines = new Map(sources.map(({ file, text }) => [file, new Lines(text)]));
  const blocks = findings.map((finding) => block(finding, lines.get(finding.file), paint));
  return [...blocks, summary(findings, sources.length, paint)].join('\n');
}

function block(finding: Finding, lines: Lines | undefined, paint: Paint): string {
  const { file, level, rule, message, help, step, span } = finding;
  const colour = level === 'error' ? paint.red : paint.yellow;
  const where = step === undefined ? '' : `in step ${printable(step)}: `;
  const head = `${paint.bold(`${file}:${span.line}:${span.column}:`)} ${colour(`${level}:`)} ${where}${printable(message)} ${paint.dim(`[${rule}]`)}`;
  const shown = lines === undefined ? [] : excerpt(lines.at(span.line), finding, colour, paint);
  return [head, ...shown, ...(help === undefined ? [] : [`  ${paint.cyan('fix:')} ${help}`]), ''].join('\n');
}

function excerpt(line: string, { span }: Finding, colour: Paint['red'], paint: Paint): string[] {
  if (line.trim() === '') return [];
  const from = span.end <= MAX_WIDTH ? 0 : Math.max(0, span.column - 1 - MAX_WIDTH / 2);
  // Tabs and wide characters would move the caret away from what it points at: each unit takes one place.
  const text = oneWide(line.slice(from, from + MAX_WIDTH));
  const number = String(span.line);
  const length = Math.max(1, Math.min(span.end, from + MAX_WIDTH + 1) - span.column);
  const caret = ' '.repeat(span.column - 1 - from) + colour('^'.repeat(length));
  return [
    `  ${paint.dim(`${number} |`)} ${text}`,
    `  ${paint.dim(`${' '.repeat(number.length)} |`)} ${caret}`,
  ];
}

const oneWide = (text: string): string => text.replace(/[\x00-\x1f\x7f]/g, ' ');

function summary(findings: readonly Finding[], files: number, paint: Paint): string {
  const errors = findings.filter(({ level }) => level === 'error').length;
  const warnings = findings.length - errors;
  const checked = `${count(files, 'file')} checked`;
  if (findings.length === 0) return `${checked}: ${paint.green('no findings')}\n`;
  return `${checked}: ${count(errors, 'error')}, ${count(warnings, 'warning')}\n`;
}

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;
