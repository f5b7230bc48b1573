/** A record to begin with, made from the schema, so that it can never lag behind it: every field, explained. Pure. */
import type { SchemaNode } from '../../desired-state/json-schema.ts';
import type { Json } from '../model.ts';
import { isObject } from '../json.ts';
import { factsOf } from './explain.ts';

/** Comments longer than this are broken. */
const WIDTH = 100;

/** The tenant of the schema's examples; another one takes its place in them. */
const EXAMPLE = 'acme';

export interface Template {
  readonly schema: SchemaNode;
  readonly name: string;
  /** One value as YAML, on one line. */
  readonly inline: (value: Json) => string;
}

/**
 * What must be written stands there with the schema's examples, and is a valid record; what may be left out is
 * commented out with its default: without its leading `# ` it is valid as well.
 */
export function templateOf({ schema, name, inline }: Template): string {
  const write = (value: Json): string => inline(named(value, name));
  const lines = children(schema, { write, optional: false });
  return `${lines.join('\n')}\n`;
}

const named = (value: Json, name: string): Json =>
  typeof value === 'string' ? value.replaceAll(EXAMPLE, name) : value;

interface Context {
  readonly write: (value: Json) => string;
  /** Within something that is commented out as a whole. */
  readonly optional: boolean;
}

const children = (node: SchemaNode, context: Context): string[] =>
  Object.entries(node.properties ?? {}).flatMap(([key, child]) => {
    const required = context.optional || (node.required ?? []).includes(key);
    return field(key, child, { ...context, required });
  });

function field(key: string, node: SchemaNode, context: Context & { readonly required: boolean }): string[] {
  const { required, write } = context;
  const value = valueLines(key, node, { write, optional: context.optional || !required });
  return [...comment(node), ...(required ? value : value.map((line) => `# ${line}`))];
}

function valueLines(key: string, node: SchemaNode, context: Context): string[] {
  const { properties, items } = node;
  if (properties !== undefined) return [`${key}:`, ...children(node, context).map(inset)];
  if (items?.properties !== undefined) {
    const [first = '', ...rest] = children(items, context).map(inset);
    return [`${key}:`, ...[`- ${first.trimStart()}`, ...rest].map(inset)];
  }
  return [`${key}: ${context.write(sampleOf(node))}`];
}

const inset = (line: string): string => `  ${line}`;

/** What stands there by default, else an example. */
function sampleOf({ const: only, default: standard, enum: choices, examples, type }: SchemaNode): Json {
  const sample = only ?? standard ?? examples?.[0] ?? choices?.[0];
  if (sample !== undefined) return sample;
  return type === 'object' ? {} : '';
}

/** What the field is for, its choices and its default, in lines that fit. */
function comment(node: SchemaNode): string[] {
  if (node.const !== undefined) return [];
  const { default: standard } = node;
  const facts = isObject(standard) || Array.isArray(standard) ? [] : factsOf(node);
  const words = [node.description ?? '', ...facts.map((fact) => `${fact}.`)].join(' ').trim().split(' ');
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < WIDTH) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`# ${word}`);
  }
  return lines;
}
