/** The commands that edit stored records and tell what one may say: names, arguments, flags and help. */
import { Command, Option } from 'commander';
import { outputOption, wholeNumber, type Bind } from './bind.ts';
import type { AdoptOptions } from './commands/adopt.ts';
import type { AcceptOptions } from './commands/accept.ts';
import type { EditOptions } from './commands/edit.ts';
import type { ExplainOptions, NewOptions } from './commands/explain.ts';
import type { HistoryOptions, RestoreOptions } from './commands/history.ts';
import type { SetOptions } from './commands/set.ts';

const TENANT = 'the tenant; also tenant/NAME';
/** More than any record will ever have. */
const MOST = 1_000_000;

export function addEditCommands(program: Command, bind: Bind): void {
  storing(
    program
      .command('edit')
      .summary('edit a stored record')
      .description(
        'Opens a record in your editor (PLUMBLINE_EDITOR, VISUAL or EDITOR), shows what the edit changes, asks in a ' +
          'terminal, and stores it. What is wrong with it is written above the text, and the editor opens again. When ' +
          'somebody else changed the record meanwhile, nothing is overwritten, and your text is kept in a file.',
      )
      .argument('<name>', TENANT),
  ).action((name: string, options: EditOptions) =>
    bind(async (cli) => (await import('./commands/edit.ts')).edit(cli, name, options)),
  );
  addAssignments(program, bind);
  addHistory(program, bind);
  storing(
    program
      .command('accept')
      .summary('take a drift over into the record')
      .description(
        'Makes the record ask for what somebody made of a resource, as the last pass saw it. Shows the edit and asks ' +
          'in a terminal. Refused where the record has no field for it, and for what may be a secret.',
      )
      .argument('<name>', TENANT)
      .requiredOption('--resource <id>', 'what differs, as reports name it, e.g. node-pool/gpu')
      .option('--field <path>', 'only this field of it, e.g. autoscaling.maxNodeCount'),
  ).action((name: string, options: AcceptOptions) =>
    bind(async (cli) => (await import('./commands/accept.ts')).accept(cli, name, options)),
  );
  addAdoption(program, bind);
  addExplanations(program, bind);
}

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

function addAdoption(program: Command, bind: Bind): void {
  program
    .command('adopt')
    .summary('bring an environment that exists under management')
    .description(
      'Looks at an environment that exists already, and shows per field what managing it by a record would change, ' +
        'what would be created, and what is left alone. Nothing is stored before each difference is settled: taken ' +
        'over into the record, or named as a change that may happen. The next run then takes what exists over into ' +
        'Terraform’s state. What cannot be read is not taken for absent. Only the owner may adopt.',
    )
    .argument('[name]', 'a stored record that was never applied; also tenant/NAME')
    .option('-f, --filename <path>', 'the file of a new record, or - for stdin')
    .option(
      '--take <what>',
      'the record says from now on what is there: RESOURCE, RESOURCE:FIELD or all, repeatable',
      collect,
    )
    .option(
      '--change <what>',
      'the run may change it: RESOURCE, RESOURCE:FIELD or all, repeatable. What would be replaced is not among all',
      collect,
    )
    .option('--reason <text>', 'why, kept with the adoption', '')
    .option('--for <length>', 'how long the adoption waits for its run, e.g. 4h')
    .option('--dry-run', 'look and show, store nothing', false)
    .option('-y, --yes', 'do not ask, even in a terminal', false)
    .addOption(outputOption(['text', 'json'], 'text'))
    .addHelpText(
      'after',
      `
Examples:
  plumb adopt -f acme.yaml --dry-run
  plumb adopt -f acme.yaml --take all --change all
  plumb adopt acme --take node-pool/gpu:autoscaling.maxNodeCount --change nat/acme-nat`,
    )
    .action((name: string | undefined, options: Omit<AdoptOptions, 'take' | 'change'>) =>
      bind(async (cli) =>
        (await import('./commands/adopt.ts')).adopt(cli, name, { take: [], change: [], ...options }),
      ),
    );
}

function storing(command: Command): Command {
  return command
    .option('--reason <text>', 'why, kept with the revision', '')
    .option('--dry-run', 'show what would change, store nothing', false)
    .option('-y, --yes', 'do not ask, even in a terminal', false);
}

const selecting = (command: Command): Command =>
  command
    .option('-l, --selector <labels>', 'of all tenants with these labels, e.g. tier=gold')
    .addOption(new Option('--all', 'of the whole fleet').default(false));

function addAssignments(program: Command, bind: Bind): void {
  storing(
    selecting(
      program
        .command('set')
        .summary('set fields of stored records')
        .description(
          'Sets fields of one or many records in place; comments and the order of keys stay. FIELD- takes a field ' +
            'away, so that its default holds. Shows the diff and asks in a terminal.',
        )
        .argument('<words...>', 'tenants and assignments, in any order'),
    ),
  )
    .addHelpText(
      'after',
      `
Examples:
  plumb set acme spec.cluster.nodePools[gpu].max=4
  plumb set -l tier=gold spec.cluster.releaseChannel=STABLE --dry-run
  plumb set acme globex spec.build- --reason "back to the default"
  plumb set acme 'spec.workload.env[DEBUG]={value: "1"}'`,
    )
    .action((words: string[], options: SetOptions) =>
      bind(async (cli) => (await import('./commands/set.ts')).set(cli, words, options)),
    );
  storing(
    selecting(
      program
        .command('label')
        .summary('set labels of stored records')
        .description(
          'Sets labels of one or many records in place; KEY- takes one away. Shows the diff and asks in a terminal.',
        )
        .argument('<words...>', 'tenants, KEY=VALUE and KEY-, in any order'),
    ),
  )
    .addHelpText('after', '\nExample: plumb label acme globex tier=gold wave-')
    .action((words: string[], options: SetOptions) =>
      bind(async (cli) => (await import('./commands/set.ts')).label(cli, words, options)),
    );
}

function addHistory(program: Command, bind: Bind): void {
  program
    .command('history')
    .summary('what a record was: who changed what, when and why')
    .description('Lists the revisions of a record, newest first, each with what it changed.')
    .argument('<name>', TENANT)
    .option('--limit <number>', 'only the newest', wholeNumber(1, MOST))
    .addOption(outputOption(['text', 'json'], 'text'))
    .action((name: string, options: HistoryOptions) =>
      bind(async (cli) => (await import('./commands/history.ts')).history(cli, name, options)),
    );
  storing(
    program
      .command('restore')
      .summary('make a record what it was')
      .description(
        'Stores a record as it was at a generation, with its comments. That is a new generation; nothing of the ' +
          'history is lost. Shows the diff and asks in a terminal.',
      )
      .argument('<name>', TENANT)
      .requiredOption('--generation <number>', 'which one; plumb history lists them', wholeNumber(1, MOST)),
  ).action((name: string, options: RestoreOptions) =>
    bind(async (cli) => (await import('./commands/history.ts')).restore(cli, name, options)),
  );
}

function addExplanations(program: Command, bind: Bind): void {
  program
    .command('explain')
    .summary('what a field of a record means')
    .description(
      'Explains a field and what is below it: type, meaning, choices, default, what must be written.',
    )
    .argument('[field]', 'e.g. spec.cluster.nodePools; left out: the record')
    .option('--recursive', 'all fields below it, in short', false)
    .action((field: string | undefined, options: ExplainOptions) =>
      bind(async (cli) => (await import('./commands/explain.ts')).explain(cli, field, options)),
    );
  program
    .command('new')
    .summary('a record to begin with')
    .description('Writes the record of a new tenant, with every field explained, to stdout or a file.')
    .addCommand(
      new Command('tenant')
        .summary('the record of a new tenant')
        .argument('<name>', 'what the tenant is called')
        .option('-o, --output <file>', 'write it there; a file that exists is not overwritten')
        .addHelpText('after', '\nExample: plumb new tenant acme -o acme.yaml')
        .action((name: string, options: NewOptions) =>
          bind(async (cli) => (await import('./commands/explain.ts')).newTenant(cli, name, options)),
        ),
    );
}
