/**
 * Makes a written text say another record: values are replaced where they stand, and comments, layout and the order of
 * keys stay as they are. Only where keys or items come or go is the text laid out anew, with its comments.
 */
import {
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  parseDocument,
  stringify,
  type Document,
  type Node,
  type Scalar,
  type ToStringOptions,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import type { Json } from '../reconciler/model.ts';
import { sameJson } from './canonical.ts';
import { asJson, isObject } from './problems.ts';
import { MAX_ALIASES, renderedText, says } from './text.ts';

/** The text, saying `record`. A text that cannot be brought there is given up for one of our own. Never throws. */
export function retold(text: string, record: Json): string {
  if (says(text, record)) return text;
  try {
    const document: Document = parseDocument(text, { version: '1.2', prettyErrors: false });
    if (document.errors.length > 0 || !isObject(record)) return renderedText(record);
    const edits = new Edits(document);
    document.contents = edits.brought(document.contents, record);
    const inPlace = edits.spliced(text);
    if (inPlace !== undefined && says(inPlace, record)) return inPlace;
    const anew = document.toString(layoutOf(text));
    if (says(anew, record)) return anew;
  } catch {
    // A text of a shape this does not know; what it says matters more than how.
  }
  return renderedText(record);
}

/** How far the text is indented, so that laying it out anew moves as little as possible. */
function layoutOf(text: string): ToStringOptions {
  const [, indent = '  '] =
    /^[A-Za-z]\w*:[ \t]*(?:#[^\n]*)?\n(?:[ \t]*(?:#[^\n]*)?\n)*( +)[^ #\n]/m.exec(text) ?? [];
  const [, key = '', item = ' '] =
    /^( *)[^ #\n-][^\n]*:[ \t]*(?:#[^\n]*)?\n(?:[ \t]*(?:#[^\n]*)?\n)*( *)- /m.exec(text) ?? [];
  return {
    lineWidth: 0,
    indent: Math.min(8, indent.length),
    indentSeq: item.length > key.length,
    singleQuote: !/: "|- "/.test(text),
  };
}

/** One walk over a document; remembers whether everything it changed can be written in place. */
class Edits {
  private readonly document: Document;
  private readonly scalars: { readonly range: readonly [number, number]; readonly text: string }[] = [];
  private onlyScalars = true;

  constructor(document: Document) {
    this.document = document;
  }

  /** The node that says `want`: this one, changed, or one that takes its place. */
  brought(node: unknown, want: Json): Node {
    const here = isAlias(node) ? node.resolve(this.document) : node;
    if (isCollection(here) && sameJson(this.plain(here), want)) return node as Node;
    if (isScalar(here) && !isAlias(node) && !isObject(want) && !Array.isArray(want))
      return this.scalar(here, want);
    if (isAlias(node)) {
      // Whoever else refers to the anchor must not change along.
      this.onlyScalars = false;
      return this.made(want);
    }
    if (isMap(here) && isObject(want)) return this.map(here, want);
    if (isSeq(here) && Array.isArray(want)) return this.list(here, want as readonly Json[]);
    this.onlyScalars = false;
    const made = this.made(want);
    if (isScalar(here) || isCollection(here)) {
      made.commentBefore = here.commentBefore ?? null;
      made.comment = here.comment ?? null;
    }
    return made;
  }

  /** The text with every value replaced where it stands; undefined when more has changed than values. */
  spliced(text: string): string | undefined {
    if (!this.onlyScalars) return undefined;
    let result = text;
    for (const { range, text: value } of this.scalars.toSorted(
      (one, other) => other.range[0] - one.range[0],
    )) {
      result = result.slice(0, range[0]) + value + result.slice(range[1]);
    }
    return result;
  }

  private plain = (node: Node): Json => asJson(node.toJS(this.document, { maxAliasCount: MAX_ALIASES }));

  private made = (value: Json): Node => this.document.createNode(value);

  private scalar(node: Scalar, want: Json): Node {
    if (node.value === want) return node;
    const { range, type } = node;
    const quoted = type === 'QUOTE_SINGLE' || type === 'QUOTE_DOUBLE';
    const text = stringify(want, { lineWidth: 0, ...(quoted && { defaultStringType: type }) }).trimEnd();
    if (range == null || range[1] <= range[0] || text.includes('\n')) this.onlyScalars = false;
    else this.scalars.push({ range: [range[0], range[1]], text });
    node.value = want;
    // Another number is written another way than the old one was.
    delete node.source;
    delete node.format;
    delete node.minFractionDigits;
    return node;
  }

  private map(node: YAMLMap, want: Readonly<Record<string, unknown>>): Node {
    for (const pair of [...node.items]) {
      const key = isScalar(pair.key) ? String(pair.key.value) : String(pair.key);
      if (Object.hasOwn(want, key)) pair.value = this.brought(pair.value, asJson(want[key]));
      else {
        this.onlyScalars = false;
        node.delete(pair.key);
      }
    }
    for (const [key, value] of Object.entries(want)) {
      if (node.has(key)) continue;
      this.onlyScalars = false;
      node.add(this.document.createPair(key, value));
    }
    return node;
  }

  /** Items with names are found by them, others by their place. */
  private list(node: YAMLSeq, want: readonly Json[]): Node {
    const before = [...node.items] as Node[];
    const names = before.map((item) => nameOf(this.plain(item)));
    const named = want.length > 0 && want.every((item) => nameOf(item) !== undefined);
    const after = want.map((item, index) => {
      const found = named ? before[names.indexOf(nameOf(item))] : before[index];
      return found === undefined ? this.made(item) : this.brought(found, item);
    });
    if (after.length !== before.length || after.some((item, index) => item !== before[index])) {
      this.onlyScalars = false;
    }
    node.items = after;
    return node;
  }
}

const nameOf = (item: Json): string | undefined => {
  const name = isObject(item) ? item['name'] : undefined;
  return typeof name === 'string' ? name : undefined;
};
