/** How a command fails: errors that people can act on, and the one place that turns any error into words. */

/** Something a person has to put right. The message says what, where and how to go on. */
export class CliError extends Error {
  readonly code: number;
  constructor(message: string, options: { code?: number; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'CliError';
    this.code = options.code ?? 1;
  }
}

/** Wrong words on the command line: exit code 2. */
export class UsageError extends CliError {
  constructor(message: string) {
    super(message, { code: 2 });
    this.name = 'UsageError';
  }
}

/** As kubectl says it; `near` is a name that may have been meant. */
export const notFound = (kind: string, name: string, near?: string): CliError =>
  new CliError(
    `Error from store (NotFound): ${kind} "${name}" not found${near === undefined ? '' : `; did you mean "${near}"?`}`,
  );

/** Errors whose message was written for people: their names, so that no store or cloud client has to be loaded. */
const EXPECTED: ReadonlySet<string> = new Set([
  'CliError',
  'UsageError',
  'SettingsError',
  'StoreError',
  'CloudError',
  'ToolMissing',
  'LocalError',
  'DefinitionError',
]);

/** One or more lines without a stack trace. An error nobody foresaw says that it is one. */
export function explainFailure(error: unknown, debug: boolean): string {
  if (!(error instanceof Error)) return `error: ${String(error)}`;
  const detail = debug ? `\n${error.stack ?? ''}` : '';
  if (error.message.startsWith('Error from store')) return error.message + detail;
  if (EXPECTED.has(error.name)) return `error: ${error.message}${detail}`;
  const hint = debug ? '' : ' (set PLUMBLINE_DEBUG=1 for details)';
  return `error: unexpected ${error.name}: ${error.message}${hint}${detail}`;
}

export const codeOf = (error: unknown): number => (error instanceof CliError ? error.code : 1);
