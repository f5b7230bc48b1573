/**
 * What the service checks when a workflow is deployed, beyond its form: names and scopes, calls, jumps, parallel
 * branches. Sources: docs pages on troubleshooting, variables, parallel steps, and the JSON schema.
 */
import { isConnectorName } from '../connectors/connector.ts';
import { parseProgram } from '../lang/parse.ts';
import { Problems } from '../lang/problems.ts';
import type {
  Body,
  CallBody,
  ForBody,
  ParallelBody,
  Position,
  Program,
  Routine,
  Step,
  Target,
  TryBody,
} from '../lang/program.ts';
import { childScope, routineScope, type StaticScope } from '../lang/scope.ts';
import { allSteps } from '../lang/structure.ts';
import { checkArguments, signatureOf } from './calls.ts';
import { report, type Place, type Region } from './context.ts';
import { checkExpression, checkTemplate } from './expressions.ts';
import { branchRegion, checkJump, closedRegion, openRegion, routineRegion } from './jumps.ts';

/** Parses and checks. Throws a BuildError that names everything wrong, in the words of a failed deployment. */
export function build(source: string): Program {
  const program = parseProgram(source);
  const problems = new Problems();
  for (const routine of program.routines.values()) checkRoutine(routine, program, problems);
  problems.throwIfAny();
  return program;
}

function checkRoutine(routine: Routine, program: Program, problems: Problems): void {
  checkUnique(routine, problems);
  checkSteps(routine.steps, {
    program,
    problems,
    scope: routineScope(routine),
    region: routineRegion(routine.steps),
    step: '',
  });
}

/** Assumed: a name may not stand twice in one routine, at any depth, as the docs say; an official sample does it all the same. */
function checkUnique({ name: routine, steps }: Routine, problems: Problems): void {
  const seen = new Set<string>();
  for (const { name, position } of allSteps(steps)) {
    if (seen.has(name))
      problems.add(`duplicate step name '${name}' in workflow '${routine}'`, position, name);
    seen.add(name);
  }
}

function checkSteps(steps: readonly Step[], place: Place): void {
  for (const { name, body, next, position } of steps) {
    const here = { ...place, step: name };
    checkBody(body, position, here);
    checkJump(next, here);
  }
}

function inside(steps: readonly Step[], scope: StaticScope, region: Region, place: Place): void {
  checkSteps(steps, { ...place, scope, region });
}

function checkBody(body: Body, position: Position, place: Place): void {
  switch (body.kind) {
    case 'assign':
      for (const { target, value } of body.assignments) {
        checkTemplate(value, `value of '${target.name}'`, place);
        checkTarget(target, place);
      }
      return;
    case 'call': {
      checkCall(body, place);
      return;
    }
    case 'switch':
      for (const arm of body.arms) {
        checkTemplate(arm.condition, 'condition', place);
        checkBody(arm.body, position, place);
        checkJump(arm.next, place);
      }
      return;
    case 'for': {
      checkFor(body, place, 'loop', closedRegion(body.steps, place.region, 'sequential'), []);
      return;
    }
    case 'parallel': {
      checkParallel(body, place);
      return;
    }
    case 'try': {
      checkTry(body, position, place);
      return;
    }
    case 'raise': {
      checkTemplate(body.value, 'raised value', place);
      return;
    }
    case 'return': {
      // Assumed, with the jumps out of branches: the docs give shared variables as the way out.
      if (place.region.inBranch) {
        report(place, 'return cannot be used in a parallel branch', body.value.position);
      }
      checkTemplate(body.value, 'return value', place);
      return;
    }
    case 'steps': {
      checkSteps(body.steps, place);
      return;
    }
    case 'jump':
      return;
  }
}

function checkTarget(target: Target, place: Place): void {
  for (const index of target.path)
    checkExpression(index, `assignment to '${target.name}'`, target.position, place);
  // Assumed: refused when deploying; the docs only say that such a variable must be shared.
  if (place.scope.unsharedBranch(target.name) !== undefined) {
    report(
      place,
      `variable '${target.name}' is assigned in a parallel branch but not listed in 'shared'`,
      target.position,
    );
  }
}

function checkCall(body: CallBody, place: Place): void {
  const values = body.args.kind === 'named' ? body.args.entries.map(({ value }) => value) : body.args.items;
  for (const value of values) checkTemplate(value, `arguments of '${body.callee}'`, place);
  const signature = signatureOf(body.callee, place.program);
  if (signature !== undefined) {
    for (const { detail, position } of checkArguments(signature, body.args)) {
      report(place, detail, position ?? body.position);
    }
  } else if (!isConnectorName(body.callee)) {
    report(place, `'${body.callee}' is neither a function nor a sub-workflow`, body.position);
  }
  if (body.result !== undefined) checkTarget(body.result, place);
}

function checkFor(
  body: ForBody,
  place: Place,
  kind: 'loop' | 'branch',
  region: Region,
  shared: readonly string[],
): void {
  checkTemplate(body.over.template, `'${body.over.kind}' of for`, place);
  checkLoopVariables(body, place);
  const variables = [body.value, ...(body.index === undefined ? [] : [body.index])];
  inside(body.steps, childScope(kind, place.scope, variables, body.steps, shared), region, place);
}

/**
 * A loop's variables belong to it alone: their names "must not be used in assignments or expressions outside of the
 * loop", nor by a loop around it (docs page on iteration; that this is checked when deploying is assumed).
 */
function checkLoopVariables({ variables }: ForBody, place: Place): void {
  for (const [index, { name, position }] of variables.entries()) {
    if (place.scope.knows(name)) {
      report(place, `loop variable '${name}' is used outside of its loop too`, position);
    } else if (variables.findIndex((other) => other.name === name) < index) {
      report(place, `value and index of for are both named '${name}'`, position);
    }
  }
}

function checkParallel(body: ParallelBody, place: Place): void {
  const { work } = body;
  for (const { name, position } of body.shared) {
    if (place.scope.knows(name)) continue;
    report(place, `shared variable '${name}' does not exist outside the parallel step`, position);
  }
  const shared = body.shared.map(({ name }) => name);
  if (body.concurrencyLimit !== undefined) checkTemplate(body.concurrencyLimit, 'concurrency_limit', place);
  if (work.kind === 'for') {
    checkFor(work, place, 'branch', closedRegion(work.steps, place.region, 'parallel'), shared);
    return;
  }
  for (const { steps } of work.branches) {
    inside(
      steps,
      childScope('branch', place.scope, [], steps, shared),
      branchRegion(steps, place.region),
      place,
    );
  }
}

function checkTry(body: TryBody, position: Position, place: Place): void {
  const { retry, except } = body;
  if (body.body.kind === 'steps') {
    inside(body.body.steps, place.scope, openRegion(body.body.steps, place.region), place);
  } else {
    checkBody(body.body, position, place);
  }
  if (retry?.kind === 'whole') checkTemplate(retry.template, 'retry', place);
  if (retry?.kind === 'parts') {
    const { predicate, maxRetries, initialDelay, maxDelay, multiplier } = retry;
    for (const part of [predicate, maxRetries, initialDelay, maxDelay, multiplier]) {
      if (part !== undefined) checkTemplate(part, 'retry', place);
    }
  }
  if (except !== undefined) {
    const scope = childScope('except', place.scope, [except.as], except.steps);
    inside(except.steps, scope, openRegion(except.steps, place.region), place);
  }
}
