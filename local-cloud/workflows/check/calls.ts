/** Checks arguments against what the called function or subworkflow takes. */
import type { CallBody, Position, Program } from '../lang/program.ts';
import { libraryFunction } from '../library.ts';
import type { LibraryParam, Signature } from '../stdlib/function.ts';

/** The signature of a subworkflow or library function; a subworkflow hides a function of the same name. */
export function signatureOf(callee: string, program: Program): Signature | undefined {
  const routine = program.routines.get(callee);
  if (routine === undefined) return libraryFunction(callee);
  const params = routine.params.map(({ name, fallback }): LibraryParam =>
    fallback === undefined ? { name } : { name, fallback },
  );
  return { name: callee, params };
}

/** What is wrong with `count` positional arguments. */
export function checkPositional({ name, params }: Signature, count: number): string[] {
  if (count > params.length) return [`'${name}' takes at most ${params.length} arguments; got: ${count}`];
  return missing(name, params.slice(count));
}

interface Refusal {
  readonly detail: string;
  /** Absent: the call itself. */
  readonly position?: Position;
}

/** What is wrong with a call step's arguments. Assumed: the service refuses unknown and missing ones at deploy time. */
export function checkArguments(signature: Signature, args: CallBody['args']): Refusal[] {
  if (args.kind === 'positional') {
    const position = args.items[signature.params.length]?.position;
    return checkPositional(signature, args.items.length).map((detail) =>
      position === undefined ? { detail } : { detail, position },
    );
  }
  const { name, params } = signature;
  const given = args.entries.map((entry) => entry.name);
  const known = params.map((param) => param.name);
  const unknown = args.entries
    .filter((argument) => !known.includes(argument.name))
    .map((argument) => ({
      detail: `unknown argument '${argument.name}' of '${name}'; known: ${known.join(', ') || 'none'}`,
      position: argument.position,
    }));
  return [
    ...unknown,
    ...missing(
      name,
      params.filter((param) => !given.includes(param.name)),
    ).map((detail) => ({ detail })),
  ];
}

const missing = (callee: string, params: readonly LibraryParam[]): string[] =>
  params
    .filter(({ fallback }) => fallback === undefined)
    .map(({ name }) => `missing argument '${name}' of '${callee}'`);
