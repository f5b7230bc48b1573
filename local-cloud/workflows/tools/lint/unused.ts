/** Rules about what is written and never used: variables, subworkflows, steps nothing leads to. */
import type { Body, Expression, Program, Routine, Step } from '../../lang/program.ts';
import type { Rule } from './rule.ts';
import { evaluatedIn, listsOf, partsOf, targetsOf, worksOf } from './walk.ts';

const unusedVariable: Rule = {
  id: 'unused-variable',
  summary: 'A variable that is written and never read counts against the memory limit for nothing.',
  help: 'remove it; a name that starts with _ is taken for meant',
  *check(routine) {
    const read = namesRead(routine);
    const errors = errorNames(routine);
    const told = new Set<string>();
    for (const { step, body } of worksOf(routine.steps)) {
      const disregarded = disregardedBy(body, errors);
      for (const { name, path, position } of targetsOf(body)) {
        if (disregarded.has(name)) continue;
        if (read.has(name) || told.has(name) || name.startsWith('_') || path.length > 0) continue;
        told.add(name);
        yield { message: `variable '${name}' is never read`, position, step, word: name };
      }
    }
  },
};

/** An except block must have a step: keeping the error in a variable is how one writes that nothing is done about it. */
function disregardedBy(body: Body, errors: ReadonlySet<string>): ReadonlySet<string> {
  if (body.kind !== 'assign') return new Set();
  const isError = ({ value }: (typeof body.assignments)[number]): boolean =>
    value.kind === 'expression' && value.expression.kind === 'name' && errors.has(value.expression.name);
  return new Set(body.assignments.filter(isError).map(({ target }) => target.name));
}

function errorNames(routine: Routine): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { body } of worksOf(routine.steps)) {
    if (body.kind === 'try' && body.except !== undefined) names.add(body.except.as);
  }
  return names;
}

function namesRead(routine: Routine): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { expression } of evaluatedIn(routine)) {
    for (const part of partsOf(expression)) if (part.kind === 'name') names.add(part.name);
  }
  return names;
}

const unusedSubworkflow: Rule = {
  id: 'unused-subworkflow',
  summary: 'Nothing that main reaches calls it.',
  help: 'remove it, or call it',
  *check(routine, program) {
    if (reachedFromMain(program).has(routine.name)) return;
    const { position } = routine;
    yield { message: `subworkflow '${routine.name}' is never called`, position };
  },
};

function reachedFromMain(program: Program): ReadonlySet<string> {
  const reached = new Set<string>();
  const open = ['main'];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const routine = program.routines.get(name);
    if (routine === undefined || reached.has(name)) continue;
    reached.add(name);
    open.push(...mentions(routine));
  }
  return reached;
}

/** Names that may be subworkflows: called ones, and those that stand without a call, as retry predicates do. */
function mentions(routine: Routine): string[] {
  const called = [...worksOf(routine.steps)].flatMap(({ body }) =>
    body.kind === 'call' ? [body.callee] : [],
  );
  const named = [...evaluatedIn(routine)].flatMap(({ expression }) =>
    [...partsOf(expression)].flatMap((part: Expression) =>
      part.kind === 'call' ? [part.callee] : part.kind === 'name' ? [part.name] : [],
    ),
  );
  return [...called, ...named];
}

const unreachableStep: Rule = {
  id: 'unreachable-step',
  summary: 'The step before never goes on to it, and no jump leads here.',
  help: 'remove it, or lead to it with next',
  *check(routine) {
    const targets = jumpTargets(routine);
    for (const list of listsOf(routine.steps)) {
      for (const [index, step] of list.entries()) {
        const before = list[index - 1];
        if (before === undefined || !neverGoesOn(before)) continue;
        if ([...worksOf([step])].some((work) => targets.has(work.step.name))) continue;
        const message = `step '${step.name}' can never run: '${before.name}' does not go on to it`;
        yield { message, position: step.position, step, word: step.name };
      }
    }
  },
};

const neverGoesOn = ({ body, next }: Step): boolean =>
  next !== undefined || body.kind === 'return' || body.kind === 'raise';

function jumpTargets(routine: Routine): ReadonlySet<string> {
  const targets = new Set<string>();
  const add = (jump: Step['next']) => {
    if (jump !== undefined) targets.add(jump.target);
  };
  for (const { step, body } of worksOf(routine.steps)) {
    add(step.next);
    for (const arm of armsOf(body)) add(arm.next);
  }
  return targets;
}

const armsOf = (body: Body) => (body.kind === 'switch' ? body.arms : []);

export const UNUSED_RULES: readonly Rule[] = [unusedVariable, unusedSubworkflow, unreachableStep];
