/** A field of the record explained from the schema, as `kubectl explain` lays it out. Pure. */
import type { SchemaNode } from '../../desired-state/json-schema.ts';
import { isObject } from '../json.ts';
import type { Json } from '../model.ts';

export interface Explained {
  /** As it was asked for; empty: the record. */
  readonly path: string;
  readonly schema: SchemaNode;
  readonly required: boolean;
  /** All fields below it, without their descriptions. */
  readonly recursive: boolean;
  readonly apiVersion: string;
}

export function explainedLines({ path, schema, required, recursive, apiVersion }: Explained): string[] {
  const fields = fieldsOf(schema);
  const facts = [...factsOf(schema), ...exampleOf(schema)];
  return [
    'KIND:     Tenant',
    `VERSION:  ${apiVersion}`,
    ...(path === '' ? [] : ['', `FIELD:    ${path} ${head(schema, required)}`]),
    '',
    'DESCRIPTION:',
    ...[schema.description ?? 'nothing more is known of it', ...facts].map((line) => `    ${line}`),
    ...(fields.length === 0 ? [] : ['', 'FIELDS:', ...(recursive ? tree(schema, '  ') : described(schema))]),
  ];
}

/** What a value may be and what holds when there is none, one sentence each. */
export function factsOf(node: SchemaNode): string[] {
  const { enum: choices, const: only, default: standard, items } = node;
  const facts: (string | undefined)[] = [
    only === undefined ? undefined : `Always ${text(only)}`,
    choices === undefined ? undefined : `One of ${choices.map(text).join(', ')}`,
    items?.enum === undefined ? undefined : `Each one of ${items.enum.map(text).join(', ')}`,
    boundsOf(node),
    standard === undefined ? undefined : `Default: ${text(standard)}`,
  ];
  return facts.filter((fact) => fact !== undefined);
}

/** Whole numbers without a bound of their own have the language's. */
function boundsOf({ minimum, maximum = Number.MAX_SAFE_INTEGER }: SchemaNode): string | undefined {
  if (minimum === undefined) return undefined;
  return maximum === Number.MAX_SAFE_INTEGER ? `At least ${minimum}` : `From ${minimum} to ${maximum}`;
}

/** Where nothing else says what a value looks like. */
function exampleOf({ examples, default: standard, const: only, enum: choices }: SchemaNode): string[] {
  const [example] = examples ?? [];
  const isSaid = (standard ?? only ?? choices) !== undefined || example === undefined;
  return isSaid ? [] : [`Example: ${text(example)}`];
}

/** As it may be written; quoted where it would not be seen. */
const text = (value: Json): string =>
  typeof value === 'string' && /[A-Za-z0-9]$/.test(value) ? value : JSON.stringify(value);

const fieldsOf = (node: SchemaNode): [string, SchemaNode][] =>
  Object.entries(node.properties ?? node.items?.properties ?? {});

const requiredOf = (node: SchemaNode): readonly string[] =>
  (node.properties === undefined ? node.items?.required : node.required) ?? [];

const head = (node: SchemaNode, required: boolean): string =>
  `<${typeOf(node)}>${required ? ' -required-' : ''}`;

/** `[]Object`, `map[string]string`, `integer`. */
function typeOf(node: SchemaNode): string {
  if (node.items !== undefined) return `[]${typeOf(node.items)}`;
  const { additionalProperties } = node;
  if (isObject(additionalProperties)) return `map[string]${typeOf(additionalProperties)}`;
  return node.type === 'object' ? 'Object' : (node.type ?? 'any');
}

function described(node: SchemaNode): string[] {
  return fieldsOf(node).flatMap(([key, child], index) => [
    ...(index === 0 ? [] : ['']),
    `  ${key} ${head(child, requiredOf(node).includes(key))}`,
    ...[child.description ?? '', ...factsOf(child), ...exampleOf(child)]
      .filter((line) => line !== '')
      .map((line) => `    ${line}`),
  ]);
}

function tree(node: SchemaNode, indent: string): string[] {
  return fieldsOf(node).flatMap(([key, child]) => [
    `${indent}${key} ${head(child, requiredOf(node).includes(key))}`,
    ...tree(child, `${indent}  `),
  ]);
}
