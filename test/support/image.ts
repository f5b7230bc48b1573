/** How the image of the job starts Node, as its Dockerfile says. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface ImageStart {
  /** Options of Node, before the program. */
  readonly options: readonly string[];
  readonly program: string;
  readonly env: Readonly<Record<string, string>>;
}

export function imageStart(): ImageStart {
  const lines = readFileSync(join(import.meta.dirname, '../../Dockerfile'), 'utf8').split('\n');
  const argumentsOf = (instruction: string): string[] =>
    lines.flatMap((line) => (line.startsWith(`${instruction} `) ? [line.slice(instruction.length + 1)] : []));
  const [, ...words] = JSON.parse(argumentsOf('ENTRYPOINT')[0] ?? '[]') as string[];
  return {
    options: words.slice(0, -1),
    program: words.at(-1) ?? '',
    env: Object.fromEntries(argumentsOf('ENV').map((text) => text.split('=') as [string, string])),
  };
}
