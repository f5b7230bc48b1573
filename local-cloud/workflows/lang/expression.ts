/**
 * Parses the text between `${` and `}`. Precedence, highest first: parentheses, `.` and `[]`, `not`, unary minus,
 * `* / // %`, `+ -`, all comparisons and `in` on one level, `and`, `or` (documented syntax page for expressions).
 */
import { ExpressionError, tokenize, type Token } from './lexer.ts';
import type { BinaryOperator, Expression } from './program.ts';

/** Binary operators by rising precedence; all of them associate to the left. */
const LEVELS: readonly (readonly BinaryOperator[])[] = [
  ['or'],
  ['and'],
  ['<', '<=', '>', '>=', '==', '!=', 'in'],
  ['+', '-'],
  ['*', '/', '//', '%'],
];

/** Integers are 64 bits wide and signed. */
const MAX_INT64 = 2n ** 63n - 1n;

/** The tree of one expression, given without `${` and `}`. Throws an {@link ExpressionError}. */
export function parseExpression(text: string): Expression {
  return new Parser(tokenize(text)).whole();
}

/** The left side of an assignment: a name with any number of `.key` and `[index]` behind it. */
export function parseTarget(text: string): { name: string; path: Expression[] } {
  const expression = parseExpression(text);
  const path: Expression[] = [];
  for (let at = expression; ;) {
    if (at.kind === 'name') return { name: at.name, path: path.reverse() };
    if (at.kind === 'member') {
      path.push({ kind: 'literal', value: at.key });
      at = at.object;
    } else if (at.kind === 'index') {
      path.push(at.index);
      at = at.object;
    } else {
      throw new ExpressionError(`'${text}' is not a variable, a map key or a list element`);
    }
  }
}

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  whole(): Expression {
    const expression = this.#binary(0);
    if (this.#peek.kind !== 'end') throw this.#unexpected();
    return expression;
  }

  get #peek(): Token {
    return this.#tokens[this.#at] ?? { kind: 'end', text: '' };
  }

  #next(): Token {
    const token = this.#peek;
    this.#at += 1;
    return token;
  }

  #accept(symbol: string): boolean {
    if (this.#peek.kind !== 'symbol' || this.#peek.text !== symbol) return false;
    this.#at += 1;
    return true;
  }

  #expect(symbol: string): void {
    if (!this.#accept(symbol)) throw this.#unexpected(`'${symbol}'`);
  }

  #unexpected(wanted = 'an expression'): ExpressionError {
    const { kind, text } = this.#peek;
    return new ExpressionError(
      kind === 'end' ? `unexpected end, expecting ${wanted}` : `unexpected '${text}', expecting ${wanted}`,
    );
  }

  #binary(level: number): Expression {
    const operators = LEVELS[level];
    if (operators === undefined) return this.#unary();
    let left = this.#binary(level + 1);
    for (;;) {
      const operator = operators.find((candidate) => this.#accept(candidate));
      if (operator === undefined) return left;
      left = { kind: 'binary', operator, left, right: this.#binary(level + 1) };
    }
  }

  #unary(): Expression {
    if (this.#accept('not')) return { kind: 'unary', operator: 'not', operand: this.#unary() };
    if (!this.#accept('-')) return this.#postfix();
    const token = this.#peek;
    if (token.kind === 'literal' && typeof token.value === 'bigint') {
      this.#at += 1;
      return this.#suffixes({ kind: 'literal', value: -token.value });
    }
    return { kind: 'unary', operator: '-', operand: this.#unary() };
  }

  #postfix(): Expression {
    return this.#suffixes(this.#primary());
  }

  #suffixes(start: Expression): Expression {
    let expression = start;
    for (;;) {
      if (this.#accept('.')) {
        const token = this.#next();
        if (token.kind !== 'word') throw new ExpressionError(`unexpected '${token.text}', expecting a key`);
        expression = { kind: 'member', object: expression, key: token.text };
      } else if (this.#accept('[')) {
        expression = { kind: 'index', object: expression, index: this.#binary(0) };
        this.#expect(']');
      } else if (this.#accept('(')) {
        expression = { kind: 'call', callee: calleeOf(expression), args: this.#list(')') };
      } else {
        return expression;
      }
    }
  }

  #primary(): Expression {
    const token = this.#peek;
    if (token.kind === 'literal') {
      if (typeof token.value === 'bigint' && token.value > MAX_INT64) {
        throw new ExpressionError(`integer ${token.text} does not fit into 64 bits`);
      }
      this.#at += 1;
      return { kind: 'literal', value: token.value };
    }
    if (token.kind === 'word') {
      this.#at += 1;
      return { kind: 'name', name: token.text };
    }
    if (this.#accept('(')) {
      const inner = this.#binary(0);
      this.#expect(')');
      return inner;
    }
    if (this.#accept('[')) return { kind: 'list', items: this.#list(']') };
    if (this.#accept('{')) return this.#map();
    throw this.#unexpected();
  }

  #list(close: string): Expression[] {
    const items: Expression[] = [];
    if (this.#accept(close)) return items;
    do items.push(this.#binary(0));
    while (this.#accept(','));
    this.#expect(close);
    return items;
  }

  #map(): Expression {
    const entries: { key: Expression; value: Expression }[] = [];
    if (this.#accept('}')) return { kind: 'map', entries };
    do {
      const key = this.#binary(0);
      this.#expect(':');
      entries.push({ key, value: this.#binary(0) });
    } while (this.#accept(','));
    this.#expect('}');
    return { kind: 'map', entries };
  }
}

/** Only names can be called: functions are no values in this language. */
function calleeOf(expression: Expression): string {
  if (expression.kind === 'name') return expression.name;
  if (expression.kind === 'member') return `${calleeOf(expression.object)}.${expression.key}`;
  throw new ExpressionError('only a function or a subworkflow can be called');
}
