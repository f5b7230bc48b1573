/** What the programs of build steps share: how one looks, what it is given, and how it fails. */
import type { Json } from '../reconciler/model.ts';

/** A failure told to people: what could not be done, where, and how to go on. */
export class StepError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StepError';
  }
}

export interface Context {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder the step runs in: Cloud Build's workspace, or the source's folder within it. */
  readonly workspace: string;
  /** Adds a line to the build's log. */
  log(line: string): void;
}

/** One action of a program: checks its input, does it, gives back what the workflow needs to know. */
export type Action = (input: Json, context: Context) => Promise<Json>;

/** The words of any error, for use behind a colon. A failed fetch says why only in its cause. */
export function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error && error instanceof TypeError ? wordsOf(cause) : error.message || error.name;
}

/** Everything on one line, cut to `limit` characters. */
export function oneLine(text: string, limit = 2000): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= limit ? line : `${line.slice(0, limit - 1)}…`;
}
