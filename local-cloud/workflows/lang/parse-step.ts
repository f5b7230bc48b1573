/** Reads steps: which keys make which kind of step, and which keys may stand beside them. */
import { parseFor, parseParallel, parseTry, type StepReader } from './parse-block.ts';
import { MAX_ASSIGNMENTS, MAX_CONDITIONS } from './limits.ts';
import type { AssignBody, Body, CallBody, Jump, Position, Step, SwitchArm, Template } from './program.ts';
import type { MapNode, ScalarNode, SourceNode } from './source.ts';
import { onlyEntry, parseAssignmentTarget, parseTemplate, textOf, type Place } from './template.ts';

/** The key that says what a step is → the keys that may stand beside it. `next` ends any step that goes on (docs page on jumps). */
const COMPANIONS = {
  assign: ['next'],
  call: ['args', 'result', 'next'],
  switch: ['next'],
  for: ['next'],
  parallel: ['next'],
  try: ['retry', 'except', 'next'],
  raise: [],
  return: [],
  steps: ['next'],
  next: [],
} as const satisfies Record<string, readonly string[]>;

type Kind = keyof typeof COMPANIONS;
const KINDS = Object.keys(COMPANIONS) as Kind[];

const READER: StepReader = { steps: parseSteps, body: parseBody };

type Fields = ReadonlyMap<string, SourceNode>;

/** A list of one-key maps. `end`, `break` and `continue` are jump words and cannot name a step. */
export function parseSteps(node: SourceNode, place: Place): Step[] {
  if (node.kind !== 'list' || node.items.length === 0) {
    place.problems.add('steps must be a list with at least one step', node.position, place.step);
    return [];
  }
  return node.items.flatMap((item) => {
    const entry = onlyEntry(item);
    if (entry === undefined) {
      place.problems.add('a step must be a map with one key, its name', item.position, place.step);
      return [];
    }
    const name = textOf(entry.key, 'step name', place);
    if (name === undefined) return [];
    if (['end', 'break', 'continue'].includes(name)) {
      place.problems.add(`'${name}' cannot be a step name`, entry.key.position, name);
    }
    const inside = { problems: place.problems, step: name };
    const { body, next } = parseBody(entry.value, inside, []);
    return [{ name, position: entry.key.position, body, ...(next !== undefined && { next }) }];
  });
}

/** What a step, a switch arm (`extra` allows its condition) or a try holds. */
function parseBody(node: SourceNode, place: Place, extra: readonly string[]): { body: Body; next?: Jump } {
  const none = { body: { kind: 'jump' as const } };
  if (node.kind !== 'map') {
    place.problems.add('a step must be a map', node.position, place.step);
    return none;
  }
  const fields = new Map(node.entries.map(({ key, value }) => [String(key.value), value]));
  const kinds = KINDS.filter((kind) => kind !== 'next' && fields.has(kind));
  const kind = kinds[0] ?? (fields.has('next') ? 'next' : undefined);
  if (kind === undefined && extra.length === 0) {
    place.problems.add(`a step needs one of: ${KINDS.join(', ')}`, node.position, place.step);
    return none;
  }
  if (kinds.length > 1) {
    place.problems.add(`a step cannot have both ${kinds.join(' and ')}`, node.position, place.step);
  }
  reportUnknown(node, kind, [...kinds, ...extra], place);
  const nextNode = fields.get('next');
  const next = nextNode === undefined ? undefined : parseJump(nextNode, place);
  return {
    body: kind === undefined ? none.body : bodyOf(kind, fields, node.position, place),
    ...(next !== undefined && { next }),
  };
}

function reportUnknown(node: MapNode, kind: Kind | undefined, known: readonly string[], place: Place): void {
  const companions: readonly string[] = kind === undefined ? [] : [kind, ...COMPANIONS[kind]];
  for (const { key } of node.entries) {
    const name = String(key.value);
    if (known.includes(name) || companions.includes(name)) continue;
    const where = kind === undefined ? 'a step' : `a step with '${kind}'`;
    place.problems.add(`unknown key '${name}' in ${where}`, key.position, place.step);
  }
}

function bodyOf(kind: Kind, fields: Fields, position: Position, place: Place): Body {
  const node = fields.get(kind);
  if (node === undefined) return { kind: 'jump' };
  switch (kind) {
    case 'assign':
      return parseAssign(node, place);
    case 'call':
      return parseCall(node, fields, place);
    case 'switch':
      return { kind: 'switch', arms: parseArms(node, place) };
    case 'for':
      return parseFor(node, place, READER);
    case 'parallel':
      return parseParallel(node, place, READER);
    case 'try':
      return parseTry(node, fields.get('retry'), fields.get('except'), position, place, READER);
    case 'raise':
      return { kind: 'raise', value: parseRaised(node, place) };
    case 'return':
      return { kind: 'return', value: parseTemplate(node, place) };
    case 'steps':
      return { kind: 'steps', steps: parseSteps(node, place) };
    case 'next':
      return { kind: 'jump' };
  }
}

/** What is written out must be text or a map; an expression may give anything (assumed: then it is raised as it is). */
function parseRaised(node: SourceNode, place: Place): Template {
  const value = parseTemplate(node, place);
  const isText = value.kind === 'literal' && typeof value.value === 'string';
  if (!isText && value.kind !== 'map' && value.kind !== 'expression') {
    place.problems.add('raise needs text, a map or an expression', node.position, place.step);
  }
  return value;
}

function parseJump(node: SourceNode, place: Place): Jump | undefined {
  const target = textOf(node, 'next', place);
  return target === undefined ? undefined : { target, position: node.position };
}

function parseAssign(node: SourceNode, place: Place): AssignBody {
  if (node.kind !== 'list') {
    place.problems.add('assign must be a list of one-key maps', node.position, place.step);
    return { kind: 'assign', assignments: [] };
  }
  checkCount('assign', 'assignments', node.items.length, MAX_ASSIGNMENTS, node.position, place);
  const assignments = node.items.flatMap((item) => {
    const entry = onlyEntry(item);
    if (entry === undefined) {
      place.problems.add('an assignment must be a map with one key, the variable', item.position, place.step);
      return [];
    }
    const target = parseAssignmentTarget(entry.key, place);
    return target === undefined ? [] : [{ target, value: parseTemplate(entry.value, place) }];
  });
  return { kind: 'assign', assignments };
}

function parseCall(node: SourceNode, fields: Fields, place: Place): CallBody {
  const callee = textOf(node, 'call', place) ?? '';
  const args = fields.get('args');
  const resultNode = fields.get('result');
  const result =
    resultNode?.kind === 'scalar' ? parseAssignmentTarget(resultNode satisfies ScalarNode, place) : undefined;
  if (resultNode !== undefined && resultNode.kind !== 'scalar') {
    place.problems.add('result must be a variable', resultNode.position, place.step);
  }
  return {
    kind: 'call',
    callee,
    args: args === undefined ? { kind: 'named', entries: [] } : parseArguments(args, place),
    position: node.position,
    ...(result !== undefined && { result }),
  };
}

function parseArguments(node: SourceNode, place: Place): CallBody['args'] {
  if (node.kind === 'list') {
    return { kind: 'positional', items: node.items.map((item): Template => parseTemplate(item, place)) };
  }
  if (node.kind === 'map') {
    const entries = node.entries.map(({ key, value }) => ({
      name: String(key.value),
      value: parseTemplate(value, place),
      position: key.position,
    }));
    return { kind: 'named', entries };
  }
  if (node.value !== null) place.problems.add('args must be a map or a list', node.position, place.step);
  return { kind: 'named', entries: [] };
}

function parseArms(node: SourceNode, place: Place): SwitchArm[] {
  if (node.kind !== 'list') {
    place.problems.add('switch must be a list of conditions', node.position, place.step);
    return [];
  }
  checkCount('switch', 'conditions', node.items.length, MAX_CONDITIONS, node.position, place);
  return node.items.flatMap((item) => {
    const condition =
      item.kind === 'map' ? item.entries.find(({ key }) => key.value === 'condition') : undefined;
    if (condition === undefined) {
      place.problems.add('every entry of a switch needs a condition', item.position, place.step);
      return [];
    }
    return [{ condition: parseCondition(condition.value, place), ...parseBody(item, place, ['condition']) }];
  });
}

function parseCondition(node: SourceNode, place: Place): Template {
  const condition = parseTemplate(node, place);
  const isBoolean = condition.kind === 'literal' && typeof condition.value === 'boolean';
  if (!isBoolean && condition.kind !== 'expression') {
    place.problems.add('a condition must be an expression, true or false', node.position, place.step);
  }
  return condition;
}

function checkCount(
  key: string,
  what: string,
  count: number,
  max: number,
  position: Position,
  place: Place,
): void {
  if (count >= 1 && count <= max) return;
  place.problems.add(`${key} has ${count} ${what}; there must be 1 to ${max}`, position, place.step);
}
