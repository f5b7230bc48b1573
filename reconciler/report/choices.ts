/** What a person may do about a finding, as commands that can be run as they stand once their reason is written in. */
import { findingKey, type Finding, type RunReport, type TenantReport } from '../model.ts';
import { ANY_TENANT, type Cause } from './causes.ts';
import { nextFor } from './next.ts';
import { takeoverRefusal } from './refusal.ts';

export interface Choice {
  readonly title: 'Put it back' | 'Take it over into the record' | 'Except it until a date';
  readonly text: string;
  readonly commands: readonly string[];
}

/** How many tenants' own commands a cause lists; the others' are in their sections. */
const MOST_COMMANDS = 20;

/** As a shell reads it: one word, whatever is in it. */
export const shellWord = (text: string): string =>
  /^[A-Za-z0-9_./:=@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;

/** The three honest choices about one finding of one tenant; those that do not apply say why. */
export function choicesFor(finding: Finding, tenant: TenantReport, mode: RunReport['run']['mode']): Choice[] {
  const { class: kind, resource, field } = finding;
  const name = shellWord(tenant.name);
  const key = shellWord(findingKey(finding));
  const isDrift = kind === 'missing' || kind === 'changed' || kind === 'extra';
  const refusal = takeoverRefusal(finding);
  const about = `--resource ${shellWord(resource)}${field === null ? '' : ` --field ${shellWord(field)}`}`;
  return [
    { title: 'Put it back', ...putBack(finding, tenant, mode) },
    {
      title: 'Take it over into the record',
      ...(refusal === undefined
        ? { text: 'The record then says what is there.', commands: [`plumb accept ${name} ${about}`] }
        : { text: `Does not apply: ${refusal}.`, commands: [] }),
    },
    {
      title: 'Except it until a date',
      ...(isDrift || kind === 'unhealthy'
        ? {
            text: 'It stays in every report, and nothing acts on it.',
            commands: [
              `plumb except ${name} --finding ${key}${kind === 'missing' ? ' --missing' : ''} --reason 'WHY' --until 14d`,
            ],
          }
        : { text: 'Does not apply: only what differs can be accepted.', commands: [] }),
    },
  ];
}

function putBack(
  finding: Finding,
  tenant: TenantReport,
  mode: RunReport['run']['mode'],
): Pick<Choice, 'text' | 'commands'> {
  const name = shellWord(tenant.name);
  const next = nextFor(tenant, finding, mode);
  const look = `plumb reconcile ${name} --dry-run`;
  if (next.kind === 'action') {
    return next.short.endsWith(' launched')
      ? { text: 'Under way; this shows how it goes.', commands: [`plumb describe ${name}`] }
      : { text: 'The next pass that acts does it.', commands: [`plumb reconcile ${name} --wait`] };
  }
  if (next.short === 'held: approval' && tenant.planHash !== null) {
    return {
      text: 'Look at the plan, then approve exactly this one.',
      commands: [look, `plumb approve ${name} --plan ${shellWord(tenant.planHash)} --reason 'WHY'`],
    };
  }
  if (next.short === 'held: paused') {
    return { text: 'The pause holds it.', commands: [look, `plumb resume ${name}`] };
  }
  if (next.short === 'held: window') {
    return {
      text: 'It is done when the window opens; broken glass does not wait.',
      commands: [look, `plumb break-glass ${name} --reason 'WHY' --for 1h`],
    };
  }
  return { text: 'No run does it now; see what happens next. The plan, afresh:', commands: [look] };
}

/** The same about all tenants of a cause. Loops where only the name differs, a line each where plans do. */
export function choicesForAll(cause: Cause, mode: RunReport['run']['mode']): Choice[] {
  const [first] = cause.members;
  if (first === undefined) return [];
  const names = [...new Set(cause.members.map(({ tenant }) => shellWord(tenant.name)))];
  const each = (command: string): string => `for tenant in ${names.join(' ')}; do ${command}; done`;
  const putBacks = cause.members
    .slice(0, MOST_COMMANDS)
    .flatMap(({ finding, tenant }) => putBack(finding, tenant, mode).commands.slice(-1));
  const underWay = putBacks.every((command) => command.startsWith('plumb describe '));
  const putAllBack = underWay
    ? { text: 'Under way; this shows how it goes.', commands: ['plumb get executions'] }
    : {
        text:
          cause.members.length > MOST_COMMANDS
            ? `The first ${MOST_COMMANDS}; the others' are in their sections.`
            : 'Each has its own plan.',
        commands: putBacks,
      };
  const general = { ...first.tenant, name: ANY_TENANT };
  return choicesFor(cause.finding, general, mode).map((choice) =>
    choice.title === 'Put it back'
      ? { ...choice, ...putAllBack }
      : { ...choice, commands: choice.commands.map((command) => each(inLoop(command))) },
  );
}

/** `'nat/{tenant}-nat'` → `"nat/$tenant-nat"`, with everything else in the word kept literal. */
const inLoop = (command: string): string =>
  command.replace(/'(?:[^']|'\\'')*'/g, (word) => word.replaceAll(ANY_TENANT, `'"\${tenant}"'`));
