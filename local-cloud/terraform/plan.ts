/**
 * Plans one resource: what its state will be after apply, and which changes need a new resource. The rules are those
 * of the provider SDK: configuration first, then default or prior value, unknown where only the service can tell.
 */
import { sameValue } from './compare.ts';
import type { Attribute, Block, NestedBlock } from './schema.ts';
import { hasUnknown, isEmpty, isObject, objects, UNKNOWN, type State, type Value } from './values.ts';

/** Steps from the resource to an argument: names of attributes and blocks, indices of list items. */
export type Path = readonly (string | number)[];

export interface Plan {
  readonly planned: State;
  /** Arguments whose change makes Terraform replace the resource. */
  readonly replace: readonly Path[];
}

/** `config` holds null where nothing is configured; `prior` is null for a resource that does not exist yet. */
export function planResource(block: Block, config: State, prior: State | null): Plan {
  const replace: Path[] = [];
  const planned = planBlock(block, config, prior, { path: [], replace, exists: prior !== null });
  return { planned, replace };
}

interface Context {
  readonly path: Path;
  readonly replace: Path[];
  /** Does the resource exist? A new block in it has no prior of its own, but changes of it may still replace. */
  readonly exists: boolean;
}

function planBlock(block: Block, config: State, prior: State | null, context: Context): State {
  const planned: State = {};
  for (const [name, attribute] of block.attributes) {
    const have = prior?.[name] ?? null;
    const want = planAttribute(attribute, config[name] ?? null, prior === null ? undefined : have);
    planned[name] = want;
    if (context.exists && attribute.forceNew && !equal(want, have))
      context.replace.push([...context.path, name]);
  }
  for (const [name, nested] of block.blocks) {
    planned[name] = planNested(
      nested,
      config[name] ?? null,
      prior === null ? undefined : (prior[name] ?? null),
      {
        ...context,
        path: [...context.path, name],
      },
    );
  }
  return planned;
}

/** `have` is undefined when there is no prior object, null when it has no value. */
function planAttribute(attribute: Attribute, config: Value, have: Value | undefined): Value {
  if (config !== null) return have !== undefined && unchanged(attribute, config, have) ? have : config;
  if (attribute.required) return null;
  if (attribute.computed) return have === undefined ? UNKNOWN : have;
  const want = attribute.fallback;
  return have !== undefined && isEmpty(want) && isEmpty(have) ? have : want;
}

function unchanged(attribute: Attribute, config: Value, have: Value): boolean {
  if (hasUnknown(config)) return false;
  if (equalAs(attribute.type, config, have)) return true;
  if (isEmpty(config) && isEmpty(have)) return true;
  return attribute.same !== undefined && sameValue(attribute.same, config, have);
}

function planNested(nested: NestedBlock, config: Value, have: Value | undefined, context: Context): Value {
  if (nested.nesting === 'single') return config;
  if (config === UNKNOWN) return UNKNOWN;
  const wanted = objects(config);
  const existing = objects(have);
  if (wanted.length === 0) {
    if (nested.computed) return have === undefined ? UNKNOWN : have;
    if (nested.forceNew && existing.length > 0) context.replace.push(context.path);
    return [];
  }
  if (context.exists && nested.forceNew && wanted.length !== existing.length)
    context.replace.push(context.path);
  if (nested.nesting === 'set') return planSet(nested, wanted, existing, context);
  return wanted.map((item, index) =>
    planBlock(nested.block, item, existing[index] ?? null, { ...context, path: [...context.path, index] }),
  );
}

/** An element of a set has no address, so it is paired with a prior element that agrees on all that is configured. */
function planSet(nested: NestedBlock, wanted: State[], existing: State[], context: Context): Value {
  const free = [...existing];
  return wanted.map((item) => {
    const index = free.findIndex((candidate) => agrees(nested.block, item, candidate));
    const pair = index < 0 ? null : (free.splice(index, 1)[0] ?? null);
    const inner: Path[] = [];
    const planned = planBlock(nested.block, item, pair, { ...context, replace: inner });
    if (inner.length > 0) context.replace.push(context.path);
    return planned;
  });
}

function agrees(block: Block, config: State, candidate: State): boolean {
  for (const [name, attribute] of block.attributes) {
    const want = config[name] ?? attribute.fallback;
    if (want === null) continue;
    if (!unchanged(attribute, want, candidate[name] ?? null)) return false;
  }
  for (const [name, nested] of block.blocks) {
    const [want, have] = [objects(config[name]), objects(candidate[name])];
    if (want.length === 0 && nested.computed) continue;
    if (want.length !== have.length) return false;
    if (!want.every((item) => have.some((other) => agrees(nested.block, item, other)))) return false;
  }
  return true;
}

/** Equality that knows a set's order means nothing. */
function equalAs(type: Attribute['type'], a: Value, b: Value): boolean {
  if (!Array.isArray(type) || type[0] !== 'set' || !Array.isArray(a) || !Array.isArray(b)) return equal(a, b);
  const rest = [...b];
  return (
    a.length === b.length &&
    a.every((item) => {
      const index = rest.findIndex((other) => equal(item, other));
      if (index >= 0) rest.splice(index, 1);
      return index >= 0;
    })
  );
}

export function equal(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => equal(item, b[index] ?? null));
  }
  if (!isObject(a) || !isObject(b)) return false;
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => equal(a[key] ?? null, b[key] ?? null));
}
