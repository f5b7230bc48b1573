/**
 * The seam through which an execution is watched while it runs: step entries and call logs are made on the other side.
 * Without an observer nothing here costs more than one comparison.
 */
import type { Step } from '../lang/program.ts';
import type { StaticScope } from '../lang/scope.ts';
import { andThen, gather, type Code, type Exec, type Maybe } from './code.ts';
import type { Frame } from './frame.ts';
import type { Value } from './values.ts';

/** A step, or a part of one that the step history shows as an entry of its own. Numbers count from 1. */
export type Piece =
  | { readonly kind: 'step'; readonly step: Step }
  | { readonly kind: 'iteration'; readonly parallel: boolean; readonly number: number; readonly of: number }
  | { readonly kind: 'branch'; readonly name: string; readonly number: number; readonly of: number }
  | { readonly kind: 'condition'; readonly number: number }
  | { readonly kind: 'try' }
  | { readonly kind: 'retry'; readonly number: number }
  | { readonly kind: 'except'; readonly error: Value };

export type Variables = ReadonlyMap<string, Value>;

/** A call step after its arguments were evaluated; `names` is empty for positional arguments. */
export interface CallStep {
  readonly callee: string;
  readonly names: readonly string[];
  readonly values: readonly Value[];
}

export interface StepObserver {
  /** `frame.entry` is the piece around it. The answer is given to {@link end} and to the pieces inside. */
  begin(piece: Piece, frame: Frame): number;
  /** `variables` reads what is in scope now; `failure` is what was thrown, if anything was. */
  end(entry: number, variables: () => Variables, failure?: { readonly error: unknown }): void;
  /** Present when calls are wanted; gives what to do when the call is over. */
  readonly call?: (call: CallStep, frame: Frame) => CallEnd;
}

interface CallEnd {
  returned(value: Value): void;
  raised(error: unknown): void;
}

/** `exec` with its begin and end told to the run's observer, if it has one. */
export function watched(scope: StaticScope, piece: Piece, exec: Exec): Exec {
  return (frame, entry) =>
    frame.run.observer === undefined
      ? exec(frame, entry)
      : observe(frame, scope, piece, (inner) => exec(inner, entry));
}

/** Runs `work` as one piece. `scope` is the static side of `frame.scope`. */
export function observe<T>(
  frame: Frame,
  scope: StaticScope,
  piece: Piece,
  work: (inner: Frame) => Maybe<T>,
): Maybe<T> {
  const { observer } = frame.run;
  if (observer === undefined) return work(frame);
  const entry = observer.begin(piece, frame);
  const variables = (): Variables => variablesOf(scope, frame);
  const succeeded = (value: T): T => {
    observer.end(entry, variables);
    return value;
  };
  const failed = (error: unknown): never => {
    observer.end(entry, variables, { error });
    throw error;
  };
  let result: Maybe<T>;
  try {
    result = work(frame.observed(entry));
  } catch (error) {
    return failed(error);
  }
  return result instanceof Promise ? result.then(succeeded, failed) : succeeded(result);
}

function variablesOf(scope: StaticScope, frame: Frame): Variables {
  const variables = new Map<string, Value>();
  for (const name of scope.visibleNames()) {
    const location = scope.find(name);
    const value = location === undefined ? undefined : frame.scope.up(location.depth).peek(location.slot);
    if (value !== undefined) variables.set(name, value);
  }
  return variables;
}

/** A call step's code, with arguments and answer told to an observer that wants calls; `bind` makes the plain call. */
export function watchedCall(
  callee: string,
  names: readonly string[],
  args: readonly Code[],
  bind: (args: readonly Code[]) => Code,
): Code {
  const plain = bind(args);
  return (frame) => {
    const { observer } = frame.run;
    if (observer?.call === undefined) return plain(frame);
    const { call } = observer;
    return andThen(gather(args, frame), (values) => {
      const end = call({ callee, names, values }, frame);
      const returned = (value: Value): Value => {
        end.returned(value);
        return value;
      };
      const raised = (error: unknown): never => {
        end.raised(error);
        throw error;
      };
      try {
        const result = bind(values.map((value) => () => value))(frame);
        return result instanceof Promise ? result.then(returned, raised) : returned(result);
      } catch (error) {
        return raised(error);
      }
    });
  };
}
