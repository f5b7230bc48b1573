/** What went wrong, as Terraform shows it: text, and the argument it stands at. */
import { errorText } from './api.ts';
import { SEVERITY } from './messages.ts';
import type { Path } from './plan.ts';
import type { Problem } from './validate.ts';

interface Step {
  readonly attributeName?: string;
  readonly elementKeyInt?: number;
}

export interface Diagnostic {
  readonly severity: number;
  readonly summary: string;
  readonly detail?: string;
  readonly attribute?: { readonly steps: readonly Step[] };
}

/** A path as tfplugin5 writes it. */
export const stepsOf = (path: Path): { steps: readonly Step[] } => ({
  steps: path.map((step) => (typeof step === 'string' ? { attributeName: step } : { elementKeyInt: step })),
});

/** `doing` says what failed, e.g. `creating Network`; without it the API's text stands alone. */
export function diagnosticOf(error: unknown, doing?: string): Diagnostic {
  const what = errorText(error);
  return { severity: SEVERITY.error, summary: doing === undefined ? what : `Error ${doing}: ${what}` };
}

export const problemDiagnostics = (problems: readonly Problem[]): Diagnostic[] =>
  problems.map(({ summary, detail, path }) => ({
    severity: SEVERITY.error,
    summary,
    ...(detail !== undefined && { detail }),
    ...(path.length > 0 && { attribute: stepsOf(path) }),
  }));
