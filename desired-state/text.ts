/**
 * A record as somebody wrote it, comments, layout and order of keys included: how the text of a document is cut out
 * of a file, and how what the system adds (etag, status) is put into it and taken out again, byte for byte.
 */
import { isMap, isScalar, parseDocument, stringify, type Document, type Pair, type YAMLMap } from 'yaml';
import type { Json } from '../reconciler/model.ts';
import { sameJson } from './canonical.ts';
import { SYSTEM_METADATA, inSchemaOrder } from './parse.ts';
import { asJson } from './problems.ts';

/** Anchors are a convenience in a record, thousands of references to one are an attack ("billion laughs"). */
export const MAX_ALIASES = 100;

const DIRECTIVE = /^(?:[ \t]*(?:#[^\n]*)?\n)*%/;

/** Long lines stay whole, so that text can be searched. */
export const toYaml = (value: Json): string => stringify(value, { lineWidth: 0 });

/** A record nobody has written a text for, as we would write it. */
export const renderedText = (record: Json): string => toYaml(inSchemaOrder(record));

/** Whether a text, without what the system adds, says this record. Never throws. */
export function says(text: string, record: Json): boolean {
  try {
    const document = parseDocument(text, { version: '1.2', prettyErrors: false });
    if (document.errors.length > 0) return false;
    return sameJson(asJson(document.toJS({ maxAliasCount: MAX_ALIASES })), record);
  } catch {
    return false;
  }
}

/**
 * The text of one document, from `slice`, which may begin with its `---` and end with its `...`. What the system adds
 * is taken out. Undefined for JSON (nobody comments it), for YAML directives (they cannot stand between documents) and
 * where the text alone would not say `record`.
 */
export function textOfDocument(slice: string, record: Json): string | undefined {
  if (DIRECTIVE.test(slice)) return undefined;
  const lines = slice
    .replace(/^\ufeff/, '')
    .replaceAll('\r\n', '\n')
    .replace(/^((?:[ \t]*(?:#[^\n]*)?\n)*)---(?:[ \t]*\n|[ \t]+)/, '$1')
    .replace(/\n\.\.\.[ \t]*(?:#[^\n]*)?\s*$/, '\n');
  const text = withoutSystemFields(`${lines.replace(/^(?:[ \t]*\n)+/, '').trimEnd()}\n`);
  return text !== undefined && says(text, record) ? text : undefined;
}

/** Without etag and the like, and without status; undefined when it is no block of keys. */
function withoutSystemFields(text: string): string | undefined {
  let rest = text;
  for (;;) {
    const { contents } = parseDocument(rest, { version: '1.2', prettyErrors: false });
    if (!isMap(contents) || contents.flow === true) return undefined;
    const cut = nextCut(rest, contents);
    if (cut === undefined) return rest;
    const shorter = rest.slice(0, cut[0]) + rest.slice(cut[1]);
    if (shorter.length >= rest.length) return undefined;
    rest = shorter;
  }
}

function nextCut(text: string, top: YAMLMap): [number, number] | undefined {
  const status = pairOf(top, 'status');
  if (status !== undefined) return wholeLines(text, status);
  const metadata = top.get('metadata', true);
  if (!isMap(metadata)) return undefined;
  const index = metadata.items.findIndex(
    ({ key }) => isScalar(key) && SYSTEM_METADATA.includes(String(key.value)),
  );
  const pair = metadata.items[index];
  if (pair === undefined) return undefined;
  if (metadata.flow !== true) return wholeLines(text, pair);
  const before = metadata.items[index - 1];
  const after = metadata.items[index + 1];
  if (before !== undefined) return [endOf(before), endOf(pair)];
  return [startOf(pair), after === undefined ? endOf(pair) : startOf(after)];
}

const pairOf = (map: YAMLMap, name: string): Pair | undefined =>
  map.items.find(({ key }) => isScalar(key) && key.value === name);

const startOf = ({ key }: Pair): number => rangeOf(key)?.[0] ?? 0;
const endOf = ({ key, value }: Pair): number => rangeOf(value)?.[1] ?? rangeOf(key)?.[1] ?? 0;
const rangeOf = (node: unknown): readonly number[] | null | undefined =>
  (node as { range?: readonly number[] | null } | null)?.range;

/** From the beginning of the line of its key to the end of the line its value ends on. */
function wholeLines(text: string, pair: Pair): [number, number] {
  const from = text.lastIndexOf('\n', startOf(pair) - 1) + 1;
  return [from, endOfLine(text, Math.max(endOf(pair), startOf(pair) + 1))];
}

/** Behind the line break of the line that the character before `offset` stands on. */
function endOfLine(text: string, offset: number): number {
  const at = text.indexOf('\n', offset - 1);
  return at < 0 ? text.length : at + 1;
}

/**
 * The text with what the system adds: what `get -o yaml` prints. Read again it gives the same text back; where the
 * layout does not allow that, it still says the same record.
 */
export function withSystemFields(
  text: string,
  metadata: Readonly<Record<string, Json>>,
  status?: Json,
): string {
  const document = parseDocument(text, { version: '1.2', prettyErrors: false });
  const inserted = insertMetadata(text, document, metadata) ?? setMetadata(document, metadata);
  return status === undefined ? inserted : inserted + toYaml({ status });
}

function insertMetadata(
  text: string,
  { contents }: Document,
  metadata: Readonly<Record<string, Json>>,
): string | undefined {
  const map = isMap(contents) ? contents.get('metadata', true) : undefined;
  const last = isMap(map) ? map.items.at(-1) : undefined;
  const first = isMap(map) ? map.items[0] : undefined;
  if (!isMap(map) || last === undefined || first === undefined) return undefined;
  const entries = Object.entries(metadata).map(([key, value]) => toYaml({ [key]: value }).trimEnd());
  if (map.flow === true) {
    const at = endOf(last);
    return `${text.slice(0, at)}, ${entries.join(', ')}${text.slice(at)}`;
  }
  const at = endOfLine(text, endOf(last));
  const indent = text.slice(text.lastIndexOf('\n', startOf(first) - 1) + 1, startOf(first));
  if (indent.trim() !== '') return undefined;
  return text.slice(0, at) + entries.map((entry) => `${indent}${entry}\n`).join('') + text.slice(at);
}

function setMetadata(document: Document, metadata: Readonly<Record<string, Json>>): string {
  for (const [key, value] of Object.entries(metadata)) document.setIn(['metadata', key], value);
  return document.toString({ lineWidth: 0 });
}
