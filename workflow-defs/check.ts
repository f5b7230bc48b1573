/**
 * Refuses what the tree's types cannot: names, scopes, jumps, calls and limits. Written apart from the local cloud's
 * checker, so that a definition has to satisfy two readers of the same rules.
 */
import type { ExecutionArgument } from './argument.ts';
import { isMap, leaves } from './document.ts';
import { readExpression } from './expression.ts';
import { BLOCKING, IN_EXPRESSIONS, isConnector } from './functions.ts';
import {
  MAX_ARGUMENT_BYTES,
  MAX_ASSIGNMENTS,
  MAX_CALL_DEPTH,
  MAX_CONDITIONS,
  MAX_CONNECTOR_SECONDS,
  MAX_EXPRESSION_CHARACTERS,
  MAX_NAME_CHARACTERS,
  MAX_SOURCE_BYTES,
  MAX_SUBWORKFLOW_PARAMS,
} from './limits.ts';
import { wouldBeEvaluated } from './render.ts';
import { sameScope, scopeOf, type Scope } from './scope.ts';
import {
  isExpression,
  textOf,
  type Call,
  type Routine,
  type Step,
  type Switch,
  type Value,
  type Workflow,
} from './tree.ts';

export interface Problem {
  readonly flow: string;
  readonly routine: string;
  /** Null when it is about the routine or the definition as a whole. */
  readonly step: string | null;
  readonly message: string;
}

export const problemText = ({ flow, routine, step, message }: Problem): string =>
  `flow ${flow}, ${routine}${step === null ? '' : `, step ${step}`}: ${message}`;

/** All problems of a definition; none means both the renderer and the service will take it. */
export function check(flow: string, workflow: Workflow): Problem[] {
  const all = [workflow.main, ...workflow.subworkflows];
  const routines = new Map(all.map((each) => [each.name, each]));
  const problems: Problem[] = [];
  for (const each of all) {
    checkRoutine(each, routines, (step, message) => {
      problems.push({ flow, routine: each.name, step, message });
    });
  }
  const report: Report = (_, message) => problems.push({ flow, routine: 'main', step: null, message });
  if (routines.size < all.length) report(null, 'two routines have the same name');
  if (workflow.main.name !== 'main') {
    report(null, `the first routine must be called main, not ${workflow.main.name}`);
  }
  if (workflow.main.params.length > 1) report(null, 'main takes one parameter, the whole argument');
  const depth = callDepth(workflow.main, routines, []);
  if (depth > MAX_CALL_DEPTH) report(null, `calls nest ${depth} deep; the service allows ${MAX_CALL_DEPTH}`);
  return problems;
}

/** The one limit that only the text shows. */
export function checkSource(flow: string, source: string): Problem[] {
  const bytes = new TextEncoder().encode(source).length;
  if (bytes <= MAX_SOURCE_BYTES) return [];
  const message = `the source has ${bytes} bytes; the service takes ${MAX_SOURCE_BYTES}`;
  return [{ flow, routine: 'main', step: null, message }];
}

const ID = /^[a-z]([-_a-z0-9]*[a-z0-9])?$/i;

/** The name it would be deployed under. */
export function checkName(flow: string, name: string): Problem[] {
  if (ID.test(name) && name.length <= MAX_NAME_CHARACTERS) return [];
  const message =
    `${JSON.stringify(name)} cannot name a workflow: letters, digits, "-" and "_", a letter first, ` +
    `a letter or digit last, at most ${MAX_NAME_CHARACTERS} characters`;
  return [{ flow, routine: 'main', step: null, message }];
}

/** What an execution would be told must fit, or the service would refuse it after the tenant was fenced for it. */
export function checkArgument(argument: ExecutionArgument): Problem[] {
  const bytes = new TextEncoder().encode(JSON.stringify(argument)).length;
  if (bytes <= MAX_ARGUMENT_BYTES) return [];
  const message = `the argument has ${bytes} bytes; the service takes ${MAX_ARGUMENT_BYTES}`;
  return [{ flow: argument.flow, routine: 'main', step: null, message }];
}

type Report = (step: string | null, message: string) => void;
type Routines = ReadonlyMap<string, Routine>;

interface Place {
  readonly routines: Routines;
  readonly report: Report;
  readonly scope: Scope;
  /** Names of the steps a jump from here may reach: those inside the same loop and the same `except`. */
  readonly reachable: ReadonlySet<string>;
  readonly inLoop: boolean;
  /** Names met so far in the routine, for uniqueness. */
  readonly seen: Set<string>;
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const JUMPS = new Set(['break', 'continue', 'end']);

function checkRoutine(each: Routine, routines: Routines, report: Report): void {
  const params = each.params.map(({ name }) => name);
  if (!NAME.test(each.name)) report(null, `"${each.name}" cannot name a routine`);
  if (params.length > MAX_SUBWORKFLOW_PARAMS)
    report(null, `${params.length} parameters, more than ${MAX_SUBWORKFLOW_PARAMS}`);
  if (new Set(params).size !== params.length) report(null, 'two parameters have the same name');
  for (const name of params) checkVariable(name, null, report);
  const place: Place = {
    routines,
    report,
    scope: scopeOf(each.steps, params),
    reachable: targets(each.steps),
    inLoop: false,
    seen: new Set(),
  };
  for (const { default: value = null } of each.params) checkValue(value, null, place);
  checkSteps(each.steps, null, place);
}

function targets(steps: readonly Step[]): ReadonlySet<string> {
  return new Set(
    steps.flatMap((step) => [step.name, ...sameScope(step).flatMap((inner) => [...targets(inner)])]),
  );
}

function checkSteps(steps: readonly Step[], within: string | null, place: Place): void {
  if (steps.length === 0) place.report(within, 'has no steps');
  for (const step of steps) {
    if (!NAME.test(step.name) || JUMPS.has(step.name)) place.report(step.name, 'this cannot name a step');
    if (place.seen.has(step.name)) place.report(step.name, 'another step of the routine has the same name');
    place.seen.add(step.name);
    checkStep(step, place);
  }
}

function checkStep(step: Step, place: Place): void {
  const { name } = step;
  switch (step.kind) {
    case 'assign':
      checkCount(step.assignments.length, MAX_ASSIGNMENTS, 'assignments', name, place.report);
      for (const [variable, value] of step.assignments) {
        checkVariable(variable, name, place.report);
        checkValue(value, name, place);
      }
      break;
    case 'call':
      checkCall(step, place);
      break;
    case 'switch':
      checkSwitch(step, place);
      break;
    case 'for':
      checkVariable(step.variable, name, place.report);
      // "The variable name must not be used in assignments or expressions outside of the loop": docs page on iteration.
      if (place.scope.has(step.variable))
        place.report(name, `the loop variable ${step.variable} is used outside of the loop too`);
      checkValue('in' in step.over ? step.over.in : step.over.range, name, place);
      checkSteps(step.steps, name, inner(step.steps, step.variable, { ...place, inLoop: true }));
      break;
    case 'try':
      checkSteps(step.steps, name, place);
      if (step.retry) checkPredicate(textOf(step.retry.predicate), name, place);
      if (step.except) {
        checkVariable(step.except.as, name, place.report);
        checkSteps(step.except.steps, name, inner(step.except.steps, step.except.as, place));
      }
      break;
    case 'raise':
    case 'return':
      checkValue(step.value, name, place);
      break;
    case 'next':
      checkJump(step.target, name, place);
      break;
    case 'steps':
      checkSteps(step.steps, name, place);
  }
}

function checkSwitch({ name, arms }: Switch, place: Place): void {
  checkCount(arms.length, MAX_CONDITIONS, 'conditions', name, place.report);
  for (const { condition, then } of arms) {
    checkValue(condition, name, place);
    if ('next' in then) checkJump(then.next, name, place);
    else if ('steps' in then) checkSteps(then.steps, name, place);
    else checkValue('return' in then ? then.return : then.raise, name, place);
  }
}

const inner = (steps: readonly Step[], variable: string, place: Place): Place => ({
  ...place,
  scope: scopeOf(steps, [variable], place.scope),
  reachable: targets(steps),
});

function checkCount(have: number, most: number, what: string, step: string, report: Report): void {
  if (have < 1 || have > most) report(step, `${have} ${what}; the service takes 1 to ${most}`);
}

function checkVariable(name: string, step: string | null, report: Report): void {
  if (!NAME.test(name)) report(step, `"${name}" cannot name a variable`);
}

function checkJump(target: string, step: string, { reachable, inLoop, report }: Place): void {
  const within =
    target === 'break' || target === 'continue' ? inLoop : target === 'end' || reachable.has(target);
  if (!within) report(step, `there is no way from here to "${target}"`);
}

function checkCall({ name, callee, args, result }: Call, place: Place): void {
  if (result !== null) checkVariable(result, name, place.report);
  checkValue(args, name, place);
  const wanted = wantedArguments(callee, place.routines);
  if (wanted === undefined) {
    place.report(name, `${callee} is nothing that may be called`);
    return;
  }
  if (isConnector(callee)) checkTimeout(args['connector_params'], callee, name, place.report);
  for (const missing of wanted.required.filter((key) => !Object.hasOwn(args, key))) {
    place.report(name, `${callee} needs the argument ${missing}`);
  }
  const known = [...wanted.required, ...wanted.optional];
  for (const extra of Object.keys(args).filter((key) => !known.includes(key))) {
    place.report(name, `${callee} has no argument ${extra}`);
  }
}

/** The service would give a connector half an hour, in which an execution that hangs holds the tenant's fence. */
function checkTimeout(params: Value | undefined, callee: string, step: string, report: Report): void {
  const seconds = isMap(params) ? params['timeout'] : undefined;
  if (typeof seconds !== 'number') report(step, `${callee} has no connector_params.timeout in seconds`);
  else if (seconds <= 0 || seconds > MAX_CONNECTOR_SECONDS) {
    report(
      step,
      `${callee} may take ${seconds} s; the service takes more than 0 and at most ${MAX_CONNECTOR_SECONDS}`,
    );
  }
}

function wantedArguments(callee: string, routines: Routines) {
  const params = callee === 'main' ? undefined : routines.get(callee)?.params;
  if (params === undefined) return BLOCKING.get(callee);
  const of = (optional: boolean) =>
    params.filter((p) => (p.default !== undefined) === optional).map((p) => p.name);
  return { required: of(false), optional: of(true) };
}

function checkPredicate(text: string, step: string, { routines, report }: Place): void {
  if (routines.get(text)?.params.length !== 1) {
    report(step, `the predicate ${text} is not a subworkflow of one parameter`);
  }
}

function checkValue(value: Value, step: string | null, { scope, report }: Place): void {
  for (const leaf of leaves(value)) {
    if (isExpression(leaf)) {
      checkExpression(textOf(leaf), step, scope, report);
    } else if (typeof leaf === 'string' && wouldBeEvaluated(leaf)) {
      report(step, `the literal ${JSON.stringify(leaf)} would be evaluated`);
    } else if (
      typeof leaf === 'number' &&
      !(Number.isSafeInteger(leaf) || (Number.isFinite(leaf) && leaf % 1 !== 0))
    ) {
      report(step, `the number ${leaf} cannot be written exactly`);
    }
  }
}

function checkExpression(text: string, step: string | null, scope: Scope, report: Report): void {
  const length = text.length + '${}'.length;
  if (length > MAX_EXPRESSION_CHARACTERS) {
    report(step, `an expression of ${length} characters; the service takes ${MAX_EXPRESSION_CHARACTERS}`);
  }
  const { variables, functions, problem } = readExpression(text);
  if (problem !== null) report(step, `the expression ${text} ${problem}`);
  for (const name of variables)
    if (!scope.has(name)) report(step, `nothing assigns "${name}" where ${text} can see it`);
  for (const name of functions) {
    if (!IN_EXPRESSIONS.has(name)) report(step, `${name} may not be called in an expression`);
  }
}

/** Infinity for a routine that reaches itself again. */
function callDepth(each: Routine, routines: Routines, above: readonly Routine[]): number {
  if (above.includes(each)) return Infinity;
  const below = [...callees(each.steps)].flatMap((name) => routines.get(name) ?? []);
  return 1 + Math.max(0, ...below.map((next) => callDepth(next, routines, [...above, each])));
}

function* callees(steps: readonly Step[]): Generator<string> {
  for (const step of steps) {
    if (step.kind === 'call') yield step.callee;
    if (step.kind === 'try' && step.retry) yield textOf(step.retry.predicate);
    if (step.kind === 'try' && step.except) yield* callees(step.except.steps);
    if (step.kind === 'for') yield* callees(step.steps);
    for (const list of sameScope(step)) yield* callees(list);
  }
}
