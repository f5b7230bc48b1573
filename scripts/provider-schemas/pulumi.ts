/**
 * Recovers from `@pulumi/gcp` what cdktf drops: which optional arguments the service fills in itself. In Pulumi's
 * typings such an output is never undefined.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BlockJson } from './cdktf.ts';

interface Property {
  /** May the output be undefined? */
  readonly optional: boolean;
  /** Name of the interface in `types/output.d.ts`, for nested objects. */
  readonly struct: string | undefined;
}

type Properties = ReadonlyMap<string, Property>;

export class PulumiTypings {
  readonly #folder: string;
  /** `container.ClusterNodeConfig` → its properties. */
  readonly #structs = new Map<string, Properties>();

  constructor(packageFolder: string) {
    this.#folder = packageFolder;
    this.#readStructs(readFileSync(join(packageFolder, 'types', 'output.d.ts'), 'utf8'));
  }

  /** Marks in `block` what the resource class of `file` (e.g. `compute/routerNat`) always outputs. */
  markComputed(block: BlockJson, file: string): void {
    const text = readFileSync(join(this.#folder, `${file}.d.ts`), 'utf8');
    const properties = new Map<string, Property>();
    for (const [, name = '', type = ''] of text.matchAll(/^ {4}readonly (\w+): pulumi\.Output<(.+)>;$/gm)) {
      properties.set(name, { optional: / \| undefined$/.test(type), struct: structOf(type) });
    }
    this.#mark(block, properties);
  }

  #mark(block: BlockJson, properties: Properties): void {
    for (const [name, attribute] of Object.entries(block.attributes)) {
      const found = lookUp(properties, name);
      if (attribute.optional && found && !found.optional) attribute.computed = true;
    }
    for (const [name, nested] of Object.entries(block.blocks)) {
      const found = lookUp(properties, name);
      if (!found) continue;
      if (nested.min === undefined && !found.optional) nested.computed = true;
      const struct = found.struct === undefined ? undefined : this.#structs.get(found.struct);
      if (struct) this.#mark(nested.block, struct);
    }
  }

  #readStructs(text: string): void {
    let namespace = '';
    let current: Map<string, Property> | undefined;
    for (const line of text.split('\n')) {
      const opened = /^export declare namespace (\w+) \{/.exec(line)?.[1];
      if (opened !== undefined) namespace = opened;
      const struct = /^ {4}interface (\w+) \{/.exec(line)?.[1];
      if (struct !== undefined)
        this.#structs.set(`${namespace}.${struct}`, (current = new Map<string, Property>()));
      const [, name, optional, type] = /^ {8}(\w+)(\?)?: (.+);$/.exec(line) ?? [];
      if (current && name !== undefined && type !== undefined) {
        current.set(name, { optional: optional === '?', struct: structOf(type) });
      }
    }
  }
}

const structOf = (type: string): string | undefined => /outputs\.(\w+\.\w+)/.exec(type)?.[1];

/** Pulumi writes `secondary_ip_range` as `secondaryIpRanges`: camel case, and lists in the plural. */
function lookUp(properties: Properties, name: string): Property | undefined {
  const camel = name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  const plurals = [camel, `${camel}s`, `${camel}es`, camel.replace(/y$/, 'ies')];
  // A list of at most one item is an object in Pulumi, and then the plural becomes a singular.
  const singulars = [camel.replace(/ies$/, 'y'), camel.replace(/es$/, ''), camel.replace(/s$/, '')];
  for (const candidate of [...plurals, ...singulars]) {
    const found = properties.get(candidate);
    if (found) return found;
  }
  return undefined;
}
