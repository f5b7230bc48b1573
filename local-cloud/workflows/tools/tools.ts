/** The command line of the tools as a table. Each tool is loaded when it is called. */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import type { CheckOptions } from './check.ts';
import { EXIT, ToolError } from './failure.ts';
import type { GraphOptions } from './graph.ts';
import type { RunOptions } from './run.ts';
import { processStreams, type Streams } from './streams.ts';
import type { TestOptions } from './test.ts';

/** Runs one command line and ends the process. */
export async function runTools(args: readonly string[]): Promise<void> {
  // A reader that has seen enough (`… | head`) is no failure of ours.
  process.stdout.on('error', (error: NodeJS.ErrnoException) =>
    process.exit(error.code === 'EPIPE' ? EXIT.ok : EXIT.failed),
  );
  const code = await outcome(args, processStreams());
  // An HTTP request of a workflow that has ended may keep the loop alive; the empty write ends behind all output.
  process.stdout.write('', () => process.exit(code));
}

async function outcome(args: readonly string[], streams: Streams): Promise<number> {
  let code: number = EXIT.ok;
  try {
    await buildTools(streams, (ended) => (code = ended)).parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    // Commander has said it already; help is no failure.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    streams.err(`error: ${explain(error)}\n`);
    return error instanceof ToolError ? error.code : EXIT.failed;
  }
}

function explain(error: unknown): string {
  if (error instanceof ToolError) return error.message;
  if (!(error instanceof Error)) return `unexpected: ${String(error)}`;
  const debug = (process.env['PLUMBLINE_DEBUG'] ?? '') !== '';
  const text = `unexpected ${error.name}: ${error.message}`;
  return debug ? `${text}\n${error.stack ?? ''}` : `${text} (set PLUMBLINE_DEBUG=1 for details)`;
}

function buildTools(streams: Streams, onEnd: (code: number) => void): Command {
  const tools = new Command('plumb workflows')
    .description(
      'Tools for Google Cloud Workflows definitions. They work on files alone: no cloud, no credentials.',
    )
    .showHelpAfterError('(--help lists the flags)')
    .exitOverride()
    .addHelpText(
      'after',
      `
Examples:
  plumb workflows check *.yaml
  plumb workflows run flow.yaml --data '{"name": "acme"}' --trace
  plumb workflows test tests/
  plumb workflows graph flow.yaml > flow.mmd

Exit codes: 0 ok, 1 findings, a failed run or failed tests, 2 wrong usage or a file that cannot be read.`,
    );
  addCheck(tools, streams, onEnd);
  addRun(tools, streams, onEnd);
  addTest(tools, streams, onEnd);
  addGraph(tools, streams, onEnd);
  return tools;
}

type Add = (tools: Command, streams: Streams, onEnd: (code: number) => void) => void;

const addCheck: Add = (tools, streams, onEnd) =>
  void tools
    .command('check')
    .summary('find what is wrong before deploying')
    .description(
      'Shows everything the service would refuse to deploy, and what it deploys but people regret.',
    )
    .argument('<file...>', 'definitions in YAML or JSON; - is stdin')
    .addOption(
      new Option('-o, --output <format>', 'how to print').choices(['text', 'json', 'sarif']).default('text'),
    )
    .option('--warnings-as-errors', 'fail for warnings too', false)
    .action(async (files: string[], options: CheckOptions) => {
      onEnd((await import('./check.ts')).check(files, options, streams));
    });

const addRun: Add = (tools, streams, onEnd) =>
  void tools
    .command('run')
    .summary('run a definition here')
    .description(
      'Runs it with the real functions of the language. HTTP requests are made, without credentials; connectors are answered from stubs. Time is virtual: sleeping takes no time.',
    )
    .argument('<file>', 'the definition; - is stdin')
    .option('--data <json>', 'the argument as JSON; @FILE reads it from a file')
    .option('--env <key=value>', 'a user environment variable, repeatable', keyValue, {})
    .option('--stubs <file>', 'answers for HTTP requests and connectors (YAML or JSON)')
    .option('--offline', 'make no HTTP request that no stub answers', false)
    .option('--trace', 'print each step and what it changed, on stderr', false)
    .option('--seed <number>', 'decides the order of parallel branches', wholeNumber, 1)
    .option('--real-time', 'sleep for real', false)
    .action(async (file: string, options: RunOptions) => {
      onEnd(await (await import('./run.ts')).run(file, options, streams));
    });

const addTest: Add = (tools, streams, onEnd) =>
  void tools
    .command('test')
    .summary('run *.test.yaml files')
    .description('Runs the tests of *.test.yaml files: workflows with stubbed answers and expected outcomes.')
    .argument('[path...]', 'files, or folders to look through', ['.'])
    .option('-o, --output <format[=path]>', 'text, or junit=PATH; repeatable', testOutput)
    .option('--filter <text>', 'only tests whose name contains it')
    .action(async (paths: string[], options: TestOptions) => {
      onEnd(await (await import('./test.ts')).test(paths, options, streams));
    });

const addGraph: Add = (tools, streams, onEnd) =>
  void tools
    .command('graph')
    .summary('draw it as a Mermaid flowchart')
    .description('Prints a Mermaid flowchart of routines, steps, arms, loops, error handling and calls.')
    .argument('<file>', 'the definition; - is stdin')
    .addOption(new Option('--direction <way>', 'which way it flows').choices(['TD', 'LR']).default('TD'))
    .action(async (file: string, options: GraphOptions) => {
      onEnd((await import('./graph.ts')).graph(file, options, streams));
    });

function keyValue(text: string, before: Readonly<Record<string, string>>): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('use KEY=VALUE');
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}

function wholeNumber(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('use a whole number from 0 to 999999999');
}

function testOutput(text: string, before: TestOptions['output'] = []): NonNullable<TestOptions['output']> {
  if (text === 'text') return [...before, { format: 'text' }];
  const path = /^junit=(.+)$/.exec(text)?.[1];
  if (path === undefined) throw new InvalidArgumentError('use text or junit=PATH');
  return [...before, { format: 'junit', path }];
}
