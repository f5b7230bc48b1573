/** `plumb local …`: names, arguments and flags of the commands around the local cloud. */
import { InvalidArgumentError, Option, type Command } from 'commander';
import { outputOption, wholeNumber, type Bind } from './bind.ts';
import type { DataOptions, EnvOptions, StatusOptions, UpOptions } from './commands/local.ts';

export function addLocalCommands(program: Command, bind: Bind): void {
  const local = program
    .command('local')
    .summary('the local cloud: start, stop, look, point tools at it')
    .description('The emulated cloud on this machine, with its store. It listens on 127.0.0.1 only.');
  const dataOption = () =>
    new Option('--data <folder>', 'where it keeps everything of its own').default('.plumbline');

  local
    .command('up')
    .summary('start it in the foreground')
    .description(
      'Starts the local cloud and its store, both empty, whatever ran here before; prints one JSON line when ready. ' +
        'Ctrl-C ends it. Only an emulator that SPANNER_EMULATOR_HOST names keeps what it holds.',
    )
    .option(
      '--port <number>',
      'first port of the block it listens on (default: free ones)',
      wholeNumber(0, 65_000),
    )
    .option('--speed <factor>', 'how many times as fast as the wall its clock runs', positiveNumber, 1)
    .addOption(dataOption())
    .action((options: UpOptions) =>
      bind(async (cli) => (await import('./commands/local.ts')).up(cli, options)),
    );
  local
    .command('down')
    .summary('stop it')
    .description('Ends the local cloud that runs here, and everything it started.')
    .addOption(dataOption())
    .action((options: DataOptions) =>
      bind(async (cli) => (await import('./commands/local.ts')).down(cli, options)),
    );
  local
    .command('status')
    .summary('does it run, and where')
    .description(
      'Says whether the local cloud runs and where its services are. Exit code 1 when it does not run.',
    )
    .addOption(dataOption())
    .addOption(outputOption(['table', 'json'], 'table'))
    .action((options: StatusOptions) =>
      bind(async (cli) => (await import('./commands/local.ts')).status(cli, options)),
    );
  local
    .command('env')
    .summary('shell exports for gcloud, terraform and plumb')
    .description(
      'Prints exports that point gcloud, terraform, client libraries and plumb at the local cloud.',
    )
    .addOption(dataOption())
    .option('--project <id>', 'project that gcloud and terraform work in', 'plumbline-platform')
    .addHelpText('after', '\nExample: eval "$(plumb local env)"')
    .action((options: EnvOptions) =>
      bind(async (cli) => (await import('./commands/local.ts')).env(cli, options)),
    );
  local
    .command('kubeconfig')
    .summary('kubeconfig of a cluster')
    .description('Prints a kubeconfig. A cluster that does not exist yet is created empty.')
    .argument('<cluster>', 'NAME or projects/P/locations/L/clusters/NAME')
    .addOption(dataOption())
    .addHelpText(
      'after',
      '\nExample: plumb local kubeconfig acme > acme.yaml && kubectl --kubeconfig acme.yaml get pods -A',
    )
    .action((cluster: string, options: DataOptions) =>
      bind(async (cli) => (await import('./commands/local.ts')).kubeconfig(cli, cluster, options)),
    );
}

function positiveNumber(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value > 0 && value <= 100_000) return value;
  throw new InvalidArgumentError('use a number above 0, at most 100000');
}
