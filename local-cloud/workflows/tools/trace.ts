/** `--trace`: each step as it begins, and what it changed when it ends. */
import type { Step } from '../lang/program.ts';
import type { Frame } from '../run/frame.ts';
import { printable as json } from '../run/json.ts';
import type { Piece, StepObserver, Variables } from '../run/observer.ts';
import { printable } from './format/printable.ts';
import type { Paint } from './streams.ts';

/** Longer values are cut: the trace is read on a screen. */
const MAX_VALUE = 200;

interface Entry {
  readonly depth: number;
  /** What the routine call's variables looked like when last told. */
  readonly known: Map<string, string>;
}

export class Trace implements StepObserver {
  readonly #entries: Entry[] = [];
  /** Per routine call: the outermost of its scopes. */
  readonly #known = new WeakMap<object, Map<string, string>>();
  readonly #write: (line: string) => void;
  readonly #file: string;
  readonly #paint: Paint;

  constructor(file: string, paint: Paint, write: (line: string) => void) {
    this.#file = file;
    this.#paint = paint;
    this.#write = write;
  }

  begin(piece: Piece, frame: Frame): number {
    const around = frame.entry === undefined ? undefined : this.#entries[frame.entry];
    const depth = around === undefined ? 0 : around.depth + 1;
    this.#entries.push({ depth, known: this.#knownOf(frame) });
    this.#write('  '.repeat(depth) + this.#describe(piece, frame));
    return this.#entries.length - 1;
  }

  end(entry: number, variables: () => Variables, failure?: { readonly error: unknown }): void {
    const { depth, known } = this.#entries[entry] ?? { depth: 0, known: new Map<string, string>() };
    const indent = '  '.repeat(depth + 1);
    for (const [name, value] of variables()) {
      const text = json(value);
      if (known.get(name) === text) continue;
      known.set(name, text);
      this.#write(`${indent}${this.#paint.cyan(name)} = ${printable(cut(text))}`);
    }
    if (failure !== undefined)
      this.#write(
        `${indent}${this.#paint.red('raised')} ${printable(reason(failure.error).split('\n')[0] ?? '')}`,
      );
  }

  #knownOf(frame: Frame): Map<string, string> {
    let scope: { readonly parent: object | undefined } = frame.scope;
    while (scope.parent !== undefined) scope = scope.parent as typeof scope;
    const known = this.#known.get(scope) ?? new Map<string, string>();
    this.#known.set(scope, known);
    return known;
  }

  #describe(piece: Piece, { routine }: Frame): string {
    switch (piece.kind) {
      case 'step':
        return this.#step(piece.step, routine);
      case 'iteration':
        return this.#paint.dim(`round ${piece.number} of ${piece.of}`);
      case 'branch':
        return this.#paint.dim(`branch ${printable(piece.name)}`);
      case 'condition':
        return this.#paint.dim(`condition ${piece.number} holds`);
      case 'retry':
        return this.#paint.dim(`retry ${piece.number}`);
      case 'except':
        return this.#paint.dim(`except: ${printable(cut(json(piece.error)))}`);
      case 'try':
        return this.#paint.dim('try');
    }
  }

  #step({ name, position, body }: Step, routine: string): string {
    const { bold, dim } = this.#paint;
    const what = body.kind === 'call' ? `call ${body.callee}` : body.kind;
    const where = `${this.#file}:${position.line}:${position.column}`;
    return `${bold(printable(`${routine}.${name}`))} ${what} ${dim(where)}`;
  }
}

const cut = (text: string): string => (text.length > MAX_VALUE ? `${text.slice(0, MAX_VALUE)}…` : text);

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));
