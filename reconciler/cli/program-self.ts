/** The commands about plumb itself: completion of its words, where its settings come from, and whether it is heard. */
import { Argument, Command } from 'commander';
import { outputOption, type Bind } from './bind.ts';
import type { ConfigOptions } from './commands/config.ts';
import type { NotifyOptions } from './commands/notify.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;

export function addSelfCommands(program: Command, bind: Bind): void {
  program
    .command('completion')
    .summary('completion for your shell')
    .description('Prints a script that completes commands, flags and the names of tenants.')
    .addArgument(new Argument('<shell>', 'which one').choices(SHELLS))
    .addHelpText(
      'after',
      `
Examples:
  source <(plumb completion bash)                              in ~/.bashrc
  source <(plumb completion zsh)                               in ~/.zshrc, after compinit
  plumb completion fish > ~/.config/fish/completions/plumb.fish`,
    )
    .action((shell: (typeof SHELLS)[number]) =>
      bind(async (cli) => (await import('./commands/completion.ts')).completion(cli, shell)),
    );
  program
    .command('complete', { hidden: true })
    .description(
      'Prints what may stand in the last place of a command line; the scripts of `completion` call it.',
    )
    .argument('[words...]')
    .action((words: string[]) =>
      bind(async (cli) => (await import('./commands/completion.ts')).complete(cli, program, words)),
    );
  program
    .command('notify')
    .summary('send the notifications that wait')
    .description(
      'Sends what passes have left to be told and is due. With --test it sends one sample message to each target of ' +
        '`notify` in plumbline.yaml, or to one of them, and says what came back.',
    )
    .option('--test [target]', 'send a sample instead, to every target or to this one')
    .action((options: NotifyOptions) =>
      bind(async (cli) => (await import('./commands/notify.ts')).notify(cli, options)),
    );
  program.addCommand(
    new Command('config')
      .summary('settings and where they come from')
      .description(
        'Settings come from flags, then PLUMBLINE_* variables, then plumbline.yaml, then a default.',
      )
      .addCommand(
        new Command('view')
          .summary('every setting, with its value and where that comes from')
          .description(
            'Shows every setting, its value, and whether a flag, a variable, a file or a default gave it.',
          )
          .addOption(outputOption(['table', 'json'], 'table'))
          .action((options: ConfigOptions) =>
            bind(async (cli) => (await import('./commands/config.ts')).configView(cli, options)),
          ),
      ),
  );
}
