/** The one question a command asks, where a person is there to answer it. */
import { createInterface } from 'node:readline/promises';
import type { Cli } from './host.ts';

/** True only for a plain yes. */
export async function saidYes(cli: Cli, question: string): Promise<boolean> {
  const reader = createInterface({ input: cli.host.stdin, output: cli.host.stderr });
  try {
    return /^y(es)?$/i.test((await reader.question(`${question} [y/N] `)).trim());
  } finally {
    reader.close();
  }
}
