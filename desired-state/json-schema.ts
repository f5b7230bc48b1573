/**
 * The record's JSON Schema (draft 2020-12), generated from the zod schema: editors check and complete records with
 * it, and the parser reads descriptions and known keys from it, so that both say the same.
 */
import { z } from 'zod';
import type { Json } from '../reconciler/model.ts';
import { API_VERSION, tenantSchema } from './tenant.ts';

/** The keywords zod writes for this schema that we read back. */
export interface SchemaNode {
  readonly type?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: SchemaNode | boolean;
  readonly items?: SchemaNode;
  readonly required?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly const?: Json;
  readonly enum?: readonly Json[];
  readonly default?: Json;
  readonly examples?: readonly Json[];
}

/** The whole schema as one JSON value. */
export function tenantJsonSchema(): Readonly<Record<string, unknown>> {
  const { $schema, description, ...rest } = z.toJSONSchema(tenantSchema, { io: 'input' });
  const version = API_VERSION.slice(API_VERSION.indexOf('/') + 1);
  return {
    $schema,
    $id: `https://plumbline.dev/schema/tenant.${version}.json`,
    title: `Tenant (${API_VERSION})`,
    description,
    ...rest,
  };
}

let cached: SchemaNode | undefined;

/** The schema of the field at a path; undefined for a field the schema does not know. */
export function schemaAt(at: readonly (string | number)[]): SchemaNode | undefined {
  cached ??= z.toJSONSchema(tenantSchema, { io: 'input' }) as SchemaNode;
  let here: SchemaNode | undefined = cached;
  for (const step of at) {
    if (here === undefined) return undefined;
    here = typeof step === 'number' ? here.items : childOf(here, step);
  }
  return here;
}

function childOf(node: SchemaNode, key: string): SchemaNode | undefined {
  const known = node.properties ?? {};
  if (Object.hasOwn(known, key)) return known[key];
  return typeof node.additionalProperties === 'object' ? node.additionalProperties : undefined;
}

/** The schema as it stands in the repository; a test holds the file to this text. */
export const recordedSchema = {
  path: 'desired-state/schema/tenant.v1alpha1.json',
  text: (): string => `${JSON.stringify(tenantJsonSchema(), null, 2)}\n`,
};
