/**
 * Reads the structure of provider schemas out of `@cdktf/provider-google`: its generated classes are loaded against a
 * stand-in `cdktf` whose getters answer with type descriptors instead of Terraform expressions.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { compileFunction } from 'node:vm';

/** Terraform's JSON form of a type: `"string"`, `["list","string"]`, `["object",{…}]`. */
type TypeJson = string | [string, TypeJson] | ['object', { [name: string]: TypeJson }];

interface AttributeJson {
  type: TypeJson;
  required?: true;
  optional?: true;
  computed?: true;
}

interface NestedJson {
  nesting: 'list' | 'set' | 'single';
  min?: number;
  max?: number;
  /** The service fills the block when the configuration has none. */
  computed?: true;
  block: BlockJson;
}

export interface BlockJson {
  attributes: Record<string, AttributeJson>;
  blocks: Record<string, NestedJson>;
}

/** What a stand-in getter answers: the Terraform name of the attribute and its type. */
class Typed {
  readonly name: string;
  readonly type: TypeJson;
  constructor(name: string, type: TypeJson) {
    this.name = name;
    this.type = type;
  }
}

const get = (type: TypeJson) => (name: string) => new Typed(name, type);

/** Base of resources and of nested objects alike; both read their attributes through the same getters. */
class Element {
  getStringAttribute = get('string');
  getNumberAttribute = get('number');
  getBooleanAttribute = get('bool');
  getListAttribute = get(['list', 'string']);
  getNumberListAttribute = get(['list', 'number']);
  getStringMapAttribute = get(['map', 'string']);
  getBooleanMapAttribute = get(['map', 'bool']);
  getNumberMapAttribute = get(['map', 'number']);
}

class ComplexObject extends Element {
  readonly name: string;
  readonly fromSet: boolean;
  constructor(_parent: unknown, name: string, fromSet: boolean) {
    super();
    this.name = name;
    this.fromSet = fromSet;
  }
}

class ComplexList {
  readonly name: string;
  readonly wrapsSet: boolean;
  constructor(_parent: unknown, name: string, wrapsSet: boolean) {
    this.name = name;
    this.wrapsSet = wrapsSet;
  }
}

const mapClass = (type: TypeJson) =>
  class extends Typed {
    constructor(_parent: unknown, name: string) {
      super(name, type);
    }
  };

/** cdktf turns sets into lists when it reads them; that call is the only trace of a computed set. */
const tolist = (value: unknown): unknown =>
  value instanceof Typed ? new Typed(value.name, ['set', (value.type as [string, TypeJson])[1]]) : value;

const KNOWN: Record<string, unknown> = {
  TerraformResource: Element,
  TerraformDataSource: Element,
  TerraformProvider: Element,
  ComplexObject,
  ComplexList,
  StringMap: mapClass(['map', 'string']),
  BooleanMap: mapClass(['map', 'bool']),
  NumberMap: mapClass(['map', 'number']),
  Fn: { tolist },
  Tokenization: { isResolvable: () => false },
  canInspect: () => true,
  isComplexElement: () => false,
};

/** Converters (`stringToHclTerraform`, `listMapperHcl(…)(…)`) only have to give something that is not undefined. */
const converter = (): unknown => converter;
const CDKTF = new Proxy(KNOWN, { get: (known, name) => known[String(name)] ?? converter });

/** Answers every property with itself, so that code which walks a configuration always finds something. */
const ANYTHING: unknown = new Proxy(() => undefined, { get: () => ANYTHING });

type Exports = Record<string, unknown>;

/** A CommonJS loader of ten lines: the package's own files, and our stand-in for everything else. */
function load(file: string, cache = new Map<string, Exports>()): Exports {
  const path =
    existsSync(file) && statSync(file).isFile()
      ? file
      : existsSync(`${file}.js`)
        ? `${file}.js`
        : join(file, 'index.js');
  const known = cache.get(path);
  if (known) return known;
  const exports: Exports = {};
  cache.set(path, exports);
  const require = (name: string): unknown =>
    name.startsWith('.') ? load(join(dirname(path), name), cache) : CDKTF;
  const run = compileFunction(readFileSync(path, 'utf8'), ['require', 'exports'], { filename: path }) as (
    require: unknown,
    exports: unknown,
  ) => void;
  run(require, exports);
  return exports;
}

interface HclAttribute {
  isBlock: boolean;
  type: string;
  storageClassType: string;
}
type Hcl = Record<string, HclAttribute>;

const SCALARS: Record<string, TypeJson> = { string: 'string', number: 'number', boolean: 'bool' };

/** The schema block of the class that `folder` of the package exports, e.g. `compute-network`. */
export function readBlock(packageFolder: string, folder: string): BlockJson {
  const exports = load(join(packageFolder, 'lib', folder, 'index.js'));
  const found = Object.values(exports).find(
    (value): value is new (...args: unknown[]) => Element =>
      typeof value === 'function' && 'tfResourceType' in value,
  );
  if (!found)
    throw new Error(
      `${folder}: no class with a tfResourceType was found; has the package changed its layout?`,
    );
  const prototype = found.prototype as { synthesizeHclAttributes(): Hcl };
  const block = blockOf(new found({}, 'x', {}), prototype.synthesizeHclAttributes.call(ANYTHING), exports);
  // Terraform core adds `id` where a schema has none: optional and computed.
  block.attributes['id'] = { type: 'string', optional: true, computed: true };
  return block;
}

/** The provider's own configuration block; its class has no typed getters, but no computed attributes either. */
export function readProviderBlock(packageFolder: string): BlockJson {
  const exports = load(join(packageFolder, 'lib', 'provider', 'index.js'));
  const provider = exports['GoogleProvider'] as { prototype: { synthesizeHclAttributes(): Hcl } };
  const block: BlockJson = { attributes: {}, blocks: {} };
  for (const [name, hcl] of Object.entries(provider.prototype.synthesizeHclAttributes.call(ANYTHING))) {
    // Not an argument of the provider: `alias` belongs to Terraform itself.
    if (name === 'alias') continue;
    if (hcl.isBlock)
      block.blocks[name] = { nesting: 'list', max: 1, block: structBlock(hcl.storageClassType, exports) };
    else block.attributes[name] = { type: hclType(hcl), optional: true };
  }
  return block;
}

function structBlock(listClass: string, exports: Exports): BlockJson {
  const struct = listClass.replace(/List$/, '');
  const block: BlockJson = { attributes: {}, blocks: {} };
  for (const [name, hcl] of Object.entries(hclOf(struct, exports))) {
    block.attributes[name] = { type: hclType(hcl), optional: true };
  }
  return block;
}

function hclType(hcl: HclAttribute): TypeJson {
  const scalar = SCALARS[hcl.storageClassType];
  if (scalar !== undefined) return scalar;
  const [, element = 'string'] = /^(string|number|boolean)(List|Map)$/.exec(hcl.storageClassType) ?? [];
  return [hcl.type, SCALARS[element] ?? 'string'];
}

function hclOf(struct: string, exports: Exports): Hcl {
  const name = `${struct.charAt(0).toLowerCase()}${struct.slice(1)}ToHclTerraform`;
  const toHcl = exports[name] as ((value: unknown) => Hcl) | undefined;
  return toHcl?.(ANYTHING) ?? {};
}

function blockOf(instance: Element, hcl: Hcl, exports: Exports): BlockJson {
  const block: BlockJson = { attributes: {}, blocks: {} };
  const getters = Object.getOwnPropertyDescriptors(Object.getPrototypeOf(instance) as object);
  for (const [property, descriptor] of Object.entries(getters)) {
    if (
      !descriptor.get ||
      property === 'internalValue' ||
      `${property.replace(/Input$/, '')}Input` === property
    )
      continue;
    const value: unknown = descriptor.get.call(instance);
    if (!(value instanceof Typed || value instanceof ComplexObject || value instanceof ComplexList)) continue;
    const settable = `${property}Input` in getters;
    const optional = settable && `reset${property.charAt(0).toUpperCase()}${property.slice(1)}` in getters;
    if (value instanceof Typed) {
      const declared = hcl[value.name];
      block.attributes[value.name] = {
        type: declared && settable ? hclType(declared) : value.type,
        ...(!settable ? { computed: true } : optional ? { optional: true } : { required: true }),
      };
    } else if (settable) {
      block.blocks[value.name] = nestedOf(value, hcl[value.name], optional, exports);
    } else {
      block.attributes[value.name] = { type: ['list', objectType(value, exports)], computed: true };
    }
  }
  return block;
}

function nestedOf(
  value: ComplexObject | ComplexList,
  hcl: HclAttribute | undefined,
  optional: boolean,
  exports: Exports,
): NestedJson {
  const inner = elementBlock(value, exports);
  // Only `timeouts` is a single block in this provider; other lists of at most one item look alike in cdktf.
  if (value.name === 'timeouts') return { nesting: 'single', block: inner };
  const isSet = hcl?.type === 'set' || (value instanceof ComplexList && value.wrapsSet);
  return {
    nesting: isSet ? 'set' : 'list',
    ...(!optional && { min: 1 }),
    ...(value instanceof ComplexObject && { max: 1 }),
    block: inner,
  };
}

function elementBlock(value: ComplexObject | ComplexList, exports: Exports): BlockJson {
  const element =
    value instanceof ComplexObject
      ? value
      : (value as unknown as { get(index: number): ComplexObject }).get(0);
  return blockOf(element, hclOf(element.constructor.name.replace(/OutputReference$/, ''), exports), exports);
}

function objectType(value: ComplexObject | ComplexList, exports: Exports): TypeJson {
  const { attributes } = elementBlock(value, exports);
  return ['object', Object.fromEntries(Object.entries(attributes).map(([name, { type }]) => [name, type]))];
}
