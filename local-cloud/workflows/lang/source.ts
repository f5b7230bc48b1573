/** Reads YAML or JSON text into a tree whose every node knows where it stands in the source. */
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  Scalar as YamlScalar,
  visit,
} from 'yaml';
import type { Alias, Document, Node as YamlNode, Pair, YAMLError, YAMLMap } from 'yaml';
import { MAX_SOURCE_BYTES, MAX_SOURCE_DEPTH } from './limits.ts';
import { BuildError, type Problem } from './problems.ts';
import type { Position, Scalar } from './program.ts';

export type SourceNode = ScalarNode | ListNode | MapNode;

export interface ScalarNode {
  readonly kind: 'scalar';
  readonly value: Scalar;
  readonly position: Position;
}

interface ListNode {
  readonly kind: 'list';
  readonly items: readonly SourceNode[];
  readonly position: Position;
}

export interface MapNode {
  readonly kind: 'map';
  readonly entries: readonly MapEntry[];
  readonly position: Position;
}

interface MapEntry {
  readonly key: ScalarNode;
  readonly value: SourceNode;
}

const START: Position = { line: 1, column: 1, length: 0 };

/**
 * The document's root. JSON needs no parser of its own: YAML 1.2 contains it.
 * Throws a {@link BuildError} with `main.yaml:LINE:COL: parse error: …` when the text is not one document.
 */
export function readSource(text: string): SourceNode {
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_SOURCE_BYTES) {
    throw new BuildError([
      { detail: `source is ${bytes} bytes, the maximum is ${MAX_SOURCE_BYTES}`, position: START },
    ]);
  }
  const lines = new LineCounter();
  const document = parseYaml(text, lines);
  if (document.errors.length > 0) {
    const open = openQuote(document);
    if (open !== undefined) throw new BuildError([yamlProblem(open, lines)]);
    const problems = document.errors.map((error) => yamlProblem(error, lines));
    // The parser's own recursion ran out, and it says so once for every level it was in, innermost first.
    const overflow = document.errors.findLastIndex(({ message }) => message.startsWith('Maximum call stack'));
    throw new BuildError(overflow < 0 ? problems : [tooDeep(problems[overflow]?.position ?? START)]);
  }
  if (document.contents === null) throw new BuildError([{ detail: 'the source is empty', position: START }]);
  return new Reader(text, document, lines).node(document.contents);
}

/**
 * The error of a quote that is never closed, at that quote. The parser reports it where the text ends, and then that
 * everything around it is not closed either.
 */
function openQuote(document: Document): Pick<YAMLError, 'code' | 'message' | 'pos'> | undefined {
  const error = document.errors.find(({ message }) => message.startsWith('Missing closing'));
  let found: number | undefined;
  if (error === undefined) return undefined;
  visit(document, {
    Scalar: (_key, { range }) => {
      if (range?.[1] !== error.pos[0]) return undefined;
      [found] = range;
      return visit.BREAK;
    },
  });
  if (found === undefined) return undefined;
  return { code: error.code, message: 'the quote is never closed', pos: [found, found + 1] };
}

function yamlProblem(
  { code, message, pos: [start, end] }: Pick<YAMLError, 'code' | 'message' | 'pos'>,
  lines: LineCounter,
): Problem {
  const { line, col: column } = lines.linePos(start);
  const position = { line, column, length: Math.max(0, end - start) };
  const reason =
    code === 'MULTIPLE_DOCS'
      ? 'the source must be one document'
      : (message.split('\n')[0] ?? code).replace(/ at line \d+, column \d+:?$/, '');
  return refused(reason, position);
}

/** Assumed: YAML 1.2, in which `yes`, `no`, `on` and `off` are strings and only true and false are booleans. */
const YAML_VERSION = '1.2';

function parseYaml(text: string, lines: LineCounter): Document {
  try {
    return parseDocument(text, { version: YAML_VERSION, intAsBigInt: true, lineCounter: lines });
  } catch (error) {
    // The parser's own recursion, long before the deepest a person would write.
    if (error instanceof RangeError) throw new BuildError([tooDeep(START)]);
    throw error;
  }
}

const refused = (reason: string, position: Position): Problem => ({
  detail: `main.yaml:${position.line}:${position.column}: parse error: ${reason}`,
  position,
});

const tooDeep = (position: Position): Problem =>
  refused(`lists and maps are nested more than ${MAX_SOURCE_DEPTH} levels deep`, position);

class Reader {
  readonly #text: string;
  readonly #document: Document;
  readonly #lines: LineCounter;
  #depth = 0;
  #aliased = 0;

  constructor(text: string, document: Document, lines: LineCounter) {
    this.#text = text;
    this.#document = document;
    this.#lines = lines;
  }

  node(node: YamlNode | null): SourceNode {
    if (node === null) return { kind: 'scalar', value: null, position: START };
    if (isScalar(node)) return this.#scalar(node);
    if (this.#depth >= MAX_SOURCE_DEPTH) throw new BuildError([tooDeep(this.#position(node))]);
    this.#depth += 1;
    const read = this.#container(node);
    this.#depth -= 1;
    return read;
  }

  #container(node: YamlNode): SourceNode {
    if (isAlias(node)) return this.#alias(node);
    if (isMap(node)) return this.#map(node);
    const items = isSeq(node) ? node.items : [];
    return {
      kind: 'list',
      items: items.map((item) => this.node(item as YamlNode | null)),
      position: this.#position(node),
    };
  }

  /** Aliases of aliases can stand for more than any memory holds; they may not unfold to more than a source can. */
  #alias(alias: Alias): SourceNode {
    const target = alias.resolve(this.#document);
    const [start, end] = target?.range ?? [0, 0];
    const [at] = alias.range ?? [0];
    if (start <= at && at < end) {
      const reason = `the anchor '${alias.source}' contains itself`;
      throw new BuildError([refused(reason, this.#position(alias))]);
    }
    this.#aliased += end - start;
    if (this.#aliased > MAX_SOURCE_BYTES) {
      const reason = `aliases unfold to more than ${MAX_SOURCE_BYTES} bytes`;
      throw new BuildError([refused(reason, this.#position(alias))]);
    }
    return this.node(target ?? null);
  }

  #map(node: YAMLMap): MapNode {
    const entries = node.items.map(({ key, value }: Pair): MapEntry => {
      const name = this.node(key as YamlNode | null);
      // `key:` without a value has no node of its own; it stands where its key does.
      const content =
        value === null
          ? { kind: 'scalar' as const, value: null, position: name.position }
          : this.node(value as YamlNode);
      return { key: asKey(name), value: content };
    });
    return { kind: 'map', entries, position: this.#position(node) };
  }

  #scalar(node: YamlScalar): ScalarNode {
    return { kind: 'scalar', value: node.value as Scalar, position: this.#position(node) };
  }

  /** A quoted scalar is placed at its content: the service points at the `${`, not at the quote. */
  #position(node: YamlNode): Position {
    const [start, end] = node.range ?? [0, 0];
    const quote =
      isScalar(node) && (node.type === YamlScalar.QUOTE_SINGLE || node.type === YamlScalar.QUOTE_DOUBLE)
        ? 1
        : 0;
    const { line, col } = this.#lines.linePos(start + quote);
    const length = Buffer.byteLength(this.#text.slice(start + quote, end - quote).trimEnd());
    return { line, column: col, length };
  }
}

/** Assumed: a number as a key is its text, as in JSON, so that `keys()` gives strings; YAML allows even lists. */
function asKey(node: SourceNode): ScalarNode {
  if (node.kind !== 'scalar') {
    throw new BuildError([refused('a map key must be a scalar', node.position)]);
  }
  return { ...node, value: node.value === null ? '' : String(node.value) };
}
