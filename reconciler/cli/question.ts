/** The questions a command asks, where a person is there to answer them. */
import { createInterface } from 'node:readline';
import type { Cli } from './host.ts';

/** Undefined when the person walks away: Ctrl-C, or the end of the input. */
export function answerTo(cli: Cli, question: string): Promise<string | undefined> {
  const reader = createInterface({ input: cli.host.stdin, output: cli.host.stderr });
  return new Promise((resolve) => {
    const end = (answer: string | undefined) => {
      resolve(answer);
      reader.close();
    };
    reader.once('close', () => end(undefined));
    reader.once('SIGINT', () => {
      cli.note('');
      end(undefined);
    });
    reader.question(`${question} `, (answer) => end(answer.trim()));
  });
}

/** True only for a plain yes. */
export async function saidYes(cli: Cli, question: string): Promise<boolean> {
  return /^y(es)?$/i.test((await answerTo(cli, `${question} [y/N]`)) ?? '');
}
