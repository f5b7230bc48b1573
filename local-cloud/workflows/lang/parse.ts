/** Source text → program: the root shapes, the routines and their parameters. Steps are read in `parse-step.ts`. */
import { MAX_MAIN_PARAMS, MAX_SUBWORKFLOW_PARAMS } from './limits.ts';
import { parseSteps } from './parse-step.ts';
import { Problems } from './problems.ts';
import type { Parameter, Program, Routine } from './program.ts';
import { readSource, type SourceNode } from './source.ts';
import { fieldsOf, onlyEntry, variableOf, type Place } from './template.ts';

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
  const params = node.items.flatMap((item) => parseParam(routine, item, place));
  for (const [index, { name }] of params.entries()) {
    if (params.findIndex((other) => other.name === name) < index) {
      place.problems.add(`workflow '${routine}' has two parameters named '${name}'`, node.position);
    }
  }
  return params;
}

function parseParam(routine: string, node: SourceNode, place: Place): Parameter[] {
  const what = `parameter of workflow '${routine}'`;
  const entry = onlyEntry(node);
  if (entry === undefined) {
    const name = variableOf(node, what, place);
    return name === undefined ? [] : [{ name }];
  }
  const name = variableOf(entry.key, what, place);
  if (name === undefined) return [];
  if (entry.value.kind !== 'scalar') {
    place.problems.add(`the default of ${what} '${name}' must be a scalar`, entry.value.position);
    return [{ name }];
  }
  return [{ name, fallback: entry.value.value }];
}
