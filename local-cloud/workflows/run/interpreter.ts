/** Compiles a checked program once and runs it any number of times. */
import { MAX_CALL_DEPTH } from '../lang/limits.ts';
import type { Program, Routine } from '../lang/program.ts';
import { routineScope } from '../lang/scope.ts';
import { isConnectorName, unknownConnector } from '../connectors/connector.ts';
import { libraryFunction } from '../library.ts';
import { Arguments, type LibraryFunction } from '../stdlib/function.ts';
import { gather, lastly, rescue, andThen, type Code, type Exec, type Maybe, type Signal } from './code.ts';
import { compileSteps } from './compile-step.ts';
import { Raised, systemError, typeError } from './errors.ts';
import { Run, Scope, type Frame } from './frame.ts';
import type { Host } from './host.ts';
import type { StepObserver } from './observer.ts';
import type { Callables } from './site.ts';
import type { Value } from './values.ts';

/** Arguments by name; a missing one takes its default. */
type Given = ReadonlyMap<string, Value>;

interface CompiledRoutine {
  readonly params: readonly string[];
  call(frame: Frame, given: Given): Maybe<Value>;
}

export interface CompiledProgram {
  /** Starts an execution. The promise rejects with a Raised error (or Stopped); `run` gives its counters. */
  start(
    argument: Value,
    host: Host,
    onStep: (routine: string, step: string) => void,
    observer?: StepObserver,
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
    start: (argument, host, onStep, observer) => {
      const run = new Run(host, onStep, observer);
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
  const [param] = main.params;
  const frame: Frame = { run, routine: 'main', scope: new Scope(run, 0), callDepth: 0, parallelDepth: 0 };
  return main.call(frame, new Map(param === undefined ? [] : [[param, argument]]));
}

function compileRoutine(routine: Routine, callables: Callables): CompiledRoutine {
  const scope = routineScope(routine);
  const locations = routine.params.map(({ name, fallback }) => ({
    name,
    fallback,
    location: scope.find(name),
  }));
  // Compiled on first use: routines may call each other, and the linker knows them all only then.
  let body: Exec | undefined;
  return {
    params: routine.params.map(({ name }) => name),
    call: (frame, given) => {
      body ??= compileSteps(routine.steps, scope, callables);
      const run = body;
      const inner = new Scope(frame.run, scope.size);
      return lastly(
        () => {
          for (const { name, fallback, location } of locations) {
            const value = given.has(name) ? given.get(name) : fallback;
            if (location !== undefined && value !== undefined) inner.set(location, value);
          }
          return andThen(run({ ...frame, routine: routine.name, scope: inner }), resultOf);
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
    return this.named(callee, this.#paramsOf(callee).slice(0, args.length), args);
  }

  named(callee: string, names: readonly string[], args: readonly Code[]): Code {
    return (frame) =>
      andThen(gather(args, frame), (values) =>
        this.#call(frame, callee, new Map(names.map((name, i) => [name, values[i] ?? null]))),
      );
  }

  apply(frame: Frame, name: string, argument: Value): Maybe<Value> {
    const [param] = this.#paramsOf(name);
    return this.#call(frame, name, new Map(param === undefined ? [] : [[param, argument]]));
  }

  #paramsOf(callee: string): readonly string[] {
    const routine = this.#program.routines.get(callee);
    return (routine ?? libraryFunction(callee))?.params.map(({ name }) => name) ?? [];
  }

  #call(frame: Frame, callee: string, given: Given): Maybe<Value> {
    const routine = this.#routines.get(callee);
    if (routine !== undefined) return callRoutine(routine, callee, given, frame);
    const fn = libraryFunction(callee);
    if (fn !== undefined) return callLibrary(fn, given, frame);
    if (isConnectorName(callee)) throw unknownConnector(callee);
    throw typeError(`'${callee}' cannot be called`);
  }
}

function callRoutine(routine: CompiledRoutine, name: string, given: Given, frame: Frame): Maybe<Value> {
  if (frame.callDepth >= MAX_CALL_DEPTH) {
    throw systemError(
      'RecursionError',
      `call of '${name}': the call stack is more than ${MAX_CALL_DEPTH} deep`,
    );
  }
  return rescue(
    () => routine.call({ ...frame, callDepth: frame.callDepth + 1 }, given),
    (error) => {
      if (error instanceof Raised) error.leaveRoutine();
      throw error;
    },
  );
}

function callLibrary(fn: LibraryFunction, given: Given, frame: Frame): Maybe<Value> {
  const values = new Map<string, Value>();
  for (const { name, fallback } of fn.params) values.set(name, given.get(name) ?? fallback ?? null);
  return fn.call(new Arguments(fn.name, values), {
    host: frame.run.host,
    countStep: () => frame.run.countStep(),
  });
}
