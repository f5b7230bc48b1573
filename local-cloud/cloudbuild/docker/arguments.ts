/** Docker's command line: only the flags builds use; an unknown one is refused instead of being half understood. */

export interface Parsed {
  readonly values: Readonly<Record<string, readonly string[]>>;
  readonly positional: readonly string[];
}

/** Flags by their long name: whether they take a value, and their short form. */
export type Flags = Readonly<Record<string, { readonly value: boolean; readonly short?: string }>>;

/** Reads `--flag value`, `--flag=value`, `-f value` and `--`. Throws an Error in docker's words. */
export function parseArguments(args: readonly string[], flags: Flags): Parsed {
  const values: Record<string, string[]> = {};
  const positional: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (arg === '--') {
      positional.push(...args.slice(i + 1));
      break;
    }
    if (!arg.startsWith('-') || arg === '-') {
      positional.push(arg);
      continue;
    }
    const [, spelled = '', attached] = /^(--?[^=]+)(?:=([^]*))?$/.exec(arg) ?? [];
    const name = nameOfFlag(spelled, flags);
    const flag = name === undefined ? undefined : flags[name];
    if (name === undefined || !flag)
      throw new Error(`unknown ${spelled.startsWith('--') ? '' : 'shorthand '}flag: ${arg}`);
    if (!flag.value) {
      values[name] = [attached ?? 'true'];
      continue;
    }
    const value = attached ?? args[++i];
    if (value === undefined) throw new Error(`flag needs an argument: ${spelled}`);
    (values[name] ??= []).push(value);
  }
  return { values, positional };
}

function nameOfFlag(spelled: string, flags: Flags): string | undefined {
  if (spelled.startsWith('--')) return spelled.slice(2);
  return Object.entries(flags).find(([, { short }]) => short === spelled.slice(1))?.[0];
}

/** `KEY=VALUE` texts as a map; a key alone takes its value from the environment, as docker does. */
export function pairs(texts: readonly string[] | undefined, env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    (texts ?? []).map((text) => {
      const at = text.indexOf('=');
      return at < 0 ? [text, env[text] ?? ''] : [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}
