/** Reads a YAML or JSON file that must have a form, and says of each mistake where in the file it stands. */
import { LineCounter, isMap, isNode, isScalar, parseDocument, type Document } from 'yaml';
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
      document.errors.map(({ pos, message }) => `${place(pos[0])}: ${reason(message)}`).join('\n'),
    );
  }
  const checked = schema.safeParse(plain(document, file));
  if (checked.success) return checked.data;
  throw new ToolError(
    mistakesOf(checked.error.issues, document, schema)
      .map(({ offset, text: what }) => `${place(offset)}: ${what}`)
      .join('\n'),
  );
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
const reason = (message: string): string =>
  /stack/i.test(message)
    ? 'it is nested too deeply to be read'
    : (message.split('\n')[0] ?? '').replace(/ at line .*/, '');

function plain(document: Document, file: string): unknown {
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    throw new ToolError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (!isDeeperThan(MAX_DEPTH, value)) return value;
  throw new ToolError(
    `${file}: it is nested more than ${MAX_DEPTH} levels deep, or an anchor contains itself`,
  );
}

/** Also when it is inside itself. */
function isDeeperThan(levels: number, value: unknown, around = new Set<unknown>()): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0 || around.has(value)) return true;
  around.add(value);
  const deeper = Object.values(value).some((child) => isDeeperThan(levels - 1, child, around));
  around.delete(value);
  return deeper;
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

function messageOf(issue: z.core.$ZodIssue): string {
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
