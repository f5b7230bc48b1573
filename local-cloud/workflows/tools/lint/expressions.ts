/** Rules about expressions: operators and functions that do something else than they seem to. */
import type { Expression, Routine } from '../../lang/program.ts';
import type { Rule } from './rule.ts';
import { callsIn, evaluatedIn, partsOf, textsIn, variablesOf } from './walk.ts';

const COMPARISONS: readonly string[] = ['in', '==', '!=', '<', '<=', '>', '>='];

const notInPrecedence: Rule = {
  id: 'not-precedence',
  summary: '`not` binds tighter than `in` and the comparisons, so that only the left side is negated.',
  help: 'put the whole comparison in parentheses: not ("k" in m)',
  *check(routine) {
    for (const { step, expression, position } of evaluatedIn(routine)) {
      for (const part of partsOf(expression)) {
        if (part.kind !== 'binary' || !COMPARISONS.includes(part.operator)) continue;
        if (part.left.kind !== 'unary' || part.left.operator !== 'not') continue;
        const message = `'not' negates only the left side of '${part.operator}'`;
        yield { message, position, step, word: 'not' };
      }
    }
  },
};

const reachesInside = (expression: Expression): boolean =>
  (expression.kind === 'member' && expression.object.kind !== 'literal') || expression.kind === 'index';

const defaultMissingKey: Rule = {
  id: 'default-missing-key',
  summary: '`default` replaces null only: a missing key raises KeyError before it is called.',
  help: 'use default(map.get(m, "k"), fallback); map.get gives null for a missing key',
  *check(routine, program) {
    for (const { step, callee, args, position } of callsIn(routine, program)) {
      const value = args.get('val');
      if (callee !== 'default' || value === undefined || !reachesInside(value)) continue;
      yield { message: 'default() does not help when the key is missing', position, step, word: 'default' };
    }
  },
};

const ifEvaluatesBoth: Rule = {
  id: 'if-evaluates-both',
  summary: '`if()` evaluates both values, whatever the condition is.',
  help: 'use a switch step, or map.get for the key that may be missing',
  *check(routine) {
    for (const { step, expression, position } of evaluatedIn(routine)) {
      for (const part of partsOf(expression)) {
        if (part.kind !== 'call' || part.callee !== 'if') continue;
        const [condition, ...values] = part.args;
        if (condition === undefined || !asksForKey(condition)) continue;
        if (!values.some((value) => [...partsOf(value)].some(reachesInside))) continue;
        const message = 'both values of if() are evaluated, also the one whose key may be missing';
        yield { message, position, step, word: 'if' };
      }
    }
  },
};

const asksForKey = (condition: Expression): boolean =>
  [...partsOf(condition)].some((part) => part.kind === 'binary' && part.operator === 'in');

const concatNests: Rule = {
  id: 'list-concat-nests',
  summary:
    '`list.concat` and `list.prepend` add one element; a list becomes an element, it is not spliced in.',
  help: 'give the element itself, or add the elements one by one in a loop',
  *check(routine, program) {
    for (const { step, callee, args, position } of callsIn(routine, program)) {
      if (callee !== 'list.concat' && callee !== 'list.prepend') continue;
      if (args.get('val')?.kind !== 'list') continue;
      yield { message: `${callee} puts the list into the list as one element`, position, step, word: callee };
    }
  },
};

const uncatchableLimit: Rule = {
  id: 'uncatchable-limit',
  summary: 'A ResourceLimitError ends the execution at once and cannot be caught.',
  help: 'avoid the limit instead: set what is no longer needed to null, fetch less, split the work',
  *check(routine) {
    for (const { step, expression, position } of evaluatedIn(routine)) {
      for (const part of partsOf(expression)) {
        if (part.kind !== 'literal' || part.value !== 'ResourceLimitError') continue;
        yield { message: 'this is never true', position, step, word: 'ResourceLimitError' };
      }
    }
  },
};

const nullArgument: Rule = {
  id: 'argument-may-be-null',
  summary: 'Without an argument the parameter of main is null, and `in` on null raises TypeError.',
  help: 'test it first (args != null), or begin with default(args, {})',
  *check(routine) {
    const [param] = routine.params;
    if (routine.name !== 'main' || param === undefined || isGuarded(routine, param.name)) return;
    for (const { step, expression, position } of evaluatedIn(routine)) {
      for (const part of partsOf(expression)) {
        if (part.kind !== 'binary' || part.operator !== 'in' || !isName(part.right, param.name)) continue;
        const message = `'${param.name}' is null when the workflow is started without an argument`;
        yield { message, position, step, word: param.name };
      }
    }
  },
};

const notInterpolated: Rule = {
  id: 'not-interpolated',
  summary: 'Only a whole value is an expression; `${name}` within a longer text stays as it is written.',
  help: 'make the whole value an expression: ${"text " + name}',
  *check(routine) {
    const variables = variablesOf(routine);
    for (const { step, text, position } of textsIn(routine)) {
      // What follows another $ is meant for somebody else: Cloud Build, or a shell behind it.
      for (const [whole, name = ''] of text.matchAll(/(?<!\$)\$\{\s*([A-Za-z_]\w*)/g)) {
        if (!variables.has(name)) continue;
        yield { message: `'${whole}}' in this text stays text`, position, step, word: whole };
        break;
      }
    }
  },
};

const isName = (expression: Expression | undefined, name: string): boolean =>
  expression?.kind === 'name' && expression.name === name;

const isNull = (expression: Expression): boolean =>
  expression.kind === 'literal' && expression.value === null;

/** Somebody thought of it: a comparison with null, a default, or a question about the type. */
function isGuarded(routine: Routine, name: string): boolean {
  for (const { expression } of evaluatedIn(routine)) {
    for (const part of partsOf(expression)) {
      if (part.kind === 'binary' && part.operator !== 'in') {
        if (isName(part.left, name) && isNull(part.right)) return true;
        if (isName(part.right, name) && isNull(part.left)) return true;
      }
      if (part.kind === 'call' && GUARDS.includes(part.callee) && isName(part.args[0], name)) return true;
    }
  }
  return false;
}

const GUARDS: readonly string[] = ['default', 'get_type'];

export const EXPRESSION_RULES: readonly Rule[] = [
  notInPrecedence,
  defaultMissingKey,
  ifEvaluatesBoth,
  concatNests,
  uncatchableLimit,
  nullArgument,
  notInterpolated,
];
