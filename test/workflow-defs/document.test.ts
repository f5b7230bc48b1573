/** The tree as the document of the language, step by step, and as the text that is deployed. */
import { describe, expect, test } from 'vitest';
import { documentOf, isList, isMap, leaves } from '../../workflow-defs/document.ts';
import { render } from '../../workflow-defs/render.ts';
import {
  assign,
  attempt,
  call,
  choose,
  expr,
  give,
  goTo,
  group,
  isExpression,
  loop,
  otherwise,
  raise,
  routine,
  textOf,
  when,
  workflow,
  type Step,
  type Value,
} from '../../workflow-defs/tree.ts';

const inner = give('g', 1);
const INNER = [{ g: { return: 1 } }];
const RETRY = {
  predicate: expr('p'),
  maxRetries: 8,
  backoff: { initialDelay: 1, maxDelay: 30, multiplier: 2 },
};

/** Expressions as the text has them. */
const plain = (value: unknown): unknown =>
  isExpression(value)
    ? `\${${textOf(value)}}`
    : Array.isArray(value)
      ? value.map(plain)
      : typeof value === 'object' && value !== null
        ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]))
        : value;

describe('documentOf', () => {
  test.each<[string, Step, unknown]>([
    ['assign', assign('s', { a: 1, b: expr('a') }), { assign: [{ a: 1 }, { b: '${a}' }] }],
    ['call', call('s', 'f', {}), { call: 'f' }],
    ['call with arguments and a result', call('s', 'f', { x: null }, 'r'), { call: 'f', args: { x: null }, result: 'r' }],
    ['switch', choose('s', when(expr('a'), { next: 'end' }), when(expr('b'), { raise: 'x' }), when(expr('c'), { return: null }), otherwise({ steps: [inner] })), { switch: [{ condition: '${a}', next: 'end' }, { condition: '${b}', raise: 'x' }, { condition: '${c}', return: null }, { condition: true, steps: INNER }] }],
    ['for in', loop('s', 'i', { in: [1] }, [inner]), { for: { value: 'i', in: [1], steps: INNER } }],
    ['for range', loop('s', 'i', { range: [1, 9] }, [inner]), { for: { value: 'i', range: [1, 9], steps: INNER } }],
    ['try', attempt('s', [inner], { retry: RETRY, except: { as: 'e', steps: [inner], goesOn: 'because' } }), { try: { steps: INNER }, retry: { predicate: '${p}', max_retries: 8, backoff: { initial_delay: 1, max_delay: 30, multiplier: 2 } }, except: { as: 'e', steps: INNER } }],
    ['try with retry alone', attempt('s', [inner], { retry: RETRY }), { try: { steps: INNER }, retry: { predicate: '${p}', max_retries: 8, backoff: { initial_delay: 1, max_delay: 30, multiplier: 2 } } }],
    ['try with except alone', attempt('s', [inner], { once: 'because', except: { as: 'e', steps: [inner] } }), { try: { steps: INNER }, except: { as: 'e', steps: INNER } }],
    ['raise', raise('s', { message: 'x' }), { raise: { message: 'x' } }],
    ['return', give('s', [expr('a')]), { return: ['${a}'] }],
    ['next', goTo('s', 'end'), { next: 'end' }],
    ['steps', group('s', [inner]), { steps: INNER }],
  ])('writes %s', (_, step, want) => {
    expect(plain(documentOf(workflow(routine('main', [], [step]), [])))).toEqual({ main: { steps: [{ s: want }] } });
  }); // prettier-ignore

  test('writes parameters, with their defaults, and none where there are none', () => {
    const sub = routine(
      'sub',
      ['p', { name: 'q', default: null }, { name: 'r', default: expr('p') }],
      [inner],
    );
    const document = documentOf(
      workflow(routine('main', ['args'], [inner]), [sub, routine('bare', [], [inner])]),
    );
    expect(Object.entries(plain(document) as object)).toEqual([
      ['main', { params: ['args'], steps: INNER }],
      ['sub', { params: ['p', { q: null }, { r: '${p}' }], steps: INNER }],
      ['bare', { steps: INNER }],
    ]);
  });
});

test('leaves are all scalars and all keys, depth first', () => {
  const x = expr('x');
  expect([...leaves({ a: [1, [null, x]], b: { c: 'd' }, e: {}, f: [] })]).toEqual([
    'a',
    1,
    null,
    x,
    'b',
    'c',
    'd',
    'e',
    'f',
  ]);
  expect([...leaves('s')]).toEqual(['s']);
});

test('a value is a list, a map or neither', () => {
  const values: readonly (Value | undefined)[] = [undefined, null, 'x', 1, true, expr('x'), [], {}];
  expect(values.filter((value) => value !== undefined && isList(value))).toEqual([[]]);
  expect(values.filter(isMap)).toEqual([{}]);
});

describe('render writes', () => {
  const text = (value: Value) =>
    render(workflow(routine('main', [], [give('a', value)]), [])).replace(
      'main:\n  steps:\n    - a:\n        return:',
      '',
    );

  test.each<[string, Value, string]>([
    ['a word', 'yes', ' "yes"\n'],
    ['what needs escapes', '"\\\n\u0085\ufeff', ' "\\"\\\\\\n\\u0085\\ufeff"\n'],
    ['null', null, ' null\n'],
    ['booleans', [true, false], '\n          - true\n          - false\n'],
    ['numbers', [1, -0, 0.5, 1e21 / 1e21], '\n          - 1\n          - 0\n          - 0.5\n          - 1\n'],
    ['a plain expression', expr('a.b[0] + (c - 1) <= 2'), ' ${a.b[0] + (c - 1) <= 2}\n'],
    ['an expression in quotes', expr('"it\'s: " + a'), " '${\"it''s: \" + a}'\n"],
    ['an expression in an item', [expr('a')], '\n          - ${a}\n'],
    ['an empty list', [], ' []\n'],
    ['an empty map', {}, ' {}\n'],
    ['an object that only inherits', Object.create({ inherited: 1 }) as Value, ' {}\n'],
    ['empties in a list', [[], {}], '\n          - []\n          - {}\n'],
    ['empties in a map', { a: [], b: {} }, '\n          a: []\n          b: {}\n'],
    ['lists in lists', [[1, 2], [3]], '\n          - - 1\n            - 2\n          - - 3\n'],
    ['maps in lists', [{ a: 1, b: 2 }], '\n          - a: 1\n            b: 2\n'],
    ['words of YAML as keys', { y: 1, No: 2, null: 3, a_1: 4, 'a-b': 5, '': 6, '1': 7 }, '\n          "1": 7\n          "y": 1\n          "No": 2\n          "null": 3\n          a_1: 4\n          "a-b": 5\n          "": 6\n'],
  ])('%s', (_, value, want) => {
    expect(text(value)).toBe(want);
  }); // prettier-ignore

  test('nothing it could not write exactly', () => {
    for (const value of ['${x}', 2 ** 53, NaN, Infinity]) expect(() => text(value)).toThrow(TypeError);
    expect(() => text({ '${x}': 1 })).toThrow(TypeError);
  });
});
