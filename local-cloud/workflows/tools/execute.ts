/** Runs one program to its end and tells what came of it. */
import type { Program } from '../lang/program.ts';
import { Raised, Stopped } from '../run/errors.ts';
import { toJson } from '../run/json.ts';
import { compileProgram } from '../run/interpreter.ts';
import type { StepObserver } from '../run/observer.ts';
import type { Value } from '../run/values.ts';
import { Unanswered, type ToolHost } from './host.ts';

export type Outcome =
  | { readonly kind: 'result'; readonly value: Value }
  | { readonly kind: 'error'; readonly error: Raised }
  /** A call no stub answers: nothing the workflow did wrong. */
  | {
      readonly kind: 'unanswered';
      readonly message: string;
      readonly routine: string;
      readonly step: string;
    };

export async function execute(
  program: Program,
  argument: Value,
  host: ToolHost,
  options: { readonly seed: number; readonly observer?: StepObserver },
): Promise<Outcome> {
  let at = { routine: 'main', step: '' };
  const { run, result } = compileProgram(program).start(
    argument,
    host,
    (routine, step) => (at = { routine, step }),
    options.observer,
    options.seed,
  );
  try {
    const value = await result;
    // An execution whose result has no JSON form has failed, as in the service.
    toJson(value);
    return { kind: 'result', value };
  } catch (error) {
    if (error instanceof Raised) return { kind: 'error', error };
    if (error instanceof Unanswered) return { kind: 'unanswered', message: error.message, ...at };
    throw error;
  } finally {
    // Branches that still run stop; nothing outlives the execution.
    run.stop(new Stopped('the execution is over'));
  }
}
