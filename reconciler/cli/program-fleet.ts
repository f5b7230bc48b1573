/** The commands of platform operators, about the fleet as a whole: names, arguments, flags and help. */
import { Option, type Command } from 'commander';
import { MOST_LAUNCHES } from '../overrides.ts';
import { MOST_TENANTS } from '../rollable.ts';
import { outputOption, wholeNumber, type Bind } from './bind.ts';
import type { OverrideOptions } from './commands/override.ts';
import type { SkewOptions, StatusOptions } from './commands/rollout.ts';
import type { StartOptions } from './commands/rollout-start.ts';

export function addFleetCommands(program: Command, bind: Bind): void {
  program
    .command('override')
    .summary('let launches past the open breaker')
    .description(
      'Lets a number of launches past the open breaker, over all tasks and passes, until a time. Only platform ' +
        'operators may (operators: in plumbline.yaml); every report shows it while it is in force.',
    )
    .requiredOption('--launches <number>', 'how many', wholeNumber(1, MOST_LAUNCHES))
    .requiredOption('--reason <text>', 'why, shown in every report')
    .option('--for <length>', 'how long, e.g. 1h; a day at most')
    .option('--until <time>', 'until when: a moment with its offset, or a length of time')
    .option(
      '--accept-size',
      'also take the size of the fleet as it is now as the measure of later passes',
      false,
    )
    .addHelpText(
      'after',
      '\nExample: plumb override --launches 80 --for 2h --reason "the NATs were deleted by a script, now stopped"',
    )
    .action((options: OverrideOptions) =>
      bind(async (cli) => (await import('./commands/override.ts')).override(cli, options)),
    );
  const rollout = program
    .command('rollout')
    .summary('change a version over many tenants, in waves')
    .description(
      'A rollout sets one field of many records: a few tenants first, then wave after wave, each after the one ' +
        'before is applied, healthy and has soaked. A tenant that fails gets its old value back, and the rollout ' +
        'halts. Passes move it on; everything that holds a change of a record holds here too. Only platform ' +
        'operators may give orders (operators: in plumbline.yaml).',
    );
  addStart(rollout, bind);
  addLooks(rollout, bind);
  addOrders(rollout, bind);
}

function addStart(rollout: Command, bind: Bind): void {
  rollout
    .command('start')
    .summary('begin one')
    .description(
      'Shows the waves, asks in a terminal, and stores the rollout. The field is given with --set: ' +
        'spec.workload.source.revision or spec.cluster.releaseChannel.',
    )
    .argument('<name>', 'a name for it, used once')
    .option('-l, --selector <labels>', 'tenants with all these labels, e.g. tier=gold,region=eu')
    .option('--all', 'the whole fleet', false)
    .option(
      '--canary <number>',
      'tenants of the first wave; 0: none of its own',
      wholeNumber(0, MOST_TENANTS),
      1,
    )
    .option('--size <tenants>', 'of each wave after it: a number, or a part of all', '25%')
    .option('--soak <length>', 'how long a wave is watched before the next begins; 0: not at all', '30m')
    .option(
      '--max-concurrent <number>',
      'most tenants on their way at any time',
      wholeNumber(1, MOST_TENANTS),
      5,
    )
    .option('--reason <text>', 'why, kept with each edit', '')
    .option('--dry-run', 'show the waves, start nothing', false)
    .option('-y, --yes', 'do not ask, even in a terminal', false)
    .addHelpText(
      'after',
      '\nExample: plumb rollout start web-v2 --set spec.workload.source.revision=v2 -l tier=gold --soak 1h',
    )
    .action((name: string, options: StartOptions) =>
      bind(async (cli) => (await import('./commands/rollout-start.ts')).startRollout(cli, name, options)),
    );
}

function addLooks(rollout: Command, bind: Bind): void {
  rollout
    .command('status')
    .summary('how one goes')
    .description('Shows one rollout with each of its tenants. `plumb get rollouts` lists all.')
    .argument('<name>', 'the rollout')
    .addOption(outputOption(['text', 'json'], 'text'))
    .action((name: string, options: StatusOptions) =>
      bind(async (cli) => (await import('./commands/rollout.ts')).rolloutStatus(cli, name, options)),
    );
  rollout
    .command('skew')
    .summary('which versions are about')
    .description(
      'Shows for each field that can be rolled out how many tenants want which value, and run which.',
    )
    .option('-l, --selector <labels>', 'only tenants with all these labels')
    .addOption(outputOption(['table', 'wide', 'json'], 'table'))
    .action((options: SkewOptions) =>
      bind(async (cli) => (await import('./commands/rollout.ts')).rolloutSkew(cli, options)),
    );
}

const ORDERS = {
  pause: ['stop beginning tenants', 'Begins nobody else until it is resumed. What is under way goes on.'],
  resume: [
    'go on',
    'Goes on after a pause, or after a failed tenant, which keeps its old value. Look at its cause first.',
  ],
  abort: [
    'end it',
    'Begins nobody else, takes back what nobody launched yet, and lets end what is under way. Tenants that are ' +
      'done keep the new value.',
  ],
} as const;

function addOrders(rollout: Command, bind: Bind): void {
  const reasonOption = () => new Option('--reason <text>', 'why, kept with the rollout').default('');
  for (const verb of ['pause', 'resume', 'abort'] as const) {
    const [summary, description] = ORDERS[verb];
    rollout
      .command(verb)
      .summary(summary)
      .description(description)
      .argument('<name>', 'the rollout')
      .addOption(reasonOption())
      .action((name: string, options: { reason: string }) =>
        bind(async (cli) =>
          (await import('./commands/rollout.ts')).orderRollout(cli, name, { verb }, options),
        ),
      );
  }
  rollout
    .command('skip')
    .summary('leave tenants out that still wait')
    .description('Takes tenants that were not begun yet out of the rollout; they keep what they have.')
    .argument('<name>', 'the rollout')
    .argument('<tenant...>', 'the tenants; also tenant/NAME')
    .addOption(reasonOption())
    .action((name: string, tenants: string[], options: { reason: string }) =>
      bind(async (cli) => {
        const { orderRollout, skipOrder } = await import('./commands/rollout.ts');
        return orderRollout(cli, name, skipOrder(tenants), options);
      }),
    );
}
