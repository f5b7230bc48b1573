/** What compiling needs to know at one place of a program: the names visible there and what can be called. */
import type { Step } from '../lang/program.ts';
import type { StaticScope } from '../lang/scope.ts';
import type { Code, Exec, Maybe } from './code.ts';
import type { Frame } from './frame.ts';
import type { Value } from './values.ts';

/** Subworkflows and library functions. Bound by name, because routines may call each other in any order. */
export interface Callables {
  isRoutine(name: string): boolean;
  positional(callee: string, args: readonly Code[]): Code;
  named(callee: string, names: readonly string[], args: readonly Code[]): Code;
  /** Calls what a function value names, with one argument: retry predicates. */
  apply(frame: Frame, name: string, argument: Value): Maybe<Value>;
}

export interface Site {
  readonly scope: StaticScope;
  readonly callables: Callables;
  /** Compiles a list of steps in another scope: how blocks compile what is inside them. */
  readonly block: (steps: readonly Step[], scope: StaticScope) => Exec;
}
