/** Reads YAML or JSON text into a tree whose every node knows where it stands in the source. */
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, Scalar as YamlScalar } from 'yaml';
import type { Document, Node as YamlNode, Pair, YAMLMap } from 'yaml';
import { MAX_SOURCE_BYTES } from './limits.ts';
import { BuildError } from './problems.ts';
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
  const document = parseDocument(text, { version: '1.2', intAsBigInt: true, lineCounter: lines });
  if (document.errors.length > 0) {
    throw new BuildError(
      document.errors.map((error) => {
        const { line, col } = lines.linePos(error.pos[0]);
        const reason = error.message.split('\n')[0]?.replace(/ at line \d+, column \d+:?$/, '') ?? error.code;
        return {
          detail: `main.yaml:${line}:${col}: parse error: ${reason}`,
          position: { line, column: col, length: 0 },
        };
      }),
    );
  }
  return new Reader(text, document, lines).node(document.contents);
}

class Reader {
  readonly #text: string;
  readonly #document: Document;
  readonly #lines: LineCounter;

  constructor(text: string, document: Document, lines: LineCounter) {
    this.#text = text;
    this.#document = document;
    this.#lines = lines;
  }

  node(node: YamlNode | null): SourceNode {
    if (node === null) return { kind: 'scalar', value: null, position: START };
    if (isAlias(node)) return this.node(node.resolve(this.#document) ?? null);
    if (isSeq(node)) {
      return {
        kind: 'list',
        items: node.items.map((item) => this.node(item as YamlNode | null)),
        position: this.#position(node),
      };
    }
    if (isMap(node)) return this.#map(node);
    if (isScalar(node)) return this.#scalar(node);
    return { kind: 'scalar', value: null, position: this.#position(node) };
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

/** YAML allows numbers and even lists as keys; a workflow's maps have text keys only, as JSON does. */
function asKey(node: SourceNode): ScalarNode {
  if (node.kind !== 'scalar') {
    const detail = `main.yaml:${node.position.line}:${node.position.column}: parse error: a map key must be a scalar`;
    throw new BuildError([{ detail, position: node.position }]);
  }
  return { ...node, value: node.value === null ? '' : String(node.value) };
}
