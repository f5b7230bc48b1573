/** The commands that tell what runs do and did: names, arguments, flags and help. */
import type { Command } from 'commander';
import { outputOption, wholeNumber, type Bind } from './bind.ts';
import type { LogsOptions } from './commands/logs.ts';
import type { WatchOptions } from './commands/watch.ts';

export function addRunCommands(program: Command, bind: Bind): void {
  addLogs(program, bind);
  program
    .command('watch')
    .summary('a pass and its runs as they go on')
    .description(
      'Shows how far the newest pass has come, each run under way with its step and its build, and how the last ones ' +
        'ended. In a terminal it is painted in place until q or Ctrl-C; elsewhere each change is a line with its time. ' +
        'Reads as the observing account.',
    )
    .argument('[name...]', 'only these tenants')
    .option('-l, --selector <labels>', 'only tenants with all these labels, e.g. tier=gold,region=eu')
    .option('--once', 'show it once, and end', false)
    .option('--interval <seconds>', 'between two looks', wholeNumber(1, 3600), 5)
    .action((names: string[], options: WatchOptions) =>
      bind(async (cli) => (await import('./commands/watch.ts')).watch(cli, names, options)),
    );
}

function addLogs(program: Command, bind: Bind): void {
  program
    .command('logs')
    .summary('what the runs of a tenant did')
    .description(
      'Tells a run of a tenant: its steps, its builds with their steps and what they wrote, and what went wrong last. ' +
        'The newest run, unless one is named. Reads as the observing account; what looks like a secret is masked.',
    )
    .argument('<name>', 'the tenant; also tenant/NAME')
    .option(
      '--execution <id>',
      'this run: its name, as plumb get executions lists it, or the id of its execution',
    )
    .option('-f, --follow', 'go on until it has ended', false)
    .option(
      '--since <time>',
      'all runs that began since then: a moment with its offset, or how long ago, e.g. 1h',
    )
    .addOption(outputOption(['text', 'json'], 'text'))
    .addHelpText(
      'after',
      `
With -o json, one JSON object per line, told apart by "type": execution, step, build, log, build-end, unreadable, end.
Exit codes: 0 all could be read, 1 something could not. How the run itself ended is in what is told.`,
    )
    .action((name: string, options: LogsOptions) =>
      bind(async (cli) => (await import('./commands/logs.ts')).logs(cli, name, options)),
    );
}
