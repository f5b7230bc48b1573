import { describe, expect, it } from 'vitest';
import { parseExpression, parseTarget } from '../../../../local-cloud/workflows/lang/expression.ts';
import type { Expression } from '../../../../local-cloud/workflows/lang/program.ts';

/** The tree as fully parenthesised text. */
function show(expression: Expression): string {
  switch (expression.kind) {
    case 'literal':
      return typeof expression.value === 'string'
        ? JSON.stringify(expression.value)
        : String(expression.value);
    case 'name':
      return expression.name;
    case 'member':
      return `${show(expression.object)}.${expression.key}`;
    case 'index':
      return `${show(expression.object)}[${show(expression.index)}]`;
    case 'unary':
      return `(${expression.operator} ${show(expression.operand)})`;
    case 'binary':
      return `(${show(expression.left)} ${expression.operator} ${show(expression.right)})`;
    case 'list':
      return `[${expression.items.map(show).join(', ')}]`;
    case 'map':
      return `{${expression.entries.map(({ key, value }) => `${show(key)}: ${show(value)}`).join(', ')}}`;
    case 'call':
      return `${expression.callee}(${expression.args.map(show).join(', ')})`;
  }
}

describe('precedence', () => {
  it.each([
    ['1 + 2 * 3', '(1 + (2 * 3))'],
    ['(1 + 2) * 3', '((1 + 2) * 3)'],
    ['8 // 3 % 2', '((8 // 3) % 2)'],
    ['a - b - c', '((a - b) - c)'],
    ['a or b and c', '(a or (b and c))'],
    ['a and b == c', '(a and (b == c))'],
    ['a < b == c', '((a < b) == c)'],
    ['not "k" in m', '((not "k") in m)'],
    ['not("k" in m)', '(not ("k" in m))'],
    ['not a == b', '((not a) == b)'],
    ['-a.b[0] + 1', '((- a.b[0]) + 1)'],
    ['- 1 + 2', '(-1 + 2)'],
    ['a AND NOT b', '(a and (not b))'],
    ['x in [1, 2] or y', '((x in [1, 2]) or y)'],
  ])('reads %s as %s', (text, want) => {
    expect(show(parseExpression(text))).toBe(want);
  });
});

describe('elements', () => {
  it.each([
    ['"a\\"b\\n\\u0041"', '"a\\"b\\nA"'],
    ["'single'", '"single"'],
    ['True', 'true'],
    ['FALSE', 'false'],
    ['null', 'null'],
    ['{"a": [1, {}], "b": x.y}', '{"a": [1, {}], "b": x.y}'],
    ['text.split(a, ",")[0]', 'text.split(a, ",")[0]'],
    ['m.in.not.true', 'm.in.not.true'],
    ['-9223372036854775808', '-9223372036854775808'],
    ['f()\n + 1', '(f() + 1)'],
  ])('reads %s', (text, want) => {
    expect(show(parseExpression(text))).toBe(want);
  });

  it('keeps integers and doubles apart', () => {
    expect(parseExpression('1')).toEqual({ kind: 'literal', value: 1n });
    expect(parseExpression('1.0')).toEqual({ kind: 'literal', value: 1 });
    expect(parseExpression('1e3')).toEqual({ kind: 'literal', value: 1000 });
  });
});

describe('refusals', () => {
  it.each([
    ['“x”', 'token recognition error'],
    ['"open', 'not closed'],
    ['a && b', 'token recognition error'],
    ['a +', 'unexpected end'],
    ['a b', "unexpected 'b'"],
    ['[1, 2', "expecting ']'"],
    ['f(1)(2)', 'only a function'],
    ['9223372036854775808', '64 bits'],
    ['And a', "unexpected 'a'"],
    ['', 'unexpected end'],
  ])('refuses %s', (text, reason) => {
    expect(() => parseExpression(text)).toThrow(reason);
  });
});

describe('targets of assignments', () => {
  it('are a name and the way into it', () => {
    expect(parseTarget('a.b["c"][i + 1]').path.map(show)).toEqual(['"b"', '"c"', '(i + 1)']);
    expect(parseTarget('a').path).toEqual([]);
  });

  it('cannot be anything else', () => {
    expect(() => parseTarget('a + b')).toThrow('not a variable');
    expect(() => parseTarget('f(x)')).toThrow('not a variable');
  });
});
