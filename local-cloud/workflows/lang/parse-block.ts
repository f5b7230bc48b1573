/** Reads the steps that hold other steps: for, parallel and try. */
import { MAX_BRANCHES, MIN_BRANCHES } from './limits.ts';
import type {
  Body,
  Branch,
  ForBody,
  ParallelBody,
  Position,
  Step,
  Template,
  TryBody,
  Variable,
} from './program.ts';
import type { SourceNode } from './source.ts';
import { fieldsOf, onlyEntry, parseTemplate, textOf, variableOf, type Place } from './template.ts';

/** How a block reads the steps inside it; given by the step parser, which in turn reads blocks through this file. */
export interface StepReader {
  steps(node: SourceNode, place: Place): Step[];
  body(node: SourceNode, place: Place, extra: readonly string[]): { body: Body };
}

export function parseFor(node: SourceNode, place: Place, reader: StepReader): ForBody {
  const fields = fieldsOf(node, ['value', 'index', 'in', 'range', 'steps'], 'for', place);
  const { problems, step } = place;
  const { position } = node;
  if (fields.value === undefined) problems.add('for needs a value variable', position, step);
  const value = loopVariable('value', fields.value, place);
  const index = loopVariable('index', fields.index, place);
  if (fields.range !== undefined && index !== undefined) {
    problems.add('index can only be used with in, not with range', position, step);
  }
  if (fields.steps === undefined) problems.add('for needs steps', position, step);
  return {
    kind: 'for',
    value: value?.name ?? '',
    ...(index !== undefined && { index: index.name }),
    variables: [value, index].filter((variable) => variable !== undefined),
    over: parseOver(fields.in, fields.range, position, place),
    steps: fields.steps === undefined ? [] : reader.steps(fields.steps, place),
    position,
  };
}

function loopVariable(
  key: 'value' | 'index',
  node: SourceNode | undefined,
  place: Place,
): Variable | undefined {
  const name = node === undefined ? undefined : variableOf(node, `the ${key} variable of for`, place);
  return node === undefined || name === undefined ? undefined : { name, position: node.position };
}

/** A list or an expression that gives one; a range has two elements, each a number or an expression. */
function parseOver(
  inNode: SourceNode | undefined,
  range: SourceNode | undefined,
  position: Position,
  place: Place,
): ForBody['over'] {
  const { problems, step } = place;
  const over = inNode ?? range;
  const kind = inNode === undefined ? 'range' : 'in';
  if (over === undefined) {
    problems.add('for needs one of: in, range', position, step);
    return { kind, template: { kind: 'list', items: [], position } };
  }
  if (inNode !== undefined && range !== undefined) {
    problems.add('for cannot have both in and range', position, step);
  }
  const template = parseTemplate(over, place);
  if (template.kind !== 'list' && template.kind !== 'expression') {
    problems.add(`'${kind}' of for must be a list or an expression`, over.position, step);
  } else if (kind === 'range' && template.kind === 'list') {
    if (template.items.length !== 2) {
      problems.add('range must have two elements, the first and the last value', over.position, step);
    }
    for (const bound of template.items.filter((item) => !isNumber(item))) {
      problems.add('range must be between numbers', bound.position, step);
    }
  }
  return { kind, template };
}

const isNumber = (template: Template): boolean =>
  template.kind === 'expression' ||
  (template.kind === 'literal' && ['bigint', 'number'].includes(typeof template.value));

const PARALLEL_KEYS = ['branches', 'for', 'shared', 'concurrency_limit', 'exception_policy'] as const;

export function parseParallel(node: SourceNode, place: Place, reader: StepReader): ParallelBody {
  const fields = fieldsOf(node, PARALLEL_KEYS, 'parallel', place);
  const { problems, step } = place;
  if ((fields.branches === undefined) === (fields.for === undefined)) {
    problems.add('parallel needs exactly one of: branches, for', node.position, step);
  }
  const policy = fields.exception_policy;
  if (policy !== undefined && (policy.kind !== 'scalar' || policy.value !== 'continueAll')) {
    problems.add("the only exception_policy is 'continueAll'", policy.position, step);
  }
  return {
    kind: 'parallel',
    work:
      fields.for === undefined
        ? {
            kind: 'branches',
            branches: fields.branches === undefined ? [] : parseBranches(fields.branches, place, reader),
          }
        : parseFor(fields.for, place, reader),
    shared: parseShared(fields.shared, place),
    ...(fields.concurrency_limit !== undefined && {
      concurrencyLimit: parseLimit(fields.concurrency_limit, place),
    }),
  };
}

function parseBranches(node: SourceNode, place: Place, reader: StepReader): Branch[] {
  const count = node.kind === 'list' ? node.items.length : 0;
  if (node.kind !== 'list' || count < MIN_BRANCHES || count > MAX_BRANCHES) {
    place.problems.add(
      `parallel has ${count} branches; there must be ${MIN_BRANCHES} to ${MAX_BRANCHES}`,
      node.position,
      place.step,
    );
    return [];
  }
  const branches = node.items.flatMap((item): Branch[] => {
    const entry = onlyEntry(item);
    const name = entry === undefined ? undefined : textOf(entry.key, 'branch name', place);
    if (entry === undefined || name === undefined) {
      place.problems.add('a branch must be a map with one key, its name', item.position, place.step);
      return [];
    }
    const { steps } = fieldsOf(entry.value, ['steps'], `branch '${name}'`, place);
    if (steps === undefined) place.problems.add(`branch '${name}' has no steps`, item.position, place.step);
    return [
      { name, steps: steps === undefined ? [] : reader.steps(steps, place), position: entry.key.position },
    ];
  });
  // Assumed: as for steps. Failures are told by these names, so two of a kind could not be told apart.
  refuseTwice(branches, (name) => `parallel has two branches named '${name}'`, place);
  return branches;
}

function refuseTwice(named: readonly Variable[], detail: (name: string) => string, place: Place): void {
  for (const [index, { name, position }] of named.entries()) {
    if (named.findIndex((other) => other.name === name) < index) {
      place.problems.add(detail(name), position, place.step);
    }
  }
}

function parseShared(node: SourceNode | undefined, place: Place): ParallelBody['shared'] {
  if (node === undefined) return [];
  if (node.kind !== 'list') {
    place.problems.add('shared must be a list of variables', node.position, place.step);
    return [];
  }
  const shared = node.items.flatMap((item) => {
    const name = variableOf(item, 'shared variable', place);
    return name === undefined ? [] : [{ name, position: item.position }];
  });
  refuseTwice(shared, (name) => `shared lists '${name}' twice`, place);
  return shared;
}

function parseLimit(node: SourceNode, place: Place): Template {
  const template = parseTemplate(node, place);
  const positive = template.kind === 'literal' && typeof template.value === 'bigint' && template.value > 0n;
  if (template.kind !== 'expression' && !positive) {
    place.problems.add('concurrency_limit must be a positive integer', node.position, place.step);
  }
  return template;
}

/** `try` holds one step body or a list of steps. */
export function parseTry(
  node: SourceNode,
  retry: SourceNode | undefined,
  except: SourceNode | undefined,
  position: Position,
  place: Place,
  reader: StepReader,
): TryBody {
  if (retry === undefined && except === undefined) {
    place.problems.add('try needs retry, except or both', position, place.step);
  }
  return {
    kind: 'try',
    body: parseTried(node, place, reader),
    ...(retry !== undefined && { retry: parseRetry(retry, place) }),
    ...(except !== undefined && { except: parseExcept(except, place, reader) }),
  };
}

function parseTried(node: SourceNode, place: Place, reader: StepReader): Body {
  if (node.kind === 'list') return { kind: 'steps', steps: reader.steps(node, place) };
  const { body } = reader.body(node, place, []);
  // The service's known-issues page: it cannot deploy this, though the language describes it.
  if (body.kind === 'for') {
    place.problems.add('loop step name should not be empty: put for inside steps', node.position, place.step);
  }
  return body;
}

function parseRetry(node: SourceNode, place: Place): NonNullable<TryBody['retry']> {
  if (node.kind !== 'map') return { kind: 'whole', template: parseTemplate(node, place) };
  const fields = fieldsOf(node, ['predicate', 'max_retries', 'backoff'], 'retry', place);
  const backoff =
    fields.backoff === undefined
      ? {}
      : fieldsOf(fields.backoff, ['initial_delay', 'max_delay', 'multiplier'], 'backoff', place);
  const part = (key: string, value: SourceNode | undefined): Record<string, Template> =>
    value === undefined ? {} : { [key]: parseTemplate(value, place) };
  return {
    kind: 'parts',
    ...part('predicate', fields.predicate),
    ...part('maxRetries', fields.max_retries),
    ...part('initialDelay', backoff.initial_delay),
    ...part('maxDelay', backoff.max_delay),
    ...part('multiplier', backoff.multiplier),
  };
}

function parseExcept(node: SourceNode, place: Place, reader: StepReader): NonNullable<TryBody['except']> {
  const { as, steps } = fieldsOf(node, ['as', 'steps'], 'except', place);
  const name = as === undefined ? undefined : variableOf(as, 'the error variable of except', place);
  if (as === undefined) place.problems.add('except needs as, the error variable', node.position, place.step);
  if (steps === undefined) place.problems.add('except needs steps', node.position, place.step);
  return { as: name ?? '', steps: steps === undefined ? [] : reader.steps(steps, place) };
}
