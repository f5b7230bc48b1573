/**
 * Reads records from files, folders and stdin: YAML 1.2 or JSON, one or more documents to a file. Positions are kept,
 * so that each problem says `file:line:col`. Nothing is thrown: what cannot be read is a document with a problem.
 */
import { isUtf8 } from 'node:buffer';
import { readFile, readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { LineCounter, isMap, isPair, isScalar, isSeq, parseAllDocuments } from 'yaml';
import type { Document, Node, Pair } from 'yaml';
import type { Json } from '../reconciler/model.ts';
import { parseTenant } from './parse.ts';
import type { ParseResult } from './parse.ts';
import { formatProblem, problem } from './problems.ts';
import type { Path, Problem } from './problems.ts';
import type { Tenant } from './tenant.ts';
import { MAX_ALIASES, textOfDocument } from './text.ts';

/** A problem with the place it stands at. */
export interface LocatedProblem extends Problem {
  /** `file:line:col`, or the file alone when it could not be read. */
  readonly where: string;
}

export interface RecordDocument {
  /** The path as it was given or found; `stdin` for `-`. */
  readonly file: string;
  /** Line the document starts on, counted from 1. */
  readonly line: number;
  /** Undefined exactly when `problems` is not empty. */
  readonly record:
    | {
        readonly tenant: Tenant;
        readonly written: Json;
        readonly etag: string | undefined;
        /** As it was written, with its comments, without what the system adds; undefined for JSON. */
        readonly text: string | undefined;
      }
    | undefined;
  readonly problems: readonly LocatedProblem[];
  readonly warnings: readonly LocatedProblem[];
}

export interface ReadOptions {
  /** Also read the folders below a folder. Default false. */
  readonly recursive?: boolean;
  /** What `-` reads. Default `process.stdin`. */
  readonly stdin?: Readable;
}

const EXTENSIONS: ReadonlySet<string> = new Set(['.yaml', '.yml', '.json']);

/** A record is a few kilobytes; a file this large was given by mistake. */
const MAX_BYTES = 4 * 1024 * 1024;

/** `file:line:col: path message: cure`, as compilers print it, so that editors can jump there. */
export const formatLocated = (found: LocatedProblem): string =>
  `${found.where}: ${found.path === '' ? `${found.message}: ${found.cure}` : formatProblem(found)}`;

/**
 * All documents of these paths, in order: files, folders (their *.yaml, *.yml and *.json in name order), `-` for
 * stdin. Two documents that describe the same tenant are a problem of the second one.
 */
export async function readRecords(
  paths: readonly string[],
  options: ReadOptions = {},
): Promise<RecordDocument[]> {
  const documents: RecordDocument[] = [];
  for (const path of paths) {
    documents.push(...(await readPath(path, options)));
  }
  return withoutDuplicates(documents);
}

/** The documents of one text; `file` is only for messages. */
export function parseRecords(text: string, file: string): RecordDocument[] {
  const lines = new LineCounter();
  let documents: ReturnType<typeof parseAllDocuments>;
  try {
    documents = parseAllDocuments(text, {
      version: '1.2',
      uniqueKeys: true,
      prettyErrors: false,
      lineCounter: lines,
    });
  } catch (error) {
    // The parser is recursive: thousands of open brackets exhaust its stack.
    return [unreadable(file, `cannot be parsed (${messageOf(error)})`, 'check that it is YAML or JSON')];
  }
  const filled = documents.filter((document) => !isBlank(document));
  if (filled.length === 0) return [unreadable(file, 'holds no document', 'write a record into it')];
  let end = 0;
  const places = new Map<Document, string>();
  for (const document of documents) {
    const from = end;
    end = document.range?.[2] ?? text.length;
    places.set(document, text.slice(from, end));
  }
  return filled.map((document) => readDocument(document, { file, lines, slice: places.get(document) ?? '' }));
}

/** Nothing between two `---`: not a document anybody meant to write. */
function isBlank({ contents, errors }: Document): boolean {
  const nothing = contents === null || (isScalar(contents) && contents.source === '');
  return nothing && errors.length === 0;
}

async function readPath(path: string, options: ReadOptions): Promise<RecordDocument[]> {
  if (path === '-') return readStdin(options.stdin ?? process.stdin);
  try {
    const info = await stat(path);
    if (info.isDirectory()) return await readFolder(path, options);
    if (info.size > MAX_BYTES) return [tooLarge(path)];
    return parseBytes(await readFile(path), path);
  } catch (error) {
    return [unreadable(path, whyUnreadable(error), 'check the path and its permissions')];
  }
}

async function readFolder(folder: string, options: ReadOptions): Promise<RecordDocument[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: options.recursive === true });
  const files = entries
    .filter((entry) => !entry.isDirectory() && EXTENSIONS.has(extname(entry.name)))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  if (files.length === 0) {
    return [unreadable(folder, 'holds no *.yaml, *.yml or *.json file', 'name a folder that holds records')];
  }
  const documents: RecordDocument[] = [];
  for (const file of files) documents.push(...(await readPath(file, options)));
  return documents;
}

async function readStdin(stdin: Readable): Promise<RecordDocument[]> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of stdin) {
      const bytes = Buffer.from(chunk as Uint8Array | string);
      size += bytes.length;
      if (size > MAX_BYTES) return [tooLarge('stdin')];
      chunks.push(bytes);
    }
  } catch (error) {
    return [unreadable('stdin', whyUnreadable(error), 'try again with a file')];
  }
  return parseBytes(Buffer.concat(chunks), 'stdin');
}

function parseBytes(bytes: Buffer, file: string): RecordDocument[] {
  if (isUtf8(bytes) && !bytes.includes(0)) return parseRecords(bytes.toString('utf8'), file);
  return [unreadable(file, 'is not text in UTF-8', 'name a file that holds records, or save it as UTF-8')];
}

interface Place {
  readonly file: string;
  readonly lines: LineCounter;
  /** From the end of the document before to the end of this one. */
  readonly slice: string;
}

function readDocument(document: Document, { file, lines, slice }: Place): RecordDocument {
  const where = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${Math.max(line, 1)}:${Math.max(col, 1)}`;
  };
  const start = lines.linePos(startOf(document.contents) ?? document.range?.[0] ?? 0);
  const base = { file, line: Math.max(start.line, 1) };
  if (document.errors.length > 0) {
    const problems = document.errors.map(({ message, pos }) => ({
      ...problem(undefined, [], `is not valid YAML: ${message}`, 'correct the text at this place'),
      where: where(pos[0]),
    }));
    return { ...base, record: undefined, problems, warnings: [] };
  }
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    return {
      ...base,
      record: undefined,
      problems: [
        {
          ...problem(undefined, [], `cannot be used: ${messageOf(error)}`, 'write the values out instead'),
          where: where(document.range?.[0] ?? 0),
        },
      ],
      warnings: [],
    };
  }
  const locate = (found: Problem): LocatedProblem => ({
    ...found,
    where: where(offsetOf(document, found.at, found.onKey)),
  });
  const parsed = parseTenant(value);
  return {
    ...base,
    record: parsed.ok ? goodRecord(parsed, slice) : undefined,
    problems: parsed.ok ? [] : parsed.problems.map(locate),
    warnings: parsed.warnings.map(locate),
  };
}

const goodRecord = ({ tenant, written, etag }: Extract<ParseResult, { ok: true }>, slice: string) => ({
  tenant,
  written,
  etag,
  text: textOfDocument(slice, written),
});

/** Where the value at a path starts; its key when that is what is wrong; its nearest parent when it is missing. */
function offsetOf(document: Document, at: Path, onKey: boolean): number {
  let offset = startOf(document.contents) ?? document.range?.[0] ?? 0;
  let here: unknown = document.contents;
  for (const [depth, step] of at.entries()) {
    const next: Pair | Node | undefined = isMap(here)
      ? here.items.find(({ key }) => (isScalar(key) ? String(key.value) : key) === step)
      : isSeq(here)
        ? (here.items[Number(step)] as Pair | Node | undefined)
        : undefined;
    if (next === undefined) return offset;
    const key = isPair(next) ? next.key : next;
    here = isPair(next) ? next.value : next;
    const wantsKey = onKey && depth === at.length - 1;
    offset = startOf(wantsKey ? key : here) ?? startOf(key) ?? offset;
  }
  return offset;
}

const startOf = (node: unknown): number | undefined => (node as Partial<Node> | null)?.range?.[0];

/** One apply of two records for one tenant would let the order of files decide. */
function withoutDuplicates(documents: readonly RecordDocument[]): RecordDocument[] {
  const first = new Map<string, RecordDocument>();
  return documents.map((document) => {
    const name = document.record?.tenant.metadata.name;
    if (name === undefined) return document;
    const earlier = first.get(name);
    if (earlier === undefined) {
      first.set(name, document);
      return document;
    }
    const found = problem(
      document.record?.written,
      ['metadata', 'name'],
      `is "${name}", which ${earlier.file}:${earlier.line} describes too`,
      'keep one of the two',
    );
    const where = `${document.file}:${document.line}:1`;
    return { ...document, record: undefined, problems: [{ ...found, where }] };
  });
}

function unreadable(file: string, message: string, cure: string): RecordDocument {
  const found = { ...problem(undefined, [], message, cure), where: file };
  return { file, line: 1, record: undefined, problems: [found], warnings: [] };
}

const tooLarge = (file: string): RecordDocument =>
  unreadable(file, `is larger than ${MAX_BYTES / 1024 / 1024} MB`, 'name a file that holds records');

function whyUnreadable(error: unknown): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
      return 'does not exist';
    case 'EACCES':
    case 'EPERM':
      return 'may not be read by this user';
    default:
      return `cannot be read (${messageOf(error)})`;
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
