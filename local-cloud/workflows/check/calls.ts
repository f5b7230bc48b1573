/** Checks arguments against what the called function or subworkflow takes. */
import type { CallBody, Program } from '../lang/program.ts';
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

/** What is wrong with a call step's arguments. */
export function checkArguments(signature: Signature, args: CallBody['args']): string[] {
  if (args.kind === 'positional') return checkPositional(signature, args.items.length);
  const { name, params } = signature;
  const given = args.entries.map((entry) => entry.name);
  const known = params.map((param) => param.name);
  const unknown = given
    .filter((argument) => !known.includes(argument))
    .map((argument) => `unknown argument '${argument}' of '${name}'; known: ${known.join(', ') || 'none'}`);
  return [
    ...unknown,
    ...missing(
      name,
      params.filter((param) => !given.includes(param.name)),
    ),
  ];
}

const missing = (callee: string, params: readonly LibraryParam[]): string[] =>
  params
    .filter(({ fallback }) => fallback === undefined)
    .map(({ name }) => `missing argument '${name}' of '${callee}'`);
