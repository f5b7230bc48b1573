/**
 * The command line as a table: names, arguments, flags and help. Each command is loaded when it is called, so that
 * help and mistakes answer at once.
 */
import { Argument, Command, Option } from 'commander';
import { outputOption, type Bind } from './bind.ts';
import type { ApplyOptions } from './commands/apply.ts';
import type { CheckOptions } from './commands/check.ts';
import type { DeepCheckOptions } from './commands/deep-check.ts';
import type { DiffOptions } from './commands/diff.ts';
import type { GetOptions } from './commands/get.ts';
import type { HealthOptions } from './commands/health.ts';
import type { PreviewOptions } from './commands/preview.ts';
import type { ReconcileOptions } from './commands/reconcile.ts';
import type { ReportOptions } from './commands/report.ts';
import type { RequestOptions } from './commands/request.ts';
import type { SchemaKind } from './commands/schema.ts';
import type { VersionOptions } from './commands/version.ts';
import { detailedHelp } from './exit-codes.ts';
import { Cli, type GlobalFlags, type Host } from './host.ts';
import { addEditCommands } from './program-edit.ts';
import { addFleetCommands } from './program-fleet.ts';
import { addLocalCommands } from './program-local.ts';
import { addOrderCommands } from './program-orders.ts';
import { addRunCommands } from './program-runs.ts';
import { addSelfCommands } from './program-self.ts';
import { addWorkflowsCommand } from './program-workflows.ts';
import { reportOption } from './report-formats.ts';

const OUTPUT_TABLE = ['table', 'wide', 'json', 'yaml', 'name'] as const;

/** `onEnd` is told the exit code of the command that ran. */
export function buildProgram(host: Host, onEnd: (code: number) => void): Command {
  const program = new Command('plumb');
  const bind: Bind = async (run) => {
    onEnd(await run(new Cli(host, program.opts<GlobalFlags>())));
  };
  program
    .description(
      'Keeps every tenant environment true to its desired-state record, and says plainly where it is not.',
    )
    .option('--store <kind>', 'spanner or embedded (PLUMBLINE_STORE)')
    .option('--as <email>', 'who asks; on the local cloud only (PLUMBLINE_AS)')
    .option('--set <key=value>', 'one setting of the platform, repeatable', collect)
    .option('--config <file>', 'settings file (PLUMBLINE_CONFIG, default ./plumbline.yaml)')
    .addOption(new Option('--color <when>', 'colour the output').choices(['auto', 'always', 'never']))
    .option('--no-color', 'the same as --color=never (NO_COLOR)')
    .option('-q, --quiet', 'only results, warnings and errors; no progress', false)
    .helpCommand('help [command]', 'help for a command')
    .showHelpAfterError('(plumb --help lists the commands, plumb <command> --help their flags)')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => void host.stdout.write(text),
      writeErr: (text) => void host.stderr.write(text),
    })
    .exitOverride()
    .addHelpText('after', PROGRAM_HELP);
  addRecordCommands(program, bind);
  addEditCommands(program, bind);
  addPassCommands(program, bind);
  addCheck(program, bind);
  addDeepCheck(program, bind);
  addRequestCommands(program, bind);
  addOrderCommands(program, bind);
  addFleetCommands(program, bind);
  addRunCommands(program, bind);
  addLocalCommands(program, bind);
  addWorkflowsCommand(program, bind);
  addSelfCommands(program, bind);
  addOtherCommands(program, bind);
  return program;
}

const PROGRAM_HELP = `
Examples:
  plumb local up                      start the local cloud and its store
  plumb apply -f tenants/             store the records of a folder
  plumb reconcile --wait              run one pass and wait for what it launches
  plumb get tenants                   see where every tenant stands
  plumb report -o html=report.html    the last pass as a page

Exit codes: 0 ok, 1 error, 2 wrong usage. diff: 0 same, 1 differs, 2 error. reconcile --detailed-exitcode: see its help.`;

function addRecordCommands(program: Command, bind: Bind): void {
  const files = () =>
    new Option('-f, --filename <path...>', 'files, folders, or - for stdin').makeOptionMandatory();
  program
    .command('apply')
    .summary('store records')
    .description(
      'Checks records, shows how they differ from the stored ones, asks in a terminal, and stores them. All problems ' +
        'of all files are shown at once; then nothing is stored.',
    )
    .addOption(files())
    .option('-R, --recursive', 'also read the folders below', false)
    .option('--reason <text>', 'why, kept with the revision', '')
    .option('--dry-run', 'show what would change, store nothing', false)
    .option('-y, --yes', 'do not ask, even in a terminal', false)
    .action((options: ApplyOptions) =>
      bind(async (cli) => (await import('./commands/apply.ts')).apply(cli, options)),
    );
  program
    .command('diff')
    .summary('compare records with the stored ones')
    .description(
      'Shows how records differ from the stored ones and which resources would change. Changes nothing.',
    )
    .addOption(files())
    .option('-R, --recursive', 'also read the folders below', false)
    .addHelpText('after', '\nExit codes: 0 same, 1 differs, 2 error (as kubectl diff).')
    .action((options: DiffOptions) =>
      bind(async (cli) => (await import('./commands/diff.ts')).diff(cli, options)),
    );
  program
    .command('preview')
    .summary('show what a record would lead to')
    .description(
      'Shows how records differ from the stored ones, what the next pass would launch for them, and the definition ' +
        'and argument it would launch with, as if everything stood as last applied. Changes nothing.',
    )
    .addOption(files())
    .option('-R, --recursive', 'also read the folders below', false)
    .option('--offline', 'open nothing: every record counts as new', false)
    .option('--definition', 'print only the text of the workflow definition', false)
    .addOption(outputOption(['text', 'json'], 'text'))
    .action((options: PreviewOptions) =>
      bind(async (cli) => (await import('./commands/preview.ts')).preview(cli, options)),
    );
  program
    .command('get')
    .summary('list tenants, runs, executions, directives, overrides, rollouts or notifications')
    .description(
      'Lists tenants (default), runs, executions, directives (pauses, exceptions, approvals and the like in force), ' +
        'overrides, rollouts or notifications (those that wait first). `get tenant NAME -o yaml` gives a record to edit ' +
        'and apply.',
    )
    .argument(
      '[kind]',
      'tenants, runs, executions, directives, overrides, rollouts or notifications; also tenant/NAME',
      'tenants',
    )
    .argument('[name]', 'only this one (executions, directives: of this tenant)')
    .addOption(outputOption(OUTPUT_TABLE, 'table'))
    .action((kind: string, name: string | undefined, options: GetOptions) =>
      bind(async (cli) => (await import('./commands/get.ts')).get(cli, kind, name, options)),
    );
  program
    .command('describe')
    .summary('everything known about one tenant')
    .description(
      'Shows record, ledger, findings of the last pass, executions, requests and revisions of one tenant.',
    )
    .argument('<name>', 'the tenant; also tenant/NAME')
    .action((name: string) =>
      bind(async (cli) => (await import('./commands/describe.ts')).describe(cli, name)),
    );
}

function addPassCommands(program: Command, bind: Bind): void {
  program
    .command('reconcile')
    .summary('run one pass')
    .description(
      'Observes, compares, launches what policy allows, and prints the report. Progress goes to stderr.',
    )
    .argument('[name...]', 'only these tenants')
    .option('--dry-run', 'look and plan, change nothing', false)
    .option('--wait', 'wait until what was launched has ended', false)
    .option('--detailed-exitcode', 'tell by the exit code what was found', false)
    .option('--report-dir <folder>', 'also write report.txt, report.json and report.html there')
    .addOption(reportOption())
    .addHelpText('after', `\n${detailedHelp()}`)
    .action((names: string[], options: ReconcileOptions) =>
      bind(async (cli) => (await import('./commands/reconcile.ts')).reconcileCommand(cli, names, options)),
    );
  program
    .command('report')
    .summary('print the report of a pass')
    .description('Prints the report of the last pass, or of another one, in one or several formats.')
    .option('--run <id>', 'another run than the last')
    .option('--at <time>', 'what was known then: the last pass that had ended by this moment')
    .addOption(reportOption())
    .addHelpText(
      'after',
      '\nExamples:\n  plumb report -o summary -o html=report.html\n  plumb report -o junit=drift.xml -o sarif=drift.sarif -o markdown=drift.md',
    )
    .action((options: ReportOptions) =>
      bind(async (cli) => (await import('./commands/report.ts')).reportCommand(cli, options)),
    );
  program
    .command('health')
    .summary('check the endpoints of tenants')
    .description('Checks the endpoint of each tenant from inside its network, waits, and shows the results.')
    .argument('[name...]', 'only these tenants')
    .option('--last', 'show the last results instead of checking', false)
    .addOption(outputOption(['table', 'json'], 'table'))
    .action((names: string[], options: HealthOptions) =>
      bind(async (cli) => (await import('./commands/health.ts')).health(cli, names, options)),
    );
}

function addCheck(program: Command, bind: Bind): void {
  program
    .command('check')
    .summary('look and compare, change nothing')
    .description(
      'One pass that only looks: it reads as the observing account, builds nothing that could launch, writes nothing ' +
        'to the store, and prints the report. Progress goes to stderr.',
    )
    .argument('[name...]', 'only these tenants')
    .option('-l, --selector <labels>', 'only tenants with all these labels, e.g. tier=gold,region=eu')
    .option('--detailed-exitcode', 'tell by the exit code what was found', false)
    .addOption(reportOption())
    .addHelpText('after', `\n${detailedHelp()}`)
    .action((names: string[], options: CheckOptions) =>
      bind(async (cli) => (await import('./commands/check.ts')).check(cli, names, options)),
    );
}

function addDeepCheck(program: Command, bind: Bind): void {
  program
    .command('deep-check')
    .summary('compare everything Terraform made')
    .description(
      'Compares everything Terraform made for tenants with what is there, also what no pass looks at, and changes ' +
        'nothing. Each takes a build. What is found, the next passes report and never act on. deepCheck.everyHours in ' +
        'plumbline.yaml lets passes start them.',
    )
    .argument('[name...]', 'these tenants')
    .option('-l, --selector <labels>', 'tenants with all these labels, e.g. tier=gold,region=eu')
    .option('--no-wait', 'do not wait until they have ended')
    .action((names: string[], options: DeepCheckOptions) =>
      bind(async (cli) => (await import('./commands/deep-check.ts')).deepCheck(cli, names, options)),
    );
}

function addRequestCommands(program: Command, bind: Bind): void {
  program
    .command('rebuild')
    .summary('build and roll out again')
    .description(
      'Builds the image and deploys again, without Terraform. Only the owner of the tenant may ask.',
    )
    .argument('<name>', 'the tenant; also tenant/NAME')
    .requiredOption('--reason <text>', 'why, kept with the request')
    .option('--wait', 'wait until it has ended', false)
    .action((name: string, options: RequestOptions) =>
      bind(async (cli) => (await import('./commands/request.ts')).request(cli, 'rebuild', name, options)),
    );
  program
    .command('redeploy')
    .summary('deploy again what is deployed')
    .description(
      'Deploys the manifests with the image that is deployed now, without Terraform and without a build. Only the ' +
        'owner of the tenant may ask.',
    )
    .argument('<name>', 'the tenant; also tenant/NAME')
    .requiredOption('--reason <text>', 'why, kept with the request')
    .option('--wait', 'wait until it has ended', false)
    .action((name: string, options: RequestOptions) =>
      bind(async (cli) => (await import('./commands/request.ts')).request(cli, 'redeploy', name, options)),
    );
  program
    .command('decommission')
    .summary('remove a tenant environment for good')
    .description('Destroys everything of one tenant. Only its owner may ask, and has to type its name twice.')
    .argument('<name>', 'the tenant; also tenant/NAME')
    .option('--confirm <name>', 'the name of the tenant once more; a terminal asks for it')
    .option('--reason <text>', 'why, kept with the request', '')
    .option('--wait', 'wait until it has ended', false)
    .action((name: string, options: RequestOptions) =>
      bind(async (cli) =>
        (await import('./commands/request.ts')).request(cli, 'decommission', name, options),
      ),
    );
}

function addOtherCommands(program: Command, bind: Bind): void {
  program
    .command('schema')
    .summary('JSON Schema of a record, a report or a notification')
    .description(
      'Prints the JSON Schema of a tenant record, for editors, or of a report or a notification, for programs.',
    )
    .addArgument(
      new Argument('[kind]', 'of what').choices(['record', 'report', 'notification']).default('record'),
    )
    .action((kind: SchemaKind) =>
      bind(async (cli) => (await import('./commands/schema.ts')).schema(cli, kind)),
    );
  program
    .command('version')
    .summary('version of plumb and of the Node that runs it')
    .description('Prints which plumb this is and which Node runs it.')
    .addOption(outputOption(['text', 'json'], 'text'))
    .action((options: VersionOptions) =>
      bind(async (cli) => (await import('./commands/version.ts')).version(cli, options)),
    );
}

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];
