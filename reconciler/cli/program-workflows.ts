/** `plumb workflows …`: everything behind the word goes to the tools as it is, `--help` included. */
import type { Command } from 'commander';
import type { Bind } from './bind.ts';

export function addWorkflowsCommand(program: Command, bind: Bind): void {
  program
    .command('workflows')
    .summary('check, run, test and draw Google Cloud Workflows definitions')
    .description(
      'Tools for workflow definitions: check, run, test, graph. They need no cloud, local or real.',
    )
    .argument('[args...]', 'see plumb workflows --help')
    .helpOption(false)
    .allowUnknownOption()
    .addHelpText(
      'after',
      '\nplumb workflows --help lists the tools, plumb workflows <tool> --help their flags.',
    )
    .action((args: string[]) =>
      bind(async (cli) => (await import('./commands/workflows.ts')).workflows(cli, args)),
    );
}
