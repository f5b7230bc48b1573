/** The renderer against an independent YAML reader. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse, parseDocument } from 'yaml';
import { check } from '../../workflow-defs/check.ts';
import { documentOf } from '../../workflow-defs/document.ts';
import { render } from '../../workflow-defs/render.ts';
import {
  assign,
  expr,
  give,
  isExpression,
  routine,
  textOf,
  workflow,
  type Value,
} from '../../workflow-defs/tree.ts';

const returning = (value: Value) => workflow(routine('main', [], [give('answer', value)]), []);

/** The tree as a reader of the text should see it: an expression is the scalar `${…}`. */
function asRead(value: Value): unknown {
  if (isExpression(value)) return `\${${textOf(value)}}`;
  return typeof value === 'object' && value !== null
    ? Array.isArray(value)
      ? (value as Value[]).map(asRead)
      : Object.fromEntries(Object.entries(value).map(([key, item]) => [key, asRead(item)]))
    : Object.is(value, -0)
      ? 0
      : value;
}

const TRICKY = ['', ' ', 'yes', 'No', 'null', '~', '0x1f', '1_000', '2026-01-01', '=', '<<', '&a', '*a', '!t', '- a', 'a: b', '# c', "it's", '"q"', '\\u0041', '{', ']', '%TAG', '\u0007', '\u007f', '\u0085', '\u2028', '\ufeff', '\ud800', '$', '{$', '$}']; // prettier-ignore
const text = fc
  .oneof(fc.constantFrom(...TRICKY), fc.string({ unit: 'binary', maxLength: 20 }))
  .filter((value) => !value.includes('${'));
const number = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).filter((n) => !Number.isInteger(n)),
);
const expression = fc
  .constantFrom('args.a', 'a + "b: c # d"', "it's", 'a == [1, {"k": "v"}]', '"\\"" + x', 'not (a in b)')
  .map(expr);
const { value } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    text,
    number,
    fc.boolean(),
    fc.constant(null),
    expression,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(text, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
}));

test('an independent reader sees the same tree, whatever values it holds (10,000 cases)', () => {
  fc.assert(
    fc.property(value, (any) => {
      const tree = returning(any);
      const source = render(tree);
      expect(parse(source)).toEqual(asRead(documentOf(tree)));
      expect(render(tree)).toBe(source);
    }),
    { numRuns: 10_000 },
  );
});

test('YAML 1.1 readers see the same strings as YAML 1.2 readers', () => {
  const tree = returning(Object.fromEntries(TRICKY.filter((t) => t !== '<<').map((t) => [t, t])));
  expect(parseDocument(render(tree), { version: '1.1' }).toJS()).toEqual(asRead(documentOf(tree)));
});

test('a literal that looks like an expression is refused, by the checker and by the renderer', () => {
  const hostile = fc
    .tuple(fc.string(), fc.string(), fc.string())
    .map(([before, inner, after]) => `${before}\${${inner}}${after}`);
  fc.assert(
    fc.property(hostile, (literal) => {
      for (const tree of [returning(literal), returning([{ a: literal }]), returning({ [literal]: 1 })]) {
        expect(check('test', tree)).toEqual([expect.objectContaining({ step: 'answer' })]);
        expect(() => render(tree)).toThrow(TypeError);
      }
    }),
    { numRuns: 2000 },
  );
});

test.each([Number.NaN, Infinity, -Infinity, 2 ** 53, 1e300])(
  'refuses the number %d, which readers differ on',
  (n) => {
    expect(check('test', returning(n))).toHaveLength(1);
    expect(() => render(returning(n))).toThrow(TypeError);
  },
);

test('a tree cannot be changed once it is made', () => {
  const step = assign('a', { list: [1] });
  expect(() => (step.assignments as unknown[]).push(['b', 2])).toThrow(TypeError);
  expect(() => Object.assign(step, { name: 'b' })).toThrow(TypeError);
});

test('parsed JSON cannot pose as an expression', () => {
  const posing = JSON.parse('{"Symbol(expression)":"1 + 1","text":"1 + 1"}') as Value;
  expect(isExpression(posing)).toBe(false);
});
