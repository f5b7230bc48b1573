/** Random configurations that a schema accepts, for laws that must hold for every resource type. */
import fc from 'fast-check';
import type { Attribute, Block, NestedBlock, TypeJson } from '../../../local-cloud/terraform/schema.ts';
import type { State, Value } from '../../../local-cloud/terraform/values.ts';

/** How deep optional blocks are filled; clusters have blocks six deep, and the law needs no more. */
const DEPTH = 3;

/** A configuration: every required argument, and any of the optional ones. */
export function configuration(block: Block, depth = DEPTH): fc.Arbitrary<State> {
  const fields: Record<string, fc.Arbitrary<Value>> = {};
  for (const [name, attribute] of block.attributes) fields[name] = argument(attribute);
  for (const [name, nested] of block.blocks) fields[name] = blocksOf(nested, depth);
  return fc.record(fields);
}

function argument(attribute: Attribute): fc.Arbitrary<Value> {
  if (!attribute.required && !attribute.optional) return fc.constant(null);
  const given = attribute.allowed ? fc.constantFrom<Value>(...attribute.allowed) : typed(attribute.type);
  return attribute.required ? given : fc.oneof({ weight: 3, arbitrary: fc.constant<Value>(null) }, given);
}

function typed(type: TypeJson): fc.Arbitrary<Value> {
  if (type === 'number') return fc.nat({ max: 1000 });
  if (type === 'bool') return fc.boolean();
  if (!Array.isArray(type)) return fc.string({ maxLength: 6 });
  const inner = typed(type[1] as TypeJson);
  if (type[0] === 'map')
    return fc.dictionary(fc.stringMatching(/^[a-z]{1,4}$/), inner, { maxKeys: 2, noNullPrototype: true });
  return type[0] === 'set'
    ? fc.uniqueArray(inner, { maxLength: 2, selector: (item) => JSON.stringify(item) })
    : fc.array(inner, { maxLength: 2 });
}

function blocksOf(nested: NestedBlock, depth: number): fc.Arbitrary<Value> {
  if (nested.nesting === 'single') return fc.constant(null);
  if (depth === 0 && nested.min === 0) return fc.constant([]);
  const options = { minLength: nested.min, maxLength: nested.max === 0 ? 2 : Math.min(nested.max, 2) };
  const item = configuration(nested.block, depth - 1);
  // Elements of a set are told apart by what they say.
  if (nested.nesting === 'set')
    return fc.uniqueArray(item, { ...options, selector: (state) => JSON.stringify(state) });
  return fc.array(item, options);
}
