/** Reads a YAML or JSON file that must have a form, and says of each mistake where in the file it stands. */
import { LineCounter, isNode, parseDocument, type Document } from 'yaml';
import type { z } from 'zod';
import { ToolError } from './failure.ts';
import type { Source } from './input.ts';
import { nearest } from './nearest.ts';

/** Aliases may repeat a node; this many copies are more than any file of ours needs. */
const MAX_ALIASES = 1000;

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
      document.errors
        .map(
          ({ pos, message }) =>
            `${place(pos[0])}: ${message.split('\n')[0]?.replace(/ at line .*/, '') ?? ''}`,
        )
        .join('\n'),
    );
  }
  const checked = schema.safeParse(plain(document, file));
  if (checked.success) return checked.data;
  const mistakes = checked.error.issues.flatMap((issue) =>
    describe(issue, schema).map((what) => [issue, what] as const),
  );
  throw new ToolError(
    mistakes
      .map(([{ path }, what]) => `${place(offsetOf(document, path))}: ${pathText(path)}${what}`)
      .join('\n'),
  );
}

function plain(document: Document, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    throw new ToolError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
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

function describe(issue: z.core.$ZodIssue, schema: z.ZodType): string[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => `unknown key '${key}'${hint(key, schema)}`);
  }
  if (issue.code === 'invalid_union') {
    const deepest = issue.errors.flat().find(({ path }) => path.length > 0);
    return [deepest === undefined ? issue.message : `${deepest.path.join('.')}: ${deepest.message}`];
  }
  return [issue.message];
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
