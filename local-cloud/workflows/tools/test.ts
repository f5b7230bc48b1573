/** `test PATH…`: runs the tests of `*.test.yaml` files, each in a world of its own. */
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Program } from '../lang/program.ts';
import { fromJson, toJson } from '../run/json.ts';
import { VirtualClock } from './clock.ts';
import { checkArgument, checkEnv } from './env.ts';
import { examine } from './examine.ts';
import { execute } from './execute.ts';
import { EXIT, ToolError } from './failure.ts';
import { junit } from './format/junit.ts';
import { fileText, summaryText } from './format/tests-text.ts';
import { ToolHost } from './host.ts';
import { readSource, type Source } from './input.ts';
import { judge } from './judge.ts';
import type { Streams } from './streams.ts';
import { Stubs } from './stubs.ts';
import { testFileSchema, type TestCase } from './test-file.ts';
import type { FileResult, TestResult } from './test-result.ts';
import { readForm } from './yaml-file.ts';

export interface TestOptions {
  readonly output?: readonly (
    { readonly format: 'text' } | { readonly format: 'junit'; readonly path: string }
  )[];
  readonly filter?: string;
}

const NAME = /\.test\.ya?ml$/;
const DEFAULT_START = '2026-01-01T00:00:00Z';

export async function test(
  paths: readonly string[],
  { output = [], filter }: TestOptions,
  streams: Streams,
): Promise<number> {
  const files = paths.flatMap(find);
  if (files.length === 0) throw new ToolError(`no *.test.yaml files in ${paths.join(', ')}`);
  const results: FileResult[] = [];
  for (const file of files) {
    const result = await runFile(file, filter);
    results.push(result);
    streams.out(fileText(result, streams.paint.stdout));
  }
  streams.out(summaryText(results, streams.paint.stdout));
  for (const wanted of output) {
    if (wanted.format === 'junit') writeReport(wanted.path, junit(results));
  }
  const tests = results.flatMap((result) => result.tests);
  if (filter !== undefined && tests.length === 0)
    throw new ToolError(`no test has ${JSON.stringify(filter)} in its name`);
  return tests.every(({ differences }) => differences.length === 0) ? EXIT.ok : EXIT.failed;
}

/** A file as it is named; in folders the test files, in order of their names. */
function find(path: string): string[] {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) throw new ToolError(`${path} does not exist`);
  if (!stats.isDirectory()) return [path];
  return readdirSync(path, { withFileTypes: true })
    .filter(({ name }) => name !== 'node_modules' && !name.startsWith('.'))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const inner = join(path, entry.name);
      if (entry.isDirectory()) return find(inner);
      return NAME.test(entry.name) ? [inner] : [];
    });
}

async function runFile(file: string, filter: string | undefined): Promise<FileResult> {
  const { workflow, tests } = readForm(readSource(file), testFileSchema);
  const path = join(dirname(file), workflow);
  const { program, findings } = examine(definitionOf(path, file));
  if (program === undefined) {
    const [first] = findings.filter(({ level }) => level === 'error');
    const where = first === undefined ? path : `${path}:${first.span.line}:${first.span.column}`;
    throw new ToolError(
      `${file}: its workflow cannot be deployed: ${where}: ${first?.message ?? ''} (plumb workflows check shows all)`,
      EXIT.failed,
    );
  }
  const results: TestResult[] = [];
  for (const one of tests) {
    if (filter !== undefined && !one.name.includes(filter)) continue;
    checkArgument(
      toJson(fromJson(one.argument)),
      `${file}: the argument of test ${JSON.stringify(one.name)}`,
    );
    results.push(await runTest(one, program));
  }
  return { file, tests: results };
}

function definitionOf(path: string, file: string): Source {
  try {
    return readSource(path);
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    throw new ToolError(`${file}: its workflow: ${error.message}`, error.code);
  }
}

async function runTest(test: TestCase, program: Program): Promise<TestResult> {
  checkEnv(test.env ?? {});
  const host = new ToolHost({
    clock: new VirtualClock(Date.parse(test.now ?? DEFAULT_START)),
    stubs: new Stubs(test.stubs ?? {}),
    env: test.env ?? {},
    offline: true,
  });
  const begin = performance.now();
  const outcome = await execute(program, fromJson(test.argument), host, { seed: test.seed ?? 1 });
  return {
    name: test.name,
    seconds: (performance.now() - begin) / 1000,
    differences: judge(test.expect, outcome, host),
  };
}

function writeReport(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw new ToolError(
      `${path} cannot be written: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
