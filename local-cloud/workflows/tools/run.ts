/** `run FILE`: executes a workflow here and prints its result, or its error as the service shows it. */
import { examine } from './examine.ts';
import { WALL_CLOCK, VirtualClock } from './clock.ts';
import { execute } from './execute.ts';
import { EXIT, ToolError } from './failure.ts';
import { Lines } from './findings.ts';
import { errorText } from './format/error-text.ts';
import { findingsText } from './format/findings-text.ts';
import { printable } from './format/printable.ts';
import { ToolHost, type LogLine } from './host.ts';
import { readSource } from './input.ts';
import { parseJson, printable as json, toJson } from '../run/json.ts';
import type { Value } from '../run/values.ts';
import type { Streams } from './streams.ts';
import { Stubs, stubsSchema, type StubFile } from './stubs.ts';
import { Trace } from './trace.ts';
import { checkArgument, checkEnv } from './env.ts';
import { readForm } from './yaml-file.ts';

export interface RunOptions {
  readonly data?: string;
  readonly env: Readonly<Record<string, string>>;
  readonly stubs?: string;
  readonly offline: boolean;
  readonly trace: boolean;
  readonly seed: number;
  readonly realTime: boolean;
}

export async function run(file: string, options: RunOptions, streams: Streams): Promise<number> {
  const argument = argumentOf(options.data);
  const stubs: StubFile = options.stubs === undefined ? {} : readForm(readSource(options.stubs), stubsSchema);
  checkEnv(options.env);
  const source = readSource(file);
  const { program, findings } = examine(source);
  if (program === undefined) {
    const errors = findings.filter(({ level }) => level === 'error');
    streams.err(findingsText(errors, [source], streams.paint.stderr));
    return EXIT.failed;
  }
  const paint = streams.paint.stderr;
  const host = new ToolHost({
    clock: options.realTime ? WALL_CLOCK : new VirtualClock(Date.now()),
    stubs: new Stubs(stubs),
    env: options.env,
    offline: options.offline,
    onLog: (line) => streams.err(`${logText(line)}\n`),
  });
  const observer = options.trace
    ? new Trace(source.file, paint, (line) => streams.err(`${line}\n`))
    : undefined;
  const outcome = await execute(program, argument, host, {
    seed: options.seed,
    ...(observer !== undefined && { observer }),
  });
  switch (outcome.kind) {
    case 'result':
      streams.out(`${toJson(outcome.value, { prefix: '', indent: '  ' })}\n`);
      return EXIT.ok;
    case 'error':
      streams.err(errorText(outcome.error, source.file, new Lines(source.text), paint));
      return EXIT.failed;
    case 'unanswered': {
      const { step, routine, message } = outcome;
      const where = `in step "${step}", routine "${routine}"`;
      const how = options.stubs === undefined ? ' (a file for --stubs)' : '';
      throw new ToolError(`${where}: ${message.replace('; add one:', `; add one${how}:`)}`, EXIT.failed);
    }
  }
}

function argumentOf(data: string | undefined): Value {
  if (data === undefined) return null;
  const fromFile = data.startsWith('@');
  const text = fromFile ? readSource(data.slice(1)).text : data;
  const what = fromFile ? data.slice(1) : '--data';
  checkArgument(text, what);
  try {
    return parseJson(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ToolError(`${what} is not JSON: ${reason}; write e.g. --data '{"name": "acme"}'`);
  }
}

const logText = ({ severity, entry }: LogLine): string =>
  `log ${severity}: ${printable('text' in entry ? entry.text : json(entry.json))}`;
