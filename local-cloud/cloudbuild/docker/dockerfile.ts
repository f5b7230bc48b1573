/** Reads a Dockerfile far enough to refuse what docker would refuse: syntax, unknown instructions, missing FROM. */

export interface Instruction {
  /** In capitals, e.g. `COPY`. */
  readonly name: string;
  /** All after the name, continuation lines joined. */
  readonly rest: string;
  /** Line it begins on, from 1. */
  readonly line: number;
}

/** docs.docker.com/reference/dockerfile */
const INSTRUCTIONS = [
  ...[
    'ADD',
    'ARG',
    'CMD',
    'COPY',
    'ENTRYPOINT',
    'ENV',
    'EXPOSE',
    'FROM',
    'HEALTHCHECK',
    'LABEL',
    'MAINTAINER',
  ],
  ...['ONBUILD', 'RUN', 'SHELL', 'STOPSIGNAL', 'USER', 'VOLUME', 'WORKDIR'],
];

/** The instructions in order. Throws an Error in docker's words. */
export function parseDockerfile(text: string): Instruction[] {
  const instructions: Instruction[] = [];
  let pending: { text: string; line: number } | undefined;
  let hereDocument: string | undefined;
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    if (hereDocument !== undefined) {
      if (raw.trim() === hereDocument) hereDocument = undefined;
      continue;
    }
    // Comments and empty lines may stand between the lines of one instruction.
    if (/^\s*(#|$)/.test(raw)) continue;
    const start = pending ?? { text: '', line: index + 1 };
    const continued = /^(.*)\\\s*$/.exec(raw);
    pending = { text: `${start.text}${continued?.[1] ?? raw} `, line: start.line };
    if (continued) continue;
    hereDocument = /<<-?["']?(\w+)["']?/.exec(pending.text)?.[1];
    instructions.push(instructionOf(pending.text.trim(), pending.line));
    pending = undefined;
  }
  if (pending) instructions.push(instructionOf(pending.text.trim(), pending.line));
  const first = instructions.find(({ name }) => name !== 'ARG');
  if (!first) throw new Error('the Dockerfile cannot be empty: file with no instructions');
  if (first.name !== 'FROM')
    throw new Error(`no build stage in current context: line ${first.line} comes before FROM`);
  return instructions;
}

function instructionOf(text: string, line: number): Instruction {
  const [, word = '', rest = ''] = /^(\S+)\s*([^]*)$/.exec(text) ?? [];
  const name = word.toUpperCase();
  if (!INSTRUCTIONS.includes(name)) {
    throw new Error(`dockerfile parse error on line ${line}: unknown instruction: ${word}`);
  }
  if (rest === '')
    throw new Error(`dockerfile parse error on line ${line}: ${name} requires at least one argument`);
  return { name, rest, line };
}

/** The sources a COPY or ADD takes from the context; none when it copies from another stage or image. */
export function contextSources({ name, rest, line }: Instruction): string[] {
  if (name !== 'COPY' && name !== 'ADD') return [];
  const words = rest.split(/\s+/);
  const flags = words.filter((word) => word.startsWith('--'));
  if (flags.some((flag) => flag.startsWith('--from='))) return [];
  const paths = pathsOf(
    rest,
    words.filter((word) => !word.startsWith('--')),
  );
  if (paths.length < 2) {
    throw new Error(`dockerfile parse error on line ${line}: ${name} requires at least two arguments`);
  }
  return paths
    .slice(0, -1)
    .filter(
      (path) => !path.includes('$') && !path.startsWith('<<') && !/^(https?|git):\/\/|^git@/.test(path),
    );
}

/** Paths stand as words, or as a JSON list when they have blanks. */
function pathsOf(rest: string, words: string[]): string[] {
  const list = /\[[^]*\]\s*$/.exec(rest)?.[0];
  if (list === undefined) return words;
  try {
    return JSON.parse(list) as string[];
  } catch {
    return words;
  }
}
