/** Findings for people: where, what, the line with a caret under it, and how to put it right. */
import type { Finding } from '../findings.ts';
import { Lines } from '../findings.ts';
import type { Source } from '../input.ts';
import type { Paint } from '../streams.ts';
import { excerpt } from './excerpt.ts';
import { printable } from './printable.ts';

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
  const shown = lines === undefined ? [] : excerpt(lines, span, colour, paint);
  return [head, ...shown, ...(help === undefined ? [] : [`  ${paint.cyan('fix:')} ${help}`]), ''].join('\n');
}

function summary(findings: readonly Finding[], files: number, paint: Paint): string {
  const errors = findings.filter(({ level }) => level === 'error').length;
  const warnings = findings.length - errors;
  const checked = `${count(files, 'file')} checked`;
  if (findings.length === 0) return `${checked}: ${paint.green('no findings')}\n`;
  return `${checked}: ${count(errors, 'error')}, ${count(warnings, 'warning')}\n`;
}

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;
