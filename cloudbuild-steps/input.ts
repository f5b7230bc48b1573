/** A step's input: JSON in base64 in one environment variable, so that neither a shell nor Cloud Build reads it. */
import type { z } from 'zod';
import type { Json } from '../reconciler/model.ts';
import { StepError, wordsOf, type Context } from './step.ts';

export const INPUT_VARIABLE = 'PLUMBLINE_INPUT';

/** Throws `StepError` when the variable is missing or is not base64 of JSON. */
export function readInput(env: Context['env']): Json {
  const text = env[INPUT_VARIABLE];
  if (text === undefined || text === '') {
    throw new StepError(`${INPUT_VARIABLE} is not set; it must hold the step's input as base64 of JSON`);
  }
  try {
    // `fatal` refuses bytes that are not UTF-8 rather than replacing them.
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(text, 'base64'))) as Json;
  } catch (error) {
    throw new StepError(`${INPUT_VARIABLE} is not base64 of JSON: ${wordsOf(error)}`);
  }
}

/** The input as its schema reads it. Throws `StepError` with all problems and their paths. */
export function parseInput<T>(schema: z.ZodType<T>, input: Json): T {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    ({ path, message }) => `${path.length === 0 ? 'input' : path.join('.')}: ${message}`,
  );
  throw new StepError(`the input is not valid: ${problems.join('; ')}`);
}
