/** `plumb completion`: scripts for shells, and the words they ask plumb for. Whatever goes wrong, it stays silent. */
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { EXIT } from '../exit-codes.ts';
import type { Cli } from '../host.ts';

const SCRIPTS = {
  bash: `_plumb() {
  local words IFS=$'\\n'
  words=$(plumb complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _plumb plumb
`,
  zsh: `#compdef plumb
_plumb() {
  local -a found
  found=("\${(@f)$(plumb complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "\${found[*]}" ]]; then compadd -a found; else _files; fi
}
compdef _plumb plumb
`,
  fish: `function __plumb_complete
  set -l words (commandline -opc) (commandline -ct)
  plumb complete -- $words[2..-1] 2>/dev/null
end
complete -c plumb -a '(__plumb_complete)'
`,
} as const;

export function completion(cli: Cli, shell: keyof typeof SCRIPTS): Promise<number> {
  cli.print(SCRIPTS[shell]);
  return Promise.resolve(EXIT.ok);
}

/** `words` are those behind \`plumb\`; the last one is being written, and may be empty. */
export async function complete(cli: Cli, program: Command, words: readonly string[]): Promise<number> {
  const last = words.at(-1) ?? '';
  const { command, rest } = commandOf(program, words.slice(0, -1));
  const found = await candidates(cli, { command, rest, last });
  for (const word of found.filter((each) => each.startsWith(last)).toSorted()) cli.print(word);
  return EXIT.ok;
}

interface Place {
  readonly command: Command;
  /** Words of the command itself, before the last one. */
  readonly rest: readonly string[];
  readonly last: string;
}

/** Down the table of commands as far as the words lead; flags before a command are passed over with their values. */
function commandOf(program: Command, words: readonly string[]): Omit<Place, 'last'> {
  let command = program;
  let rest: string[] = [];
  for (const word of words) {
    const next = command.commands.find((each) => each.name() === word || each.aliases().includes(word));
    if (next !== undefined && rest.every((each, place) => isFlagOrItsValue(command, rest, place, each))) {
      command = next;
      rest = [];
    } else rest = [...rest, word];
  }
  return { command, rest };
}

const optionOf = (command: Command, word: string | undefined) =>
  chain(command)
    .flatMap((each) => each.options)
    .find(({ short, long }) => word !== undefined && (word === short || word === long));

const chain = (command: Command): Command[] => [
  command,
  ...(command.parent === null ? [] : chain(command.parent)),
];

const isFlagOrItsValue = (command: Command, words: readonly string[], index: number, word: string): boolean =>
  word.startsWith('-') || (optionOf(command, words[index - 1])?.required ?? false);

async function candidates(cli: Cli, { command, rest, last }: Place): Promise<readonly string[]> {
  const open = optionOf(command, rest.at(-1));
  if (open?.required === true) return open.argChoices ?? [];
  if (last.startsWith('-')) {
    return chain(command)
      .flatMap((each) => each.options)
      .filter(({ hidden }) => !hidden)
      .map(({ long, short }) => long ?? short ?? '');
  }
  const visible = command.commands.filter((each) => !(each as { _hidden?: boolean })._hidden);
  if (visible.length > 0) return visible.map((each) => each.name());
  const given = rest.filter((word, index) => !isFlagOrItsValue(command, rest, index, word));
  return argumentsOf(cli, command, given);
}

/** What may stand at the place of the next argument. */
async function argumentsOf(cli: Cli, command: Command, given: readonly string[]): Promise<readonly string[]> {
  const { registeredArguments } = command;
  const next = registeredArguments[given.length] ?? registeredArguments.find(({ variadic }) => variadic);
  if (next === undefined) return [];
  if (next.name() === 'kind') return KINDS;
  const ofTenants = command.name() !== 'get' || OF_TENANTS.test(given[0] ?? '');
  return next.argChoices ?? (ofTenants && takesTenants(command, next.name()) ? tenantNames(cli) : []);
}

/** What `get` lists. */
const KINDS = ['tenants', 'runs', 'executions', 'directives', 'overrides', 'rollouts'];
/** Those of them that are named by their tenant. */
const OF_TENANTS = /^(tenants?|executions?|directives?)$/;

/** Rollouts have names of their own, and a new tenant has none yet. */
const takesTenants = (command: Command, argument: string): boolean =>
  ['tenant', 'words'].includes(argument) ||
  (argument === 'name' && !['rollout', 'new'].includes(command.parent?.name() ?? ''));

/** Milliseconds; longer than that nobody waits for a word. */
const PATIENCE = 1500;

/** None when there is no store, it does not answer, or nobody may read it: completion must not get in the way. */
async function tenantNames(cli: Cli): Promise<readonly string[]> {
  try {
    const { store: choice } = await cli.settings();
    // Opening it would make it.
    if (choice.kind === 'embedded' && !existsSync(choice.file)) return [];
    return await Promise.race([allNames(cli), sleep(PATIENCE, [], { ref: false })]);
  } catch {
    return [];
  }
}

const allNames = (cli: Cli): Promise<string[]> =>
  cli.withStore(async (store) => {
    const names: string[] = [];
    for await (const { name } of store.listTenants()) names.push(name);
    return names;
  });
