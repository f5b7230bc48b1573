/** Source text → program: the root shapes, the routines and their parameters. Steps are read in `parse-step.ts`. */
import { MAX_MAIN_PARAMS, MAX_SUBWORKFLOW_PARAMS } from './limits.ts';
import { parseSteps } from './parse-step.ts';
import { Problems } from './problems.ts';
import type { Parameter, Program, Routine } from './program.ts';
import { readSource, type SourceNode } from './source.ts';
import { fieldsOf, onlyEntry, parseTemplate, variableOf, type Place } from './template.ts';

const MAIN = 'main';

/**
 * Parses a workflow in YAML or JSON: a bare list of steps, or a map with `main` and subworkflows.
 * Throws a BuildError with every problem of form; names, jumps and calls are the checker's work.
 */
export function parseProgram(text: string): Program {
  const root = readSource(text);
  const problems = new Problems();
  const routines = new Map<string, Routine>();
  if (root.kind === 'list') {
    routines.set(MAIN, {
      name: MAIN,
      params: [],
      steps: parseSteps(root, { problems }),
      position: root.position,
    });
  } else if (root.kind === 'map') {
    for (const { key, value } of root.entries) {
      const name = String(key.value);
      routines.set(name, parseRoutine(name, value, { problems }));
    }
    if (!routines.has(MAIN)) problems.add(`workflow 'main' is missing`, root.position);
  } else {
    problems.add('the workflow must be a list of steps, or a map with main and subworkflows', root.position);
  }
  problems.throwIfAny();
  return { routines };
}

function parseRoutine(name: string, node: SourceNode, place: Place): Routine {
  const { params, steps } = fieldsOf(node, ['params', 'steps'], `workflow '${name}'`, place);
  if (steps === undefined) place.problems.add(`workflow '${name}' has no steps`, node.position);
  return {
    name,
    params: params === undefined ? [] : parseParams(name, params, place),
    steps: steps === undefined ? [] : parseSteps(steps, place),
    position: node.position,
  };
}

function parseParams(routine: string, node: SourceNode, place: Place): Parameter[] {
  if (node.kind !== 'list') {
    place.problems.add(`params of workflow '${routine}' must be a list`, node.position);
    return [];
  }
  const max = routine === MAIN ? MAX_MAIN_PARAMS : MAX_SUBWORKFLOW_PARAMS;
  if (node.items.length > max) {
    place.problems.add(
      `workflow '${routine}' has ${node.items.length} parameters, the maximum is ${max}`,
      node.position,
    );
  }
  const params: Parameter[] = [];
  for (const item of node.items) {
    const param = parseParam(routine, item, place);
    if (param === undefined) continue;
    if (params.some(({ name }) => name === param.name)) {
      place.problems.add(`workflow '${routine}' has two parameters named '${param.name}'`, item.position);
    }
    params.push(param);
  }
  return params;
}

function parseParam(routine: string, node: SourceNode, place: Place): Parameter | undefined {
  const what = `parameter of workflow '${routine}'`;
  const entry = onlyEntry(node);
  if (entry === undefined) {
    const name = variableOf(node, what, place);
    return name === undefined ? undefined : { name };
  }
  const name = variableOf(entry.key, what, place);
  if (name === undefined) return undefined;
  const fallback = parseTemplate(entry.value, place);
  // Assumed: the docs' defaults are all literals, and an expression would have no step to be evaluated in.
  if (fallback.kind !== 'literal') {
    const detail = `the default of parameter '${name}' of workflow '${routine}' must be text, a number, true, false or null`;
    place.problems.add(detail, entry.value.position);
    return { name };
  }
  return { name, fallback: fallback.value };
}
