/**
 * The entry of every build step: `node cloudbuild-steps/main.ts PROGRAM ACTION`, input in `PLUMBLINE_INPUT`, output in
 * `$BUILDER_OUTPUT/output`. Exit code 0 or 1; the last line on stderr then says in one sentence what went wrong.
 */
import { readInput } from './input.ts';
import { writeOutput } from './output.ts';
import { PROGRAMS, usage } from './programs.ts';
import { oneLine, StepError, wordsOf, type Context } from './step.ts';

async function main([program = '', action = '']: readonly string[], context: Context): Promise<void> {
  const load = PROGRAMS[program]?.[action];
  if (load === undefined) {
    throw new StepError(`there is no step "${program} ${action}"; there are ${usage()}`);
  }
  const perform = await load();
  await writeOutput(await perform(readInput(context.env), context), context);
}

const context: Context = {
  env: process.env,
  workspace: process.cwd(),
  log: (line) => process.stderr.write(`${line}\n`),
};

try {
  await main(process.argv.slice(2), context);
} catch (error) {
  const sentence = oneLine(wordsOf(error));
  // The workflow prefers our own words to Cloud Build's, which name only the step and its exit code.
  await writeOutput({ error: sentence }, { ...context, log: () => undefined }).catch(() => undefined);
  process.stderr.write(`${sentence}\n`);
  process.exitCode = 1;
}
