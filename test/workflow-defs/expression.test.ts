/** Which names an expression uses, and which texts are no expression. */
import { describe, expect, test } from 'vitest';
import { readExpression } from '../../workflow-defs/expression.ts';

describe('reads', () => {
  test.each<[string, readonly string[], readonly string[]]>([
    ['a', ['a'], []],
    [' a ', ['a'], []],
    ['a.b.c', ['a'], []],
    ['a["b"].c[0].d', ['a'], []],
    ['a[b.c]', ['a', 'b'], []],
    ['f(a)', ['a'], ['f']],
    ['map.get(a, "b.c(d)")', ['a'], ['map.get']],
    ['text.replace_all (a, "x", "y")', ['a'], ['text.replace_all']],
    ['f(g(a), h())', ['a'], ['f', 'g', 'h']],
    ['a.b(c)', ['c'], ['a.b']],
    ['"a" + "b (" + 1.5', [], []],
    ['"\\"a\\\\" + b', ['b'], []],
    ['true and False or NOT null In []', [], []],
    ['not (a in b) AND c', ['a', 'b', 'c'], []],
    ['{"k": v, "l": [w]}', ['v', 'w'], []],
    ['-a // 2 % 3 <= b', ['a', 'b'], []],
    ['constructor + toString.valueOf', ['constructor', 'toString'], []],
    // No expression, but that is for the service's own parser to say.
    ['a."b"(c)', ['a', 'c'], []],
    ['_a1 == a_', ['_a1', 'a_'], []],
  ])('%s', (text, variables, functions) => {
    expect(readExpression(text)).toEqual({ variables, functions, problem: null });
  });
});

describe('refuses', () => {
  test.each([
    ['', 'is empty'],
    ['  \n', 'is empty'],
    ['a ? b', 'cannot be read at column 2'],
    ["a + 'b'", 'cannot be read at column 4'],
    ['a $', 'cannot be read at column 2'],
    ['"a', 'cannot be read at column 1'],
    ['"a\tb"', 'cannot be read at column 1'],
    ['"a\\x"', 'cannot be read at column 1'],
    ['ä', 'cannot be read at column 1'],
    ['(a', 'has a ( that is never closed'],
    ['f(a[1)', 'has a ) that closes nothing'],
    ['{"a": [1}', 'has a } that closes nothing'],
    ['a)', 'has a ) that closes nothing'],
    ['[[a]', 'has a [ that is never closed'],
  ])('%j, because it %s', (text, problem) => {
    expect(readExpression(text)).toEqual({ variables: [], functions: [], problem });
  });
});
