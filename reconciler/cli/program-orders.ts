/** The commands by which people steer what is done without touching a record: names, arguments, flags and help. */
import { Option, type Command } from 'commander';
import type { Bind } from './bind.ts';
import type { ApproveOptions } from './commands/approve.ts';
import type { BreakGlassOptions } from './commands/break-glass.ts';
import type { ExceptOptions } from './commands/except.ts';
import type { PauseOptions, ResumeOptions } from './commands/pause.ts';

const TENANT = 'the tenant; also tenant/NAME';

const TIMES = `
A length of time is written 30m, 4h, 2d or 1d12h; a moment with its offset, e.g. 2026-03-29T22:00:00+02:00.`;

const lengthOption = () => new Option('--for <length>', 'how long, e.g. 4h');
const untilOption = () =>
  new Option('--until <time>', 'until when: a moment with its offset, or a length of time');
const reasonOption = () => new Option('--reason <text>', 'why, shown in every report').makeOptionMandatory();

export function addOrderCommands(program: Command, bind: Bind): void {
  addApproval(program, bind);
  addPauses(program, bind);
  addException(program, bind);
  program
    .command('break-glass')
    .summary('let pauses and windows not hold a tenant for a while')
    .description(
      'For a while neither pauses nor maintenance windows hold actions of a tenant. Everything else does: approvals, ' +
        'what cannot be read, spent retries. It is recorded, and every report says so while it is in force.',
    )
    .argument('<name>', TENANT)
    .addOption(reasonOption())
    .addOption(lengthOption())
    .addOption(untilOption())
    .addHelpText('after', TIMES)
    .action((name: string, options: BreakGlassOptions) =>
      bind(async (cli) => (await import('./commands/break-glass.ts')).breakGlass(cli, name, options)),
    );
  program
    .command('end')
    .summary('take an order back before it ends by itself')
    .description(
      'Ends exceptions, approvals, broken glass and overrides by their names, as `plumb get directives` lists them. ' +
        'A pause is ended by `plumb resume`, which shows first what would be done.',
    )
    .argument('<id...>', 'e.g. exception-1a2b3c4d')
    .action((ids: string[]) => bind(async (cli) => (await import('./commands/end.ts')).end(cli, ids)));
}

function addApproval(program: Command, bind: Bind): void {
  program
    .command('approve')
    .summary('let one plan be carried out')
    .description(
      'Lets a pass carry out one plan that waits for an approval, once. The plan is the one a report showed: when ' +
        'anything of it has changed by then, it is not approved. Only the owner of the tenant may approve.',
    )
    .argument('<name>', TENANT)
    .requiredOption('--plan <hash>', 'which plan: the sixteen digits that report and describe show')
    .addOption(reasonOption())
    .addOption(new Option('--for <length>', 'how long it stays approved (default: 4h)'))
    .addOption(untilOption())
    .addHelpText('after', TIMES)
    .action((name: string, options: ApproveOptions) =>
      bind(async (cli) => (await import('./commands/approve.ts')).approve(cli, name, options)),
    );
}

function addPauses(program: Command, bind: Bind): void {
  const allOption = () => new Option('--all', 'the whole fleet').default(false);
  program
    .command('pause')
    .summary('change nothing for a while')
    .description(
      'Holds every action for tenants, or for the whole fleet, until a time. Looking goes on, and every report lists ' +
        'what is paused, how long it stays so, and what has drifted since. After its end the first pass only shows ' +
        'what it would do.',
    )
    .argument('[name...]', 'the tenants; also tenant/NAME')
    .addOption(allOption())
    .addOption(reasonOption())
    .addOption(lengthOption())
    .addOption(untilOption())
    .addHelpText('after', TIMES)
    .action((names: string[], options: PauseOptions) =>
      bind(async (cli) => (await import('./commands/pause.ts')).pause(cli, names, options)),
    );
  program
    .command('resume')
    .summary('end a pause, with the plan in view')
    .description('Looks at the tenants, shows what the next pass would do, asks, and ends their pauses.')
    .argument('[name...]', 'the tenants; also tenant/NAME')
    .addOption(allOption())
    .option('-y, --yes', 'do not ask', false)
    .action((names: string[], options: ResumeOptions) =>
      bind(async (cli) => (await import('./commands/pause.ts')).resume(cli, names, options)),
    );
}

function addException(program: Command, bind: Bind): void {
  program
    .command('except')
    .summary('accept a difference until a day')
    .description(
      'Says that a difference is known and accepted until a time: nothing acts on it, and it is no drift; reports ' +
        'still show and count it. An exception that has expired, or that matches nothing, is a finding itself.',
    )
    .argument('[name]', TENANT)
    .option('--finding <key>', 'this one, e.g. changed:node-pool/gpu:autoscaling.maxNodeCount')
    .option('--resource <id>', 'everything about this resource, e.g. node-pool/gpu; * stands for any text')
    .option('--field <path>', 'only this field of it; * stands for any text')
    .option('--missing', 'also that it is gone', false)
    .option('-l, --selector <labels>', 'of all tenants with these labels, e.g. tier=gold')
    .addOption(new Option('--all', 'of the whole fleet').default(false))
    .option('--owner <email>', 'who answers for it (default: who asks)')
    .addOption(reasonOption())
    .addOption(lengthOption())
    .addOption(untilOption())
    .addHelpText('after', TIMES)
    .action((name: string | undefined, options: ExceptOptions) =>
      bind(async (cli) => (await import('./commands/except.ts')).except(cli, name, options)),
    );
}
