/** `plumb workflows …`: the tools of the Workflows engine, which are a program of their own and know their own flags. */
import { spawn } from 'node:child_process';
import { program } from '../../local/paths.ts';
import { EXIT } from '../exit-codes.ts';
import { CliError } from '../failure.ts';
import type { Cli } from '../host.ts';

/** Ends as the tools end; they have our streams, so that pipes and colours work as if they were called directly. */
export async function workflows(cli: Cli, args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [program('local-cloud/workflows/tools/main'), ...args], {
    stdio: 'inherit',
    cwd: cli.host.cwd,
    env: { ...cli.host.env, ...colorEnv(cli.flags.color) },
  });
  // A terminal sends Ctrl-C to both of us; the tools decide what it means.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.removeAllListeners(signal);
    process.on(signal, () => void child.kill(signal));
  }
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new CliError(`the workflow tools do not start: ${error.message}`)));
    child.once('close', (code) => resolve(code ?? EXIT.interrupted));
  });
}

function colorEnv(color: string | boolean | undefined): Record<string, string> {
  if (color === false || color === 'never') return { NO_COLOR: '1' };
  return color === 'always' ? { NO_COLOR: '', CLICOLOR_FORCE: '1' } : {};
}
