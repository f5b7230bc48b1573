/**
 * Everything one launch sends: the definition and the argument, both held to the service's rules before anything is
 * deployed or any row is written. Preview and launch take it from here, so they cannot differ. Pure.
 */
import type { ExecutionArgument } from '../workflow-defs/argument.ts';
import { checkArgument } from '../workflow-defs/check.ts';
import { compile, DefinitionError, type Definition } from '../workflow-defs/compile.ts';
import { argumentOf, type ArgumentInput } from './argument.ts';

export interface Launchable {
  readonly definition: Definition;
  readonly argument: ExecutionArgument;
}

/** Throws `DefinitionError`, which names the tenant, the flow and, where there is one, the step. */
export function launchable(input: ArgumentInput): Launchable {
  const { name } = input.tenant.metadata;
  const definition = compiled(input, name);
  const argument = argumentOf(input);
  const problems = checkArgument(argument);
  if (problems.length > 0) throw new DefinitionError(problems, name);
  return { definition, argument };
}

function compiled({ flow, platform }: ArgumentInput, tenant: string): Definition {
  try {
    return compile(flow, platform);
  } catch (error) {
    throw error instanceof DefinitionError ? new DefinitionError(error.problems, tenant) : error;
  }
}

/** The intent of the first attempt; what number it really gets, only the ledger knows. */
export const firstIntent = ({
  tenant,
  generation,
  flow,
}: Pick<ArgumentInput, 'tenant' | 'generation' | 'flow'>): string =>
  `${tenant.metadata.name}-g${generation}-${flow}-1`;
