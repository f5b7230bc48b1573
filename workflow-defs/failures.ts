/**
 * Refuses a definition in which a call could fail unheard. Every call that leaves the execution must be tried again or
 * say why not, and its error must reach an `except` that records it in the ledger or says why it goes on. The ledger's
 * own calls may end the execution instead: nobody else can be told, and the next pass records what it ended with.
 */
import type { Problem } from './check.ts';
import { BLOCKING, LEDGER_CALLS, SLEEP } from './functions.ts';
import { sameScope } from './scope.ts';
import { RECORD } from './steps/ledger.ts';
import type { Call, Except, Routine, Step, Try, Workflow } from './tree.ts';

/** Expects a definition that `check` has nothing against: its calls end. Each problem is told once. */
export function checkFailures(flow: string, { main, subworkflows }: Workflow): Problem[] {
  const routines = new Map(subworkflows.map((each) => [each.name, each]));
  const problems = new Map<string, Problem>();
  for (const { routine, call, around } of callsIn(main.steps, main.name, routines, [])) {
    for (const message of objections(call, around)) {
      const problem = { flow, routine, step: call.name, message };
      problems.set(JSON.stringify(problem), problem);
    }
  }
  return [...problems.values()];
}

interface Outside {
  readonly routine: string;
  readonly call: Call;
  /** Every `try` whose body the call is in, through the callers too, the innermost first. */
  readonly around: readonly Try[];
}

/** The calls that leave the execution, in whatever routine, once for each way that leads there. */
function* callsIn(
  steps: readonly Step[],
  routine: string,
  routines: ReadonlyMap<string, Routine>,
  around: readonly Try[],
): Generator<Outside> {
  for (const step of steps) {
    if (step.kind === 'call') {
      const called = routines.get(step.callee);
      if (called) yield* callsIn(called.steps, called.name, routines, around);
      else if (BLOCKING.has(step.callee) && step.callee !== SLEEP) yield { routine, call: step, around };
    }
    if (step.kind === 'try' && step.except) yield* callsIn(step.except.steps, routine, routines, around);
    if (step.kind === 'for') yield* callsIn(step.steps, routine, routines, around);
    const inner = step.kind === 'try' ? [step, ...around] : around;
    for (const list of sameScope(step)) yield* callsIn(list, routine, routines, inner);
  }
}

function* objections({ callee }: Call, around: readonly Try[]): Generator<string> {
  if (!reached(around).some(({ retry, once }) => retry !== null || once !== null)) {
    yield `${callee} is not tried again, and nothing says why`;
  }
  for (const { name, except } of around) {
    if (except === null || passesOn(except)) continue;
    if (except.goesOn === undefined && !records(except.steps)) {
      yield `an error of ${callee} would end in ${name}, which neither records it nor says why it goes on`;
    }
    return;
  }
  if (!LEDGER_CALLS.has(callee)) yield `an error of ${callee} would end the execution and never be recorded`;
}

/** The tries an error gets to: a retry further out never hears of one that has ended in an `except`. */
function reached(around: readonly Try[]): readonly Try[] {
  const end = around.findIndex(({ except }) => except !== null && !passesOn(except));
  return end < 0 ? around : around.slice(0, end + 1);
}

/** Raises again, and that is all that becomes of the error here. */
const passesOn = ({ steps }: Except): boolean => steps.at(-1)?.kind === 'raise' && !records(steps);

const records = (steps: readonly Step[]): boolean =>
  steps.some(
    (step) =>
      (step.kind === 'call' && step.callee === RECORD && step.args['state'] === 'FAILED') ||
      sameScope(step).some(records),
  );
