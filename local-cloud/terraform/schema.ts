/** The provider's schemas as the planner uses them: the generated structure joined with our table of facts. */
import type { Comparison } from './compare.ts';
import { COMPUTE } from './facts/compute.ts';
import { CONTAINER } from './facts/container.ts';
import type { TypeFacts } from './facts/facts.ts';
import { OTHER } from './facts/other.ts';
import generated from './generated/schemas.json' with { type: 'json' };
import { isObject, type State, type Value } from './values.ts';

/** Terraform's JSON form of a type: `"string"`, `["list","string"]`, `["object",{…}]`. */
export type TypeJson = string | [string, TypeJson] | ['object', { [name: string]: TypeJson }];

export interface Attribute {
  readonly type: TypeJson;
  readonly required: boolean;
  readonly optional: boolean;
  readonly computed: boolean;
  readonly sensitive: boolean;
  readonly forceNew: boolean;
  readonly fallback: Value;
  readonly allowed: readonly string[] | undefined;
  readonly pattern: RegExp | undefined;
  readonly same: Comparison | undefined;
}

export interface NestedBlock {
  readonly nesting: 'list' | 'set' | 'single';
  readonly min: number;
  readonly max: number;
  /** The service fills it when the configuration has none. */
  readonly computed: boolean;
  /** A changed number of items replaces the resource. */
  readonly forceNew: boolean;
  readonly block: Block;
}

export interface Block {
  readonly attributes: ReadonlyMap<string, Attribute>;
  readonly blocks: ReadonlyMap<string, NestedBlock>;
}

export interface Schema {
  readonly version: number;
  readonly block: Block;
  readonly conflicts: readonly (readonly [string, string])[];
  readonly exactlyOne: readonly (readonly string[])[];
}

interface GeneratedBlock {
  attributes: Record<string, { type: TypeJson; required?: true; optional?: true; computed?: true }>;
  blocks: Record<
    string,
    { nesting: NestedBlock['nesting']; min?: number; max?: number; computed?: true; block: GeneratedBlock }
  >;
}

interface Generated {
  provider: GeneratedBlock;
  resources: Record<string, { version: number; block: GeneratedBlock }>;
  dataSources: Record<string, GeneratedBlock>;
}

export interface Schemas {
  readonly provider: Schema;
  readonly resources: ReadonlyMap<string, Schema>;
  readonly dataSources: ReadonlyMap<string, Schema>;
}

const FACTS: Readonly<Record<string, TypeFacts>> = { ...COMPUTE, ...CONTAINER, ...OTHER };

let loaded: Schemas | undefined;

/** All schemas; joined on first use, because many runs of the local cloud never see Terraform. */
export function schemas(): Schemas {
  // The file's literal type is far narrower than what the generator promises.
  loaded ??= load(generated as unknown as Generated);
  return loaded;
}

function load(from: Generated): Schemas {
  return {
    provider: schemaOf(from.provider, 0, {}),
    resources: new Map(
      Object.entries(from.resources).map(([type, { version, block }]) => [
        type,
        schemaOf(block, version, FACTS[type] ?? {}),
      ]),
    ),
    dataSources: new Map(
      Object.entries(from.dataSources).map(([type, block]) => [type, schemaOf(block, 0, {})]),
    ),
  };
}

function schemaOf(block: GeneratedBlock, version: number, facts: TypeFacts): Schema {
  return {
    version,
    block: blockOf(block, facts, ''),
    conflicts: facts.conflicts ?? [],
    exactlyOne: facts.exactlyOne ?? [],
  };
}

function blockOf(from: GeneratedBlock, facts: TypeFacts, prefix: string): Block {
  const attributes = new Map<string, Attribute>();
  for (const [name, attribute] of Object.entries(from.attributes)) {
    const path = prefix + name;
    const computed = attribute.computed === true || facts.computed?.includes(path) === true;
    attributes.set(name, {
      type: attribute.type,
      required: attribute.required === true,
      optional: attribute.optional === true,
      computed: computed && facts.notComputed?.includes(path) !== true,
      sensitive: facts.sensitive?.includes(path) === true,
      forceNew: facts.forceNew?.includes(path) === true,
      fallback: facts.defaults?.[path] ?? null,
      allowed: facts.enums?.[path],
      pattern: facts.patterns?.[path],
      same: facts.same?.[path],
    });
  }
  const blocks = new Map<string, NestedBlock>();
  for (const [name, nested] of Object.entries(from.blocks)) {
    const path = prefix + name;
    blocks.set(name, {
      nesting: nested.nesting,
      min: nested.min ?? 0,
      max: nested.max ?? facts.maxItems?.[path] ?? 0,
      computed: nested.computed === true,
      forceNew: facts.forceNew?.includes(path) === true,
      block: blockOf(nested.block, facts, `${path}.`),
    });
  }
  return { attributes, blocks };
}

/**
 * The value with exactly the attributes and blocks of the schema: extra keys go, missing ones become null or empty.
 * Terraform refuses anything else. Numbers that came as decimal text become numbers.
 */
export function conform(block: Block, value: State): State {
  const result: State = {};
  for (const [name, { type }] of block.attributes) result[name] = conformAttribute(type, value[name] ?? null);
  for (const [name, nested] of block.blocks) {
    const given = value[name] ?? null;
    if (Array.isArray(given)) {
      result[name] = given.map((item) => (isObject(item) ? conform(nested.block, item) : item));
    } else if (isObject(given)) {
      result[name] = conform(nested.block, given);
    } else {
      result[name] = given ?? (nested.nesting === 'single' ? null : []);
    }
  }
  return result;
}

function conformAttribute(type: TypeJson, value: Value): Value {
  if (type === 'number' && typeof value === 'string') return Number(value);
  return value;
}
