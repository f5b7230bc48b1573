/** Everything there is to say about one workflow's text: deploy errors in their order, then the lint. */
import { build } from '../check/check.ts';
import { parseProgram } from '../lang/parse.ts';
import { BuildError, type Problem } from '../lang/problems.ts';
import type { Program } from '../lang/program.ts';
import { libraryNames } from '../library.ts';
import { explain } from './explain.ts';
import { inOrder, Lines, type Finding } from './findings.ts';
import type { Source } from './input.ts';
import { lint } from './lint/lint.ts';

export interface Examined {
  readonly findings: readonly Finding[];
  /** Absent when it cannot be deployed. */
  readonly program?: Program;
}

const YAML = 'yaml-syntax';
/** After the first ones the parser only stumbles over what they left behind. */
const MAX_YAML_ERRORS = 3;

/** Errors for which the word that was meant is looked for; behind thousands of errors stands one mistake. */
const MAX_GUESSES = 200;
const NO_WORDS: ReadonlySet<string> = new Set();

export function examine(source: Source): Examined {
  const lines = new Lines(source.text);
  const { program, parsed, problems } = attempt(source.text);
  const words = new Set([...(source.text.match(/[A-Za-z_][\w.]*/g) ?? []), ...libraryNames()]);
  const errors = problems.map((problem, i) =>
    errorOf(problem, i < MAX_GUESSES ? words : NO_WORDS, source.file, lines),
  );
  const shown = [
    ...errors.filter(({ rule }) => rule !== YAML),
    ...errors.filter(({ rule }) => rule === YAML).slice(0, MAX_YAML_ERRORS),
  ];
  const warnings = parsed === undefined ? [] : warningsOf(parsed, source.file, lines);
  return {
    findings: inOrder([...shown, ...warnings]),
    ...(program !== undefined && { program }),
  };
}

interface Attempt {
  readonly program?: Program;
  /** As far as its form is right: what the checker refuses can still be linted. */
  readonly parsed?: Program;
  readonly problems: readonly Problem[];
}

function attempt(text: string): Attempt {
  try {
    const program = build(text);
    return { program, parsed: program, problems: [] };
  } catch (error) {
    const problems = problemsOf(error);
    const masked = withoutExpressions(text, problems.filter(isExpressionSyntax));
    // With the broken expressions out of the way, the checker sees the rest.
    if (masked !== text) {
      const { parsed, problems: more } = attempt(masked);
      const broken = problems.filter(isExpressionSyntax);
      return { problems: [...broken, ...more], ...(parsed !== undefined && { parsed }) };
    }
    const parsed = parsedAnyway(text);
    return { problems, ...(parsed !== undefined && { parsed }) };
  }
}

function parsedAnyway(text: string): Program | undefined {
  try {
    return parseProgram(text);
  } catch {
    return undefined;
  }
}

const isExpressionSyntax = ({ detail }: Problem): boolean => detail.startsWith("parse error: in '${");

/** `null` in the place of each, and everything else where it was. Expressions over several lines stay. */
function withoutExpressions(text: string, problems: readonly Problem[]): string {
  const lines = text.split('\n');
  for (const { position } of problems) {
    const line = lines[position.line - 1] ?? '';
    const start = position.column - 1;
    const piece = Buffer.from(line.slice(start)).subarray(0, position.length).toString();
    if (!piece.startsWith('${') || !piece.endsWith('}')) continue;
    lines[position.line - 1] =
      line.slice(0, start) + 'null'.padEnd(piece.length) + line.slice(start + piece.length);
  }
  return lines.join('\n');
}

function problemsOf(error: unknown): readonly Problem[] {
  if (error instanceof BuildError) return error.problems;
  // The YAML reader and ours call themselves for each level.
  if (!(error instanceof RangeError)) throw error;
  const detail = 'the file is nested too deeply, or an anchor contains itself';
  return [{ detail, position: { line: 1, column: 1, length: 0 } }];
}

function errorOf(problem: Problem, words: ReadonlySet<string>, file: string, lines: Lines): Finding {
  const { rule, help, word } = explain(problem, words);
  const { detail, step, position } = problem;
  return {
    file,
    level: 'error',
    rule,
    // The reader puts the place into the text; it is shown beside it already.
    message: detail.replace(/^main\.yaml:\d+:\d+: /, ''),
    help,
    ...(step !== undefined && step !== '' && { step }),
    span: lines.span(position, word),
  };
}

function warningsOf(program: Program, file: string, lines: Lines): Finding[] {
  return lint(program).map(({ rule, remark }) => ({
    file,
    level: 'warning',
    rule: rule.id,
    message: remark.message,
    help: rule.help,
    ...(remark.step !== undefined && { step: remark.step.name }),
    span: lines.span(remark.position, remark.word),
  }));
}
