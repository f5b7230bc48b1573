/** Runs one command line: builds the program, catches what it throws, and says with which code to end. */
import { CommanderError } from 'commander';
import { EXIT } from './exit-codes.ts';
import { codeOf, explainFailure } from './failure.ts';
import { fit } from './fit.ts';
import type { Host } from './host.ts';
import { buildProgram } from './program.ts';

/** The exit code. Nothing is thrown, and no stack trace reaches a person who did not ask for one. */
export async function main(args: readonly string[], host: Host): Promise<number> {
  let code: number = EXIT.ok;
  const program = buildProgram(host, (ended) => (code = ended));
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    // Commander has said it already; help and version are no failure.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    const debug = (host.env['PLUMBLINE_DEBUG'] ?? '') !== '';
    const lines = explainFailure(error, debug).split('\n');
    const { isTTY, columns } = host.stderr;
    // A stack trace is for a program's author, who copies it.
    const width = isTTY === true && columns !== undefined && !debug ? columns : null;
    host.stderr.write(`${fit(lines, width).join('\n')}\n`);
    return codeOf(error);
  }
}

/** The process's own streams and signals around `main`. */
export async function runProcess(): Promise<void> {
  // A reader that has seen enough (`plumb get | head`) is no failure of ours.
  process.stdout.on('error', (error: NodeJS.ErrnoException) =>
    process.exit(error.code === 'EPIPE' ? 0 : EXIT.error),
  );
  // The Spanner client swallows SIGINT and SIGTERM; `local up` adds handlers of its own and takes these off.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, interrupted);
  const { env, stdin, stdout, stderr } = process;
  const code = await main(process.argv.slice(2), { env, cwd: process.cwd(), stdin, stdout, stderr });
  // gRPC channels may keep the loop alive; the empty write ends behind all earlier output.
  process.stdout.write('', () => process.exit(code));
}

/** Ends at once: every write to store or cloud is safe to repeat. */
export function interrupted(): void {
  process.exit(EXIT.interrupted);
}
