/** What Terraform says when it fails, without its frames and excerpts of code. */
import type { State } from './commands.ts';

interface Diagnostic {
  readonly summary: string;
  /** Address of the resource, when it names one. */
  readonly address: string | null;
  readonly detail: string;
}

/** Box-drawing marks stand at the line start unless colour is off; both forms are met. */
const FRAME = /^[╷│╵]\s?/;
/** `on main.tf line 3, in resource …:` and the numbered lines of code below it. */
const EXCERPT = /^\s*(?:on .+ line \d+|\d+:|├─|│ )/;

/** The errors among what Terraform printed, warnings left out. */
export function diagnosticsOf(printed: string): Diagnostic[] {
  const found: { summary: string; address: string | null; detail: string[] }[] = [];
  let inError = false;
  for (const framed of printed.split('\n')) {
    const line = framed.replace(FRAME, '');
    const [, kind, summary] = /^(Error|Warning): (.*)$/.exec(line) ?? [];
    if (kind !== undefined) {
      inError = kind === 'Error';
      if (inError) found.push({ summary: summary ?? '', address: null, detail: [] });
      continue;
    }
    const current = found.at(-1);
    if (!inError || !current || EXCERPT.test(line)) continue;
    const [, address] = /^\s*with (\S+),$/.exec(line) ?? [];
    if (address !== undefined) current.address = address;
    else if (line.trim() !== '') current.detail.push(line.trim());
  }
  return found.map(({ detail, ...rest }) => ({ ...rest, detail: detail.join(' ') }));
}

/** The command, what went wrong in Terraform's words, and how to go on. The workflow puts `… failed:` before it. */
export function explain(command: string, printed: string, state: State): string {
  const lock = lockOf(printed);
  if (lock !== null) {
    return (
      `terraform ${command}: the state gs://${state.bucket}/${state.prefix} is locked by ${lock.who} since ${lock.created} (lock id ${lock.id}); ` +
      `wait until that run ends, or when it is dead remove the lock with terraform force-unlock ${lock.id}, then ask again`
    );
  }
  const errors = diagnosticsOf(printed).map(
    ({ summary, address, detail }) =>
      `${address === null ? '' : `${address}: `}${summary}${detail === '' ? '' : ` (${detail})`}`,
  );
  const words = errors.length > 0 ? errors.join('; ') : printed.trim().split('\n').slice(-3).join(' ');
  return `terraform ${command}: ${words}${existing(words)}${addendum(command, state)}`;
}

/** Somebody else made it: a run never takes over by itself what it did not make. */
const existing = (words: string): string =>
  /\b409\b.*\balready exists\b/.test(words)
    ? "; an environment that exists is brought under management by 'plumb adopt'"
    : '';

/** Terraform does not say where it looked for the state, nor what a failed apply means for the next run. */
function addendum(command: string, { bucket, prefix }: State): string {
  if (command === 'init') return ` (the state is kept in gs://${bucket}/${prefix})`;
  if (command === 'apply') return '; what was done is in the state, and the next run carries on from there';
  return '';
}

interface Lock {
  readonly id: string;
  readonly who: string;
  readonly created: string;
}

function lockOf(printed: string): Lock | null {
  if (!printed.includes('Error acquiring the state lock')) return null;
  const field = (name: string) => new RegExp(`^[│\\s]*${name}:\\s*(\\S.*)$`, 'm').exec(printed)?.[1]?.trim();
  return {
    id: field('ID') ?? 'unknown',
    who: field('Who') ?? 'somebody',
    created: field('Created') ?? 'unknown',
  };
}
