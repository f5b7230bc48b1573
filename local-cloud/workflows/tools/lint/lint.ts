/** All lint rules, and what they find in one program. */
import type { Program } from '../../lang/program.ts';
import { CALL_RULES } from './calls.ts';
import { EXPRESSION_RULES } from './expressions.ts';
import type { Remark, Rule } from './rule.ts';
import { UNUSED_RULES } from './unused.ts';

export const RULES: readonly Rule[] = [...EXPRESSION_RULES, ...CALL_RULES, ...UNUSED_RULES];

export function lint(program: Program): { rule: Rule; remark: Remark }[] {
  return RULES.flatMap((rule) =>
    [...program.routines.values()].flatMap((routine) =>
      [...rule.check(routine, program)].map((remark) => ({ rule, remark })),
    ),
  );
}
