/** Compiles a checked program once and runs it any number of times. */
import { MAX_CALL_DEPTH } from '../lang/limits.ts';
import type { Program, Routine } from '../lang/program.ts';
import { routineScope } from '../lang/scope.ts';
import { isConnectorName, unknownConnector } from '../connectors/connector.ts';
import { libraryFunction } from '../library.ts';
import { Arguments, type LibraryFunction } from '../stdlib/function.ts';
import { gather, lastly, andThen, type Code, type Exec, type Maybe, type Signal } from './code.ts';
import { compileSteps } from './compile-step.ts';
import { Fatal, Raised, systemError, typeError } from './errors.ts';
import { Frame, Run, Scope } from './frame.ts';
import type { Host } from './host.ts';
import { fitting, limitOf, measure } from './memory.ts';
import type { StepObserver } from './observer.ts';
import { seedOf } from './schedule.ts';
import type { Callables } from './site.ts';
import type { Value } from './values.ts';

/** Arguments in the order of the parameters; a missing one takes its default. */
type Given = readonly (Value | undefined)[];

interface CompiledRoutine {
  call(frame: Frame, given: Given): Maybe<Value>;
}

export interface CompiledProgram {
  /**
   * Starts an execution. The promise rejects with a Raised error (or Stopped); `run` gives its counters. `seed` decides
   * the order of parallel branches; by default it is made from the execution's id.
   */
  start(
    argument: Value,
    host: Host,
    onStep: (routine: string, step: string) => void,
    observer?: StepObserver,
    seed?: number,
  ): RunningProgram;
}

interface RunningProgram {
  readonly run: Run;
  readonly result: Promise<Value>;
}

export function compileProgram(program: Program): CompiledProgram {
  const routines = new Map<string, CompiledRoutine>();
  const callables = new Linker(routines, program);
  for (const routine of program.routines.values())
    routines.set(routine.name, compileRoutine(routine, callables));
  return {
    start: (argument, host, onStep, observer, seed = seedOf(host.identity.execution)) => {
      const run = new Run(host, onStep, seed, observer);
      return { run, result: startMain(routines, argument, run) };
    },
  };
}

async function startMain(
  routines: ReadonlyMap<string, CompiledRoutine>,
  argument: Value,
  run: Run,
): Promise<Value> {
  const main = routines.get('main');
  if (main === undefined) throw new Error('the checker let a program without main pass');
  try {
    const result = await main.call(Frame.outermost(run), [argument]);
    // A value that was never stored in a variable has not been measured yet.
    measure(result);
    return result;
  } catch (error) {
    const ended = limitOf(error) ?? error;
    if (ended instanceof Fatal) run.stop(ended);
    throw ended;
  }
}

function compileRoutine(routine: Routine, callables: Callables): CompiledRoutine {
  const scope = routineScope(routine);
  const params = routine.params.map(({ name, fallback }) => ({ fallback, slot: scope.find(name)?.slot }));
  // Compiled on first use: routines may call each other, and the linker knows them all only then.
  let body: Exec | undefined;
  return {
    call: (frame, given) => {
      body ??= compileSteps(routine.steps, scope, callables);
      const run = body;
      const inner = new Scope(frame.run, scope.size);
      return lastly(
        () => {
          for (const [i, { slot, fallback }] of params.entries()) {
            const value = given[i] === undefined ? fallback : given[i];
            if (slot !== undefined && value !== undefined) inner.set(slot, value);
          }
          return andThen(run(frame.called(routine.name, inner)), resultOf);
        },
        () => inner.release(),
      );
    },
  };
}

const resultOf = (signal: Signal): Value => (signal?.kind === 'return' ? signal.value : null);

/** Binds calls to subworkflows and library functions. */
class Linker implements Callables {
  readonly #routines: ReadonlyMap<string, CompiledRoutine>;
  readonly #program: Program;

  constructor(routines: ReadonlyMap<string, CompiledRoutine>, program: Program) {
    this.#routines = routines;
    this.#program = program;
  }

  isRoutine(name: string): boolean {
    return this.#program.routines.has(name);
  }

  positional(callee: string, args: readonly Code[]): Code {
    const call = this.#callOf(callee);
    return (frame) => andThen(gather(args, frame), (values) => call(frame, values));
  }

  named(callee: string, names: readonly string[], args: readonly Code[]): Code {
    const call = this.#callOf(callee, names);
    const order = this.#paramsOf(callee, names).map((name) => names.indexOf(name));
    return (frame) =>
      andThen(gather(args, frame), (values) =>
        call(
          frame,
          order.map((at) => values[at]),
        ),
      );
  }

  apply(frame: Frame, name: string, argument: Value): Maybe<Value> {
    return this.#callOf(name)(frame, [argument]);
  }

  /** An unknown connector takes what it is given: its call refuses it, or the host answers. */
  #paramsOf(callee: string, names: readonly string[]): readonly string[] {
    const routine = this.#program.routines.get(callee);
    return (routine ?? libraryFunction(callee))?.params.map(({ name }) => name) ?? names;
  }

  #callOf(callee: string, names: readonly string[] = []): (frame: Frame, given: Given) => Maybe<Value> {
    const routine = this.#routines.get(callee);
    if (routine !== undefined) return (frame, given) => callRoutine(routine, callee, given, frame);
    const fn = libraryFunction(callee);
    if (fn !== undefined) return libraryCall(fn);
    return libraryCall({
      name: callee,
      params: names.map((name) => ({ name, fallback: null })),
      call: () => {
        throw isConnectorName(callee) ? unknownConnector(callee) : typeError(`'${callee}' cannot be called`);
      },
    });
  }
}

function callRoutine(routine: CompiledRoutine, name: string, given: Given, frame: Frame): Maybe<Value> {
  if (frame.callDepth > MAX_CALL_DEPTH) {
    throw systemError(
      'RecursionError',
      `call of '${name}': the call stack is more than ${MAX_CALL_DEPTH} deep`,
    );
  }
  try {
    const result = routine.call(frame, given);
    return result instanceof Promise ? result.catch(leave) : result;
  } catch (error) {
    return leave(error);
  }
}

/** An error on its way from a routine to its caller. */
function leave(error: unknown): never {
  if (error instanceof Raised) error.leaveRoutine();
  throw error;
}

/** `null` counts as not given (documented for positional arguments). */
function libraryCall(fn: LibraryFunction): (frame: Frame, given: Given) => Maybe<Value> {
  const names = fn.params.map(({ name }) => name);
  const defaults = fn.params.map(({ fallback }) => fallback ?? null);
  return (frame, given) => {
    const values = defaults.map((fallback, i) => given[i] ?? fallback);
    const { answer } = frame.run.host;
    const answered = answer?.(fn.name, new Map(names.map((name, at) => [name, values[at] ?? null])));
    const result = answered ?? fn.call(new Arguments(fn.name, names, values), frame.run);
    return typeof result === 'string' ? fitting(result) : result;
  };
}
