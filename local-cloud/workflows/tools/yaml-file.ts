/** Reads a YAML or JSON file that must have a form, and says of each mistake where in the file it stands. */
import { LineCounter, isMap, isNode, isScalar, parseDocument, visit, type Alias, type Document } from 'yaml';
import type { z } from 'zod';
import { ToolError } from './failure.ts';
import type { Source } from './input.ts';
import { nearest } from './nearest.ts';

/** Aliases may repeat a node; this many copies are more than any file of ours needs. */
const MAX_ALIASES = 1000;
const MAX_DEPTH = 200;

/** Integers are bigints, so that 1 and 1.0 stay apart. Throws a {@link ToolError} with all mistakes. */
export function readForm<T>({ file, text }: Source, schema: z.ZodType<T>): T {
  const lines = new LineCounter();
  const document = parseDocument(text, { version: '1.2', intAsBigInt: true, lineCounter: lines });
  const place = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  if (document.errors.length > 0) {
    throw new ToolError(
      firstErrors(document)
        .map(({ pos, message }) => `${place(pos[0])}: ${reason(message)}`)
        .join('\n'),
    );
  }
  const cyclic = cyclicAlias(document);
  if (cyclic !== undefined) {
    throw new ToolError(`${place(cyclic.range?.[0] ?? 0)}: the anchor '${cyclic.source}' contains itself`);
  }
  const checked = schema.safeParse(plain(document, file), { reportInput: true });
  if (checked.success) return checked.data;
  throw new ToolError(
    mistakesOf(checked.error.issues, document, schema)
      .map(({ offset, text: what }) => `${place(offset)}: ${what}`)
      .join('\n'),
  );
}

/** After the first ones the parser only stumbles over what they left behind. */
const MAX_YAML_ERRORS = 3;

function firstErrors({ errors }: Document): Document['errors'] {
  const exhausted = errors.find(({ message }) => STACK.test(message));
  return exhausted === undefined ? errors.slice(0, MAX_YAML_ERRORS) : [exhausted];
}

/** An alias within what it stands for. */
function cyclicAlias(document: Document): Alias | undefined {
  let found: Alias | undefined;
  visit(document, {
    Alias: (_key, alias) => {
      const [start, end] = alias.resolve(document)?.range ?? [0, 0];
      const at = alias.range?.[0] ?? -1;
      if (at < start || at >= end) return undefined;
      found = alias;
      return visit.BREAK;
    },
  });
  return found;
}

interface Mistake {
  readonly offset: number;
  readonly text: string;
}

function mistakesOf(issues: readonly z.core.$ZodIssue[], document: Document, schema: z.ZodType): Mistake[] {
  const withTypos = issues
    .filter(({ code }) => code === 'unrecognized_keys')
    .map(({ path }) => pathText(path));
  return issues.flatMap((issue): Mistake[] => {
    const at = pathText(issue.path);
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        offset: keyOffset(document, issue.path, key),
        text: `${at}unknown key '${key}'${hint(key, schema)}`,
      }));
    }
    // What is said to be missing is there, misspelled.
    if (issue.code === 'custom' && withTypos.includes(at)) return [];
    return [{ offset: offsetOf(document, issue.path), text: `${at}${messageOf(issue)}` }];
  });
}

function keyOffset(document: Document, path: readonly PropertyKey[], key: string): number {
  const map: unknown = path.length === 0 ? document.contents : document.getIn(path, true);
  const found = isMap(map)
    ? map.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === key)
    : undefined;
  return (isNode(found?.key) ? found.key.range?.[0] : undefined) ?? offsetOf(document, path);
}

/** The parser calls itself for each level, and reports an exhausted stack as one of its errors. */
const STACK = /call stack/i;
const reason = (message: string): string =>
  STACK.test(message)
    ? 'it is nested too deeply to be read'
    : (message.split('\n')[0] ?? '').replace(/ at line .*/, '');

function plain(document: Document, file: string): unknown {
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    const why =
      error instanceof ReferenceError ? 'its aliases stand for more than can be read' : String(error);
    throw new ToolError(`${file}: ${why}; write it out`);
  }
  if (!isDeeperThan(MAX_DEPTH, value)) return value;
  throw new ToolError(`${file}: it is nested more than ${MAX_DEPTH} levels deep`);
}

function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((child) => isDeeperThan(levels - 1, child));
}

/** Of the node at the path, or of the nearest one around it. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  for (let length = path.length; length >= 0; length -= 1) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}

const pathText = (path: readonly PropertyKey[]): string =>
  path.length === 0
    ? ''
    : `${path
        .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
        .join('')
        .slice(1)}: `;

/** What zod calls the kinds of values, in the words of YAML. */
const KINDS: Readonly<Record<string, string>> = {
  object: 'a map',
  record: 'a map',
  array: 'a list',
  string: 'text',
  boolean: 'true or false',
  number: 'a number',
  bigint: 'a number',
};

function kindOf(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'empty';
  if (Array.isArray(value)) return KINDS['array'] ?? '';
  return KINDS[typeof value] ?? 'something else';
}

function messageOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') {
    return `must be ${KINDS[issue.expected] ?? issue.expected}; it is ${kindOf(issue.input)}`;
  }
  if (issue.code !== 'invalid_union') return issue.message;
  const deepest = issue.errors.flat().find(({ path }) => path.length > 0);
  return deepest === undefined ? issue.message : `${deepest.path.join('.')}: ${deepest.message}`;
}

function hint(key: string, schema: z.ZodType): string {
  const known = nearest(key, keysOf(schema));
  return known === undefined ? '' : `; did you mean ${known}?`;
}

/** Every key the schema knows anywhere: enough to recognise a typo. */
function keysOf(schema: unknown, keys = new Set<string>(), seen = new Set<unknown>()): Set<string> {
  if (typeof schema !== 'object' || schema === null || seen.has(schema)) return keys;
  seen.add(schema);
  const shape = 'shape' in schema ? schema.shape : undefined;
  if (typeof shape === 'object' && shape !== null) {
    for (const key of Object.keys(shape)) keys.add(key);
    for (const child of Object.values(shape)) keysOf(child, keys, seen);
  }
  const def = 'def' in schema ? schema.def : undefined;
  if (typeof def === 'object' && def !== null) {
    for (const child of Object.values(def).flat()) keysOf(child, keys, seen);
  }
  return keys;
}
