/** The checks Terraform core leaves to the provider: allowed values, patterns, exclusive arguments, computed-only ones. */
import type { Path } from './plan.ts';
import type { Attribute, Block, Schema } from './schema.ts';
import { isEmpty, isObject, objects, UNKNOWN, type State, type Value } from './values.ts';

export interface Problem {
  readonly summary: string;
  readonly detail?: string;
  readonly path: Path;
}

/** Everything wrong with a configuration; unknown values are not judged. */
export function validateResource(schema: Schema, config: State): Problem[] {
  return [
    ...blockProblems(schema.block, config, []),
    ...schema.conflicts.flatMap((pair) => conflictProblems(config, pair)),
    ...schema.exactlyOne.flatMap((group) => exactlyOneProblems(config, group)),
  ];
}

function blockProblems(block: Block, config: State, path: Path): Problem[] {
  const problems: Problem[] = [];
  for (const [name, attribute] of block.attributes) {
    problems.push(...attributeProblems(attribute, name, config[name] ?? null, [...path, name]));
  }
  for (const [name, nested] of block.blocks) {
    for (const [index, item] of objects(config[name]).entries()) {
      // An element of a set has no address; the diagnostic then points at the block.
      const at = nested.nesting === 'set' ? [...path, name] : [...path, name, index];
      problems.push(...blockProblems(nested.block, item, at));
    }
  }
  return problems;
}

function attributeProblems(attribute: Attribute, name: string, value: Value, path: Path): Problem[] {
  if (value === null || value === UNKNOWN) return [];
  if (attribute.computed && !attribute.optional) {
    return [
      {
        summary: `Value for unconfigurable attribute`,
        detail: `Can't configure a value for "${name}": its value will be decided automatically based on the result of applying this configuration.`,
        path,
      },
    ];
  }
  if (attribute.allowed && typeof value === 'string' && !attribute.allowed.includes(value)) {
    const quoted = attribute.allowed.map((word) => `"${word}"`).join(' ');
    return [{ summary: `expected ${name} to be one of [${quoted}], got ${value}`, path }];
  }
  if (attribute.pattern && typeof value === 'string' && !attribute.pattern.test(value)) {
    return [
      {
        summary: `"${name}" ("${value}") doesn't match regexp ${JSON.stringify(attribute.pattern.source)}`,
        path,
      },
    ];
  }
  return [];
}

function conflictProblems(config: State, [a, b]: readonly [string, string]): Problem[] {
  if (isEmpty(valueAt(config, a)) || isEmpty(valueAt(config, b))) return [];
  return [
    {
      summary: 'Conflicting configuration arguments',
      detail: `"${a}": conflicts with ${b}`,
      path: stepsOf(a),
    },
  ];
}

function exactlyOneProblems(config: State, group: readonly string[]): Problem[] {
  const parent = group[0]?.split('.').slice(0, -1).join('.') ?? '';
  // Arguments of a block that is not there are not missing.
  if (parent !== '' && isEmpty(valueAt(config, parent))) return [];
  const given = group.filter((path) => !isEmpty(valueAt(config, path)));
  if (given.length === 1 || group.some((path) => valueAt(config, path) === UNKNOWN)) return [];
  const names = group.join(',');
  return [
    {
      summary: 'Invalid combination of arguments',
      detail: `"${group[0] ?? ''}": ${given.length === 0 ? `one of \`${names}\` must be specified` : `only one of \`${names}\` can be specified, but \`${given.join(',')}\` were specified.`}`,
      path: parent === '' ? [] : stepsOf(parent),
    },
  ];
}

/** The value at a dotted path, through the first item of every block on the way. */
function valueAt(config: State, path: string): Value {
  let value: Value = config;
  for (const name of path.split('.')) {
    const inner: Value | undefined = Array.isArray(value) ? value[0] : value;
    if (!isObject(inner)) return null;
    value = inner[name] ?? null;
  }
  return value;
}

const stepsOf = (path: string): Path =>
  path.split('.').flatMap((name, index) => (index === 0 ? [name] : [0, name]));
