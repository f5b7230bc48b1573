/**
 * A step's output: a file in `$BUILDER_OUTPUT`, which Cloud Build keeps with the build and the workflow reads.
 * Source: https://cloud.google.com/build/docs/api/reference/rest/v1/projects.builds#results (buildStepOutputs).
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Json } from '../reconciler/model.ts';
import { StepError, type Context } from './step.ts';

/** Cloud Build keeps the first 50 KB of each step's output and cuts off the rest without a word. */
export const MAX_OUTPUT_BYTES = 50 * 1024;

/** Throws `StepError` when the output would be cut. Outside Cloud Build it goes to the log. */
export async function writeOutput(output: Json, { env, log }: Pick<Context, 'env' | 'log'>): Promise<void> {
  const text = JSON.stringify(output);
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_OUTPUT_BYTES) {
    throw new StepError(
      `the output has ${bytes} bytes and Cloud Build keeps ${MAX_OUTPUT_BYTES}; make Terraform's outputs or the object names shorter`,
    );
  }
  const folder = env['BUILDER_OUTPUT'];
  if (folder === undefined || folder === '') log(`output: ${text}`);
  else await writeFile(join(folder, 'output'), text);
}
